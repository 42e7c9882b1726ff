#!/usr/bin/env bash
# The object stores: versitygw speaks S3, fake-gcs-server speaks Google's.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

if ! all_built "$STORES_BIN" versitygw fake-gcs-server; then
    module_folder "$BED/build/stores"
    export GOFLAGS="${GOFLAGS:-} -mod=mod" # versitygw forgets a checksum
    go get -tool "github.com/versity/versitygw/cmd/versitygw@v$VERSITYGW"
    go get -tool "github.com/fsouza/fake-gcs-server@v$FAKE_GCS"
    build "$STORES_BIN" github.com/versity/versitygw/cmd/versitygw github.com/fsouza/fake-gcs-server
fi
