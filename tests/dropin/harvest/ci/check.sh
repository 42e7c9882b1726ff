#!/bin/sh
# What CI runs for each commit.
set -eu

kedro run
kedro run -p fields -e local
kedro run -n fit_node
kedro run -p forecast --to-nodes fit_node

kedro argo submit -e cloud -d
test -s templates/argo-workflow-template.yml
kedro argo submit --environment cloud --dry_run -w nightly -p forecast
grep -q nightly templates/argo-workflow-template.yml
