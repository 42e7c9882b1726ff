#!/usr/bin/env bash
# The object stores, in the box: pods and the host reach them at the same address. One bucket each, as flights names it.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
mkdir -p "$RUN/s3/flights-demo" "$RUN/gcs/flights-demo"
openssl rand -hex 10 >"$RUN/s3.key"
openssl rand -hex 20 >"$RUN/s3.secret"

start s3 env ROOT_ACCESS_KEY="$(cat "$RUN/s3.key")" ROOT_SECRET_KEY="$(cat "$RUN/s3.secret")" \
    "$STORES_BIN/versitygw" --port "$NET.0.2:9000" posix "$RUN/s3"
start gcs "$STORES_BIN/fake-gcs-server" -scheme http -host "$NET.0.2" -port 9001 -external-url "http://$NET.0.2:9001" \
    -backend memory -data "$RUN/gcs"
wait_for s3 20 bash -c "</dev/tcp/$NET.0.2/9000"
wait_for gcs 20 bash -c "</dev/tcp/$NET.0.2/9001"
