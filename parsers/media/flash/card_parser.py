"""A whole CompactFlash card: a FAT image with `ZTCF.ID` and the flash of every terminal."""

import re
from collections import Counter
from dataclasses import dataclass

from election.media import FlashCard, MediumIdentity, TerminalFlash
from parsers.contract import INTERFACE_VERSION, Content, Parser
from parsers.errors import ParseError
from parsers.media.checksums import crc32
from parsers.media.fat.reader import FatFile, read_fat
from parsers.media.fat.volumes import SIGNATURE, looks_like_volume, looks_partitioned
from parsers.media.fields import read_layout
from parsers.media.flash.layout import CARD_ID, CARD_ID_FILE, CARD_ID_NAME, WireCardId
from parsers.media.flash.reading import PROFILE, read_flash

TERMINAL_FILE = re.compile(r"V([0-9]{7})\.BIN", re.IGNORECASE)
"""Name of a file with the flash of a terminal; published."""

MOST_TERMINALS = 128


@dataclass(frozen=True, slots=True)
class FlashCardParser:
    """Implements `parsers.contract.Parser`.

    A file of a terminal that cannot be read is damage of the card: the others are still told.
    """

    name: str = "flash-card"
    version: str = "1"
    interface_version: int = INTERFACE_VERSION

    def recognises(self, head: bytes) -> bool:
        """Say whether `head` begins with a FAT volume or a partition table with one."""
        return looks_like_volume(head) or looks_partitioned(head)

    def resembles(self, head: bytes) -> str:
        """Say that a boot sector is there, but none of a FAT volume."""
        return "its boot sector has no FAT volume" if head[510:512] == SIGNATURE else ""

    def parse(self, content: Content) -> FlashCard:
        """Read the whole card; raise ParseError with the offset where it is no sound FAT image."""
        image = read_fat(content)
        reading = _Reading()
        for file in image.files:
            reading.take(file)
        return reading.card(image.damage, image.notes)


PARSER: Parser = FlashCardParser()


class _Reading:
    """What the files of a card say, one after the other."""

    def __init__(self) -> None:
        self._id: WireCardId | None = None
        self._terminals: list[TerminalFlash] = []
        self._others: list[str] = []
        self._damage: list[str] = []

    def take(self, file: FatFile) -> None:
        """Read one file."""
        terminal = TERMINAL_FILE.fullmatch(file.path.rpartition("/")[2])
        try:
            if terminal:
                self._take_terminal(file, terminal[1])
            elif file.path.upper() == CARD_ID_NAME:
                self._take_id(file)
            else:
                self._others.append(file.path)
        except ParseError as error:
            self._damage.append(f"{file.path}: {error}")

    def card(self, damage: tuple[str, ...], notes: tuple[str, ...]) -> FlashCard:
        """Return what was read, with `damage` and `notes` of the file system."""
        serials = Counter(flash.terminal for flash in self._terminals)
        twice = [f"terminal {name} is there {n} times" for name, n in serials.items() if n > 1]
        return FlashCard(
            card=self._id.card if self._id else "",
            identity=_medium_identity(self._id) if self._id else None,
            terminals=tuple(self._terminals),
            other_files=tuple(self._others),
            damage=(*damage, *self._damage, *twice),
            notes=(PROFILE, *notes),
        )

    def _take_terminal(self, file: FatFile, serial: str) -> None:
        if len(self._terminals) == MOST_TERMINALS:
            raise ParseError(f"more than {MOST_TERMINALS} terminals on a card", offset=0)
        self._terminals.append(read_flash(file, named=serial))

    def _take_id(self, file: FatFile) -> None:
        raw = file[: CARD_ID + 1]
        self._id = read_layout(CARD_ID_FILE, raw, "identity of the card")
        assert self._id is not None
        if crc32(raw[: CARD_ID - 4]) != self._id.crc:
            self._damage.append(f"{file.path}: wrong checksum")


def _medium_identity(file: WireCardId) -> MediumIdentity:
    return MediumIdentity(
        election=file.election,
        definition_sha256=file.definition_sha256,
        definition_version=None,
        precinct=file.precinct,
        flags=file.flags,
    )
