"""The data processing pipeline: the only one that knows of argo-kedro."""

from argo_kedro.pipeline import FusedPipeline, Node
from kedro.pipeline import Pipeline

from flights.pipelines.data_processing.cleaning import (
    clean_airports,
    clean_flights,
    clean_planes,
    clean_weather,
    join_flights,
    summarise_weather,
)
from flights.pipelines.data_processing.features import build_features, track_delays


def create_pipeline(**kwargs: object) -> Pipeline:
    """Clean and join the five sources in one task, then build features."""
    # Seconds each: as tasks of their own they would wait longer for a pod than they work.
    clean = FusedPipeline(
        [
            Node(clean_flights, ["flights_raw", "params:late_minutes"], "flights_clean", name="clean_flights"),
            Node(clean_weather, ["weather_raw", "params:cleaning"], "weather", name="clean_weather"),
            Node(clean_planes, "planes_raw", "planes", name="clean_planes"),
            Node(clean_airports, ["airports_raw", "params:cleaning"], "airports", name="clean_airports"),
            Node(
                join_flights,
                ["flights_clean", "planes", "airports", "airlines_raw", "weather"],
                "flights",
                name="join_flights",
            ),
            Node(summarise_weather, "weather", "weather_daily", name="summarise_weather"),
        ],
        name="clean",
        machine_type="medium",
    )
    return Pipeline(
        [
            clean,
            Node(
                track_delays,
                ["flights", "params:history"],
                "delay_history",
                name="track_delays",
                machine_type="medium",
            ),
            Node(
                build_features,
                ["flights", "weather_daily", "delay_history", "params:calendar"],
                "features",
                name="build_features",
                machine_type="medium",
            ),
        ],
        tags="data",
    )
