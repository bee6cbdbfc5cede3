"""Whatever a damaged or malicious card holds: files or a ParseError, soon and in little memory."""

import time
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parsers.errors import ParseError
from parsers.media.fat.reader import MOST_DEPTH, MOST_ENTRIES, read_fat
from parsers.media.fat.volumes import Volume, volumes_of
from simulators.media.fat_image import CLUSTER, fat_image

MOST_SECONDS = 5.0
"""For an image of 8 MiB; measured: below 0.2 s."""

CONTENT = Random(7).randbytes(3 * CLUSTER)
FILES = {"V5199901.BIN": CONTENT, "V5199902.BIN": CONTENT[:100]}
IMAGE = fat_image(FILES)
FOLDER = 0x10
END = 0xFFFF


def volume() -> Volume:
    (found,), _ = volumes_of(IMAGE)
    return found


VOLUME = volume()


def entry(name: str, cluster: int, *, attributes: int = 0x20, size: int = 0) -> bytes:
    base, _, suffix = (name, "", "") if name == "." else name.partition(".")
    short = base.ljust(8).encode("latin-1") + suffix.ljust(3).encode("latin-1")
    tail = cluster.to_bytes(2, "little") + size.to_bytes(4, "little")
    return short + bytes([attributes]) + bytes(14) + tail


class Card:
    """A volume to be changed at will."""

    def __init__(self) -> None:
        self.raw = bytearray(IMAGE)

    def link(self, cluster: int, after: int) -> None:
        for table in VOLUME.tables:
            at = table + 2 * cluster
            self.raw[at : at + 2] = after.to_bytes(2, "little")

    def put(self, cluster: int, content: bytes) -> None:
        at = VOLUME.data + (cluster - 2) * CLUSTER
        self.raw[at : at + len(content)] = content

    def root(self, number: int, raw: bytes) -> None:
        at = VOLUME.root + 32 * number
        self.raw[at : at + 32] = raw


@contextmanager
def in_bounds() -> Iterator[None]:
    """Fail when what is done takes longer or more memory than an image of this size may."""
    tracemalloc.start()
    began = time.perf_counter()
    try:
        yield
        taken = time.perf_counter() - began
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert taken < MOST_SECONDS
    assert peak < len(IMAGE)


def refusal(card: Card) -> str:
    image = bytes(card.raw)
    with in_bounds(), pytest.raises(ParseError) as refused:
        read_fat(image)
    assert refused.value.offset is not None
    return refused.value.reason


@pytest.mark.parametrize(
    ("after", "reason"),
    [
        (2, "cluster 2 belongs to two places"),
        (0, "cluster 0 is none"),
        (1, "cluster 1 is none"),
        (0xFFF7, "cluster 65,527 is none"),
        (END, "its clusters end after 1 of 3"),
        (5, "cluster 5 belongs to two places"),
    ],
)
def test_a_chain_that_leads_nowhere_or_in_a_circle_is_refused(after: int, reason: str) -> None:
    card = Card()
    card.link(2, after)
    if after == 5:
        card.link(5, 4)
    assert reason in refusal(card)


def test_two_files_never_share_a_cluster() -> None:
    card = Card()
    card.root(1, entry("V5199902.BIN", 3, size=100))
    assert refusal(card) == "cluster 3 belongs to two places"


def test_a_size_beyond_the_volume_is_refused_before_anything_is_read() -> None:
    card = Card()
    card.root(0, entry("V5199901.BIN", 2, size=0xFFFFFFFF))
    assert "larger than the volume" in refusal(card)


def test_a_folder_that_contains_itself_is_refused() -> None:
    card = Card()
    card.root(2, entry("LOOP", 10, attributes=FOLDER))
    card.link(10, END)
    card.put(10, entry(".", 10, attributes=FOLDER) + entry("AGAIN", 10, attributes=FOLDER))
    assert refusal(card) == "cluster 10 belongs to two places"


def test_folders_may_not_be_deeper_than_the_bound() -> None:
    card = Card()
    card.root(2, entry("DEEP", 10, attributes=FOLDER))
    for cluster in range(10, 10 + MOST_DEPTH):
        card.link(cluster, END)
        card.put(cluster, entry("DEEPER", cluster + 1, attributes=FOLDER))
    assert refusal(card) == f"folders deeper than {MOST_DEPTH}"


def long_folder(clusters: int, content: bytes) -> Card:
    card = Card()
    card.root(2, entry("LONG", 10, attributes=FOLDER))
    for cluster in range(10, 10 + clusters):
        card.link(cluster, cluster + 1)
        card.put(cluster, content)
    card.link(10 + clusters - 1, END)
    return card


def test_more_files_than_the_bound_are_refused() -> None:
    card = long_folder(MOST_ENTRIES * 32 // CLUSTER + 1, entry("A.BIN", 0) * (CLUSTER // 32))
    assert refusal(card) == f"more than {MOST_ENTRIES:,} files and folders"


def test_a_folder_longer_than_any_real_one_is_refused() -> None:
    card = long_folder(2_000, entry("\xe5", 0) * (CLUSTER // 32))
    assert refusal(card) == "a folder of more than 2,097,152 bytes"


@pytest.mark.parametrize("name", ["A\x01B.BIN", "A/B.BIN", "A\\B.BIN", "\x7f.BIN"])
def test_a_name_that_cannot_be_shown_or_leads_elsewhere_is_refused(name: str) -> None:
    card = Card()
    card.root(2, entry(name, 0))
    assert refusal(card) == "a name that cannot be shown"


def test_deleted_entries_and_the_label_are_no_files() -> None:
    card = Card()
    card.root(0, b"\xe5" + entry("V5199901.BIN", 2, size=100)[1:])
    card.root(2, entry("LABEL", 0, attributes=0x08))
    assert [file.path for file in read_fat(bytes(card.raw)).files] == ["V5199902.BIN"]


@pytest.mark.parametrize(
    "change",
    [
        lambda long: long.replace(b"\x41", b"\x42", 1),  # a part is missing
        lambda long: long[:13] + b"\0" + long[14:],  # the checksum of another name
        lambda long: long[:1] + b"\x00\xd8" + long[3:],  # half a character
        lambda long: long[:1] + b"\x00\x00" + long[3:],  # empty
        lambda long: long[:1] + b"/\0" + long[3:],  # leads elsewhere
    ],
)
def test_a_long_name_that_is_not_whole_leaves_the_short_one(
    change: Callable[[bytes], bytes],
) -> None:
    short = entry("LONGER~1.TXT", 0)
    value = 0
    for byte in short[:11]:
        value = (((value & 1) << 7) + (value >> 1) + byte) % 256
    text = "longer.text".encode("utf-16-le") + b"\0\0" + b"\xff\xff"
    long = b"\x41" + text[:10] + b"\x0f\0" + bytes([value]) + text[10:22] + b"\0\0" + text[22:26]
    assert names_with(long, short) == ["longer.text"]
    assert names_with(change(long), short) == ["LONGER~1.TXT"]


def names_with(long: bytes, short: bytes) -> list[str]:
    card = Card()
    card.root(0, long)
    card.root(1, short)
    return [file.path for file in read_fat(bytes(card.raw)).files]


def test_tables_that_differ_are_damage() -> None:
    card = Card()
    at = VOLUME.tables[1] + 100
    card.raw[at] ^= 0x10
    found = read_fat(bytes(card.raw))
    assert found.damage == (f"byte {at}: the two tables of the file system differ",)


@pytest.mark.parametrize("at", range(64))
def test_no_byte_of_a_boot_sector_does_more_than_a_refusal(at: int) -> None:
    for value in (0x00, 0x7F, 0xFF):
        image = IMAGE[:at] + bytes([value]) + IMAGE[at + 1 :]
        with in_bounds():
            read_or_refuse(image)


def read_or_refuse(image: bytes) -> None:
    try:
        files = read_fat(image).files
    except ParseError:
        return
    for file in files:
        assert len(file[:]) == len(file) <= len(image)


@given(st.integers(0, len(IMAGE)))
@settings(max_examples=30, deadline=None)
def test_a_cut_image_is_refused(length: int) -> None:
    if length < len(IMAGE):
        with pytest.raises(ParseError):
            read_fat(IMAGE[:length])


STRUCTURES = (0, 512, VOLUME.tables[0], VOLUME.tables[0] + 32, VOLUME.root, VOLUME.root + 96)
CHANGE = st.tuples(
    st.sampled_from(STRUCTURES), st.integers(0, 63), st.binary(min_size=1, max_size=8)
)


@given(st.lists(CHANGE, min_size=1, max_size=6))
@settings(max_examples=80, deadline=None)
def test_random_damage_ends_in_files_or_a_refusal(changes: list[tuple[int, int, bytes]]) -> None:
    card = Card()
    for begin, offset, raw in changes:
        card.raw[begin + offset : begin + offset + len(raw)] = raw
    read_or_refuse(bytes(card.raw))
