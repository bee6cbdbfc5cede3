"""Chains of clusters: which bytes of the image belong to a file or folder."""

from dataclasses import dataclass
from itertools import pairwise

from parsers.contract import Content
from parsers.errors import ParseError
from parsers.media.fat.volumes import Volume

FIRST_CLUSTER = 2

_WINDOW = 1 << 16
"""Bytes of a table that are held at a time; a FAT12 table always fits."""


@dataclass(frozen=True, slots=True)
class Extent:
    """Neighbouring bytes of the image."""

    begin: int
    length: int


class ClusterTable:
    """The table of a volume; gives every cluster away once.

    That a cluster belongs to one file or folder only is what ends every walk: no circle of clusters
    or folders is longer than the volume, and nothing is read twice.
    """

    def __init__(self, image: Content, volume: Volume) -> None:
        self._image = image
        self._volume = volume
        self._end_mark = (1 << min(volume.width, 28)) - 8  # FAT32 uses 28 of its bits
        self._given = bytearray(volume.clusters + FIRST_CLUSTER)
        self._window = b""
        self._window_at = -_WINDOW

    def file(self, first: int, length: int, *, named_at: int) -> tuple[Extent, ...]:
        """Return where the `length` bytes from cluster `first` on lie.

        Clusters beyond them are not looked at. `named_at` is the offset of what named `first`.
        """
        wanted = -(-length // self._volume.cluster_length)
        chain: list[int] = []
        while len(chain) < wanted:
            if chain and self._ends(first):
                reason = f"its clusters end after {len(chain):,} of {wanted:,}"
                raise ParseError(reason, offset=named_at)
            named_at = self._take(first, named_at)
            chain.append(first)
            first = self._after(first)
        return self._cut(chain, length)

    def folder(self, first: int, *, most: int, named_at: int) -> tuple[Extent, ...]:
        """Return where the folder from cluster `first` on lies; at most `most` bytes."""
        chain: list[int] = []
        while not chain or not self._ends(first):
            named_at = self._take(first, named_at)
            chain.append(first)
            first = self._after(first)
            if len(chain) * self._volume.cluster_length > most:
                raise ParseError(f"a folder of more than {most:,} bytes", offset=named_at)
        return self._cut(chain, len(chain) * self._volume.cluster_length)

    def _take(self, cluster: int, named_at: int) -> int:
        """Give `cluster` away; return where the table names the one after it."""
        if not FIRST_CLUSTER <= cluster < len(self._given):
            reason = f"cluster {cluster:,} is none of the volume's {self._volume.clusters:,}"
            raise ParseError(reason, offset=named_at)
        if self._given[cluster]:
            raise ParseError(f"cluster {cluster:,} belongs to two places", offset=named_at)
        self._given[cluster] = 1
        return self._volume.tables[0] + cluster * self._volume.width // 8

    def _ends(self, value: int) -> bool:
        return value >= self._end_mark

    def _after(self, cluster: int) -> int:
        """Return what the table holds for `cluster`."""
        width = self._volume.width
        at = cluster * width // 8
        size = 2 if width == 12 else width // 8
        if not self._window_at <= at < self._window_at + _WINDOW:
            self._window_at = at - at % _WINDOW
            begin = self._volume.tables[0] + self._window_at
            rest = self._volume.table_length - self._window_at
            self._window = self._image[begin : begin + min(_WINDOW, rest)]
        at -= self._window_at
        value = int.from_bytes(self._window[at : at + size], "little")
        if width == 12:
            return value >> 4 if cluster % 2 else value & 0xFFF
        return value & 0x0FFF_FFFF if width == 32 else value

    def _cut(self, chain: list[int], length: int) -> tuple[Extent, ...]:
        """Return the first `length` bytes of `chain`, neighbours as one."""
        size = self._volume.cluster_length
        breaks = [n for n, (one, next_) in enumerate(pairwise(chain), 1) if next_ != one + 1]
        runs = [(begin, end) for begin, end in pairwise([0, *breaks, len(chain)]) if end > begin]
        return tuple(
            Extent(
                self._volume.data + (chain[begin] - FIRST_CLUSTER) * size,
                min((end - begin) * size, length - begin * size),
            )
            for begin, end in runs
        )
