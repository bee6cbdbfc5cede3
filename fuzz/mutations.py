"""What a disk, a line, a mail program or a person with an editor does to a file, and worse.

Every function takes dice and content and returns other content; the same dice give the same.
"""

import html
import re
from collections.abc import Callable, Sequence
from random import Random

LARGEST = 400_000
"""Bytes of a mutated input: enough to show time that grows faster than the input."""

MOST_AT_ONCE = 4
"""Mutations of one input, fewer more often: what is refused at once shows nothing further down."""

Mutation = Callable[[Random, bytes], bytes]

_PAGE = re.compile(rb"(?<=\f)")
_NUMBER = re.compile(rb"\d+")
_STRANGE = (
    b"",
    b"0",
    b"0 1",
    b" 0",
    b"-1",
    b"+5",
    b"1e9",
    b"999999999",
    b"9" * 40,
    b"1,00",
    b",",
    b".5",
    b"\xb2",
)
_CONTROL = bytes(range(32)) + b"\x7f\x80\x81\x8d\xa0\xad\xff"


def mutated(dice: Random, seeds: Sequence[bytes]) -> bytes:
    """Return one of `seeds` after one to MOST_AT_ONCE mutations, at most LARGEST bytes of it."""
    content = dice.choice(seeds)
    for _ in range(min(dice.randint(1, MOST_AT_ONCE), dice.randint(1, MOST_AT_ONCE))):
        if dice.random() < 0.1:
            content = spliced(dice, content, dice.choice(seeds))
        else:
            content = dice.choice(MUTATIONS)(dice, content)
    return content[:LARGEST]


def spliced(dice: Random, content: bytes, other: bytes) -> bytes:
    """Return the beginning of one and the end of the other; half the time at line ends."""
    if dice.random() < 0.5:
        ours, theirs = content.splitlines(keepends=True), other.splitlines(keepends=True)
        begin, end = dice.randint(0, len(ours)), dice.randint(0, len(theirs))
        return b"".join(ours[:begin] + theirs[end:])
    return content[: dice.randint(0, len(content))] + other[dice.randint(0, len(other)) :]


def _cut(dice: Random, content: bytes) -> bytes:
    place = dice.randint(0, len(content))
    return content[:place] if dice.random() < 0.7 else content[place:]


def _flip_bits(dice: Random, content: bytes) -> bytes:
    flipped = bytearray(content)
    for _ in range(dice.choice((1, 1, 2, 20)) if content else 0):
        flipped[dice.randrange(len(flipped))] ^= 1 << dice.randrange(8)
    return bytes(flipped)


def _set_bytes(dice: Random, content: bytes) -> bytes:
    changed = bytearray(content)
    for _ in range(dice.choice((1, 3, 10)) if content else 0):
        changed[dice.randrange(len(changed))] = dice.randrange(256)
    return bytes(changed)


def _shuffle_bytes(dice: Random, content: bytes) -> bytes:
    begin, end = _span(dice, content, 200)
    return content[:begin] + bytes(dice.sample(content[begin:end], end - begin)) + content[end:]


def _shuffle_lines(dice: Random, content: bytes) -> bytes:
    lines = content.splitlines(keepends=True)
    begin = dice.randint(0, len(lines))
    end = dice.randint(begin, min(len(lines), begin + 12))
    return b"".join([*lines[:begin], *dice.sample(lines[begin:end], end - begin), *lines[end:]])


def _shuffle_pages(dice: Random, content: bytes) -> bytes:
    pages = _PAGE.split(content)
    return b"".join(dice.sample(pages, len(pages)))


def _drop_block(dice: Random, content: bytes) -> bytes:
    begin, end = _span(dice, content, dice.choice((3, 80, 2_000)))
    return content[:begin] + content[end:]


def _double_block(dice: Random, content: bytes) -> bytes:
    begin, end = _span(dice, content, dice.choice((3, 80, 2_000)))
    return content[:end] + content[begin:end] * dice.choice((1, 2, 30)) + content[end:]


def _drop_lines(dice: Random, content: bytes) -> bytes:
    lines = content.splitlines(keepends=True)
    begin = dice.randint(0, len(lines))
    return b"".join(lines[:begin] + lines[begin + dice.randint(1, 5) :])


def _cut_lines(dice: Random, content: bytes) -> bytes:
    """End some lines too early, half the time between two words."""
    lines = content.splitlines(keepends=True)
    for _ in range(dice.choice((1, 1, 5)) if lines else 0):
        at = dice.randrange(len(lines))
        place = dice.randint(0, len(lines[at]))
        if dice.random() < 0.5:
            place = lines[at].find(b" ", place) + 1 or place
        lines[at] = lines[at][:place].rstrip(b" \r\n") + b"\r\n"
    return b"".join(lines)


def _double_lines(dice: Random, content: bytes) -> bytes:
    lines = content.splitlines(keepends=True)
    begin = dice.randint(0, len(lines))
    end = begin + dice.randint(1, 20)
    return b"".join(lines[:end] + lines[begin:end] + lines[end:])


def _grow(dice: Random, content: bytes) -> bytes:
    """Repeat a few bytes or lines until the input is large: what is quadratic shows here."""
    if dice.random() < 0.5:
        begin, end = _span(dice, content, dice.choice((1, 4, 40)))
    else:
        begin = content.rfind(b"\n", 0, dice.randint(0, len(content))) + 1
        end = content.find(b"\n", min(len(content), begin + dice.choice((0, 200, 2_000)))) + 1
    block = content[begin:end] or b" "
    times = dice.choice((3_000, 20_000, LARGEST)) // len(block)
    return content[:begin] + block * times + content[begin:]


def _change_digits(dice: Random, content: bytes) -> bytes:
    numbers = list(_NUMBER.finditer(content))
    for number in dice.sample(numbers, min(len(numbers), dice.choice((1, 2, 20)))):
        place = dice.randrange(number.start(), number.end())
        content = content[:place] + b"%d" % dice.randrange(10) + content[place + 1 :]
    return content


def _change_number(dice: Random, content: bytes) -> bytes:
    numbers = list(_NUMBER.finditer(content))
    if not numbers:
        return content
    number = dice.choice(numbers)
    return content[: number.start()] + dice.choice(_STRANGE) + content[number.end() :]


def _insert_control(dice: Random, content: bytes) -> bytes:
    for _ in range(dice.choice((1, 2, 10))):
        place = dice.randint(0, len(content))
        content = content[:place] + bytes([dice.choice(_CONTROL)]) + content[place:]
    return content


def _long_line(dice: Random, content: bytes) -> bytes:
    place = dice.randint(0, len(content))
    character = bytes([dice.choice(b" .-0A(:<&\t\xa0")])
    return content[:place] + character * dice.choice((100, 3_000, 9_000)) + content[place:]


def _move_columns(dice: Random, content: bytes) -> bytes:
    """Insert or remove a blank in some lines, as an editor with proportional letters invites."""
    lines = content.splitlines(keepends=True)
    for _ in range(dice.choice((1, 5)) if lines else 0):
        at = dice.randrange(len(lines))
        place = dice.randint(0, len(lines[at]))
        gone = place + (lines[at][place : place + 1] == b" ")
        keep = dice.random() < 0.5
        lines[at] = (
            lines[at][:place] + (b" " if keep else b"") + lines[at][place if keep else gone :]
        )
    return b"".join(lines)


def _as_web_page(dice: Random, content: bytes) -> bytes:
    text = content
    if dice.random() < 0.5:
        text = html.escape(content.decode("latin-1")).encode("latin-1")
    script = b"<script>" + b"<" * dice.choice((0, 3, 70_000)) + b"</script>"
    return b"<html>" + script + b"<pre>" + text + dice.choice((b"</pre></html>", b"</PRE>", b""))


def _as_utf8(dice: Random, content: bytes) -> bytes:
    text = content.decode("cp1252", errors="replace").replace("-", dice.choice("-\u2013\u2212"))
    return dice.choice(("", "\ufeff")).encode() + text.encode()


def _as_lines(dice: Random, content: bytes) -> bytes:
    end = dice.choice((b"\n", b"\r", b"\r\n", b"\n\n", b"\t\t\r\n", b"\r\f"))
    return end.join(content.splitlines())


MUTATIONS: tuple[Mutation, ...] = (
    _cut,
    _flip_bits,
    _set_bytes,
    _shuffle_bytes,
    _shuffle_lines,
    _shuffle_pages,
    _drop_block,
    _double_block,
    _drop_lines,
    _cut_lines,
    _double_lines,
    _grow,
    _change_digits,
    _change_number,
    _insert_control,
    _long_line,
    _move_columns,
    _as_web_page,
    _as_utf8,
    _as_lines,
)
"""All but `spliced`, which takes two inputs."""


def _span(dice: Random, content: bytes, longest: int) -> tuple[int, int]:
    begin = dice.randint(0, len(content))
    return begin, min(len(content), begin + dice.randint(1, longest))
