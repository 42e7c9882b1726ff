#!/usr/bin/env bash
# apiserver.sh start|stop: the API server alone. What it knows is in etcd, so a restart loses nothing but open watches; Argo's
# controller is then started anew.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

case ${1:-} in
start)
    box_pid >/dev/null || fail "The cluster is not up. Way out: make cluster"
    runs apiserver && exit 0
    start apiserver "$KUBERNETES_BIN/kube-apiserver" \
        --etcd-servers=http://127.0.0.1:2379 \
        --advertise-address="$NET.0.2" \
        --service-cluster-ip-range=10.96.0.0/24 \
        --authorization-mode=Node,RBAC \
        --allow-privileged=true \
        --kubelet-preferred-address-types=InternalIP \
        --token-auth-file="$RUN/pki/tokens.csv" \
        --client-ca-file="$RUN/pki/ca.crt" \
        --tls-cert-file="$RUN/pki/apiserver.crt" \
        --tls-private-key-file="$RUN/pki/apiserver.key" \
        --kubelet-client-certificate="$RUN/pki/kubelet-client.crt" \
        --kubelet-client-key="$RUN/pki/kubelet-client.key" \
        --service-account-issuer=https://kubernetes.default.svc \
        --service-account-key-file="$RUN/pki/service-accounts.key" \
        --service-account-signing-key-file="$RUN/pki/service-accounts.key"
    wait_for apiserver 60 timeout -s KILL 10 kubectl get --raw /readyz
    # Argo 4.0's watch of its ConfigMap then spins without end, and fills the disk with its log.
    if runs controller; then
        stop controller
        : >"$LOGS/controller.log"
        read -r version requeue <"$RUN/argo"
        start_controller "$version" "$requeue"
    fi
    ;;
stop) stop apiserver KILL ;; # a crash: asked kindly, it waits for its watches
*) fail "Usage: apiserver.sh start|stop" ;;
esac
