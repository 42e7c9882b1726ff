#!/usr/bin/env bash
# Certificates, tokens and kubeconfigs, new at each start.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
umask 077
mkdir -p "$RUN/pki" "$RUN/users"
cd "$RUN/pki"

# certificate NAME SUBJECT EXTENSIONS [OPENSSL'S OPTIONS...]
certificate() {
    local name=$1 subject=$2 extensions=$3
    shift 3
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 365 -subj "$subject" "$@" \
        -keyout "$name.key" -out "$name.crt" 2>/dev/null \
        -config <(printf '[req]\ndistinguished_name = dn\nx509_extensions = ext\n[dn]\n[ext]\n%b\n' "$extensions")
}
signed=(-CA ca.crt -CAkey ca.key)
certificate ca /CN=bed 'basicConstraints = critical,CA:TRUE\nkeyUsage = critical,keyCertSign,cRLSign\nsubjectKeyIdentifier = hash'
certificate apiserver /CN=apiserver \
    "subjectAltName = IP:$NET.0.2,IP:127.0.0.1,IP:10.96.0.1,DNS:kubernetes.default.svc\nauthorityKeyIdentifier = keyid" "${signed[@]}"
certificate kubelet-client /O=system:masters/CN=apiserver 'extendedKeyUsage = clientAuth' "${signed[@]}"
openssl ecparam -genkey -name prime256v1 -noout -out service-accounts.key

# user NAME GROUP FILE [NAMESPACE]: a line in the token file and a kubeconfig, whose context is named after the file
user() {
    local name=$1 group=$2 file=$3 namespace=${4:-default} token
    token=$(openssl rand -hex 16)
    echo "$token,$name,$name,$group" >>tokens.csv
    local config=(timeout -s KILL 20 kubectl --kubeconfig "$RUN/users/$file" config)
    {
        "${config[@]}" set-cluster bed --server "https://$NET.0.2:6443" --certificate-authority ca.crt --embed-certs
        "${config[@]}" set-credentials "$file" --token "$token"
        "${config[@]}" set-context "$file" --cluster bed --user "$file" --namespace "$namespace"
        "${config[@]}" use-context "$file"
    } >/dev/null
}
user admin system:masters admin
user submitter "" submitter # no rights until a test binds a Role
user system:kube-controller-manager "" controller-manager
user system:kube-scheduler "" scheduler
user system:node:bed system:nodes kubelet
user system:serviceaccount:argo:argo "" argo argo

KUBECONFIG=$RUN/users/admin:$RUN/users/submitter timeout -s KILL 20 kubectl config view --flatten >"$KUBECONFIG"
