#!/usr/bin/env bash
# argo.sh VERSION REQUEUE: the controller of this version, with its CRDs and rights. Takes the place of the one that runs.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
version=$1 requeue=$2
folder=$BED/argo-$version
stop controller
rm -f "$RUN/argo" # what up.sh takes for the one that runs
: >"$LOGS/controller.log"

inside timeout -s KILL 180 ctr -n k8s.io images import "$IMAGES/argoexec-$version.tar" >/dev/null

apply() { timeout -s KILL 180 kubectl apply --server-side --force-conflicts "$@" >>"$LOGS/controller.log" 2>&1; }
documents() { for file in "$@"; do echo --- && cat "$file"; done; }

crds=$folder/manifests/base/crds/full
[[ -d $crds ]] || fail "Argo $version has no CRDs at $crds."
documents "$crds"/argoproj.io_*.yaml | apply -f - || fail "The CRDs of Argo $version were refused: see $LOGS/controller.log."
# Again and again: it ends with an error at once where the API server has not yet said anything of them.
wait_for apiserver 180 timeout -s KILL 20 kubectl wait --for=condition=Established crd/workflows.argoproj.io --timeout=10s

apply -f - <<YAML || fail "Argo's namespace was refused: see $LOGS/controller.log."
apiVersion: v1
kind: Namespace
metadata: {name: argo}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: workflow-controller-configmap, namespace: argo}
data:
  executor: |
    imagePullPolicy: Never
YAML
# 4.0 has renamed the folder above. The bindings name no namespace: kustomize would put it there.
rights=$(find "$folder/manifests" -path '*/cluster-install*/workflow-controller-rbac')
documents "$rights"/workflow-*.yaml | sed 's/^\( *\)name: argo$/&\n\1namespace: argo/' | apply --namespace argo -f - ||
    fail "Argo's rights were refused: see $LOGS/controller.log."

start_controller "$version" "$requeue"
echo "$version $requeue" >"$RUN/argo"
