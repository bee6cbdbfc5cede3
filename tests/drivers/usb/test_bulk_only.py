"""The wrappers of Bulk-Only Transport: every one is read back, and no other bytes are taken."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.usb.bulk_only import CommandWrapper, Status, StatusDamaged, StatusWrapper
from drivers.usb.scsi import Read10

PUBLISHED_COMMAND = bytes.fromhex(
    "55 53 42 43 01 00 00 00 00 02 00 00 80 00 0A 28 00 00 00 00 00 00 00 01 00 00 00 00 00 00 00"
)
"""READ(10) of block 0, one block of 512 bytes, tag 1."""
PUBLISHED_STATUS = bytes.fromhex("55 53 42 53 01 00 00 00 00 00 00 00 00")

numbers = st.integers(0, 0xFFFFFFFF)
commands = st.builds(
    CommandWrapper,
    tag=numbers,
    length=numbers,
    to_host=st.booleans(),
    lun=st.integers(0, 15),
    block=st.binary(min_size=1, max_size=16),
)
statuses = st.builds(StatusWrapper, tag=numbers, residue=numbers, status=st.sampled_from(Status))

ONE_BLOCK = CommandWrapper(tag=1, length=512, to_host=True, lun=0, block=Read10(0, 1, 512).block)


def test_the_published_example_is_built_and_read() -> None:
    assert ONE_BLOCK.to_bytes() == PUBLISHED_COMMAND
    assert CommandWrapper.from_bytes(PUBLISHED_COMMAND) == ONE_BLOCK
    assert StatusWrapper.from_bytes(PUBLISHED_STATUS) == StatusWrapper(1, 0, Status.PASSED)


@given(commands)
def test_a_command_is_read_back(wrapper: CommandWrapper) -> None:
    assert CommandWrapper.from_bytes(wrapper.to_bytes()) == wrapper


@given(statuses)
def test_a_status_is_read_back(status: StatusWrapper) -> None:
    assert StatusWrapper.from_bytes(status.to_bytes()) == status


@given(st.binary(max_size=40))
def test_other_bytes_are_no_status(raw: bytes) -> None:
    try:
        status = StatusWrapper.from_bytes(raw)
    except StatusDamaged:
        return
    assert status.to_bytes() == raw


@given(st.one_of(st.binary(max_size=40), st.binary(min_size=27, max_size=27).map(b"USBC".__add__)))
def test_other_bytes_are_no_command(raw: bytes) -> None:
    try:
        wrapper = CommandWrapper.from_bytes(raw)
    except ValueError:
        return
    assert wrapper.to_bytes() == raw


@given(st.integers(0, 12), st.integers(0, 7))
def test_no_flipped_bit_makes_a_good_status_of_another_command(byte: int, bit: int) -> None:
    raw = bytearray(PUBLISHED_STATUS)
    raw[byte] ^= 1 << bit
    try:
        status = StatusWrapper.from_bytes(bytes(raw))
        status.belongs_to(ONE_BLOCK)
    except StatusDamaged:
        return
    assert status.status is not Status.PASSED or status.residue


@pytest.mark.parametrize("residue", [513, 0xFFFFFFFF])
def test_more_cannot_be_missing_than_was_asked_for(residue: int) -> None:
    with pytest.raises(StatusDamaged, match="of 512 bytes said to be missing"):
        StatusWrapper(1, residue, Status.PASSED).belongs_to(ONE_BLOCK)


def test_a_phase_error_is_understood_whatever_its_residue() -> None:
    StatusWrapper(1, 0xFFFFFFFF, Status.PHASE_ERROR).belongs_to(ONE_BLOCK)
