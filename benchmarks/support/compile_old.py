"""One compile by argo-kedro 0.1.41, as its `submit --dry_run` does it, in an environment that has it.

python compile_old.py SHAPE SIZE NAMES REPEATS
"""

from __future__ import annotations

import json
import logging
import sys
import tempfile
from pathlib import Path

import yaml
from argo_kedro.argo import get_argo_dag
from argo_kedro.config.kedro_argo_config import MachineType, TemplateConfig
from argo_kedro.framework.cli import cli
from cpu import Steps, medians
from shapes import pipeline


def main(shape: str, size: int, names: str, repeats: int) -> None:
    """Print the measurement."""
    logging.disable()  # stdout is for the result
    nodes = pipeline(shape, size, names)
    machine_types = {"default": MachineType(mem=2, cpu=1, num_gpu=0)}
    template = TemplateConfig()
    source = cli.ARGO_TEMPLATES_DIR_PATH / "argo_wf_spec.tmpl"
    runs, data = [], {}
    with tempfile.TemporaryDirectory() as folder:
        for _ in range(repeats):
            steps = Steps()
            tasks = get_argo_dag(nodes, machine_types, "default", template)
            steps.end("plan")
            text = cli.render_jinja_template(
                source,
                trim_blocks=True,
                lstrip_blocks=True,
                pipeline_tasks=list(tasks.values()),
                template=template,
                pipeline_name="__default__",
                image="image:latest",
                namespace="argo",
                environment="cloud",
                workflow_name="benchmark",
                random="abc",
                init_templates=[],
            )
            data = yaml.safe_load(text)
            steps.end("render")
            dumped = yaml.dump(data, sort_keys=False, default_flow_style=False)
            (Path(folder) / "workflow.yml").write_text(dumped, encoding="utf-8")
            steps.end("write")
            runs.append(steps.seconds)
    compact = json.dumps(data, separators=(",", ":"))
    json.dump({**medians(runs), "bytes": len(compact)}, sys.stdout)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), sys.argv[3], int(sys.argv[4]))
