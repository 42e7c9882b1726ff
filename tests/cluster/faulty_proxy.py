"""A proxy before a real store, on loopback: it answers 503 to a share of the requests, cuts some, and is slow."""

from __future__ import annotations

import http.client
import random
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

BUSY = (
    b'<?xml version="1.0" encoding="UTF-8"?><Error><Code>SlowDown</Code>'
    b"<Message>Please reduce your request rate.</Message></Error>"
)


class FaultyProxy(ThreadingHTTPServer):
    """Shares of the requests by fault: `busy`, `cut` (no answer), `half` (half of an answer), `slow`, `silent`."""

    daemon_threads = True

    def __init__(self, upstream: str, shares: Mapping[str, float]) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.upstream = urlsplit(upstream).netloc
        self.shares = dict(shares)
        self.seen: Counter[str] = Counter()
        self._random = random.Random(7)
        self._lock = threading.Lock()

    @property
    def address(self) -> str:
        """Where clients find it."""
        return f"http://127.0.0.1:{self.server_port}"

    def fault(self) -> str:
        """What becomes of the next request."""
        with self._lock:
            draw, found = self._random.random(), "passed"
            for name, share in self.shares.items():
                draw -= share
                if draw < 0:
                    found = name
                    break
            self.seen[found] += 1
            return found

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up is no news."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: FaultyProxy

    def handle_any(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        fault = self.server.fault()
        if fault == "busy":
            self._answer(503, {"Content-Type": "application/xml"}, BUSY)
        elif fault == "cut":
            self.close_connection = True
        elif fault == "silent":
            time.sleep(30)
            self.close_connection = True
        else:
            if fault == "slow":
                time.sleep(1)
            self._forward(body, half=fault == "half")

    do_GET = do_PUT = do_POST = do_HEAD = do_DELETE = do_PATCH = handle_any

    def _forward(self, body: bytes, *, half: bool) -> None:
        upstream = http.client.HTTPConnection(self.server.upstream, timeout=30)
        upstream.putrequest(self.command, self.path, skip_host=True, skip_accept_encoding=True)
        for name, value in self.headers.items():  # the Host too: it is signed
            upstream.putheader(name, value)
        upstream.endheaders(body)
        answer = upstream.getresponse()
        content = answer.read()
        headers = {name: value for name, value in answer.getheaders() if name.lower() not in _OWN}
        length = answer.getheader("Content-Length") if self.command == "HEAD" else None
        self._answer(answer.status, headers, content, length=length, half=half)
        upstream.close()

    def _answer(
        self, status: int, headers: Mapping[str, str], content: bytes, *, length: str | None = None, half: bool = False
    ) -> None:
        self.send_response_only(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", length or str(len(content)))
        self.end_headers()
        self.wfile.write(content[: len(content) // 2] if half else content)
        self.close_connection = self.close_connection or half

    def log_message(self, format: str, *args: Any) -> None:
        """Nobody reads it."""


_OWN = ("content-length", "transfer-encoding", "connection")


@contextmanager
def faulty_proxy(upstream: str, **shares: float) -> Iterator[FaultyProxy]:
    """A proxy that is up as long as this lasts."""
    with FaultyProxy(upstream, shares) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()
