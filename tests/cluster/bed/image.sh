#!/usr/bin/env bash
# image.sh CONTEXT TAG: builds the project image of this folder by its own Dockerfile, and hands it to the cluster.
# Layers are cached: a change of the project's code builds the last ones only. TAG is short: flights:1, local/flights:1.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
context=$1 tag=$2
REPOSITORY=$(cd "$HERE/../../.." && pwd)
PYTHON=$REPOSITORY/.venv/bin/python
[[ ${BED_IMAGE_LOCKED:-} ]] || exec env BED_IMAGE_LOCKED=1 flock --close --wait 1800 "$BED/image.lock" "$0" "$@"
box_pid >/dev/null || fail "The cluster is not up. Way out: make cluster"

store() { timeout -s KILL 900 buildah --root "$BED/storage" --runroot "$BED/storage-run" --storage-driver overlay "$@"; }

# from_dockerfile CONTEXT TAG OPTION...
from_dockerfile() {
    local context=$1 tag=$2
    shift 2
    store bud --layers --isolation chroot --network host --pull-never --tag "$tag" "$@" "$context" >>"$LOGS/image.log" 2>&1 || {
        tail -n 30 "$LOGS/image.log" >&2
        fail "$tag was not built: see $LOGS/image.log."
    }
}
: >"$LOGS/image.log"

# pip finds argo-kedro here, since this version is on no index, and knows this machine's index from the settings beside it.
rm -rf "$BED/pip" && mkdir -p "$BED/pip/wheels"
"$PYTHON" -m build --no-isolation --wheel --outdir "$BED/pip/wheels" "$REPOSITORY" >>"$LOGS/image.log" 2>&1 ||
    fail "The wheel was not built: see $LOGS/image.log."
"$PYTHON" "$HERE/pip_settings.py" "$BED/pip" >"$BED/pip/pip.conf"
wheel=$(cat "$BED/pip/wheels"/*.whl | sha256sum | cut -c1-16)

# The base image that the Dockerfile names.
base=docker.io/library/$(sed -n 's/^ARG BASE_IMAGE=//p' "$context/Dockerfile")
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
if ! store inspect --type image "localhost/base:$DEBIAN" >/dev/null 2>&1; then
    say "Building the base image, Debian $DEBIAN with Python; a minute, once."
    timeout -s KILL 600 mmdebstrap --quiet --variant=minbase --include=python3,python3-venv,python3-pip \
        "$DEBIAN" "$scratch/base.tar" 2>>"$LOGS/image.log" || fail "mmdebstrap failed: see $LOGS/image.log."
    printf 'FROM scratch\nADD base.tar /\n' >"$scratch/Dockerfile"
    from_dockerfile "$scratch" "localhost/base:$DEBIAN"
    rm "$scratch/base.tar"
fi
store tag "localhost/base:$DEBIAN" "$base"

in_build=(--volume /etc/ssl/certs:/etc/ssl/certs:ro --volume "$BED/pip:/etc/xdg/pip:ro")
from_dockerfile "$context" "$tag" "${in_build[@]}"

# The layer with the dependencies keeps the argo-kedro that it was built with: buildah does not see that there is another
# wheel by now. Then one more layer is quicker than all dependencies again.
first=$(cat "$BED/storage/wheel" 2>/dev/null || echo "$wheel")
[[ $first == "$wheel" ]] || first=several
echo "$first" >"$BED/storage/wheel"
if [[ $first == several ]]; then
    mkdir "$scratch/again"
    cp "$BED/pip/wheels"/*.whl "$scratch/again/" # COPY sees what has changed
    cat >"$scratch/again/Dockerfile" <<DOCKERFILE
FROM localhost/$tag
USER 0
COPY *.whl /tmp/
RUN pip uninstall --yes argo-kedro && pip install --no-cache-dir /tmp/*.whl && rm /tmp/*.whl
$(grep '^USER ' "$context/Dockerfile" | tail -n 1)
DOCKERFILE
    from_dockerfile "$scratch/again" "$tag" "${in_build[@]}"
fi

# containerd's names are full ones, as a pod's are when it looks for them.
name=docker.io/$tag
[[ $tag == */* ]] || name=docker.io/library/$tag
store inspect --type image "localhost/$tag" >"$scratch/inspected.json"
inside timeout -s KILL 60 ctr -n k8s.io content ls --quiet |
    "$PYTHON" "$HERE/handover.py" "$BED/storage" "$scratch/inspected.json" "$name" "$scratch/image.tar"
inside timeout -s KILL 600 ctr -n k8s.io images import "$scratch/image.tar" >>"$LOGS/image.log" 2>&1 ||
    fail "containerd refused $name: see $LOGS/image.log."
say "$tag is in the cluster."
