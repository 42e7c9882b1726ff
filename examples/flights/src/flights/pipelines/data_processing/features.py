"""Features: what was known of a flight the evening before, and for comparison the weather it met."""

from typing import Any

import numpy as np
import pandas as pd

_ONE_DAY = pd.Timedelta(days=1)


def track_delays(flights: pd.DataFrame, history: dict[str, int]) -> pd.DataFrame:
    """Late shares of the days before, for every day, airport, airline and route that has a flight.

    A row of a day is made of the days before it only.
    """
    short, long = history["short_days"], history["long_days"]
    shares = {
        "origin_late_1d": (["origin"], 1),
        "origin_late_7d": (["origin"], short),
        "carrier_late_1d": (["origin", "carrier"], 1),
        "carrier_late_7d": (["origin", "carrier"], short),
        "route_late_28d": (["origin", "dest"], long),
    }
    rows = flights[["date", "origin", "carrier", "dest"]].drop_duplicates(ignore_index=True)
    for name, (keys, days) in shares.items():
        share = late_share_before(flights, keys, days).rename(name).reset_index()
        rows = rows.merge(share, on=["date", *keys], how="left", validate="m:1")
    return rows


def late_share_before(flights: pd.DataFrame, keys: list[str], days: int) -> pd.Series:
    """Share of late arrivals in the `days` days before each date, by `keys`."""
    daily = flights[flights["arrived"]].groupby(["date", *keys])["late"].agg(["sum", "count"])
    daily = daily.unstack(keys, fill_value=0)
    every_day = pd.date_range(flights["date"].min(), flights["date"].max(), name="date")
    window = daily.reindex(every_day, fill_value=0).rolling(days, min_periods=1).sum().shift(1)
    share = window["sum"] / window["count"].replace(0, np.nan)
    return share.stack(keys, future_stack=True).dropna()


def build_features(
    flights: pd.DataFrame, weather_daily: pd.DataFrame, delay_history: pd.DataFrame, calendar: dict[str, Any]
) -> pd.DataFrame:
    """One row for each flight that arrived, with all that a model may be given."""
    traffic = flights.groupby(["date", "origin", "hour"])["flight"].transform("size")  # cancelled ones were planned too
    dates = pd.Series(flights["date"].unique())
    by_date = pd.DataFrame(
        {
            "date": dates,
            "weekday": dates.dt.dayofweek,
            "holiday_distance": holiday_distance(dates, calendar["holidays"], calendar["holiday_window"]),
        }
    )
    day = weather_daily[["origin", "date", "wind", "precip", "visib"]]
    features = (
        flights.assign(hour_departures=traffic)
        .merge(by_date, on="date", how="left", validate="m:1")
        .merge(weather_before(weather_daily), on=["origin", "date"], how="left", validate="m:1")
        .merge(delay_history, on=["date", "origin", "carrier", "dest"], how="left", validate="m:1")
        .merge(day.rename(columns=_suffixed(day, "_day")), on=["origin", "date"], how="left", validate="m:1")
    )
    features = features[features["arrived"]].reset_index(drop=True)
    unused = ["tailnum", "departs_utc", "cancelled", "arrived", "dest_name"]
    return features.drop(columns=unused).astype(dict.fromkeys(["carrier", "airline", "dest"], "category"))


def weather_before(weather_daily: pd.DataFrame) -> pd.DataFrame:
    """The weather of each day, given to the day after it."""
    moved = weather_daily.assign(date=weather_daily["date"] + _ONE_DAY)
    return moved.rename(columns=_suffixed(weather_daily, "_before"))


def holiday_distance(dates: pd.Series, holidays: list[str], window: int) -> pd.Series:
    """Days to the nearest holiday, negative before it; `window` where none is near."""
    days = dates.to_numpy()[:, None] - pd.to_datetime(holidays).to_numpy()[None, :]
    days = days / np.timedelta64(1, "D")
    nearest = days[np.arange(len(dates)), np.abs(days).argmin(axis=1)]
    return pd.Series(np.where(np.abs(nearest) < window, nearest, window), index=dates.index)


def _suffixed(frame: pd.DataFrame, suffix: str) -> dict[str, str]:
    """New names for all columns that are not keys."""
    return {column: column + suffix for column in frame.columns if column not in ("origin", "date")}
