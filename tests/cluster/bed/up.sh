#!/usr/bin/env bash
# `make cluster`: builds what is missing, starts what is not up, and prints the kubeconfig's path as its last line.
#   ARGO=3.7      the other line of Argo; if a cluster is up, only Argo is exchanged
#   REQUEUE=1s    how soon the controller looks at a workflow again; 10s is Argo's own
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
mkdir -p "$BED" "$LOGS"
[[ $(id -u) == 0 ]] || fail "The cluster needs root: namespaces, mounts, cgroups. Way out: run it as root."
[[ ${BED_LOCKED:-} ]] || exec env BED_LOCKED=1 flock --close --wait 3600 "$BED/lock" "$0"

up() { box_pid >/dev/null && [[ -f $RUN/bed.json ]]; } # all of it: that is written last
read -r argo requeue 2>/dev/null <"$RUN/argo" || true # of the cluster that is up: it stays as it is, unless told otherwise
case ${ARGO:-} in
4 | 4.0 | "$ARGO_4") argo=$ARGO_4 ;;
3 | 3.7 | "$ARGO_3") argo=$ARGO_3 ;;
"") argo=${argo:-$ARGO_4} ;;
*) fail "ARGO=$ARGO is not one of 4.0, 3.7." ;;
esac
requeue=${REQUEUE:-${requeue:-10s}}

"$HERE/packages.sh"
"$HERE/build-kubernetes.sh"
"$HERE/build-stores.sh"
"$HERE/build-argo.sh" "$argo"
"$HERE/images.sh"

if up; then
    "$HERE/apiserver.sh" start
else
    say "Starting Kubernetes $KUBERNETES."
    "$HERE/down.sh"
    mkdir -p "$RUN"
    rm -f "$LOGS"/*.log
    "$HERE/network.sh"
    "$HERE/secrets.sh"
    "$HERE/control-plane.sh"
    "$HERE/node.sh"
    "$HERE/stores.sh"
fi
if [[ "$argo $requeue" != "$(cat "$RUN/argo" 2>/dev/null)" ]] || ! runs controller; then
    say "Starting Argo $argo, which looks again every $requeue."
    "$HERE/argo.sh" "$argo" "$requeue"
fi

cat >"$RUN/bed.json" <<JSON
{
  "kubeconfig": "$KUBECONFIG",
  "kubernetes": "$KUBERNETES",
  "argo": "$argo",
  "requeue": "$requeue",
  "host": "$NET.0.1",
  "s3": {"endpoint": "http://$NET.0.2:9000", "key": "$(cat "$RUN/s3.key")", "secret": "$(cat "$RUN/s3.secret")", "bucket": "flights-demo"},
  "gcs": {"endpoint": "http://$NET.0.2:9001", "bucket": "flights-demo"},
  "images": {"busybox": "local/busybox:1", "argoexec": "local/argoexec:v$argo"}
}
JSON
say "Kubernetes $KUBERNETES with Argo $argo is up. Next: export KUBECONFIG=$KUBECONFIG"
echo "$KUBECONFIG"
