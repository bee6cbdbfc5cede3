"""The Card Information Structure of a PC Card: what the card says of itself, as a chain of tuples.

Codes and layout as in <include/pcmcia/cistpl.h> and <drivers/pcmcia/cistpl.c> of Linux. Hostile
bytes end the chain; nothing here raises.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

MOST_BYTES = 0x200
"""Longest chain that the kernel reads."""

NULL, DEVICE, VERS_1, MANFID, FUNCID, END = 0x00, 0x01, 0x15, 0x20, 0x21, 0xFF

DEVICE_TYPES = {1: "ROM", 2: "OTPROM", 3: "EPROM", 4: "EEPROM", 5: "flash", 6: "SRAM", 7: "DRAM"}
SWITCH_BIT = 0x08
SPEED = 0x07
EXTENDED_SPEED = 7
"""The speed is in a byte of its own, which follows."""

MORE_FOLLOWS = 0x80
"""Set in every byte of an extended speed but the last."""

INVALID_SCALE = 7
FUNCTIONS = {1: "memory"}


@dataclass(frozen=True, slots=True)
class CardTuple:
    """One link of the chain: `code, link, data[link]`."""

    code: int
    data: bytes


@dataclass(frozen=True, slots=True)
class MemoryDevice:
    """One memory device of a DEVICE tuple."""

    type_code: int
    size: int
    """Bytes."""
    switch_bit: bool
    """Bit 3, which tells how far the write-protect switch reaches."""

    def __str__(self) -> str:
        kind = DEVICE_TYPES.get(self.type_code, f"memory of type {self.type_code}")
        return f"{kind} of {self.size} bytes, write-protect bit {int(self.switch_bit)}"


@dataclass(frozen=True, slots=True)
class CardInformation:
    """The chain of one card."""

    tuples: tuple[CardTuple, ...]
    is_whole: bool
    """Whether it ended with an END tuple, in bounds."""

    @property
    def devices(self) -> tuple[MemoryDevice, ...]:
        """What memory the card says it has."""
        return tuple(
            device
            for each in self.tuples
            if each.code == DEVICE
            for device in _memory_devices(each.data)
        )

    @property
    def size(self) -> int:
        """Bytes of memory in all, as the card says; 0 where it says nothing."""
        return sum(device.size for device in self.devices)

    def facts(self) -> tuple[str, ...]:
        """Return what the card says of itself, in plain words."""
        said = (words for each in self.tuples for words in _words_of(each))
        return (*said, *(() if self.is_whole else ("CIS: the chain of tuples is damaged",)))


def read_attribute_memory(memory: bytes) -> CardInformation | None:
    """Return the chain that `memory` begins with; None where it begins with none.

    Attribute memory has its bytes at even addresses only. The kernel and some card managers hand
    out the even bytes alone; so the first that is a whole chain counts.
    """
    chains = [read_chain(memory[::2]), read_chain(memory)]
    begun = [chain for chain in chains if chain.tuples and chain.tuples[0].code == DEVICE]
    return next((chain for chain in begun if chain.is_whole), next(iter(begun), None))


def read_chain(memory: bytes) -> CardInformation:
    """Return the tuples at the front of `memory`, at most MOST_BYTES of them."""
    memory = memory[:MOST_BYTES]
    found: list[CardTuple] = []
    at = 0
    while at < len(memory) and memory[at] != END:
        if memory[at] == NULL:  # neither NULL nor END has a link
            at += 1
            continue
        end = at + 2 + memory[at + 1] if at + 1 < len(memory) else len(memory) + 1
        if end > len(memory):
            return CardInformation(tuple(found), is_whole=False)
        found.append(CardTuple(memory[at], memory[at + 2 : end]))
        at = end
    return CardInformation(tuple(found), is_whole=at < len(memory))


def _memory_devices(data: bytes) -> Iterator[MemoryDevice]:
    at = 0
    while at < len(data) and data[at] != END:
        head = data[at]
        at += 1
        if head & SPEED == EXTENDED_SPEED:
            while at < len(data) and data[at] & MORE_FOLLOWS:
                at += 1
            at += 1
        if at >= len(data) or data[at] & SPEED == INVALID_SCALE:
            return
        size = ((data[at] >> 3) + 1) * (512 << (2 * (data[at] & SPEED)))
        at += 1
        if head >> 4:  # a null device is a hole between two others
            yield MemoryDevice(head >> 4, size, bool(head & SWITCH_BIT))


def _words_of(each: CardTuple) -> Iterator[str]:
    if read := READERS.get(each.code):
        yield from (f"CIS: {words}" for words in read(each.data) if words)


def _device(data: bytes) -> list[str]:
    return [str(device) for device in _memory_devices(data)]


def _version(data: bytes) -> list[str]:
    strings = data[2:].split(b"\xff")[0].split(b"\0")[:4]
    shown = (
        "".join(filter(str.isprintable, string.decode("ascii", "replace"))) for string in strings
    )
    return [", ".join(filter(None, shown))]


def _maker(data: bytes) -> list[str]:
    if len(data) < 4:
        return []
    return [f"manufacturer {data[1]:02x}{data[0]:02x}, card {data[3]:02x}{data[2]:02x}"]


def _function(data: bytes) -> list[str]:
    return [f"function {FUNCTIONS.get(data[0], data[0])}"] if data else []


READERS: dict[int, Callable[[bytes], list[str]]] = {
    DEVICE: _device,
    VERS_1: _version,
    MANFID: _maker,
    FUNCID: _function,
}
