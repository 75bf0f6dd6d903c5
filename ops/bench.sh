#!/bin/sh
# `make bench`: every benchmark, one after the other. Each can be run alone; results go to bench/results/*.json.
set -eu
cd "$(dirname "$0")/.."
PATH=$PWD/.venv/bin:$PATH
export PATH
echo-app build
missed=""
for benchmark in bench/*.py; do
    # Only some are benchmarks: the others are what these share.
    grep -q '^if __name__ ==' "$benchmark" || continue
    name=${benchmark#bench/}
    echo "== ${name%.py}"
    # A missed aim or a benchmark that fails does not keep the others from being run.
    python -m "bench.${name%.py}" || missed="$missed ${name%.py}"
done
if [ -n "$missed" ]; then
    echo "missed an aim, or failed:$missed" >&2
    exit 1
fi
