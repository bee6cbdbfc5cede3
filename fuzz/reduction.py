"""Makes an input that fails smaller, or more like one that does not."""

from collections.abc import Callable, Sequence
from typing import TypeVar

Part = TypeVar("Part")

_COMPARED = 1 << 12
"""Bytes compared at a time: nearly all of two images is the same."""


def smallest(content: bytes, fails: Callable[[bytes], bool], *, attempts: int) -> bytes:
    """Return `content` without the lines, then the bytes, that `fails` does without."""

    def fails_whole(parts: Sequence[bytes]) -> bool:
        nonlocal attempts
        attempts -= 1
        return fails(b"".join(parts) + rest)

    rest = b""
    parts: Sequence[bytes] = content.splitlines(keepends=True)
    parts = _fewest(parts, fails_whole, lambda: attempts > 0)
    content = b"".join(parts)
    parts, rest = [bytes([byte]) for byte in content[:2_000]], content[2_000:]
    parts = _fewest(parts, fails_whole, lambda: attempts > 0)
    return b"".join(parts) + rest


def closest(
    content: bytes,
    sound: bytes,
    fails: Callable[[bytes], bool],
    *,
    seal: Callable[[bytearray], None] | None,
    attempts: int,
) -> bytes:
    """Return `sound`, of the same size, with as few bytes of `content` as `fails` does with.

    `seal` makes its checksums right afterwards; None: they stay as they are.
    """

    def changed(places: Sequence[int]) -> bytes:
        image = bytearray(sound)
        for place in places:
            image[place] = content[place]
        if seal:
            seal(image)
        return bytes(image)

    def fails_changed(places: Sequence[int]) -> bool:
        nonlocal attempts
        attempts -= 1
        return fails(changed(places))

    places = differing(content, sound)
    fewer = changed(_fewest(places, fails_changed, lambda: attempts > 0))
    return fewer if fails(fewer) else content


def differing(one: bytes, other: bytes) -> list[int]:
    """Return at which bytes two inputs of one size differ."""
    found: list[int] = []
    for begin in range(0, len(one), _COMPARED):
        first, second = one[begin : begin + _COMPARED], other[begin : begin + _COMPARED]
        if first != second:
            found += [begin + n for n, byte in enumerate(first) if byte != second[n]]
    return found


def _fewest(
    parts: Sequence[Part], fails: Callable[[Sequence[Part]], bool], may_try: Callable[[], bool]
) -> Sequence[Part]:
    """Return `parts` without long, then ever shorter runs of them that `fails` does without."""
    step = max(1, len(parts) // 2)
    while step and may_try():
        begin = 0
        while begin < len(parts) and may_try():
            fewer = [*parts[:begin], *parts[begin + step :]]
            if fails(fewer):
                parts = fewer
            else:
                begin += step
        step //= 2
    return parts
