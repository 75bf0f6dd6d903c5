#!/bin/sh
# `make bench`: every benchmark, one after the other. Each can be run alone; results go to bench/results/*.json.
set -eu
cd "$(dirname "$0")/.."
PATH=$PWD/.venv/bin:$PATH
export PATH
echo-app build
for benchmark in bench/*.py; do
    case $benchmark in bench/_*) continue ;; esac
    echo "== $benchmark"
    python "$benchmark"
done
