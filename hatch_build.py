"""Writes Vega, which draws the report's charts, to templates/report/vega.js before a wheel or an editable install.

Vega comes out of PyPI's vl-convert-python, which carries it: a build needs no npm, and an installation not even that.
"""

from __future__ import annotations

import hashlib
import os
from importlib.metadata import version
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

# The release whose modules are named below, pinned in pyproject.toml too; another one may hold others.
_VL_CONVERT = "1.9.0.post1"
# Only what draws: no maps, forces, trees, word clouds, and no Vega-Lite, which would be a third more. The interpreter
# takes the place of the compiler of expressions, which a page with a strict Content-Security-Policy must not run.
_BUNDLE = """\
import {transforms} from '{npm}/vega-dataflow@6.1.0/+esm';
import * as basics from '{npm}/vega-transforms@5.1.0/+esm';
import * as views from '{npm}/vega-view-transforms@5.1.0/+esm';
import * as encoding from '{npm}/vega-encode@5.1.0/+esm';
import {View} from '{npm}/vega-view@6.1.0/+esm';
import {parse} from '{npm}/vega-parser@7.1.0/+esm';
import {expressionInterpreter} from '{npm}/vega-interpreter@2.0.0/+esm';
Object.assign(transforms, basics, views, encoding);
window.vega = {parse, View, expressionInterpreter};
""".replace("{npm}", "https://cdn.jsdelivr.net/npm")  # names of what vl-convert carries: nothing is loaded


class VegaHook(BuildHookInterface[Any]):
    """Makes the bundle where there is none, or one of something else."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Called by hatchling before it collects the files."""
        folder = Path(self.root, "templates", "report")
        notices = (folder / "licences.txt").read_text(encoding="utf-8")
        made_of = hashlib.sha256(f"{_BUNDLE}{notices}".encode()).hexdigest()[:16]
        head = f"/*! Vega, from vl-convert-python {_VL_CONVERT} ({made_of}).\n\n{notices}*/\n"
        file = folder / "vega.js"
        if not file.is_file() or not file.read_text(encoding="utf-8").startswith(head):
            _write(file, head + _bundle())


def _bundle() -> str:
    """The text of the library, minified."""
    import vl_convert  # here: a build that has the file already needs no vl-convert

    found = version("vl-convert-python")
    if found != _VL_CONVERT:
        raise RuntimeError(
            f"vl-convert-python is {found}, but templates/report/vega.js is made with {_VL_CONVERT}. "
            f"Way out: pip install vl-convert-python=={_VL_CONVERT}"
        )
    return str(vl_convert.javascript_bundle(_BUNDLE)).strip() + "\n"


def _write(file: Path, text: str) -> None:
    """The whole file or none of it, also where two builds run at once."""
    half = file.with_name(f".{file.name}.{os.getpid()}")
    half.write_text(text, encoding="utf-8")
    half.replace(file)
