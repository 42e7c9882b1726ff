#!/usr/bin/env bash
# etcd, and Kubernetes' programs, from Go's modules into the cache. Does nothing when they are there.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

if [[ ! -x $ETCD_BIN/etcd ]]; then
    module_folder "$BED/build/etcd"
    go get -tool "go.etcd.io/etcd/server/v3@v$ETCD"
    build "$ETCD_BIN" go.etcd.io/etcd/server/v3
    mv "$ETCD_BIN/server" "$ETCD_BIN/etcd"
fi

wanted=(kube-apiserver kube-controller-manager kube-scheduler kubelet kubectl)
if ! all_built "$KUBERNETES_BIN" "${wanted[@]}"; then
    module_folder "$BED/build/kubernetes"
    # Kubernetes' own go.mod replaces its parts by folders beside it, which its module does not have. They are published
    # as modules too: v0.34.4 belongs to v1.34.4.
    mod=$(go mod download -json "k8s.io/kubernetes@v$KUBERNETES" | sed -n 's/.*"GoMod": "\(.*\)".*/\1/p')
    sed -n "s|^[[:space:]]*\(k8s.io/[^ ]*\) => ./staging/.*|replace \1 => \1 v0.${KUBERNETES#1.}|p" "$mod" >> go.mod
    for name in "${wanted[@]}"; do
        go get -tool "k8s.io/kubernetes/cmd/$name@v$KUBERNETES"
    done
    version=k8s.io/component-base/version
    LDFLAGS="-X $version.gitVersion=v$KUBERNETES -X $version.gitMajor=1 -X $version.gitMinor=${KUBERNETES:2:2}" \
        build "$KUBERNETES_BIN" "${wanted[@]/#/k8s.io/kubernetes/cmd/}"
fi
