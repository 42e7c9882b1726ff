"""Where a task is, told by Kedro's hooks: a failure then says what failed, and whose fault it is."""

from __future__ import annotations

from kedro.config import MissingConfigException
from kedro.framework.hooks import hook_impl
from kedro.io import DatasetError
from kedro.pipeline.node import Node
from omegaconf.errors import OmegaConfBaseException
from yaml import YAMLError

from argo_kedro.task.exit_codes import CONFIGURATION, STORAGE, USER_CODE

# What a wrong project raises before its first node. Anything else there, such as a hook that a server does not answer,
# may go better another time.
_WRONG_PROJECT = (
    DatasetError,
    MissingConfigException,
    OmegaConfBaseException,
    YAMLError,
    ImportError,
    SyntaxError,
    NameError,
    AttributeError,
    LookupError,
    TypeError,
    ValueError,
)


class Progress:
    """Kedro hooks that remember the last thing that began."""

    def __init__(self) -> None:
        self.where = "before the first node"
        self._exit_code = CONFIGURATION

    def exit_code(self, error: BaseException) -> int:
        """The code for an error that was raised now."""
        if self._exit_code == CONFIGURATION and not isinstance(error, _WRONG_PROJECT):
            return USER_CODE
        return self._exit_code

    @hook_impl
    def before_dataset_loaded(self, dataset_name: str, node: Node) -> None:
        """A node's input is next."""
        self._now(f"node {node.name}, loading {dataset_name}", STORAGE)

    @hook_impl
    def before_node_run(self, node: Node) -> None:
        """The node's function is next."""
        self._now(f"node {node.name}", USER_CODE)

    @hook_impl
    def before_dataset_saved(self, dataset_name: str, node: Node) -> None:
        """A node's output is next."""
        self._now(f"node {node.name}, saving {dataset_name}", STORAGE)

    @hook_impl
    def after_pipeline_run(self) -> None:
        """All nodes are done; what other hooks do now is the project's code."""
        self._now("after the last node", USER_CODE)

    def _now(self, where: str, exit_code: int) -> None:
        self.where, self._exit_code = where, exit_code
