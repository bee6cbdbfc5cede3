"""Frames of the cradle's link: byte for byte as the profile has them, through any noise."""

from collections.abc import Callable
from itertools import pairwise
from struct import pack

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.cradle.peb_link import MAX_FRAME, MAX_PAYLOAD, Damaged, Frame, FrameDecoder, checksum
from drivers.cradle.peb_messages import (
    ANSWER,
    DIGEST_REQUEST,
    HELLO_REQUEST,
    MAX_PAGES,
    PAGE_REQUEST,
    Answer,
    Command,
    Hello,
    PebId,
    Slot,
    SlotChange,
    SlotEvent,
    Status,
    digest_from,
    map_of,
    page_from,
    pages_from,
)

WORKED = {  # devices.md 8.5, `zt-peb-link-1`
    "HELLO": (
        Frame(Command.HELLO, 1, HELLO_REQUEST.pack(1)),
        "A5 5A 01 01 01 01 00 01 44 B0",
    ),
    "HELLO answer": (
        Answer(Status.OK, Hello(4096, "ZT PEB CRADLE SIM").to_bytes()).to_frame(Command.HELLO, 1),
        """A5 5A 01 81 01 20 00 00 01 10 02 00 10 10 04 5A 54 20 50 45 42 20 43 52 41 44 4C 45 20
        53 49 4D 20 20 20 20 20 20 20 13 3B""",
    ),
    "STATUS": (Frame(Command.STATUS, 4), "A5 5A 01 02 04 00 00 F5 8A"),
    "STATUS answer": (
        Answer(
            Status.OK,
            Slot(
                has_peb=True, io_flag=False, battery_low=False, battery_mv=2980, insert_count=7
            ).to_bytes(),
        ).to_frame(Command.STATUS, 4),
        "A5 5A 01 82 04 08 00 00 01 A4 0B 07 00 00 00 12 38",
    ),
    "READ_ID": (Frame(Command.READ_ID, 2), "A5 5A 01 03 02 00 00 E1 4E"),
    "READ_ID answer": (
        Answer(Status.OK, PebId(299101, 1, 1).to_bytes()).to_frame(Command.READ_ID, 2),
        "A5 5A 01 83 02 07 00 00 5D 90 04 00 01 01 41 E8",
    ),
    "READ_PAGE 272": (
        Frame(Command.READ_PAGE, 3, PAGE_REQUEST.pack(272)),
        "A5 5A 01 04 03 02 00 10 01 E6 5F",
    ),
    "NO_PEB": (
        Answer(Status.NO_PEB).to_frame(Command.READ_PAGE, 3),
        "A5 5A 01 84 03 01 00 05 2F 1C",
    ),
    "DIGEST all": (
        Frame(Command.DIGEST, 6, DIGEST_REQUEST.pack(0, 4096)),
        "A5 5A 01 07 06 04 00 00 00 00 10 FC 81",
    ),
    "DIGEST answer": (
        Answer(Status.OK, pack("<I", 0x9FAAB88A)).to_frame(Command.DIGEST, 6),
        "A5 5A 01 87 06 05 00 00 8A B8 AA 9F 27 1B",
    ),
    "removed": (
        SlotEvent(SlotChange.REMOVED, 299101).to_frame(),
        "A5 5A 01 F0 00 05 00 00 5D 90 04 00 F2 1B",
    ),
}

FRAMES = st.builds(Frame, st.integers(0, 255), st.integers(0, 255), st.binary(max_size=MAX_PAYLOAD))
NOISE = st.binary(max_size=40).map(lambda noise: noise.replace(b"\xa5", b"\x5a"))
"""Without half a sync: what looks like a head may hide the frame behind it until a silence."""


def cut(data: bytes, places: list[int]) -> list[bytes]:
    edges = [0, *sorted(place % (len(data) + 1) for place in places), len(data)]
    return [data[a:b] for a, b in pairwise(edges)]


def fed(decoder: FrameDecoder, chunks: list[bytes]) -> list[Frame | Damaged]:
    """Return what `chunks` complete; never may more be held than a frame has."""
    found: list[Frame | Damaged] = []
    for chunk in chunks:
        found += decoder.feed(chunk)
        assert decoder.held < MAX_FRAME
    return found


@pytest.mark.parametrize(("frame", "wire"), WORKED.values(), ids=WORKED)
def test_a_worked_frame_of_the_profile_is_built_and_read_byte_for_byte(
    frame: Frame, wire: str
) -> None:
    assert frame.to_bytes() == bytes.fromhex(wire)
    assert FrameDecoder().feed(bytes.fromhex(wire)) == [frame]


def test_the_checksum_has_the_check_value_of_the_profile() -> None:
    assert checksum(b"123456789") == 0x29B1


@given(frames=st.lists(FRAMES, max_size=4), places=st.lists(st.integers(0, 5000), max_size=30))
def test_frames_arrive_however_the_stream_is_cut(frames: list[Frame], places: list[int]) -> None:
    stream = b"".join(frame.to_bytes() for frame in frames)
    decoder = FrameDecoder()
    assert fed(decoder, cut(stream, places)) == frames
    assert (decoder.held, decoder.dropped) == (0, 0)


@given(
    noise=st.lists(NOISE, min_size=3, max_size=3),
    frames=st.lists(FRAMES, min_size=2, max_size=2),
    places=st.lists(st.integers(0, 3000), max_size=20),
)
def test_noise_between_frames_costs_no_frame(
    noise: list[bytes], frames: list[Frame], places: list[int]
) -> None:
    stream = noise[0] + frames[0].to_bytes() + noise[1] + frames[1].to_bytes() + noise[2]
    decoder = FrameDecoder()
    assert fed(decoder, cut(stream, places)) == frames
    assert decoder.held + decoder.dropped == sum(map(len, noise))


@given(noise=st.binary(max_size=3000), frame=FRAMES)
def test_a_frame_after_any_noise_is_found_at_the_latest_by_silence(
    noise: bytes, frame: Frame
) -> None:
    decoder = FrameDecoder()
    found = fed(decoder, [noise + frame.to_bytes()]) + decoder.silence()
    assert frame in found
    assert decoder.held == 0


@given(st.binary(max_size=5000), st.lists(st.integers(0, 5000), max_size=20))
def test_no_stream_makes_the_decoder_keep_more_than_a_frame(
    stream: bytes, places: list[int]
) -> None:
    decoder = FrameDecoder()
    fed(decoder, cut(b"\xa5\x5a\x01\x84\x01\x10\x04" + stream, places))
    decoder.silence()
    assert decoder.held == 0


@pytest.mark.parametrize("lost", range(len(WORKED["HELLO answer"][0].to_bytes())))
def test_one_lost_byte_costs_one_frame(lost: int) -> None:
    frame = WORKED["HELLO answer"][0]
    after = [WORKED["STATUS answer"][0], WORKED["READ_ID answer"][0]]
    raw = frame.to_bytes()
    decoder = FrameDecoder()
    stream = raw[:lost] + raw[lost + 1 :] + b"".join(f.to_bytes() for f in after)
    found = [item for item in decoder.feed(stream) + decoder.silence() if isinstance(item, Frame)]
    assert found == after


@given(FRAMES, st.data())
def test_a_flipped_bit_is_never_a_frame(frame: Frame, data: st.DataObject) -> None:
    raw = bytearray(frame.to_bytes())
    bit = data.draw(st.integers(0, 8 * len(raw) - 1))
    raw[bit // 8] ^= 1 << bit % 8
    decoder = FrameDecoder()
    assert frame not in decoder.feed(bytes(raw)) + decoder.silence()


def test_a_length_beyond_the_limit_is_no_frame() -> None:
    decoder = FrameDecoder()
    assert decoder.feed(b"\xa5\x5a\x01\x84\x01\x11\x04" + bytes(2000)) == []
    assert decoder.held == 0


def test_another_version_is_no_frame() -> None:
    body = b"\x02\x02\x04\x00\x00"
    stream = b"\xa5\x5a" + body + pack("<H", checksum(body))
    assert FrameDecoder().feed(stream) == []


@given(st.frozensets(st.integers(0, MAX_PAGES - 1)))
def test_a_page_map_is_read_as_it_was_built(pages: frozenset[int]) -> None:
    assert pages_from(map_of(pages)) == pages


def test_page_272_is_bit_0_of_byte_34() -> None:
    assert map_of(frozenset({272})) == bytes(34) + b"\x01" + bytes(477)


@pytest.mark.parametrize(
    ("read", "body"),
    [
        (Hello.from_bytes, bytes(30)),
        (Slot.from_bytes, bytes(8)),
        (PebId.from_bytes, b""),
        (pages_from, bytes(511)),
        (digest_from, bytes(5)),
        (lambda body: page_from(body, 3), bytes(530)),
        (lambda body: page_from(body, 0), bytes(529)),
        (Answer.from_payload, b""),
        (Answer.from_payload, b"\x0d"),
        (SlotEvent.from_bytes, b"\x02\0\0\0\0"),
    ],
)
def test_a_payload_that_makes_no_sense_is_a_value_error(
    read: Callable[[bytes], object], body: bytes
) -> None:
    with pytest.raises(ValueError, match=r"."):
        read(body)


def test_no_command_is_in_the_range_for_writing() -> None:
    assert all(command < 0x40 for command in Command)
    assert ANSWER == 0x80
