"""Does what a page shows, in a folder, and compares what it prints with what the page says that it prints."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from pages import Block, is_played

_SECONDS = 600.0
# A workflow's name: a project of the pages, perhaps a pipeline, and the random end.
_NAME = re.compile(r"\b((?:flights|my-project|pkg)(?:-[a-z_-]+)?)-[bcdfghjklmnpqrstvwxz2456789]{5}\b(?!\.yaml)")
_DIFFERS = (
    (re.compile(r"^\d\d:\d\d:\d\d "), ""),
    (re.compile(r"\d{4}-\d\d-\d\d([T ]\d\d[:.]\d\d([:.]\d\d)?([.,]\d+)?Z?)?"), "DATE"),
    (re.compile(r"\(\d+/(\d+)\)"), r"(N/\1)"),
    (re.compile(r"\b(\d+ h \d+ min|(\d+ min )?\d+(\.\d+)? s\b)"), "N s"),
    (re.compile(r"\b[0-9a-f]{12,64}\b"), "HASH"),
    (_NAME, r"\1-XXXXX"),
)
_HEADS = re.compile(r"[A-Z ]+")  # of a table
_NOTEBOOK = """
import json, sys, traceback
names = {"__name__": "__main__"}
for line in sys.stdin:
    failed = 0
    try:
        exec(compile(json.loads(line), "<page>", "exec"), names)
    except BaseException:
        traceback.print_exc(file=sys.stdout)
        failed = 1
    print(f"\\0{failed}", flush=True)
"""


def comparable(line: str) -> str:
    """A line without what differs from run to run: times, seconds, the count of what is done, random letters."""
    found = line.rstrip()
    for pattern, words in _DIFFERS:
        found = pattern.sub(words, found)
    # What is wider or narrower moves the columns beside it, and their heads.
    moves = found != line.rstrip() or _HEADS.fullmatch(found)
    return re.sub(r" {2,}", "  ", found) if moves else found


@dataclass(frozen=True, kw_only=True)
class Command:
    """A command that a page shows, and the lines that it shows below it."""

    line: str
    shown: tuple[str, ...]


def commands(text: str) -> list[Command]:
    """The commands of a session, in order."""
    found: list[tuple[str, list[str]]] = []
    goes_on = False
    for line in text.splitlines():
        if goes_on:
            found[-1] = (f"{found[-1][0]}\n{line}", [])
        elif line.startswith("$ "):
            found.append((line[2:], []))
        elif line.strip() and line.strip() != "...":
            found[-1][1].append(line)
        goes_on = (goes_on or line.startswith("$ ")) and line.endswith("\\")
    return [Command(line=line, shown=tuple(shown)) for line, shown in found]


@dataclass(kw_only=True)
class Session:
    """One reader of one page, in one folder."""

    folder: Path
    env: Mapping[str, str] = field(default_factory=dict)
    kept: frozenset[str] = frozenset()  # files that are as this place needs them, whatever the page writes there
    _names: dict[str, str] = field(default_factory=dict)  # of workflows: on the page, and here
    _notebook: subprocess.Popen[str] | None = None

    def play(self, blocks: Iterable[Block]) -> None:
        """Do all that these blocks show."""
        try:
            last = ""
            for block in blocks:
                if block.language == "text" and last:
                    self._compare(block.text.splitlines(), last, block.where)
                last = self._played(block) if is_played(block) and not block.not_run else ""
        finally:
            if self._notebook:
                self._notebook.kill()
                self._notebook.communicate()

    def _played(self, block: Block) -> str:
        """Do what a block shows; what it printed, if it is Python."""
        if block.file and block.file not in self.kept:
            path = self.folder / block.file
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(block.text, encoding="utf-8")
        elif block.applied:
            self._run("git apply -", block, typed=block.text)
        elif block.run:
            return self._python(block)
        elif block.is_session:
            all_ = commands(block.text)
            for command in all_:
                self._command(command, block, block.exit_code if command is all_[-1] else 0)
        return ""

    def _command(self, command: Command, block: Block, code: int) -> None:
        if command.line.startswith("pip install "):  # the tests have it
            return
        line = _NAME.sub(lambda found: self._names.get(found[0], found[0]), command.line)
        printed = self._run(line, block, code=code)
        self._compare(command.shown, printed, f"{block.where}: $ {line}")

    def _run(self, line: str, block: Block, *, code: int = 0, typed: str = "") -> str:
        done = subprocess.run(
            ["sh", "-c", line],
            cwd=self.folder,
            env=self._environment(),
            input=typed,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=_SECONDS,
            check=False,
        )
        assert done.returncode == code, f"{block.where}: $ {line}\nexit code {done.returncode}\n{done.stdout}"
        assert "Traceback (most recent call last)" not in done.stdout or code, f"{block.where}\n{done.stdout}"
        return done.stdout

    def _environment(self) -> dict[str, str]:
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        fixed = {"PATH": path, "DO_NOT_TRACK": "1", "COLUMNS": "200", "PYTHONUNBUFFERED": "1"}
        return {**{key: value for key, value in os.environ.items() if key != "KEDRO_ENV"}, **fixed, **self.env}

    def _compare(self, shown: Sequence[str], printed: str, where: str) -> None:
        """Each line that the page shows is one that was printed; the names in it are those of this session."""
        lines = {comparable(line): line for line in reversed(printed.splitlines())}
        missing = [line for line in shown if line.strip() not in ("", "...") and comparable(line) not in lines]
        assert missing == [], f"{where}\n{printed}"
        for line in shown:
            here = lines.get(comparable(line), "")
            self._names.update(zip(_names_in(line), _names_in(here), strict=False))

    def _python(self, block: Block) -> str:
        """What a block prints in the interpreter of this page."""
        if self._notebook is None:
            self._notebook = subprocess.Popen(
                [sys.executable, "-c", _NOTEBOOK],
                cwd=self.folder,
                env=self._environment(),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
            )
        process = self._notebook
        assert process.stdin and process.stdout
        too_long = threading.Timer(_SECONDS, process.kill)
        too_long.start()
        try:
            process.stdin.write(json.dumps(block.text) + "\n")
            process.stdin.flush()
            printed = []
            for line in process.stdout:
                before, end, failed = line.partition("\0")
                printed.append(before)
                if end:
                    assert failed.strip() == "0", f"{block.where}\n{''.join(printed)}"
                    return "".join(printed)
        finally:
            too_long.cancel()
        raise AssertionError(f"{block.where}: the interpreter ended\n{''.join(printed)}")


def _names_in(line: str) -> Iterator[str]:
    return (found[0] for found in _NAME.finditer(line))
