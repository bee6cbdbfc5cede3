"""Reads a FAT file system out of an image, without mounting it: the card is hostile.

FAT12, FAT16 and FAT32, as the whole image or in a partition table. Deleted entries are ignored.
Whatever a damaged or malicious image holds, the work is bounded by its size: see `ClusterTable`.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from parsers.contract import Content
from parsers.errors import ParseError
from parsers.media.differences import first_difference
from parsers.media.fat.chains import ClusterTable, Extent
from parsers.media.fat.names import LongName, short_name, with_part
from parsers.media.fat.volumes import DIRECTORY_ENTRY, Volume, volumes_of

MOST_ENTRIES = 10_000
"""Files and folders of an image."""
MOST_DEPTH = 16
MOST_FOLDER_BYTES = 65_536 * DIRECTORY_ENTRY
"""Microsoft's own limit of a folder."""

_COMPARED = 1 << 20
"""Bytes of two copies of a table that are compared at a time."""

_END, _DELETED = 0x00, 0xE5
_NAME = 11
_DOTS = (b".".ljust(_NAME), b"..".ljust(_NAME))
"""Every folder's entries for itself and its parent."""
_ATTRIBUTES_AT = 11
_LABEL, _FOLDER = 0x08, 0x10
_LONG_NAME, _LONG_MASK = 0x0F, 0x3F


@dataclass(frozen=True, slots=True)
class FatFile:
    """One file; satisfies `parsers.contract.Content`, and reads the image only when sliced."""

    path: str
    """Folders and name, separated by `/`."""
    size: int
    image: Content
    extents: tuple[Extent, ...]

    def __len__(self) -> int:
        return self.size

    def __getitem__(self, where: slice, /) -> bytes:
        begin, end, step = where.indices(self.size)
        if step != 1:
            raise ValueError("slices of a file have no step")
        return b"".join(_slices(self.image, self.extents, begin, end))


@dataclass(frozen=True, slots=True)
class FatImage:
    """Everything that an image holds."""

    files: tuple[FatFile, ...]
    damage: tuple[str, ...]
    """Where the copies of a table differ."""
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Entry:
    name: str
    is_folder: bool
    cluster: int
    size: int
    at: int


def read_fat(image: Content) -> FatImage:
    """Return the files of `image`, ordered by path; raise ParseError for what is no sound FAT."""
    volumes, others = volumes_of(image)
    files: list[FatFile] = []
    for volume in volumes:
        files += _Walk(image, volume, room=MOST_ENTRIES - len(files)).files()
    files.sort(key=lambda file: file.path)
    return FatImage(
        files=tuple(files),
        damage=tuple(text for volume in volumes for text in _table_damage(image, volume)),
        notes=tuple(f"partition {each.number}, type {each.kind:02X}, not read" for each in others),
    )


class _Walk:
    """One walk through the folders of a volume."""

    def __init__(self, image: Content, volume: Volume, *, room: int) -> None:
        self._image = image
        self._volume = volume
        self._table = ClusterTable(image, volume)
        self._room = room

    def files(self) -> Iterator[FatFile]:
        """Yield every file."""
        folders = [("", 1, self._root())]
        while folders:
            prefix, depth, extents = folders.pop()
            for entry in self._entries(extents):
                path = prefix + entry.name
                if not entry.is_folder:
                    yield self._file(entry, path)
                elif depth == MOST_DEPTH:
                    raise ParseError(f"folders deeper than {MOST_DEPTH}", offset=entry.at)
                else:
                    inner = self._folder(entry.cluster, entry.at)
                    folders.append((f"{path}/", depth + 1, inner))

    def _root(self) -> tuple[Extent, ...]:
        if self._volume.width == 32:
            return self._folder(self._volume.root_cluster, self._volume.begin + 44)
        return (Extent(self._volume.root, self._volume.root_length),)

    def _folder(self, cluster: int, named_at: int) -> tuple[Extent, ...]:
        return self._table.folder(cluster, most=MOST_FOLDER_BYTES, named_at=named_at)

    def _file(self, entry: _Entry, path: str) -> FatFile:
        if entry.size > self._volume.clusters * self._volume.cluster_length:
            raise ParseError(f"{entry.size:,} bytes: larger than the volume", offset=entry.at)
        extents = self._table.file(entry.cluster, entry.size, named_at=entry.at)
        return FatFile(path, entry.size, self._image, extents)

    def _entries(self, extents: tuple[Extent, ...]) -> Iterator[_Entry]:
        """Yield the files and folders of one folder."""
        long: LongName | None = None
        for at, raw in self._raw_entries(extents):
            attributes = raw[_ATTRIBUTES_AT]
            if raw[0] != _DELETED and attributes & _LONG_MASK == _LONG_NAME:
                long = with_part(raw, long)
                continue
            if raw[0] != _DELETED and raw[:_NAME] not in _DOTS and not attributes & _LABEL:
                yield self._entry(raw, long, at)
            long = None

    def _raw_entries(self, extents: tuple[Extent, ...]) -> Iterator[tuple[int, bytes]]:
        for extent in extents:
            raw = self._image[extent.begin : extent.begin + extent.length]
            for at in range(0, len(raw), DIRECTORY_ENTRY):
                if raw[at] == _END:
                    return
                yield extent.begin + at, raw[at : at + DIRECTORY_ENTRY]

    def _entry(self, raw: bytes, long: LongName | None, at: int) -> _Entry:
        self._room -= 1
        if self._room < 0:
            raise ParseError(f"more than {MOST_ENTRIES:,} files and folders", offset=at)
        name = (long and long.name(raw)) or short_name(raw)
        if name is None:
            raise ParseError("a name that cannot be shown", offset=at)
        cluster = int.from_bytes(raw[26:28], "little")
        if self._volume.width == 32:
            cluster |= int.from_bytes(raw[20:22], "little") << 16
        is_folder = bool(raw[_ATTRIBUTES_AT] & _FOLDER)
        return _Entry(name, is_folder, cluster, int.from_bytes(raw[28:32], "little"), at)


def _slices(image: Content, extents: tuple[Extent, ...], begin: int, end: int) -> Iterator[bytes]:
    """Yield bytes `begin` to `end` of what `extents` hold one after the other."""
    for extent in extents:
        if begin < extent.length and end > 0:
            first = extent.begin + max(begin, 0)
            yield image[first : extent.begin + min(end, extent.length)]
        begin -= extent.length
        end -= extent.length


def _table_damage(image: Content, volume: Volume) -> Iterator[str]:
    for copy in volume.tables[1:]:
        for at in range(0, volume.table_length, _COMPARED):
            size = min(_COMPARED, volume.table_length - at)
            first, second = (image[t + at : t + at + size] for t in (volume.tables[0], copy))
            where = first_difference(first, second)
            if where is not None:
                yield f"byte {copy + at + where}: the two tables of the file system differ"
                break
