"""A cluster in memory. Each call is answered from its objects and logs, unless an answer was scripted for it."""

from __future__ import annotations

import copy
from collections import defaultdict, deque
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from argo_kedro.cluster.protocol import AlreadyThere, Change, Changed, Kind, Listing, NotThere
from argo_kedro.model import Json

Usual = Callable[[], Any]


class FakeCluster:
    """Scripted answers are used up in order; an object's own (`get demo-x`) come before those of the verb (`get`).

    An error is raised; a function gets the usual answer as a function, and may carry it out and then raise; `None` is
    the usual answer; all else is the answer itself. In what a watch or a log yields, an error is raised and a function
    called where it stands: that is how a stream breaks or waits.
    """

    namespace = "ns"
    where = "context fake, namespace ns"

    def __init__(self, **objects: Sequence[Json]) -> None:
        self._version = 0
        self.objects: dict[str, dict[str, dict[str, Any]]] = defaultdict(dict)
        for kind, documents in objects.items():
            self.put(kind, *documents)
        self.logs: dict[str, list[Any]] = {}  # pod, or `pod/container` of another than main -> its lines, with times
        self.scripts: dict[str, deque[Any]] = defaultdict(deque)
        self.paths: dict[str, Any] = {}  # of the API -> what is read there; an error is raised
        self.reviews: dict[str, Any] = {}  # kind of access review -> its status, or a function of its spec
        self.calls: list[str] = []  # `get demo-x`, `listing pods`, `log pod-a follow`, ...

    def put(self, kind: str, *documents: Json) -> None:
        """Let these objects be there, in the place of those with their names."""
        for document in documents:
            self._keep(kind, document)

    def script(self, call: str, *answers: Any) -> None:
        """What the next calls of this verb, or of this verb and name, are answered with."""
        self.scripts[call].extend(answers)

    def create(self, kind: Kind, document: Json, *, dry_run: bool = False) -> dict[str, Any]:
        def usual() -> dict[str, Any]:
            if document["metadata"]["name"] in self.objects[kind]:
                raise AlreadyThere(f"{document['metadata']['name']} already exists")
            return dict(document) if dry_run else self._keep(kind, document)

        return self._answer("create", document["metadata"]["name"], usual, " dry run" if dry_run else "")

    def get(self, kind: Kind, name: str) -> dict[str, Any]:
        if kind in ("pods", "events"):  # the real one asks for Argo's only
            raise NotThere(f"would not read {kind} {name}: Not Found")
        return self._answer("get", name, lambda: copy.deepcopy(self._there(kind, name)))

    def listing(self, kind: Kind, *, labels: str = "", fields: str = "") -> Listing:
        def usual() -> Listing:
            wanted = [("metadata.labels", *each.split("=")) for each in labels.split(",") if each]
            wanted += [("", *each.split("=")) for each in fields.split(",") if each]
            items = (each for each in self.objects[kind].values() if all(_is(each, *one) for one in wanted))
            return Listing(items=tuple(copy.deepcopy(list(items))), version=str(self._version))

        return self._answer("listing", kind, usual)

    def watch(self, kind: Kind, *, version: str, fields: str = "", seconds: int) -> Iterator[Change]:
        yield from _played(self._answer("watch", kind, lambda: ()))

    def replace(self, kind: Kind, document: Json, *, dry_run: bool = False) -> dict[str, Any]:
        def usual() -> dict[str, Any]:
            old, new = self._there(kind, document["metadata"]["name"])["metadata"], document["metadata"]
            if new.get("resourceVersion", old["resourceVersion"]) != old["resourceVersion"]:
                raise Changed(f"{new['name']} has been modified")
            return dict(document) if dry_run else self._keep(kind, document)

        return self._answer("replace", document["metadata"]["name"], usual)

    def patch(self, kind: Kind, name: str, change: Sequence[Json]) -> dict[str, Any]:
        def usual() -> dict[str, Any]:
            document = copy.deepcopy(self._there(kind, name))
            for each in change:
                *way, last = each["path"].strip("/").split("/")
                place = document
                for key in way:
                    place = place[key]
                place[last] = each["value"]
            return self._keep(kind, document)

        return self._answer("patch", name, usual)

    def delete(self, kind: Kind, name: str) -> None:
        def usual() -> None:
            self._there(kind, name)
            del self.objects[kind][name]

        self._answer("delete", name, usual)

    def log(self, pod: str, container: str, *, follow: bool = False, since: str = "", tail: int = 0) -> Iterator[str]:
        def usual() -> list[Any]:
            name = pod if container == "main" else f"{pod}/{container}"
            if name not in self.logs:
                raise NotThere(f'pods "{pod}" not found')
            found = [each for each in self.logs[name] if not isinstance(each, str) or each[:19] >= since[:19]]
            return found[-tail:]

        yield from _played(self._answer("log", pod, usual, " follow" if follow else ""))

    def read(self, path: str, *, query: Json | None = None) -> dict[str, Any]:
        def usual() -> Any:
            if path not in self.paths:
                raise NotThere(f"{path} not found")
            return copy.deepcopy(self.paths[path])

        found = self._answer("read", path, usual)
        if isinstance(found, Exception):
            raise found
        return dict(found)

    def review(self, kind: str, spec: Json) -> dict[str, Any]:
        found = self._answer("review", kind, lambda: self.reviews.get(kind, {}))
        if isinstance(found, Exception):
            raise found
        return dict(found(spec) if callable(found) else found)

    def _answer(self, verb: str, name: str, usual: Usual, more: str = "") -> Any:
        self.calls.append(f"{verb} {name}{more}")
        script = self.scripts.get(f"{verb} {name}") or self.scripts.get(verb)
        answer = script.popleft() if script else None
        if isinstance(answer, Exception):
            raise answer
        if callable(answer):
            return answer(usual)
        return usual() if answer is None else answer

    def _there(self, kind: str, name: str) -> dict[str, Any]:
        if name not in self.objects[kind]:
            raise NotThere(f'{kind} "{name}" not found')
        return self.objects[kind][name]

    def _keep(self, kind: str, document: Json) -> dict[str, Any]:
        self._version += 1
        kept = copy.deepcopy(dict(document))
        kept["metadata"]["resourceVersion"] = str(self._version)
        before = self.objects[kind].get(kept["metadata"]["name"])
        kept["metadata"].setdefault("uid", before["metadata"]["uid"] if before else f"uid-{self._version}")
        self.objects[kind][kept["metadata"]["name"]] = kept
        return copy.deepcopy(kept)


def _is(document: Any, path: str, key: str, value: str) -> bool:
    """Labels have dots in their keys, the keys of fields are paths."""
    for part in path.split(".") if path else key.split(".")[:-1]:
        document = document.get(part) or {}
    return bool(document.get(key if path else key.split(".")[-1]) == value)


def _played(items: Sequence[Any]) -> Iterator[Any]:
    for item in items:
        if isinstance(item, Exception):
            raise item
        if callable(item):
            item()
        else:
            yield item
