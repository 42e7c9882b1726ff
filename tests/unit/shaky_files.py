"""A store for tests: fsspec's in memory, with the faults that a test asks for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

import fsspec
from fsspec.implementations.memory import MemoryFileSystem


class ShakyFileSystem(MemoryFileSystem):  # type: ignore[misc]
    """`shaky://`: before each request it asks a function that may raise."""

    protocol = "shaky"
    store: ClassVar[dict[str, Any]] = {}
    pseudo_dirs: ClassVar[list[str]] = [""]
    fault: ClassVar[Callable[[str], None]] = staticmethod(lambda request: None)
    options: ClassVar[dict[str, Any]] = {}

    def __init__(self, **options: Any) -> None:
        super().__init__()
        type(self).options = options

    def pipe_file(self, path: str, value: bytes, **kwargs: Any) -> None:
        self.ask("put")
        super().pipe_file(path, value)

    def cat_file(self, path: str, start: Any = None, end: Any = None, **kwargs: Any) -> Any:
        self.ask("get")
        return super().cat_file(path, start, end, **kwargs)

    def open(self, path: str, mode: str = "rb", **kwargs: Any) -> Any:
        self.ask(f"open {mode}")
        return super().open(path, mode, **kwargs)

    def exists(self, path: str, **kwargs: Any) -> Any:
        self.ask("exists")
        return super().exists(path)

    def rm(self, path: str, recursive: bool = False, maxdepth: Any = None) -> None:
        self.ask("remove")
        super().rm(path, recursive=recursive, maxdepth=maxdepth)

    @classmethod
    def ask(cls, request: str) -> None:
        """Let the test decide."""
        cls.fault(request)

    @classmethod
    def _strip_protocol(cls, path: str) -> str:
        return "/" + path.removeprefix("shaky://").strip("/")

    @classmethod
    def start(cls, fault: Callable[[str], None] = lambda request: None) -> None:
        """Begin empty."""
        cls.store.clear()
        cls.pseudo_dirs[:] = [""]
        cls.start_faults(fault)

    @classmethod
    def start_faults(cls, fault: Callable[[str], None]) -> None:
        """Ask this function from now on."""
        cls.fault = staticmethod(fault)


fsspec.register_implementation("shaky", ShakyFileSystem, clobber=True)
