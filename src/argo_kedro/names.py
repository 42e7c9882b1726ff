"""Names that Kubernetes accepts, one for each name that Kedro allows; and those that Argo makes of them."""

from __future__ import annotations

import difflib
import hashlib
import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import count

TERMINATION_LOG = "ARGO_KEDRO_TERMINATION_LOG"  # variable: where a task says how it went, in place of Kubernetes' file
_LIMIT = 63  # RFC 1123 label, the strictest of the places a name ends up in
_LEGAL = re.compile(r"[a-z]([-a-z0-9]*[a-z0-9])?\Z")  # a task of a DAG must not begin with a digit
_LABEL = re.compile(r"[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?\Z")
_OBJECT = re.compile(r"[a-z0-9]([-a-z0-9.]*[a-z0-9])?")  # RFC 1123 subdomain
_HASH = 8
_HASHED = re.compile(r"-[0-9a-f]{8}\Z")


def k8s_name(name: str, *, limit: int = _LIMIT) -> str:
    """A legal name stays as it is, any other becomes a readable stem and a hash: `n.2` is `n-2-609c4ac4`.

    Two different names never become one, short of a name typed to look hashed; `check` refuses that.
    """
    if len(name) <= limit and _LEGAL.match(name):
        return name
    digest = hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:_HASH]
    stem = re.sub(r"[^a-z0-9]+", "-", name.lower()).lstrip("-0123456789")
    stem = stem[: limit - _HASH - 1].rstrip("-")
    return f"{stem or 'n'}-{digest}"


def label_value(name: str) -> str:
    """A name as the value of a label, as it is where Kubernetes takes that: `__default__` is `default`."""
    inner = name.strip("_.-")
    return inner if _LABEL.match(inner) else k8s_name(name)


def is_object_name(name: str) -> bool:
    """Whether Kubernetes gives objects such names. In the address of a request `.` would be all of them."""
    return _OBJECT.fullmatch(name) is not None


def few(names: Sequence[str], most: int) -> str:
    """The first of these names, and how many more there are: `a, b and 3 more`."""
    return ", ".join(names[:most]) + (f" and {len(names) - most} more" if len(names) > most else "")


def numbered(name: str) -> Iterator[str]:
    """This name, then with a number behind it: `etl`, `etl-2`, `etl-3` ..."""
    yield name
    yield from (f"{name}-{number}" for number in count(2))


def unlistable(name: str) -> bool:
    """Whether a name cannot stand in a list that a task is given.

    The comma parts names, `{{` is Argo's own, and Kubernetes reads `$$` as one dollar and `$(NAME)` as a variable.
    """
    return any(sign in name for sign in (",", "{{", "$$", "$("))


def versions_text(versions: Mapping[str, str]) -> str:
    """Versions as `--load-versions` takes them: `a:v1,b:v2`."""
    return ",".join(f"{name}:{version}" for name, version in versions.items())


def storage_folder(dataset: str) -> str:
    """The folder of a dataset in the storage of a run: a readable stem, and a hash that tells names apart."""
    stem = re.sub(r"[^a-z0-9_]+", "-", dataset.lower())[:40].strip("-")
    return f"{stem or 'd'}-{hashlib.sha256(dataset.encode('utf-8', 'surrogatepass')).hexdigest()[:16]}"


def secret_variable(parameter: str) -> str:
    """The environment variable that carries a parameter of `secret_params`."""
    return "PARAM_" + re.sub(r"[^A-Z0-9_]", "_", parameter.upper())


def stems(names: Collection[str]) -> dict[str, str]:
    """The readable part of each name that `k8s_name` hashed, where it stands for only one of them; else the name."""
    found = {name: _HASHED.sub("", name) for name in names}
    times = Counter(found.values())
    return {name: stem if times[stem] == 1 else name for name, stem in found.items()}


def nearest(name: str, known: Iterable[str]) -> str:
    """The known name that looks most like this one, for "did you mean"; empty if none does."""
    return next(iter(difflib.get_close_matches(name, list(known), n=1)), "")


def node_id(workflow: str, name: str) -> str:
    """The id that Argo gives a node: the 32-bit FNV-1a hash of its name."""
    return workflow if name == workflow else f"{workflow}-{_fnv(name)}"


def pod_name(workflow: str, template: str, name: str) -> str:
    """The name that Argo gives the pod of a node."""
    return workflow if name == workflow else f"{f'{workflow}-{template}'[:242]}-{_fnv(name)}"


def _fnv(text: str) -> int:
    value = 0x811C9DC5
    for byte in text.encode():
        value = (value ^ byte) * 0x01000193 & 0xFFFFFFFF
    return value
