"""Secret parameters reach the nodes, and nothing else."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import quote

import pytest
from kedro.config import AbstractConfigLoader, OmegaConfigLoader

from argo_kedro.task.secret_parameters import SecretParameters

NASTY = ["pass,word", "a${b}c", "${oc.env:HOME}", r"\${x}\\", "{{workflow.uid}}", "'\"", "é\n", "1e3", "null"]


@pytest.fixture(autouse=True)
def _records() -> Iterator[None]:
    factory = logging.getLogRecordFactory()
    yield
    logging.setLogRecordFactory(factory)


def context(path: Path, text: str) -> Any:
    (path / "base").mkdir()
    (path / "local").mkdir()
    (path / "base" / "parameters.yml").write_text(text)
    loader = OmegaConfigLoader(str(path), base_env="base", default_run_env="local", runtime_params={"w": {"port": 1}})
    return SimpleNamespace(config_loader=loader, _runtime_params={"w": {"port": 1}})


@pytest.mark.parametrize("value", NASTY)
def test_any_text_reaches_the_parameters(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("PARAM_W", value)
    made = context(tmp_path, "w: {user: me, password: none}\nsame: ${runtime_params:w.password}\n")

    SecretParameters({"w.password": "PARAM_W", "new.one": "PARAM_W"}).after_context_created(context=made)

    read = made.config_loader["parameters"]
    assert read == {"w": {"user": "me", "password": value, "port": 1}, "same": value, "new": {"one": value}}
    assert made._runtime_params == {"w": {"port": 1, "password": value}, "new": {"one": value}}


def test_a_variable_that_is_not_set_gives_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PARAM_W", raising=False)
    made = context(tmp_path, "w: {password: default}\n")

    SecretParameters({"w.password": "PARAM_W"}).after_context_created(context=made)

    assert made.config_loader["parameters"]["w"]["password"] == "default"
    assert made._runtime_params == {"w": {"port": 1}}


def test_another_loader_gets_the_plain_text(monkeypatch: pytest.MonkeyPatch) -> None:
    class Loader(AbstractConfigLoader):
        """It merges runtime parameters by itself."""

    monkeypatch.setenv("PARAM_W", "a${b}c")
    made: Any = SimpleNamespace(config_loader=Loader("conf"), _runtime_params=None)

    SecretParameters({"w.password": "PARAM_W"}).after_context_created(context=made)

    assert made.config_loader.runtime_params == made._runtime_params == {"w": {"password": "a${b}c"}}


def test_a_parameter_that_was_no_mapping_becomes_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PARAM_W", "secret")
    made: Any = SimpleNamespace(config_loader=SimpleNamespace(runtime_params={"w": 1}), _runtime_params={"w": 1})

    SecretParameters({"w.password": "PARAM_W"}).after_context_created(context=made)

    assert made.config_loader.runtime_params == {"w": {"password": "secret"}}


def test_no_log_and_no_text_shows_them(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    monkeypatch.setenv("PARAM_A", "hunter")
    monkeypatch.setenv("PARAM_B", "hunter2")
    secrets = SecretParameters({"a": "PARAM_A", "b": "PARAM_B"})
    logger = logging.getLogger("some.project")

    with caplog.at_level("INFO"):
        logger.info("connecting with %s and %r", "hunter2", {"a": "hunter"})
        logger.info("nothing to hide: %d", 3)

    assert caplog.messages == ["connecting with *** and {'a': '***'}", "nothing to hide: 3"]
    assert secrets.hide("hunter2 or hunter") == "*** or ***"


def test_a_traceback_that_is_logged_does_not_show_them(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("PARAM_A", "hunter2")
    SecretParameters({"a": "PARAM_A"})
    for text in ("hunter2 is refused", "the host is gone"):
        logging.getLogger("some.project").error("cannot connect", exc_info=ValueError(text))

    assert "hunter2" not in caplog.text
    assert "ValueError: *** is refused" in caplog.text
    assert "ValueError: the host is gone" in caplog.text
    assert caplog.records[1].exc_info  # one that shows nothing stays as it is


@pytest.mark.parametrize("value", ["a\"'b\\", "line 1\nline 2\n", "p@ss/w rd", "é€"])
def test_no_other_form_of_them_is_shown(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("PARAM_A", value)
    secrets = SecretParameters({"a": "PARAM_A"})
    url, line = f"db://me:{quote(value, safe='')}@host", " ".join(f"with {value} there".split())
    for text in (repr({"a": value}), json.dumps([value]), json.dumps([value], ensure_ascii=False), url, line):
        shown = secrets.hide(text)
        assert shown in ("{'a': '***'}", "{'a': \"***\"}", '["***"]', "db://me:***@host", "with *** there")
