"""Cleaning and joining the five sources."""

from typing import Any

import numpy as np
import pandas as pd

MINUTES_A_DAY = 24 * 60
_WEATHER = ["temp", "humid", "wind_speed", "precip", "visib", "pressure"]


def clean_flights(flights_raw: pd.DataFrame, late_minutes: int) -> pd.DataFrame:
    """Give each flight its day, its times in minutes and UTC, and how it ended.

    `arrived` is false for flights that were cancelled or diverted: whether they were late has no answer.
    """
    minutes = _minutes_of_day(flights_raw["sched_dep_time"])
    return pd.DataFrame(
        {
            "date": pd.to_datetime(flights_raw[["year", "month", "day"]]),
            "origin": flights_raw["origin"],
            "dest": flights_raw["dest"],
            "carrier": flights_raw["carrier"],
            "flight": flights_raw["flight"],
            "tailnum": flights_raw["tailnum"],
            "hour": minutes // 60,
            "departs_hour_utc": pd.to_datetime(flights_raw["time_hour"], utc=True),
            "departs_utc": pd.to_datetime(flights_raw["time_hour"], utc=True)
            + pd.to_timedelta(minutes % 60, unit="min"),
            "sched_arr_minute": _minutes_of_day(flights_raw["sched_arr_time"]),
            "distance": flights_raw["distance"],
            "arr_delay": flights_raw["arr_delay"],
            "cancelled": flights_raw["dep_time"].isna(),
            "arrived": flights_raw["arr_delay"].notna(),
            "late": flights_raw["arr_delay"] > late_minutes,
        }
    )


def clean_weather(weather_raw: pd.DataFrame, cleaning: dict[str, Any]) -> pd.DataFrame:
    """One row per airport and hour, without readings that cannot be."""
    weather = weather_raw.assign(
        date=pd.to_datetime(weather_raw[["year", "month", "day"]]),
        hour_utc=pd.to_datetime(weather_raw["time_hour"], utc=True),
        wind_speed=weather_raw["wind_speed"].where(weather_raw["wind_speed"] <= cleaning["max_wind_mph"]),
    )
    return weather.drop_duplicates(["origin", "hour_utc"])[["origin", "date", "hour", "hour_utc", *_WEATHER]]


def clean_planes(planes_raw: pd.DataFrame) -> pd.DataFrame:
    """The year and the seats of each aircraft."""
    planes = planes_raw.rename(columns={"year": "built"})[["tailnum", "built", "seats"]]
    return planes.drop_duplicates("tailnum")


def clean_airports(airports_raw: pd.DataFrame, cleaning: dict[str, Any]) -> pd.DataFrame:
    """The name and the time zone of each airport, with those that the file forgot."""
    missing = pd.DataFrame(
        [{"dest": code, "dest_name": code, "tzone": zone} for code, zone in cleaning["missing_airports"].items()]
    )
    known = airports_raw.rename(columns={"faa": "dest", "name": "dest_name"})[["dest", "dest_name", "tzone"]]
    return pd.concat([known, missing], ignore_index=True).dropna(subset=["tzone"]).drop_duplicates("dest")


def join_flights(
    flights: pd.DataFrame,
    planes: pd.DataFrame,
    airports: pd.DataFrame,
    airlines: pd.DataFrame,
    weather: pd.DataFrame,
) -> pd.DataFrame:
    """Every flight with its airline, aircraft, destination, planned duration and the weather at departure."""
    weather = weather[["origin", "hour_utc", *_WEATHER]].rename(columns={"hour_utc": "departs_hour_utc"})
    joined = (
        flights.merge(airlines.rename(columns={"name": "airline"}), on="carrier", how="left", validate="m:1")
        .merge(planes, on="tailnum", how="left", validate="m:1")
        .merge(airports, on="dest", how="left", validate="m:1")
        .merge(weather, on=["origin", "departs_hour_utc"], how="left", validate="m:1")
    )
    joined["plane_age"] = (joined["date"].dt.year - joined["built"]).clip(lower=0)
    joined["block_minutes"] = planned_minutes(joined["departs_utc"], joined["sched_arr_minute"], joined["tzone"])
    return joined.drop(columns=["built", "sched_arr_minute", "departs_hour_utc", "tzone"])


def planned_minutes(departs_utc: pd.Series, sched_arr_minute: pd.Series, tzone: pd.Series) -> pd.Series:
    """Minutes from scheduled departure to scheduled arrival, which is a clock time where the flight lands."""
    minutes = pd.Series(np.nan, index=departs_utc.index)
    for zone, departs in departs_utc.groupby(tzone):
        local = departs.dt.tz_convert(zone)
        departure_minute = local.dt.hour * 60 + local.dt.minute
        minutes.loc[departs.index] = (sched_arr_minute.loc[departs.index] - departure_minute) % MINUTES_A_DAY
    return minutes


def summarise_weather(weather: pd.DataFrame) -> pd.DataFrame:
    """The weather of each day at each airport; the change of pressure tells what the night will bring."""
    keys = ["origin", "date"]
    daily = weather.groupby(keys, as_index=False).agg(
        temp=("temp", "mean"),
        humid=("humid", "mean"),
        wind=("wind_speed", "max"),
        precip=("precip", "sum"),
        visib=("visib", "min"),
        pressure=("pressure", "min"),
    )
    morning = weather[weather["hour"] < 6].groupby(keys)["pressure"].mean()
    evening = weather[weather["hour"] >= 18].groupby(keys)["pressure"].mean()
    change = (evening - morning).rename("pressure_change").reset_index()
    return daily.merge(change, on=keys, how="left", validate="1:1")


def _minutes_of_day(clock: pd.Series) -> pd.Series:
    """Minutes since midnight of clock times written as 517 or 1705."""
    return clock // 100 * 60 + clock % 100
