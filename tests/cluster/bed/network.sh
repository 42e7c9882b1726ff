#!/usr/bin/env bash
# Starts the box and its network: a veth pair to the host, a bridge for the pods, and no way further.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

mkdir -p /var/lib/cni # a mount point for box.sh. It stays: whoever removes it takes it from another bed that is up
setsid unshare --mount --net --pid --fork "$HERE/box.sh" "$RUN" </dev/null >"$LOGS/box.log" 2>&1 &
wait_for box 10 test -s "$RUN/box.pid"

ip link add "$ID" type veth peer name eth0 netns "$(box_pid)"
ip addr add "$NET.0.1/30" dev "$ID"
ip link set "$ID" up

inside bash -euo pipefail -s "$NET" <<'INSIDE'
ip addr add "$1.0.2/30" dev eth0
ip link set eth0 up
# With an address of its own: a bridge without one takes another port's as pods come and go, and all pods lose the way
# to it until they ask again, half a minute later.
ip link add pods address 02:00:00:00:00:01 type bridge
ip addr add "$1.1.1/24" dev pods
ip link set pods up
echo 1 >/proc/sys/net/ipv4/ip_forward
# There is no default route. Pods may talk to each other and to the box, not to the host.
iptables -P FORWARD DROP
iptables -A FORWARD -i pods -o pods -j ACCEPT
iptables -A FORWARD -j REJECT # at once, where DROP lets programs wait
# The one service that pods need, so no kube-proxy.
iptables -t nat -A PREROUTING -d 10.96.0.1 -p tcp --dport 443 -j DNAT --to-destination "$1.0.2:6443"
INSIDE
