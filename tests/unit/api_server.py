"""A Kubernetes API server of one namespace, on a real socket: it keeps objects in memory, and fails as it is told."""

from __future__ import annotations

import json
import threading
from collections import defaultdict, deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Literal
from urllib.parse import parse_qs, urlsplit

import pytest

from argo_kedro.cluster.client import KubernetesCluster

NAMESPACE = "blue"
_VERBS = {"POST": "create", "GET": "get", "PUT": "replace", "DELETE": "delete"}


@dataclass(frozen=True, kw_only=True)
class Request:
    """What was asked: one of create, dry run, get, list, watch, replace, delete, log."""

    verb: str
    path: str
    kind: str
    name: str
    query: Mapping[str, str]
    headers: Message
    body: Any


@dataclass(frozen=True, kw_only=True)
class Answer:
    """One answer. Without a body it is the true one; a list is a stream: lines, or bytes as they are."""

    code: int = 200
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    carried_out: bool = True  # before the answer; always so where the body is the true one
    lost: Literal["", "before", "within", "silent"] = ""  # the connection ends before or within it, or says no more


def refused(code: int, reason: str, message: str, headers: Mapping[str, str] | None = None, **details: Any) -> Answer:
    """A request that was not carried out, in the words of Kubernetes."""
    return Answer(code=code, body=status(code, reason, message, **details), headers=headers or {}, carried_out=False)


def status(code: int, reason: str, message: str, **details: Any) -> dict[str, Any]:
    """A Status object."""
    words = {"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure"}
    return {**words, "message": message, "reason": reason, "details": details, "code": code}


class ApiServer:
    """Answers each verb by what `next` has in store for it, then by `always`, then as a server that is well."""

    def __init__(self) -> None:
        self.objects: dict[tuple[str, str], dict[str, Any]] = {}
        self.created: list[str] = []  # the creates that were carried out, by name
        self.requests: list[Request] = []
        self.pages: dict[str, Any] = {}  # path -> what is read there, or said to a review
        self.always: dict[str, Callable[[Request], Answer]] = {}
        self._next: dict[str, deque[Answer]] = defaultdict(deque)
        self._version = 0
        self._lock = threading.Lock()
        self._over = threading.Event()
        self._http = _Http(("127.0.0.1", 0), _handler(self))
        self.url = f"http://127.0.0.1:{self._http.server_address[1]}"
        self.folder = Path()  # of the kubeconfig

    def next(self, verb: str, *answers: Answer) -> None:
        """Have these answers in store for a verb, one for each request."""
        self._next[verb] += answers

    def forget(self) -> None:
        """Begin anew: no objects, no requests, nothing in store."""
        for each in (self.objects, self.created, self.requests, self.pages, self.always, self._next):
            each.clear()

    def cluster(self, **options: Any) -> KubernetesCluster:
        """The real cluster class, led here by its kubeconfig."""
        return KubernetesCluster(**{"patience": 30, **options})

    def asked(self, verb: str) -> list[Request]:
        """The requests of a verb."""
        return [request for request in self.requests if request.verb == verb]

    def put(self, kind: str, document: Mapping[str, Any]) -> dict[str, Any]:
        """Keep an object under its name, with a version of its own."""
        self._version += 1
        name, version = document["metadata"]["name"], str(self._version)
        stored = {**document, "metadata": {"uid": f"uid-{name}", **document["metadata"], "resourceVersion": version}}
        self.objects[kind, name] = stored
        return stored

    def answer(self, request: Request) -> Answer:
        """What to say to a request; what it asks for is done."""
        with self._lock:
            self.requests.append(request)
            store = self._next[request.verb]
            chosen = store.popleft() if store else self.always.get(request.verb, lambda _: Answer())(request)
            if not chosen.carried_out:
                return chosen
            if request.path in self.pages:
                return Answer(body=self.pages[request.path])
            code, body = self._carry_out(request)
            return chosen if chosen.body is not None else Answer(code=code, body=body, lost=chosen.lost)

    def wait_for_end(self) -> None:
        """Say nothing until the test is over; or for so long that who still waits has no end to his patience."""
        self._over.wait(20)

    def __enter__(self) -> ApiServer:
        threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._http.shutdown()
        self._http.server_close()

    def _carry_out(self, request: Request) -> tuple[int, Any]:
        key = request.kind, request.name
        if request.verb == "list":
            items = [document for (kind, _), document in self.objects.items() if kind == request.kind]
            return 200, {"items": items, "metadata": {"resourceVersion": str(self._version)}}
        if request.verb == "watch":
            return 200, []
        if request.verb in ("create", "dry run"):
            name = request.body["metadata"]["name"]
            if (request.kind, name) in self.objects:
                message = f'{request.kind}.argoproj.io "{name}" already exists'
                return 409, status(409, "AlreadyExists", message, name=name, kind=request.kind)
            if request.verb == "dry run":
                return 201, request.body
            self.created.append(name)
            return 201, self.put(request.kind, request.body)
        if key not in self.objects:
            message = f'{request.kind}.argoproj.io "{request.name}" not found'
            return 404, status(404, "NotFound", message, name=request.name, kind=request.kind)
        if request.verb == "replace":
            return 200, self.put(request.kind, request.body)
        if request.verb == "delete":
            return 200, self.objects.pop(key)
        return 200, self.objects[key]


def serving(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ApiServer]:
    """A server, and KUBECONFIG as the way to it."""
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    with ApiServer() as server:
        server.folder = folder
        monkeypatch.setenv("KUBECONFIG", str(kubeconfig(folder / "config", server.url)))
        yield server


def kubeconfig(path: Path, url: str, *, user: Mapping[str, Any] | None = None, **cluster: str) -> Path:
    """Write a kubeconfig with one context."""
    document = {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": "wire", "cluster": {"server": url, **cluster}}],
        "users": [{"name": "ada", "user": dict(user or {})}],
        "contexts": [{"name": "wire", "context": {"cluster": "wire", "user": "ada", "namespace": NAMESPACE}}],
        "current-context": "wire",
    }
    path.write_text(json.dumps(document), encoding="utf-8")
    return path


class _Http(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Nothing: that the client went away is often what is tested."""


def _handler(api: ApiServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True  # an answer in two writes would wait 40 ms for the client's word

        def _serve(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            answer = api.answer(_request(self.command, self.path, self.headers, self.rfile.read(length)))
            self.close_connection = bool(answer.lost)
            if answer.lost == "silent" and not isinstance(answer.body, list):
                api.wait_for_end()
            if answer.lost != "before":
                self._write(answer)

        do_GET = do_POST = do_PUT = do_DELETE = _serve

        def _write(self, answer: Answer) -> None:
            lines = [_line(line) for line in answer.body] if isinstance(answer.body, list) else None
            whole = b"" if lines is not None else _encoded(answer.body)
            size = ("Transfer-Encoding", "chunked") if lines is not None else ("Content-Length", str(len(whole)))
            self.send_response(answer.code)
            for name, value in {"Content-Type": "application/json", **answer.headers, size[0]: size[1]}.items():
                self.send_header(name, value)
            self.end_headers()
            for line in lines or ():
                self.wfile.write(b"%x\r\n%s\r\n" % (len(line), line))
            if lines is not None and answer.lost == "silent":
                api.wait_for_end()
            within = answer.lost == "within"
            if lines is not None:
                self.wfile.write(b"" if within else b"0\r\n\r\n")
            else:
                self.wfile.write(whole[: len(whole) // 2] if within else whole)

        def log_message(self, format: str, *args: Any) -> None:
            """Nothing: the test has the requests."""

    return Handler


def _line(line: Any) -> bytes:
    return line if isinstance(line, bytes) else _encoded(line) + b"\n"


def _encoded(body: Any) -> bytes:
    if isinstance(body, bytes):
        return body
    return body.encode() if isinstance(body, str) else json.dumps(body).encode()


def _request(method: str, target: str, headers: Message, body: bytes) -> Request:
    parts = urlsplit(target)
    query = {key: values[-1] for key, values in parse_qs(parts.query).items()}
    kind, name, *rest = [*parts.path.partition(f"/namespaces/{NAMESPACE}/")[2].split("/"), ""]
    verb = _VERBS[method]
    if rest[:1] == ["log"]:
        verb = "log"
    elif verb == "get" and not name:
        verb = "watch" if query.get("watch", "").lower() == "true" else "list"
    elif verb == "create" and query.get("dryRun") == "All":
        verb = "dry run"
    return Request(
        verb=verb,
        path=parts.path,
        kind=kind,
        name=name,
        query=query,
        headers=headers,
        body=json.loads(body) if body else None,
    )
