"""Parameters that are secret: they come from the environment, and no log, no error and no record shows them."""

from __future__ import annotations

import logging
import os
import traceback
import warnings
from collections.abc import Mapping
from typing import Any

from kedro.config import OmegaConfigLoader
from kedro.framework.context import KedroContext
from kedro.framework.hooks import hook_impl
from omegaconf import OmegaConf

from argo_kedro.task.hiding import hidden

_RESOLVER = "argo_kedro.secret"


class SecretParameters:
    """A Kedro hook that merges them over the parameters that the session knows: its record never has them.

    Args:
        variables: The environment variable of each parameter, by its name with dots. One that is not set gives none.
    """

    def __init__(self, variables: Mapping[str, str]) -> None:
        self._variables = {name: variable for name, variable in variables.items() if variable in os.environ}
        self._values = {os.environ[variable] for variable in self._variables.values()} - {""}
        if self._values:
            self._keep_out_of_logs()

    def hide(self, text: str) -> str:
        """The text without their values."""
        return hidden(text, self._values)

    @hook_impl
    def after_context_created(self, context: KedroContext) -> None:
        """Give them to the context, and to `${runtime_params:}`."""
        if not self._variables:
            return
        loader: Any = context.config_loader
        plain = {name: os.environ[variable] for name, variable in self._variables.items()}
        if isinstance(loader, OmegaConfigLoader):
            # A reference: OmegaConf would take a `${` in a value for its own.
            with warnings.catch_warnings():
                warnings.filterwarnings("ignore", message="register_new_resolver")  # OmegaConf 2.4, of all resolvers
                OmegaConf.register_new_resolver(_RESOLVER, lambda name: os.environ[name], replace=True)
            given = {name: f"${{{_RESOLVER}:{variable}}}" for name, variable in self._variables.items()}
        else:
            given = plain
        loader.runtime_params = _merged(getattr(loader, "runtime_params", None) or {}, given)
        context._runtime_params = _merged(context._runtime_params or {}, plain)

    @hook_impl
    def on_pipeline_error(self, error: Exception) -> None:
        """Take them out of an error before the session's record has it."""
        if self._values:
            error.args = tuple(self.hide(each) if isinstance(each, str) else each for each in error.args)

    def _keep_out_of_logs(self) -> None:
        make = logging.getLogRecordFactory()

        def record(*args: Any, **kwargs: Any) -> logging.LogRecord:
            made = make(*args, **kwargs)
            trace = "".join(traceback.format_exception(*made.exc_info)).rstrip() if made.exc_info else ""
            if self.hide(trace) != trace:
                made.exc_info, made.exc_text = None, self.hide(trace)
            try:
                text = made.getMessage()
            except (TypeError, ValueError, KeyError):  # logging itself reports a message that does not fit
                return made
            if self.hide(text) != text:
                made.msg, made.args = self.hide(text), ()
            return made

        logging.setLogRecordFactory(record)


def _merged(params: Mapping[str, Any], given: Mapping[str, str]) -> dict[str, Any]:
    merged = dict(params)
    for name, value in given.items():
        *outer, last = name.split(".")
        inner = merged
        for key in outer:
            known = inner.get(key)
            inner[key] = dict(known) if isinstance(known, Mapping) else {}
            inner = inner[key]
        inner[last] = value
    return merged
