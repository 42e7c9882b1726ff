"""docker, podman and buildah for tests: scripts on PATH that write down what they are told, and play an answer."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

IMAGE_ID = "0123456789ab" + "c" * 52
TAG = IMAGE_ID[:12]
IMAGE = "ghcr.io/team/flights"
BUILT = f'while [ "$1" != --iidfile ] && [ $# -gt 0 ]; do shift; done; [ $# -eq 0 ] || echo sha256:{IMAGE_ID} > "$2"'
_SCRIPT = """\
#!/bin/sh
line={name}
for word; do line="$line|$word"; done
echo "$line" >> {log}
case "$1 $2" in
info*) {info} ;;
'buildx version') {plugin} ;;
'buildx build'|build*|bud*) {build} ;;
tag*) {tag} ;;
rmi*) {rmi} ;;
push*) {push} ;;
*) echo "unknown: $line" >&2; exit 125 ;;
esac
"""


@dataclass(frozen=True, kw_only=True)
class Builders:
    """A folder that is all of PATH."""

    folder: Path
    log: Path

    def add(self, name: str, **answers: str) -> None:
        """Install a builder; `build="echo no >&2; exit 3"` is what it does then, in shell."""
        steps = dict.fromkeys(("info", "plugin", "tag", "rmi", "push"), ":") | {"build": BUILT} | answers
        script = self.folder / name
        script.write_text(_SCRIPT.format(name=name, log=self.log, **steps), encoding="utf-8")
        script.chmod(0o755)

    def lines(self) -> list[str]:
        """What was called, with | between the words."""
        return self.log.read_text(encoding="utf-8").splitlines() if self.log.exists() else []


def project_in(folder: Path) -> Path:
    """A project with a Dockerfile."""
    (folder / "project").mkdir()
    (folder / "project" / "Dockerfile").write_text("FROM scratch\n", encoding="utf-8")
    return folder / "project"
