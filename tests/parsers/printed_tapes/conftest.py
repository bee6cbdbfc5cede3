"""The golden tapes, and the way from edited lines back to the wire."""

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

GOLDEN = Path(__file__).parent.parent / "golden"


@pytest.fixture(scope="session")
def lines_of() -> Callable[[str], list[str]]:
    """Return the lines of a golden tape without its header."""

    def lines(name: str) -> list[str]:
        text = (GOLDEN / f"{name}.tape").read_text("ascii")
        return [line for line in text.splitlines() if not line.startswith("# ")]

    return lines


@pytest.fixture(scope="session")
def wire() -> Callable[[Sequence[str]], bytes]:
    """Return what a device sends: CAN, lines with CR LF, four LF."""
    return _wire


@pytest.fixture(scope="session")
def crc16() -> Callable[[bytes], int]:
    """Return a CRC-16/CCITT-FALSE that shares no code with the product."""
    return _crc16


@pytest.fixture(scope="session")
def sealed() -> Callable[[Sequence[str]], bytes]:
    """Return edited lines on the wire, with LINES and CHECK made right again."""

    def seal(lines: Sequence[str]) -> bytes:
        body = [line for line in lines if not line.startswith("LINES ")][:-1]
        check = _crc16("".join(f"{line}\n" for line in body).encode("latin-1"))
        left, right = f"LINES {len(body):03}", f"CHECK {check:04X}"
        return _wire([*body, left + right.rjust(40 - len(left)), lines[-1]])

    return seal


def _wire(lines: Sequence[str]) -> bytes:
    return b"\x18" + "".join(f"{line}\r\n" for line in lines).encode("latin-1") + b"\n\n\n\n"


def _crc16(data: bytes) -> int:
    register = 0xFFFF
    for byte in data:
        register ^= byte << 8
        for _ in range(8):
            register = (register << 1) ^ (0x1021 if register & 0x8000 else 0)
        register &= 0xFFFF
    return register
