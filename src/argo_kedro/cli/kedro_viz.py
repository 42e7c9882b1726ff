"""Kedro-Viz, which draws pipelines: all that is known of it here. It is started in this process, as it is.

It asks Kedro for the registered pipelines as every Kedro command does. So it is given others by the project's registry,
in this process only: none of Kedro-Viz is replaced, and `kedro viz` elsewhere shows what it always does.
"""

from __future__ import annotations

import inspect
import re
import shutil
import socket
import tempfile
import threading
import time
import webbrowser
from collections.abc import Callable, Mapping
from contextlib import closing
from contextvars import copy_context
from importlib import import_module, metadata
from pathlib import Path
from typing import Any

from kedro.pipeline import Pipeline

from argo_kedro.cli import console
from argo_kedro.cli.files import shown
from argo_kedro.errors import ArgoKedroError, CompileError
from argo_kedro.project import Project

_OLDEST = (11, 1)  # the first that knows Kedro 1
_INSTALL = 'pip install "kedro-viz>=11.1"'
_LOOK_AGAIN = 0.2  # seconds


def stop_without_it() -> None:
    """Stop where Kedro-Viz is not installed, or is older than what this was tried with.

    Raises:
        ArgoKedroError: if so.
    """
    try:
        version = metadata.version("kedro-viz")
    except metadata.PackageNotFoundError as error:
        raise ArgoKedroError("Kedro-Viz is not installed in this environment.", hint=_INSTALL) from error
    if tuple(int(number) for number in re.findall(r"\d+", version)[:2]) < _OLDEST:
        raise ArgoKedroError(f"Kedro-Viz {version} is too old.", hint=_INSTALL)


def register(package: str, pipelines: Mapping[str, Pipeline]) -> None:
    """Make these the registered pipelines of the project, in this process."""
    registry: Any = import_module(f"{package}.pipeline_registry")
    registry.register_pipelines = lambda: dict(pipelines)


def serve(project: Project, host: str, port: int, *, said: str, browser: bool) -> None:
    """Serve until somebody interrupts it.

    Args:
        project: Whose registered pipelines are shown.
        host: The address.
        port: The port; 0 takes a free one.
        said: What is shown, in a few words.
        browser: Whether to open one.

    Raises:
        ArgoKedroError: if the port is taken, or Kedro-Viz cannot show the project.
    """
    port = _free(host, port)
    address = f"http://{host}:{port}/"

    def tell() -> None:
        while not _answers(host, port):
            time.sleep(_LOOK_AGAIN)
        console.result(address)
        console.say(f"Kedro-Viz shows {said}. Ctrl-C ends it.\nNext: {address}")
        if browser:
            webbrowser.open_new(address)

    threading.Thread(target=copy_context().run, args=(tell,), daemon=True).start()
    _called("kedro_viz.server", "run_server", host=host, port=port, project_path=project.path, **_asked(project))


def save(project: Project, folder: Path) -> None:
    """Write what it shows into a folder, whole or not at all; previews of data are left out.

    Raises:
        ArgoKedroError: if it cannot be written, or Kedro-Viz cannot show the project.
    """
    import fsspec  # type: ignore[import-untyped]  # here, since nothing else of this module needs it

    try:
        if folder.exists() and not _is_ours(folder):
            message = f"{shown(folder)} holds something else than a picture of Kedro-Viz."
            raise CompileError(message, hint="name another folder with --save-file.")
        _called("kedro_viz.server", "load_and_populate_data", path=project.path, **_asked(project))
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=f".{folder.name}.", dir=folder.parent) as partial:
            whole = Path(partial) / folder.name
            _called(
                "kedro_viz.api.rest.responses.save_responses",
                "save_api_responses_to_fs",
                path=str(whole),
                remote_fs=fsspec.filesystem("file"),
                is_all_previews_enabled=False,
            )
            if folder.exists():
                shutil.rmtree(folder)
            whole.replace(folder)
    except OSError as error:
        message = f"{shown(folder)} cannot be written: {error.strerror}."
        raise CompileError(message, hint="name another folder with --save-file.") from error


def _is_ours(folder: Path) -> bool:
    """Whether a folder is empty, or holds what Kedro-Viz writes and nothing else: a package may have an `api` too."""
    names = [each.name for each in folder.iterdir()]
    return not names or (names == ["api"] and (folder / "api" / "main").is_file())


def _asked(project: Project) -> dict[str, Any]:
    """What Kedro-Viz has to know to open the project as the plan has it."""
    return {
        "env": project.env,
        "package_name": project.package,
        "extra_params": dict(project.params) or None,
        "include_hooks": project.config.runner.hook_datasets,
    }


def _called(module: str, name: str, **arguments: Any) -> None:
    """A function of Kedro-Viz, called.

    Raises:
        ArgoKedroError: if this version of it has none that takes these, or it failed.
    """
    try:
        function: Callable[..., object] = getattr(import_module(module), name)
        inspect.signature(function).bind(**arguments)
    except (ImportError, AttributeError, TypeError) as error:
        message = f"Kedro-Viz {metadata.version('kedro-viz')} cannot be started from here: {error}"
        raise ArgoKedroError(message, hint='pip install "kedro-viz>=11.1,<13" brings one that can.') from error
    try:
        function(**arguments)
    except Exception as error:  # it opens the project, whose code can raise anything
        message = f"Kedro-Viz cannot show the project: {type(error).__name__}: {' '.join(str(error).split())}"
        raise ArgoKedroError(message, hint="`kedro viz run` shows the traceback.") from error


def _free(host: str, port: int) -> int:
    """This port, or a free one in place of 0.

    Raises:
        ArgoKedroError: if nobody can listen there.
    """
    try:
        with closing(socket.socket()) as found:
            found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            found.bind((host, port))
            return int(found.getsockname()[1])
    except OSError as error:
        message = f"Kedro-Viz cannot listen at {host}:{port}: {error.strerror}."
        raise ArgoKedroError(message, hint="name another --host or --port; --port 0 takes a free one.") from error


def _answers(host: str, port: int) -> bool:
    try:
        with closing(socket.create_connection((host, port), timeout=1)):
            return True
    except OSError:
        return False
