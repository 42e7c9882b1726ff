#!/usr/bin/env bash
# `make cluster-down`: ends the box, and with it all that runs in there. What is built stays in the cache, and so do the logs.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

if pid=$(box_pid); then
    kill -KILL "$pid" # the kernel ends the rest: processes, mounts, bridge, rules
    for _ in {1..100}; do
        [[ -e /proc/$pid ]] || break
        sleep 0.2
    done
    [[ ! -e /proc/$pid ]] || fail "The box, process $pid, does not end. Way out: ps --ppid $pid, and its log $LOGS/box.log"
fi
ip link delete "$ID" 2>/dev/null || true # mostly gone with the box
# containerd's name for its cgroups is fixed. While another one runs, as of a second bed, they may be its own.
if ! pgrep -x containerd >/dev/null; then
    for cgroups in /sys/fs/cgroup/k8s.io /sys/fs/cgroup/*/k8s.io; do
        [[ ! -d $cgroups ]] || find "$cgroups" -depth -type d -exec rmdir {} +
    done
fi
rm -rf --one-file-system "$RUN"
