"""One forecast for each airport, beside one that knows the day's weather, and a comparison of all."""

from flights.pipelines.modelling.pipeline import create_pipeline

__all__ = ["create_pipeline"]
