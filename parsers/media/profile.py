"""What several media have in common in our profiles."""

import construct as cs

from parsers.media.fields import Translated

BANNER = b"PROJECT PROFILE - NOT THE VENDOR FORMAT "
"""Stands on every medium that is not the vendor's."""


def _version(raw: bytes) -> str:
    return ".".join(map(str, raw))


def _version_bytes(text: str) -> bytes:
    raw = bytes(map(int, text.split(".")))
    if len(raw) != 4:
        raise ValueError(f"{text!r} is no version of four numbers")
    return raw


Firmware = Translated(cs.Bytes(4), _version, _version_bytes)
"""Version of a terminal's firmware: four numbers, written with points."""
