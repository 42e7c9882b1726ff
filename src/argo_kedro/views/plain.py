"""Text that others wrote, such as logs and messages of a cluster, made harmless for a terminal."""

from __future__ import annotations

import re

# What a terminal obeys: it could write into the clipboard, change its title, or hide what was said before.
_OBEYED = re.compile(
    r"\x1b(?!\[[0-9;]*m)(?:\[[0-?]*[ -/]*[@-~]|[\]PX^_][^\x07\x1b\n]*(?:\x07|\x1b\\)?|[ -/]*[0-~])?"
    r"|[\x00-\x08\x0b\x0c\x0e-\x1a\x1c-\x1f\x7f-\x9f]"
)


def plain(text: str) -> str:
    """The text without what a terminal would obey; lines, tabs and colours stay."""
    # A progress bar goes back to the beginning of its line, where the name of the task is.
    return _OBEYED.sub("", text.replace("\r\n", "\n").replace("\r", " "))
