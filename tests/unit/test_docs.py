"""What the docs show exists: each command and option, and each argo.yml loads."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib import import_module

import click
import pytest
import yaml

from argo_kedro.cli.group import argo
from argo_kedro.cli.options import OPTIONS
from argo_kedro.config import parse
from pages import PAGES, Block, blocks

COMMAND = re.compile(r"kedro argo ([a-z]+[^`|#&]*)")
OPTION = re.compile(r"(?<!\S)--?[a-z][-a-z]*")


def verb(name: str) -> click.Command:
    module, _, attribute = argo.lazy_subcommands[name].rpartition(".")
    found = getattr(import_module(module), attribute)
    assert isinstance(found, click.Command)
    return found


def commands() -> Iterator[tuple[str, str]]:
    for page in PAGES:
        for line in page.read_text(encoding="utf-8").splitlines():
            for found in COMMAND.findall(line):
                yield page.name, found.strip()


@pytest.mark.parametrize(("page", "line"), sorted(set(commands())))
def test_a_command_that_a_page_shows_has_these_options(page: str, line: str) -> None:
    name = line.split()[0]
    assert name in argo.lazy_subcommands, f"{page}: kedro argo {line}"
    known = {option for parameter in verb(name).params for option in (*parameter.opts, *parameter.secondary_opts)}
    known |= set(OPTIONS.values()) if "--pipeline" in known else set()  # some came with later versions of Kedro
    assert set(OPTION.findall(line)) <= known | {"--help"}, f"{page}: kedro argo {line}"


CONFIGURATIONS = [block for page in PAGES for block in blocks(page) if block.language == "yaml"]


@pytest.mark.parametrize("block", CONFIGURATIONS, ids=lambda block: block.where)
def test_a_configuration_that_a_page_shows_loads(block: Block) -> None:
    assert parse(yaml.safe_load(block.text), {block.page: {}})
