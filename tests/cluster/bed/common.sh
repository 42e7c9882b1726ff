# Sourced by every script here: where things are, and what more than one script does.
# shellcheck shell=bash disable=SC2034
HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
source "$HERE/versions"
export DO_NOT_TRACK=1

BED=${ARGO_KEDRO_BED:-${XDG_CACHE_HOME:-$HOME/.cache}/argo-kedro-bed}
NET=${ARGO_KEDRO_BED_NET:-10.231} # NET.0.1 is the host, NET.0.2 the box, NET.1.* the pods; all of it ends at the veth
ID=bed$(printf %s "$BED" | cksum | cut -d' ' -f1) # names the host's end of the veth, for two beds may be up
ETCD_BIN=$BED/etcd-$ETCD
KUBERNETES_BIN=$BED/kubernetes-$KUBERNETES
STORES_BIN=$BED/stores-$VERSITYGW-$FAKE_GCS
IMAGES=$BED/images
LOGS=$BED/logs
RUN=$BED/run # of the cluster that is up; down.sh removes it
KUBECONFIG=$RUN/kubeconfig
export KUBECONFIG
PATH=$KUBERNETES_BIN:$PATH

say() { printf '%s\n' "$*" >&2; }

fail() {
    say "Error: $*"
    exit 1
}

# all_built FOLDER NAME...
all_built() {
    local folder=$1 name
    shift
    for name in "$@"; do [[ -x $folder/$name ]] || return 1; done
}

# module_folder FOLDER: an empty Go module, and go there
module_folder() {
    command -v go >/dev/null || fail "Go is needed to build the cluster. Way out: install Go 1.26 or newer."
    say "Building ${1##*/}; minutes, once."
    rm -rf "$1"
    mkdir -p "$1"
    cd "$1"
    go mod init bed 2>/dev/null
}

# build FOLDER PACKAGE...: static programs, named after their packages
build() {
    local folder=$1
    shift
    mkdir -p "$folder"
    CGO_ENABLED=0 timeout -s KILL 1500 go build -trimpath -ldflags="-s -w ${LDFLAGS:-}" -o "$folder/" "$@"
}

# The box is the namespaces that all of the cluster runs in. Its first process ends them all when it ends.
box_pid() {
    local pid
    pid=$(cat "$RUN/box.pid" 2>/dev/null) || return 1
    # A number may have come to be another process's.
    tr '\0' ' ' 2>/dev/null <"/proc/$pid/cmdline" | grep -qF "box.sh $RUN" || return 1
    echo "$pid"
}

inside() { nsenter --target "$(box_pid)" --mount --net --pid -- "$@"; }

# start NAME PROGRAM ARGUMENT...: in the box, on its own; its number in there goes to a file, its output to a log
start() {
    local name=$1
    shift
    inside setsid bash -c 'echo $$ >"$0"; exec "$@"' "$RUN/$name.pid" "$@" </dev/null >>"$LOGS/$name.log" 2>&1 &
}

# In the box, numbers name nothing but the cluster's own processes.
runs() { inside kill -0 "$(cat "$RUN/$1.pid" 2>/dev/null)" 2>/dev/null; }

# stop NAME [SIGNAL...]
stop() {
    local name=$1 signal
    shift
    for signal in "${@:-TERM}" KILL; do
        runs "$name" || break
        inside kill "-$signal" "$(cat "$RUN/$name.pid")"
        for _ in {1..50}; do
            runs "$name" || break
            sleep 0.2
        done
    done
    rm -f "$RUN/$name.pid"
}

# wait_for NAME SECONDS COMMAND...: until the command succeeds; if it never does, show the end of the component's log
wait_for() {
    local name=$1 seconds=$2 end
    shift 2
    end=$((SECONDS + seconds))
    until "$@" >/dev/null 2>&1; do
        if ((SECONDS >= end)); then
            say "--- the end of $LOGS/$name.log"
            tail -n 30 "$LOGS/$name.log" >&2 || true
            fail "$name did not come up in $seconds s. Way out: its log is above; tests/cluster/bed/README.md has known causes."
        fi
        sleep 0.3
    done
}

# start_controller VERSION REQUEUE: in the box and not in a pod, but with the rights of a stock install
start_controller() {
    start controller env KUBECONFIG="$RUN/users/argo" LEADER_ELECTION_IDENTITY=bed LEADER_ELECTION_DISABLE=true \
        DEFAULT_REQUEUE_TIME="$2" "$BED/argo-$1/workflow-controller" \
        --configmap workflow-controller-configmap --executor-image "local/argoexec:v$1"
    wait_for controller 60 inside bash -c '</dev/tcp/127.0.0.1/6060' # its health
}
