"""Hand an image from buildah's storage to containerd: of its layers only those that containerd does not have.

`buildah push` knows no such thing. It packs every layer again, half a minute for one line of code.
"""

import argparse
import hashlib
import io
import json
import os
import stat
import sys
import tarfile
from pathlib import Path

TYPE = "application/vnd.oci.image."


def main() -> None:
    """Write the archive that `ctr images import` reads; stdin lists the digests that containerd has."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("storage", type=Path, help="buildah's --root, of its overlay driver")
    parser.add_argument("inspected", type=Path, help="what `buildah inspect --type image` said")
    parser.add_argument("name", help="of the image in containerd")
    parser.add_argument("archive", type=Path)
    arguments = parser.parse_args()
    there = set(sys.stdin.read().split())
    inspected = json.loads(arguments.inspected.read_text())
    digests = arguments.storage / "digests"  # of each layer as it is packed here: it never changes
    digests.mkdir(exist_ok=True)

    with tarfile.open(arguments.archive, "w") as archive:
        layers = []
        for layer in chain(arguments.storage, inspected["FromImageID"]):
            known = digests / layer
            if not known.exists() or json.loads(known.read_text())["digest"] not in there:
                packed = arguments.archive.with_suffix(".layer")
                known.write_text(json.dumps(pack(arguments.storage / "overlay" / layer / "diff", packed)))
                archive.add(packed, blob(json.loads(known.read_text())["digest"]))
            layers.append(json.loads(known.read_text()))

        config = inspected["OCIv1"]
        config.pop("history", None)  # it would have to agree with the layers
        config["rootfs"] = {"type": "layers", "diff_ids": [layer["digest"] for layer in layers]}
        manifest = {
            "schemaVersion": 2,
            "mediaType": TYPE + "manifest.v1+json",
            "config": add_json(archive, config, TYPE + "config.v1+json"),
            "layers": layers,
        }
        described = add_json(archive, manifest, TYPE + "manifest.v1+json")
        described["annotations"] = {"io.containerd.image.name": arguments.name}
        add(archive, "index.json", json.dumps({"schemaVersion": 2, "manifests": [described]}).encode())
        add(archive, "oci-layout", b'{"imageLayoutVersion": "1.0.0"}')


def chain(storage: Path, image: str) -> list[str]:
    """The layers of an image, lowest first."""
    images = json.loads((storage / "overlay-images" / "images.json").read_text())
    parents = {
        layer["id"]: layer.get("parent", "")
        for layer in json.loads((storage / "overlay-layers" / "layers.json").read_text())
    }
    layer = next(entry["layer"] for entry in images if entry["id"] == image)
    found = []
    while layer:
        found.append(layer)
        layer = parents[layer]
    return found[::-1]


def pack(folder: Path, packed: Path) -> dict[str, object]:
    """Pack what one layer changed; what it removed is noted by `.wh.`, as images do, not by overlayfs' own marks."""
    with tarfile.open(packed, "w", format=tarfile.PAX_FORMAT) as archive:
        for path in sorted(folder.rglob("*")):
            name = path.relative_to(folder)
            status = path.lstat()
            if stat.S_ISCHR(status.st_mode) and status.st_rdev == 0:
                add(archive, str(name.parent / f".wh.{name.name}"), b"")
                continue
            archive.add(path, str(name), recursive=False)
            if path.is_dir() and not path.is_symlink() and "trusted.overlay.opaque" in os.listxattr(path):
                add(archive, str(name / ".wh..wh..opq"), b"")
    with packed.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256") if sys.version_info >= (3, 11) else hashlib.sha256(file.read())
    return {
        "mediaType": TYPE + "layer.v1.tar",
        "digest": f"sha256:{digest.hexdigest()}",
        "size": packed.stat().st_size,
    }


def add_json(archive: tarfile.TarFile, document: object, media_type: str) -> dict[str, object]:
    """Add a document as a blob, and say how others refer to it."""
    text = json.dumps(document).encode()
    digest = f"sha256:{hashlib.sha256(text).hexdigest()}"
    add(archive, blob(digest), text)
    return {"mediaType": media_type, "digest": digest, "size": len(text)}


def add(archive: tarfile.TarFile, name: str, content: bytes) -> None:
    """Add a file of this content."""
    entry = tarfile.TarInfo(name)
    entry.size = len(content)
    archive.addfile(entry, io.BytesIO(content))


def blob(digest: str) -> str:
    """Where an archive keeps it."""
    return "blobs/" + digest.replace(":", "/")


if __name__ == "__main__":
    main()
