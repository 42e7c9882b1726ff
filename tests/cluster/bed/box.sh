#!/usr/bin/env bash
# box.sh RUN: the first process of the box. up.sh starts it in new mount, network and process namespaces.
# When it ends, the kernel ends every process in there, and takes down their mounts, bridges and iptables rules.
set -euo pipefail
run=$1
read -r pid _ </proc/self/stat # as the host counts: its /proc is still here
mount --make-rshared /         # within the box only
mount -t proc proc /proc
mount -t tmpfs box /run
mount -t tmpfs box /var/log
mkdir -p "$run/cni-state"
mount --bind "$run/cni-state" /var/lib/cni

# The kubelet wants these as it likes them, for the whole machine. It gets copies.
for key in vm/overcommit_memory vm/panic_on_oom kernel/panic kernel/panic_on_oops kernel/keys/root_maxkeys \
    kernel/keys/root_maxbytes; do
    mkdir -p "$run/sys/${key%/*}"
    cat "/proc/sys/$key" >"$run/sys/$key"
    mount --bind "$run/sys/$key" "/proc/sys/$key"
done

ip link set lo up
echo "$pid" >"$run/box.pid"
while :; do # and bash collects what the shims leave behind
    sleep 3600 &
    wait
done
