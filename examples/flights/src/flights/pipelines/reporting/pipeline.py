"""The reporting pipeline: three plots and an answer. Plain Kedro."""

from kedro.pipeline import Node, Pipeline

from flights.airports import AIRPORTS
from flights.pipelines.reporting.answer import write_answer
from flights.pipelines.reporting.plots import plot_causes, plot_days, plot_skill


def create_pipeline(**kwargs: object) -> Pipeline:
    """Plots carry the tag `plots`: conf/base/argo.yml runs them in one task."""
    predictions = [f"{airport}_predictions" for airport in AIRPORTS]
    return Pipeline(
        [
            Node(plot_causes, "features", "causes_plot", name="plot_causes", tags="plots"),
            Node(plot_days, predictions, "days_plot", name="plot_days", tags="plots"),
            Node(plot_skill, "comparison", "skill_plot", name="plot_skill", tags="plots"),
            Node(write_answer, ["comparison", "params:late_minutes"], "answer", name="write_answer"),
        ],
        tags="report",
    )
