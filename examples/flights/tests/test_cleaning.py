"""Cleaning and joining."""

import pandas as pd
import pytest

from flights.pipelines.data_processing.cleaning import clean_flights, clean_weather, planned_minutes


@pytest.fixture
def flights_raw() -> pd.DataFrame:
    """Two flights: one 16 minutes late, one cancelled."""
    common = {"year": 2013, "month": 1, "day": 1, "origin": "EWR", "dest": "IAH", "carrier": "UA", "flight": 1545}
    times = {"sched_dep_time": 1715, "sched_arr_time": 5, "time_hour": "2013-01-01T22:00:00Z", "distance": 1400}
    flown = {**common, **times, "tailnum": "N14228", "dep_time": 1717.0, "arr_delay": 16.0}
    cancelled = {**common, **times, "tailnum": None, "dep_time": None, "arr_delay": None}
    return pd.DataFrame([flown, cancelled])


def test_a_flight_is_late_after_the_given_minutes_only(flights_raw):
    assert clean_flights(flights_raw, 15)["late"].tolist() == [True, False]
    assert clean_flights(flights_raw, 16)["late"].tolist() == [False, False]


def test_a_cancelled_flight_has_not_arrived(flights_raw):
    flights = clean_flights(flights_raw, 15)
    assert flights["arrived"].tolist() == [True, False]
    assert flights["cancelled"].tolist() == [False, True]


def test_clock_times_become_minutes(flights_raw):
    flights = clean_flights(flights_raw, 15)
    assert flights["hour"].tolist() == [17, 17]
    assert flights["sched_arr_minute"].tolist() == [5, 5]
    assert flights["departs_utc"].iloc[0] == pd.Timestamp("2013-01-01T22:15Z")


def test_planned_minutes_cross_time_zones_and_midnight():
    departs = pd.Series(pd.to_datetime(["2013-01-01T22:15Z", "2013-07-02T02:00Z"]))
    zones = pd.Series(["America/Los_Angeles", "America/New_York"])
    # 14:15 to 20:15 in Los Angeles; 22:00 to 01:00 in New York, in summer.
    assert planned_minutes(departs, pd.Series([20 * 60 + 15, 60]), zones).tolist() == [360.0, 180.0]


def test_wind_that_cannot_be_is_not_believed():
    hours = {"origin": "EWR", "year": 2013, "month": 2, "day": 12, "hour": [3, 4], "temp": 39.0, "humid": 60.0}
    rest = {"precip": 0.0, "visib": 10.0, "pressure": 1010.0, "wind_speed": [1048.4, 12.0]}
    raw = pd.DataFrame({**hours, **rest, "time_hour": ["2013-02-12T08:00:00Z", "2013-02-12T09:00:00Z"]})
    weather = clean_weather(raw, {"max_wind_mph": 100})
    assert weather["wind_speed"].isna().tolist() == [True, False]
