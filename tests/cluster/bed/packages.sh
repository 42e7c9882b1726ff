#!/usr/bin/env bash
# The Debian packages that the bed is made of; installed when one is missing.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

packages=(buildah busybox-static ca-certificates containerd containernetworking-plugins iproute2 iptables mmdebstrap openssl
    procps python3 runc util-linux)
missing=()
for package in "${packages[@]}"; do
    dpkg-query --show --showformat '${db:Status-Status}' "$package" 2>/dev/null | grep -q '^installed$' || missing+=("$package")
done
if ((${#missing[@]} == 0)); then exit 0; fi

command -v apt-get >/dev/null || fail "The cluster is made for Debian; not installed here: ${missing[*]}."
[[ $(id -u) == 0 ]] || fail "Only root may install ${missing[*]}. Way out: sudo apt-get install ${missing[*]}"
say "Installing ${missing[*]}."
export DEBIAN_FRONTEND=noninteractive
{
    timeout -s KILL 300 apt-get update
    timeout -s KILL 600 apt-get install --yes --no-install-recommends "${missing[@]}"
} >"$LOGS/packages.log" 2>&1 || {
    tail -n 20 "$LOGS/packages.log" >&2
    fail "apt-get could not install ${missing[*]}."
}
