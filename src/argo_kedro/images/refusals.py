"""Why a registry did not take an image, in words."""

from __future__ import annotations

import re
import shlex
from collections.abc import Sequence

from argo_kedro.errors import ArgoKedroError
from argo_kedro.images.children import Ended
from argo_kedro.images.references import registry

# What docker, podman, buildah and the large registries write, in the order of how sure it is.
_HELPER = re.compile(r"docker-credential|error getting credentials", re.IGNORECASE)
_NETWORK = re.compile(
    r"no such host|connection re(fused|set)|time(d )?[- ]?out|tls:|tls handshake|x509|unreachable"
    r"|dial tcp|deadline exceeded|HTTP response to HTTPS|\bEOF\b",
    re.IGNORECASE,
)
_LOGIN = re.compile(
    r"unauthori[sz]ed|unauthenticated|authentication required|no basic auth|access to the resource is denied|\b401\b",
    re.IGNORECASE,
)
_UNKNOWN = re.compile(r"name[ _]unknown|does not exist|not found|\b404\b", re.IGNORECASE)
_DENIED = re.compile(r"denied|forbidden|\b403\b", re.IGNORECASE)


def refused(image: str, command: Sequence[str], ended: Ended) -> ArgoKedroError:
    """The error for a push that failed. The image is built, so that a push alone is the next try."""
    host, said = registry(image), "\n".join(ended.lines)
    login = f"{command[0]} login {host}"
    retry = f"Try it alone: {shlex.join(command)}"
    if _HELPER.search(said):
        what, way_out = "the program that keeps your logins failed", f"mend `credHelpers` or `credsStore`, or {login}."
    elif _NETWORK.search(said):
        what = f"{host} cannot be reached"
        way_out = (
            "check the network, a proxy, the registry's certificate, and that deployment.image has the right host."
        )
    elif _LOGIN.search(said):
        what = f"{host} does not know you, or you may not push there"
        way_out = f"{login} (or your cloud's helper: gcloud auth configure-docker, aws ecr get-login-password)."
    elif _UNKNOWN.search(said):
        what, way_out = f"{host} has no such repository", "create it there, or mend deployment.image in argo.yml."
    elif _DENIED.search(said):
        what, way_out = (
            f"{host} does not let you push there",
            f"ask for the right to push, or {login} as somebody else.",
        )
    else:
        what, way_out = f"exit code {ended.code}", "see above what it said."
    last = f" ({ended.last_words})" if ended.lines else ""
    # Exit code 1, not 5: the cluster has not been asked for anything, and a script would look there.
    return ArgoKedroError(f"{image} was built, but not pushed: {what}{last}.", hint=f"{way_out} {retry}")
