"""Write to stdout how pip works on this machine, for pip in an image build, where FOLDER is /etc/xdg/pip."""

import subprocess
import sys
from pathlib import Path

folder = Path(sys.argv[1])
listed = subprocess.run(
    [sys.executable, "-m", "pip", "config", "list"], capture_output=True, text=True, check=True, timeout=60
).stdout
settings = {}
for line in listed.splitlines():
    name, _, value = line.partition("=")
    section, _, key = name.rpartition(".")
    if section in ("global", ":env:", "install"):
        settings[key] = value.strip("'").replace("\\n", "\n    ")
settings["find-links"] = "/etc/xdg/pip/wheels"  # folders of this machine are not in the build
settings["constraint"] = "/etc/xdg/pip/constraints.txt"  # this very wheel, whatever the index has
(wheel,) = (folder / "wheels").glob("*.whl")
name, version, *_ = wheel.name.split("-")
(folder / "constraints.txt").write_text(f"{name}=={version}\n")
sys.stdout.write("[global]\n" + "".join(f"{key} = {value}\n" for key, value in settings.items()))
