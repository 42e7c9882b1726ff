#!/bin/sh
# What CI runs after a release, and by hand where a workflow failed: release.sh WORKFLOW
set -eu

if [ $# -eq 0 ]; then
    kedro argo submit -e cloud -p __default__ -w harvest
else
    kedro argo resubmit -w "$1" -e cloud --rebuild
fi
