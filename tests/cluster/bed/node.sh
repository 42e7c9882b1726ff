#!/usr/bin/env bash
# The node: containerd, the pods' network, the images, the kubelet.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
mkdir -p "$RUN/cni" "$RUN/kubelet"

cat >"$RUN/containerd.toml" <<TOML
version = 2
root = "$RUN/containerd"
state = "/run/containerd"
[plugins."io.containerd.grpc.v1.cri"]
sandbox_image = "local/pause:1"
restrict_oom_score_adj = true # root in a sandbox may lack CAP_SYS_RESOURCE
netns_mounts_under_state_dir = true
[plugins."io.containerd.grpc.v1.cri".cni]
bin_dir = "/usr/lib/cni"
conf_dir = "$RUN/cni"
TOML

cat >"$RUN/cni/pods.conflist" <<JSON
{"cniVersion": "0.4.0", "name": "pods", "plugins": [{
    "type": "bridge", "bridge": "pods", "isGateway": true, "ipMasq": false,
    "ipam": {"type": "host-local", "subnet": "$NET.1.0/24", "rangeStart": "$NET.1.10", "routes": [{"dst": "0.0.0.0/0"}]}
}]}
JSON

cat >"$RUN/kubelet.yaml" <<YAML
apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
authentication:
  anonymous: {enabled: false}
  x509: {clientCAFile: "$RUN/pki/ca.crt"}
containerRuntimeEndpoint: unix:///run/containerd/containerd.sock
clusterDNS: [10.96.0.10] # nobody is there, and names are refused at once
clusterDomain: cluster.local
cgroupDriver: cgroupfs
cgroupsPerQOS: false
enforceNodeAllocatable: []
failCgroupV1: false
failSwapOn: false
imageGCHighThresholdPercent: 100 # nothing can be pulled again
evictionHard: {memory.available: 100Mi}
YAML

start containerd containerd --config "$RUN/containerd.toml"
wait_for containerd 30 inside timeout -s KILL 10 ctr version
for image in pause busybox; do
    inside timeout -s KILL 180 ctr -n k8s.io images import "$IMAGES/$image.tar" >/dev/null
done

start kubelet "$KUBERNETES_BIN/kubelet" --config="$RUN/kubelet.yaml" --kubeconfig="$RUN/users/kubelet" \
    --hostname-override=bed --node-ip="$NET.0.2" --root-dir="$RUN/kubelet" --cert-dir="$RUN/kubelet/pki"
wait_for kubelet 60 timeout -s KILL 20 kubectl wait --for=condition=Ready node/bed --timeout=15s
