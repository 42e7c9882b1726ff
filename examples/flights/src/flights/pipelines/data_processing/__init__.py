"""From raw files to features: what was known of each flight the evening before."""

from flights.pipelines.data_processing.pipeline import create_pipeline

__all__ = ["create_pipeline"]
