"""Features know nothing of the day they are for."""

import pandas as pd
from pandas.testing import assert_frame_equal

from flights.pipelines.data_processing.features import (
    holiday_distance,
    late_share_before,
    track_delays,
    weather_before,
)

HISTORY = {"short_days": 7, "long_days": 28}


def test_what_happens_on_a_day_changes_no_history_up_to_that_day(flights):
    day = pd.Timestamp("2013-01-20")
    changed = flights.assign(late=flights["late"] ^ (flights["date"] >= day), arrived=flights["arrived"])
    before, after = track_delays(flights, HISTORY), track_delays(changed, HISTORY)
    assert_frame_equal(before[before["date"] <= day], after[after["date"] <= day])
    assert not before[before["date"] > day].equals(after[after["date"] > day])


def test_late_share_is_that_of_the_days_before(flights):
    share = late_share_before(flights, ["origin"], 1)
    arrived = flights[flights["arrived"]].groupby("date")["late"].mean()
    assert share[pd.Timestamp("2013-01-02"), "EWR"] == arrived[pd.Timestamp("2013-01-01")]
    assert pd.Timestamp("2013-01-01") not in share.index.get_level_values("date")


def test_a_day_without_flights_leaves_a_gap_and_is_no_day_without_delays(flights):
    without = flights[flights["date"] != pd.Timestamp("2013-01-10")]
    share = late_share_before(without, ["origin"], 1)
    assert pd.Timestamp("2013-01-11") not in share.index.get_level_values("date")


def test_weather_is_that_of_the_day_before():
    daily = pd.DataFrame({"origin": ["EWR"], "date": [pd.Timestamp("2013-03-01")], "temp": [40.0]})
    moved = weather_before(daily)
    assert moved["date"].tolist() == [pd.Timestamp("2013-03-02")]
    assert moved["temp_before"].tolist() == [40.0]


def test_holidays_count_near_them_only():
    days = pd.Series(pd.to_datetime(["2013-07-02", "2013-07-04", "2013-07-06", "2013-08-01"]))
    assert holiday_distance(days, ["2013-07-04", "2013-12-25"], 7).tolist() == [-2, 0, 2, 7]
