"""An image that the real buildah builds, and pushes to a registry of this test."""

from __future__ import annotations

import hashlib
import io
import json
import re
import shutil
import tarfile
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from argo_kedro.config.models import Deployment
from argo_kedro.errors import ArgoKedroError
from argo_kedro.images import prepare, publish

pytestmark = [
    pytest.mark.cluster,
    pytest.mark.skipif(shutil.which("buildah") is None, reason="needs buildah"),
]


@dataclass(kw_only=True)
class Registry:
    """What the registry holds, and what it refuses."""

    address: str = ""
    blobs: dict[str, bytes] = field(default_factory=dict)  # by digest
    manifests: dict[str, bytes] = field(default_factory=dict)  # by name:tag
    refuses: int = 0  # an HTTP status


class _Handler(BaseHTTPRequestHandler):
    """As much of the OCI distribution API as a push needs."""

    registry: Registry
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self._answer(200)

    def do_HEAD(self) -> None:
        self._answer(200 if self.path.rpartition("/")[2] in self.registry.blobs else 404)

    def do_POST(self) -> None:
        self._answer(202, Location=f"{self.path}upload")

    def do_PATCH(self) -> None:
        _Handler.upload = self._body()
        self._answer(202, Location=self.path)

    def do_PUT(self) -> None:
        kept, body = _Handler.upload, self._body()
        name, what, last = self.path.removeprefix("/v2/").rsplit("/", 2)
        if what == "manifests":
            self.registry.manifests[f"{name}:{last}"] = body
        else:
            self.registry.blobs[self.path.partition("digest=")[2].replace("%3A", ":")] = kept + body
        digest = hashlib.sha256(body or kept).hexdigest()
        self._answer(201, Location=self.path, **{"Docker-Content-Digest": f"sha256:{digest}"})

    upload = b""

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def _body(self) -> bytes:
        if self.headers.get("Transfer-Encoding") != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length", 0)))
        body = b""
        while size := int(self.rfile.readline(), 16):
            body += self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()
        return body

    def _answer(self, status: int, **headers: str) -> None:
        self.send_response(self.registry.refuses or status)
        for name, value in {"Content-Length": "0", **headers}.items():
            self.send_header(name, value)
        self.end_headers()


@pytest.fixture
def registry() -> Iterator[Registry]:
    held = Registry()
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"registry": held}))
    held.address = f"127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield held
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def project(tmp_path: Path, registry: Registry, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project of two files; buildah keeps all that it has below this test's folder."""
    settings = {
        "storage.conf": f'[storage]\ndriver = "vfs"\ngraphroot = "{tmp_path}/store"\nrunroot = "{tmp_path}/run"\n',
        "registries.conf": f'[[registry]]\nlocation = "{registry.address}"\ninsecure = true\n',  # no TLS
        "project/Dockerfile": "FROM scratch\nCOPY a.txt b.txt /\n",
        "project/a.txt": "a\n",
        "project/b.txt": "b\n",
    }
    (tmp_path / "project").mkdir()
    for name, text in settings.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    monkeypatch.setenv("CONTAINERS_STORAGE_CONF", str(tmp_path / "storage.conf"))
    monkeypatch.setenv("CONTAINERS_REGISTRIES_CONF", str(tmp_path / "registries.conf"))
    monkeypatch.setenv("STORAGE_DRIVER", "vfs")
    monkeypatch.setenv("BUILDAH_ISOLATION", "chroot")
    return tmp_path / "project"


def test_buildah_builds_the_image_and_pushes_it_by_the_tag_of_its_content(project: Path, registry: Registry) -> None:
    build = prepare(project, Deployment(image=f"{registry.address}/team/flights", build="buildah"))

    reference = publish(build)
    again = publish(build)
    (project / "a.txt").write_text("another\n", encoding="utf-8")
    changed = publish(build)

    assert re.fullmatch(rf"{registry.address}/team/flights:[0-9a-f]{{12}}", reference)
    assert again == reference
    assert changed != reference
    assert {f"{registry.address}/{name}" for name in registry.manifests} == {reference, changed}
    manifest = json.loads(registry.manifests[f"team/flights:{reference.rpartition(':')[2]}"])
    assert manifest["config"]["digest"][7:19] == reference.rpartition(":")[2]
    [layer] = manifest["layers"]
    with tarfile.open(fileobj=io.BytesIO(registry.blobs[layer["digest"]])) as archive:
        assert {"a.txt", "b.txt"} <= set(archive.getnames())


@pytest.mark.parametrize(("status", "message"), [(401, "does not know you"), (403, "does not let you push there")])
def test_what_the_registry_says_to_buildah_becomes_a_sentence(
    status: int, message: str, project: Path, registry: Registry
) -> None:
    registry.refuses = status
    build = prepare(project, Deployment(image=f"{registry.address}/team/flights", tag="v1", build="buildah"))

    with pytest.raises(ArgoKedroError) as raised:
        publish(build)

    assert message in raised.value.message
    assert f"buildah login {registry.address}" in raised.value.hint
    assert registry.manifests == {}
