#!/bin/sh
# Prints the path of a Chromium for the browser tests: ECHO_CHROMIUM, else one on the PATH, else Debian's.
set -eu

if [ -n "${ECHO_CHROMIUM:-}" ]; then
    [ -x "$ECHO_CHROMIUM" ] || { echo "ECHO_CHROMIUM=$ECHO_CHROMIUM is not a program." >&2; exit 1; }
    echo "$ECHO_CHROMIUM"
    exit 0
fi
find_one() {
    for name in chromium chromium-browser google-chrome google-chrome-stable; do
        command -v "$name" && return 0
    done
    return 1
}
find_one && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    echo "installing Chromium for the browser tests …" >&2
    {
        apt-get update -qq
        DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium fonts-dejavu-core
    } >&2
    find_one && exit 0
fi
cat >&2 <<'END'
The browser tests need Chromium or Chrome, and none was found. Install one
(Debian, Ubuntu: sudo apt-get install chromium), or name one in ECHO_CHROMIUM.
END
exit 1
