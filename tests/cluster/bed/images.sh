#!/usr/bin/env bash
# The small images, each one layer made of a folder: pause, busybox, and argoexec of every Argo that is built.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
mkdir -p "$IMAGES"

# image NAME TAG COMMAND: of the folder "root", as an archive that containerd takes
image() {
    local name=$1 tag=$2 command=$3
    tar --sort=name --mtime=@0 --owner=0 --group=0 --numeric-owner -C root -cf layer.tar .
    cat >config.json <<JSON
{"architecture": "$(dpkg --print-architecture)", "os": "linux",
 "config": {"Env": ["PATH=/bin"], "Cmd": $command},
 "rootfs": {"type": "layers", "diff_ids": ["sha256:$(sha256sum layer.tar | cut -d' ' -f1)"]}}
JSON
    echo "[{\"Config\": \"config.json\", \"RepoTags\": [\"$tag\"], \"Layers\": [\"layer.tar\"]}]" >manifest.json
    tar -cf "$name.tar" manifest.json config.json layer.tar
    mv "$name.tar" "$IMAGES/"
}

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cd "$scratch"

if [[ ! -f $IMAGES/pause.tar ]]; then
    mkdir -p root/bin root/etc root/tmp
    cp /bin/busybox root/bin/
    echo 'root:x:0:0::/:/bin/sh' >root/etc/passwd
    for name in $(busybox --list); do [[ $name == busybox ]] || ln -s busybox "root/bin/$name"; done
    image busybox local/busybox:1 '["sh"]'
    image pause local/pause:1 '["sleep", "2147483647"]'
fi
for folder in "$BED"/argo-*/; do
    version=${folder%/} version=${version##*argo-}
    [[ -f $IMAGES/argoexec-$version.tar ]] && continue
    rm -rf root && mkdir -p root/bin root/tmp
    cp "$folder/argoexec" root/bin/
    image "argoexec-$version" "local/argoexec:v$version" '["argoexec"]'
done
