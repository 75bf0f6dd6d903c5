#!/bin/sh
# `make test`: lint, types, import rules, builds, then every test. It ends with pytest's own summary.
set -eu
cd "$(dirname "$0")/.."
PATH=$PWD/.venv/bin:$PATH
export PATH

ECHO_CHROMIUM=$(ops/chromium.sh)
export ECHO_CHROMIUM

# All of them run, so that one round shows everything; any of them fails the whole.
failed=""
check() {
    echo "== $*"
    "$@" || failed="$failed
  $*"
}
check ruff check .
check ruff format --check .
check mypy
check lint-imports
echo-app build
if [ -f widget_embed/package.json ]; then
    check npm --prefix widget_embed run --silent check
    check npm --prefix widget_embed run --silent test
fi

if [ -n "$failed" ]; then
    echo
    echo "These checks failed:$failed"
    echo
fi
pytest "$@" || exit $?
test -z "$failed"
