"""What a PC Card says of itself is read as far as it makes sense; hostile bytes end it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.media.cis import MOST_BYTES, CardTuple, read_attribute_memory, read_chain

SAMPLE = bytes.fromhex("0103621CFF 151B0401") + b"ZEROTAPE\0PROFILE CARD\0\0\0\xff" + b"\x14\0\xff"
"""Of the simulated card, as its profile gives it."""


def spread(chain: bytes, odd: bytes = b"\xff") -> bytes:
    """Return `chain` as attribute memory has it: at even addresses."""
    return b"".join(bytes((byte,)) + odd for byte in chain)


@pytest.mark.parametrize(
    "memory",
    [SAMPLE, spread(SAMPLE), spread(SAMPLE, b"\0"), spread(SAMPLE) + bytes(4096), SAMPLE * 9],
    ids=["even bytes alone", "odd FF", "odd 00", "large", "repeated"],
)
def test_the_sample_is_read_in_every_form_in_which_it_may_come(memory: bytes) -> None:
    card = read_attribute_memory(memory)
    assert card is not None
    assert card.is_whole
    assert card.size == 512 * 1024
    assert card.facts() == (
        "CIS: SRAM of 524288 bytes, write-protect bit 0",
        "CIS: ZEROTAPE, PROFILE CARD",
    )


@pytest.mark.parametrize(
    ("device", "words"),
    [
        ("62 1D FF", "SRAM of 2097152 bytes, write-protect bit 0"),
        ("6A 1C FF", "SRAM of 524288 bytes, write-protect bit 1"),
        ("53 0E FF", "flash of 4194304 bytes, write-protect bit 0"),
        ("67 80 A5 22 1C FF", "SRAM of 524288 bytes, write-protect bit 0"),
        ("92 F8 FF", "memory of type 9 of 16384 bytes, write-protect bit 0"),
    ],
)
def test_a_memory_device_is_told_in_words(device: str, words: str) -> None:
    data = bytes.fromhex(device)
    card = read_chain(bytes((1, len(data))) + data + b"\xff")
    assert card.facts() == (f"CIS: {words}",)


def test_several_devices_add_up_and_a_hole_between_them_does_not() -> None:
    card = read_chain(bytes.fromhex("01 07 62 1C 00 1C 52 1C FF FF"))
    assert [device.size for device in card.devices] == [524_288, 524_288]
    assert card.size == 1_048_576


def test_maker_and_function_are_told() -> None:
    card = read_chain(bytes.fromhex("01 03 62 1C FF 20 04 34 12 78 56 21 02 01 00 FF"))
    assert card.facts()[1:] == ("CIS: manufacturer 1234, card 5678", "CIS: function memory")


@pytest.mark.parametrize(
    "damaged",
    [
        "01 03 62 1C",
        "01 03 62 1C FF",
        "01 03 62 1C FF 15 FF 04",
        "01 03 62 1C FF 15",
    ],
)
def test_a_chain_that_does_not_end_is_told_as_damaged(damaged: str) -> None:
    card = read_chain(bytes.fromhex(damaged))
    assert not card.is_whole
    assert card.facts()[-1] == "CIS: the chain of tuples is damaged"


@pytest.mark.parametrize("device", ["62", "62 07", "67 80", "67 80 80", "67", "", "FF"])
def test_a_memory_device_without_a_size_has_none(device: str) -> None:
    data = bytes.fromhex(device)
    card = read_chain(bytes((1, len(data))) + data + b"\xff")
    assert (card.is_whole, card.devices, card.size) == (True, (), 0)


def test_a_chain_longer_than_the_kernel_reads_is_damaged() -> None:
    card = read_chain(b"\x40\x0e" + bytes(14) + b"\x40\x0e" * 300)
    assert not card.is_whole
    assert sum(2 + len(each.data) for each in card.tuples) <= MOST_BYTES


@pytest.mark.parametrize("memory", [b"", b"\xff" * 1024, b"\0" * 1024, b"ZTM100C1" * 10])
def test_memory_without_a_chain_says_nothing(memory: bytes) -> None:
    assert read_attribute_memory(memory) is None


def test_names_on_a_card_bring_no_control_characters_onto_a_page() -> None:
    card = read_chain(b"\x15\x0a\x04\x01A\x1b[2J\0\xc3\xff\xff")
    assert card.facts() == ("CIS: A[2J, �",)


@given(st.binary(max_size=1200))
def test_no_bytes_at_all_can_harm(memory: bytes) -> None:
    card = read_attribute_memory(memory)
    if card is not None:
        assert len(card.facts()) <= MOST_BYTES
        assert all(fact.startswith("CIS: ") for fact in card.facts())


@given(
    st.lists(
        st.builds(
            CardTuple, st.sampled_from([0x10, 0x15, 0x1A, 0x40, 0x46]), st.binary(max_size=9)
        ),
        max_size=20,
    )
)
def test_every_chain_is_read_as_it_was_written(tuples: list[CardTuple]) -> None:
    chain = b"".join(bytes((each.code, len(each.data))) + each.data for each in tuples)
    card = read_chain(chain + b"\xff")
    assert (card.tuples, card.is_whole) == (tuple(tuples), True)
