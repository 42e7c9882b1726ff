"""Whether a workflow could run on a cluster as it is planned: asked there, changing nothing, and judged here.

`questions` asks, `pods` and `references` say what a manifest needs, every other module judges answers.
"""

from argo_kedro.cluster.preflight.looking import Readiness, preflight
from argo_kedro.cluster.preflight.questions import NotAsked

__all__ = ["NotAsked", "Readiness", "preflight"]
