#!/bin/sh
# Makes a virtual environment. Debian's python3 may come without the ensurepip module (package
# python3-venv); the pip that is on the machine then fills the environment.
set -eu
python=$1
folder=$2

if ! "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
    echo "Zerotape needs Python 3.11 or later; $python is $("$python" --version 2>&1)." >&2
    echo "Name another one: make demo PYTHON=python3.12" >&2
    exit 1
fi
if "$python" -c 'import ensurepip' 2>/dev/null; then
    exec "$python" -m venv "$folder"
fi
"$python" -m venv --without-pip "$folder"
if ! "$python" -m pip --python "$folder/bin/python" install --quiet pip; then
    rm -rf "$folder"
    echo "Neither ensurepip nor pip works with $python. Install python3-venv or python3-pip." >&2
    exit 1
fi
