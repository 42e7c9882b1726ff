#!/usr/bin/env bash
# Installs Chromium where there is none, and where it can: without it the tests in the browser are skipped, and say so.
set -euo pipefail

for name in chromium chromium-browser google-chrome; do
    if command -v "$name" >/dev/null; then exit 0; fi
done
if [[ $(id -u) != 0 ]] || ! command -v apt-get >/dev/null; then
    echo "Chromium is not installed here, and only root can install it, with apt-get. Way out: sudo apt-get install chromium"
    exit 0
fi
echo "Installing chromium."
log=$(mktemp)
trap 'rm -f "$log"' EXIT
export DEBIAN_FRONTEND=noninteractive
{
    timeout -s KILL 300 apt-get update
    timeout -s KILL 600 apt-get install --yes --no-install-recommends chromium
} >"$log" 2>&1 || {
    tail -n 20 "$log" >&2
    echo "Error: apt-get could not install chromium." >&2
    exit 1
}
