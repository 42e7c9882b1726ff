"""What is in the wheel and the sdist, and whether an installed argo-kedro finds its files."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tarfile
import zipfile
from email import message_from_string
from pathlib import Path

import pytest

from argo_kedro import __version__

pytestmark = pytest.mark.packaging

ROOT = Path(__file__).parents[2]
INFO = f"argo_kedro-{__version__}.dist-info"
BUNDLED = "argo_kedro/_bundled"
IGNORED = re.compile(r"(__pycache__|_cache|\.egg-info|\.hypothesis)/")
VEGA = "templates/report/vega.js"  # made by the build, and ignored by git


def tree(*names: str) -> dict[str, bytes]:
    """These files of the repository, and those in these folders, but for what .gitignore leaves out."""
    paths = [path for name in names for path in (ROOT / name, *(ROOT / name).rglob("*")) if path.is_file()]
    found = {path.relative_to(ROOT).as_posix(): path.read_bytes() for path in paths}
    return {name: data for name, data in found.items() if not IGNORED.search(name)}


def build(kind: str, source: Path, folder: Path) -> Path:
    command = [sys.executable, "-m", "build", f"--{kind}", "--no-isolation", "--outdir", str(folder), str(source)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    (made,) = folder.iterdir()
    return made


@pytest.fixture(scope="module")
def sdist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build("sdist", ROOT, tmp_path_factory.mktemp("sdist"))


@pytest.fixture(scope="module", params=["from the tree", "through the sdist"])
def wheel(request: pytest.FixtureRequest, sdist: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    source = ROOT
    if request.param == "through the sdist":
        unpacked = tmp_path_factory.mktemp("unpacked")
        with tarfile.open(sdist) as archive:
            archive.extractall(unpacked, filter="data")
        source = unpacked / sdist.name.removesuffix(".tar.gz")
    return build("wheel", source, tmp_path_factory.mktemp("wheel"))


def contents(wheel: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(wheel) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_the_wheel_holds_the_package_its_templates_and_nothing_else(wheel: Path) -> None:
    package = {name.removeprefix("src/"): data for name, data in tree("src/argo_kedro").items()}
    bundled = {f"{BUNDLED}/{name}": data for name, data in tree("templates", "Dockerfile.template").items()}
    found = contents(wheel)

    assert {name: data for name, data in found.items() if not name.startswith(INFO)} == {**package, **bundled}
    assert {name for name in found if name.startswith(INFO)} == {
        f"{INFO}/{name}" for name in ("METADATA", "RECORD", "WHEEL", "entry_points.txt", "licenses/LICENSE")
    }
    assert "argo_kedro/py.typed" in found


def test_the_wheel_says_what_it_is(wheel: Path) -> None:
    found = contents(wheel)
    metadata = message_from_string(found[f"{INFO}/METADATA"].decode())

    assert metadata["Version"] == __version__
    assert found[f"{INFO}/entry_points.txt"].decode() == "[kedro.project_commands]\nargo = argo_kedro.cli:commands\n"
    assert found[f"{INFO}/licenses/LICENSE"] == (ROOT / "LICENSE").read_bytes()


def test_no_file_names_a_folder_of_the_machine_that_built_it(wheel: Path) -> None:
    places = [str(place).encode() for place in (ROOT, Path(sys.prefix))]

    assert [name for name, data in contents(wheel).items() if any(place in data for place in places)] == []


def test_the_sdist_holds_what_a_wheel_and_the_tests_are_made_from(sdist: Path) -> None:
    with tarfile.open(sdist) as archive:
        found = {name.partition("/")[2] for name in archive.getnames()}
    folders, files = ("src", "templates", "tests", "docs"), ("pyproject.toml", "README.md", "LICENSE", "hatch_build.py")
    wanted = tree(*folders, "Dockerfile.template", *files)

    assert found - {"PKG-INFO", ".gitignore"} == set(wanted) - {VEGA}


def test_the_wheel_carries_the_library_of_the_charts_with_its_licences(wheel: Path) -> None:
    text = contents(wheel)[f"{BUNDLED}/{VEGA}"].decode()
    head, _, library = text.partition("*/\n")

    assert (ROOT / "templates/report/licences.txt").read_text(encoding="utf-8") in head
    assert "window.vega={" in library and len(library) < 500_000
    assert "</script" not in library and "<!--" not in library  # it stands in a script element


def test_a_tree_without_the_library_says_how_to_get_it(wheel: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path)
    (tmp_path / BUNDLED / VEGA).unlink()
    code = "from argo_kedro.views.report import page; page({})"
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=60,
    )

    assert done.stderr.strip().endswith("templates/report/vega.js, the library of the charts, is missing.")


def resources(path: Path | None) -> tuple[str, str]:
    """Where Python finds argo_kedro with this in front of its path, and the first line of the manifest's template."""
    code = (
        "import argo_kedro; from argo_kedro.resources import resource; print(argo_kedro.__file__); "
        "print(all(resource(*parts.split('/')).is_file() for parts in "
        "('templates/workflow.yaml.j2', 'templates/project/argo.yml', 'Dockerfile.template')))"
    )
    env = {**os.environ, "PYTHONPATH": str(path or "")}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=path and path.parent, env=env, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    place, _, all_there = done.stdout.strip().partition("\n")
    return place, all_there


def test_an_editable_install_reads_the_tree() -> None:
    assert resources(None) == (str(ROOT / "src/argo_kedro/__init__.py"), "True")


def test_an_installed_wheel_reads_its_own_copy(wheel: Path, tmp_path: Path) -> None:
    site = tmp_path / "site-packages"
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(site)

    assert resources(site) == (str(site / "argo_kedro/__init__.py"), "True")


def test_a_wheel_that_is_imported_as_it_is_reads_its_own_copy(wheel: Path) -> None:
    assert resources(wheel) == (str(wheel / "argo_kedro/__init__.py"), "True")
