"""Keys of argo.yml that have a better form: named by `check`, rewritten by `check --fix`. Imported as `steps` is."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from argo_kedro.cli import console
from argo_kedro.cli.files import shown
from argo_kedro.config.old_keys import BetterForm, Place, better_forms
from argo_kedro.fixing import fix
from argo_kedro.project.configuration import Configuration
from argo_kedro.project.opening import bootstrap


def told(project: Path, chosen: Mapping[str, Any], *, rewrite: bool) -> None:
    """Name the keys that have a better form, after those were rewritten that can be. Nothing of it is wrong.

    Raises:
        ConfigError: if argo.yml cannot be read.
        ArgoKedroError: if a file cannot be written.
    """
    files, forms = _found(project, chosen)
    if rewrite:
        for name in dict.fromkeys(form.file for form in forms):
            _rewritten(files[name], [form for form in forms if form.file == name])
        _, forms = _found(project, chosen)
    for form in forms:
        console.say(f"Note: {form}")
    if not rewrite and any(form.deed != "none" for form in forms):
        console.say("Note: `kedro argo check --fix` writes the better form where it can; comments and order stay.")


def _found(project: Path, chosen: Mapping[str, Any]) -> tuple[Mapping[str, Path], list[BetterForm]]:
    bootstrap(project)
    env = chosen.get("env") or os.environ.get("KEDRO_ENV")
    configuration = Configuration(project, env, chosen.get("conf_source"), chosen.get("params") or {})
    config = configuration.argo()
    files = configuration.argo_files()
    return files, better_forms(config, configuration.argo_contents())


def _rewritten(file: Path, forms: Sequence[BetterForm]) -> None:
    changed, left = fix(file, forms)
    if changed:
        console.result(shown(file))
        console.say(f"Rewrote {shown(file)}: {', '.join(map(_words, changed))}.")
    for place in left:
        console.say(f"Note: {shown(file)}: {_words(place)} is left to you: it shares its line, or has an anchor.")


def _words(place: Place) -> str:
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in place).lstrip(".")
