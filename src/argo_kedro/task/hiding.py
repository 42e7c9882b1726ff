"""Secrets taken out of texts, in whatever form a log or an error shows them."""

from __future__ import annotations

import json
from collections.abc import Iterable
from urllib.parse import quote


def hidden(text: str, secrets: Iterable[str]) -> str:
    """The text with `***` for each of these secrets."""
    for secret in sorted({form for each in secrets for form in _forms(each)}, key=len, reverse=True):
        text = text.replace(secret, "***")
    return text


def _forms(secret: str) -> set[str]:
    """As it is, within Python's and JSON's quotes, within a URL, and in one line."""
    known = {secret, repr(secret)[1:-1], json.dumps(secret)[1:-1], json.dumps(secret, ensure_ascii=False)[1:-1]}
    return {*known, quote(secret, safe="", errors="replace"), " ".join(secret.split())} - {""}
