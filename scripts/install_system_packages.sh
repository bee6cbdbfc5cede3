#!/bin/sh
# Installs the Debian packages that some tests use, where that is allowed. Without them the tests
# fall back or skip with a reason; ZT_REQUIRE_ALL=1 makes a missing one an error.
set -eu

missing=""

need() { # PACKAGE PROGRAM: the package is missing where its program is
    [ -x "/usr/sbin/$2" ] || [ -x "/sbin/$2" ] || command -v "$2" >/dev/null 2>&1 || missing="$missing $1"
}

need mosquitto mosquitto
need strace strace
need dosfstools mkfs.vfat
need mtools mcopy
need umockdev umockdev-run
need udev udevadm
need mount losetup
# The testbed of umockdev is driven by the system's Python.
/usr/bin/python3 -c 'import gi; gi.require_version("UMockdev", "1.0")' >/dev/null 2>&1 ||
    missing="$missing python3-gi gir1.2-umockdev-1.0"
[ -n "$missing" ] || exit 0

if [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null 2>&1; then
    if apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing; then
        exit 0
    fi
fi
echo "Not installed:$missing. Install with: sudo apt-get install$missing" >&2
[ "${ZT_REQUIRE_ALL:-0}" != 1 ] || exit 1
