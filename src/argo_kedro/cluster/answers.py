"""Answers of the API server, read: JSON, as a whole or in lines as they come."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import urllib3

from argo_kedro.cluster.refusals import no_answer

_SHOWN = 120  # bytes of an answer that is none


def answer_lines(response: Any, deed: str, where: str) -> Iterator[bytes]:
    """The lines of an answer as they come."""
    rest = b""
    try:
        for chunk in response.stream(amt=None, decode_content=True):
            *whole, rest = (rest + chunk).split(b"\n")
            yield from (line for line in whole if line)
    except (urllib3.exceptions.HTTPError, OSError) as error:
        raise no_answer(deed, where, error) from error
    finally:
        response.close()
    if rest:
        yield rest


def answer_json(data: bytes, deed: str, where: str) -> dict[str, Any]:
    """An answer that is one object.

    Raises:
        Unanswered: if it is none.
    """
    try:
        found = json.loads(data)
    except ValueError:  # a proxy's page, or half an answer
        found = None
    if not isinstance(found, dict):
        begin = " ".join(data[:_SHOWN].decode("utf-8", "replace").split())
        raise no_answer(deed, where, ValueError(f"what came is not JSON of Kubernetes: {begin or 'nothing'}"))
    return found
