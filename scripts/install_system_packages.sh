#!/bin/sh
# Installs the Debian packages that some tests use, where that is allowed. Without them the tests
# fall back or skip with a reason; ZT_REQUIRE_ALL=1 makes a missing one an error.
set -eu

missing=""
[ -x /usr/sbin/mosquitto ] || command -v mosquitto >/dev/null 2>&1 || missing="mosquitto"
[ -n "$missing" ] || exit 0

if [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null 2>&1; then
    if apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing; then
        exit 0
    fi
fi
echo "Not installed: $missing. Install with: sudo apt-get install $missing" >&2
[ "${ZT_REQUIRE_ALL:-0}" != 1 ] || exit 1
