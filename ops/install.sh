#!/bin/sh
# Makes or refreshes a virtualenv with what Echo needs, and `echo-app` in its bin; does nothing when that is there.
#
#   ops/install.sh runtime|dev [VENV]
#
# Python packages are locked with hashes. uv installs them; it is told of the package index that pip knows.
set -eu

kind=${1:?runtime or dev}
root=$(cd "$(dirname "$0")/.." && pwd)
venv=${2:-$root/.venv}
python=${PYTHON:-python3}
cd "$root"

locks=requirements.txt
if [ "$kind" = dev ]; then locks="requirements.txt requirements-dev.txt"; fi

fingerprint() {
    cat requirements-uv.txt "$@" pyproject.toml ops/install.sh | cksum | tr -d ' '
}

# The development set contains the other: either serves to run Echo.
wanted="$kind $(fingerprint $locks) $root"
full="dev $(fingerprint requirements.txt requirements-dev.txt) $root"
stamp=$(cat "$venv/.echo-installed" 2>/dev/null || true)
if [ -x "$venv/bin/echo-app" ] && { [ "$stamp" = "$wanted" ] || [ "$stamp" = "$full" ]; }; then
    exit 0
fi

"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || {
    echo "Echo needs Python 3.11 or newer; $python is not. Name one: make PYTHON=python3.12 …" >&2
    exit 1
}
if ! "$venv/bin/python" -c '' 2>/dev/null; then
    "$python" -m venv --clear "$venv" || {
        echo "$python cannot make a virtualenv. On Debian and Ubuntu: apt-get install python3-venv" >&2
        exit 1
    }
fi
rm -f "$venv/.echo-installed"

pip() { "$venv/bin/python" -m pip --disable-pip-version-check "$@"; }
# What pip is set to is what this machine can reach; uv does not read pip's files.
from_pip() { pip config get "global.$1" 2>/dev/null || true; }
: "${UV_DEFAULT_INDEX:=${PIP_INDEX_URL:-$(from_pip index-url)}}"
: "${SSL_CERT_FILE:=${PIP_CERT:-$(from_pip cert)}}"
if [ -n "$UV_DEFAULT_INDEX" ]; then export UV_DEFAULT_INDEX; else unset UV_DEFAULT_INDEX; fi
if [ -n "$SSL_CERT_FILE" ]; then export SSL_CERT_FILE; else unset SSL_CERT_FILE; fi

echo "installing Python packages into $venv …"
pip install --quiet --require-hashes -r requirements-uv.txt
uv() { VIRTUAL_ENV=$venv UV_LINK_MODE=${UV_LINK_MODE:-copy} "$venv/bin/uv" "$@"; }
for lock in $locks; do
    uv pip install --quiet --require-hashes -r "$lock"
done
uv pip install --quiet --no-deps --editable .
echo "$wanted" >"$venv/.echo-installed"
