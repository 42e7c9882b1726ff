"""The pipelines one after the other in this process, as our notebooks do."""

from pathlib import Path

from kedro.framework.session import KedroSession
from kedro.framework.startup import bootstrap_project

from argo_kedro.runners import FusedRunner

project = Path(__file__).resolve().parents[1]
bootstrap_project(project)
for name in ("fields", "forecast"):
    with KedroSession.create(project_path=project) as session:
        session.run(pipeline_name=name, runner=FusedRunner(pipeline_name=name, use_memory_datasets=False))
