#!/usr/bin/env bash
# build-argo.sh VERSION: Argo's controller, argoexec, and its manifests, from its Go module into the cache.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

version=$1
target=$BED/argo-$version
if all_built "$target" workflow-controller argoexec && [[ -d $target/manifests ]]; then exit 0; fi

module_folder "$BED/build/argo-$version"
module=github.com/argoproj/argo-workflows/v${version%%.*}@v$version
source=$(go mod download -json "$module" | sed -n 's/.*"Dir": "\(.*\)".*/\1/p')
# Built in a copy, since module archives leave links out, and this one is needed.
cp -r "$source" source
chmod -R u+w source
cd source
ln -sf signal_darwin.go workflow/executor/osspecific/signal_linux.go
LDFLAGS="-X ${module%@*}.version=v$version" build "$target" ./cmd/workflow-controller ./cmd/argoexec
rm -rf "$target/manifests"
cp -r manifests "$target/manifests"
cd .. && rm -rf source
