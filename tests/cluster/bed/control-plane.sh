#!/usr/bin/env bash
# etcd, the API server, the controllers, the scheduler.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

# Lost when the machine crashes, which is fine; much quicker.
start etcd "$ETCD_BIN/etcd" --data-dir "$RUN/etcd" --unsafe-no-fsync --logger zap \
    --listen-client-urls http://127.0.0.1:2379 --advertise-client-urls http://127.0.0.1:2379 \
    --listen-peer-urls http://127.0.0.1:2380
wait_for etcd 30 inside bash -c '</dev/tcp/127.0.0.1/2379'

"$HERE/apiserver.sh" start

start controller-manager "$KUBERNETES_BIN/kube-controller-manager" --kubeconfig="$RUN/users/controller-manager" \
    --use-service-account-credentials=true --leader-elect=false \
    --root-ca-file="$RUN/pki/ca.crt" --service-account-private-key-file="$RUN/pki/service-accounts.key"
start scheduler "$KUBERNETES_BIN/kube-scheduler" --kubeconfig="$RUN/users/scheduler" --leader-elect=false
wait_for controller-manager 30 timeout -s KILL 10 kubectl get serviceaccount default
wait_for scheduler 30 inside bash -c '</dev/tcp/127.0.0.1/10259'
