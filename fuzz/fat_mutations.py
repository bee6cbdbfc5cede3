"""What damage and malice do to the file system of a CompactFlash card."""

from random import Random

from fuzz.image_places import ImageMutation, ImagePlaces
from parsers.errors import ParseError
from parsers.media.fat.volumes import DIRECTORY_ENTRY, Volume, volumes_of

_ENTRY = 2
"""Bytes of an entry of the table: the seeds are FAT16."""

_MARKS = (0, 1, 2, 0xFFF7, 0xFFF8, 0xFFFF)
"""Free, reserved, the first cluster, bad, and two ends of a chain."""

_MOST_FILES = 8
"""Entries of the root directory in which something is, or may soon be."""

_NAME = 11
_ATTRIBUTES_AT, _CLUSTER_AT, _SIZE_AT = 11, 26, 28
_FOLDER, _LONG_NAME = 0x10, 0x0F


def mirror_tables(image: bytearray) -> None:
    """Make all tables of the file systems of `image` the same as the first of each."""
    for volume in _volumes(image):
        first = volume.tables[0]
        for table in volume.tables[1:]:
            image[table : table + volume.table_length] = image[first : first + volume.table_length]


def _volumes(image: bytearray) -> tuple[Volume, ...]:
    try:
        return volumes_of(bytes(image))[0]
    except ParseError:
        return ()


def _link_clusters(dice: Random, image: bytearray, _places: ImagePlaces) -> None:
    """Make chains that end too early, run in circles, leave the volume, meet each other."""
    for volume in _volumes(image):
        for _ in range(dice.choice((1, 1, 2, 10))):
            cluster = _cluster(dice, volume)
            near = (cluster, cluster + 2, _cluster(dice, volume))
            value = dice.choice((*near, volume.clusters + 1, volume.clusters + 2, *_MARKS))
            tables = volume.tables if dice.random() < 0.5 else (dice.choice(volume.tables),)
            for table in tables:
                _put(image, table + cluster * _ENTRY, value, _ENTRY)


def _swap_links(dice: Random, image: bytearray, _places: ImagePlaces) -> None:
    """Exchange the ends of two chains, in all tables."""
    for volume in _volumes(image):
        one, other = (_cluster(dice, volume) * _ENTRY for _ in range(2))
        for table in volume.tables:
            first, second = (image[table + at : table + at + _ENTRY] for at in (one, other))
            image[table + one : table + one + _ENTRY] = second
            image[table + other : table + other + _ENTRY] = first


def _rewrite_entry(dice: Random, image: bytearray, _places: ImagePlaces) -> None:
    """Give a file another name, kind, beginning or size."""
    for volume in _volumes(image):
        at = _file(dice, volume)
        match dice.randrange(5):
            case 0:
                image[at] = dice.choice((0x00, 0x05, 0x20, 0x2E, 0x2F, 0x56, 0xE5, 0xFF))
            case 1:
                image[at + dice.randrange(_NAME)] = dice.randrange(256)
            case 2:
                image[at + _ATTRIBUTES_AT] = dice.choice((0, 0x08, _LONG_NAME, _FOLDER, 0x20, 0xFF))
            case 3:
                _put(image, at + _CLUSTER_AT, _cluster(dice, volume), _ENTRY)
            case _:
                size = dice.choice((0, 1, 63, 65, 2_031_615, 2_031_617, 6_094_848, 0xFFFF_FFFF))
                _put(image, at + _SIZE_AT, size, 4)


def _copy_entry(dice: Random, image: bytearray, _places: ImagePlaces) -> None:
    """Name a file twice, half the time by two names."""
    for volume in _volumes(image):
        one, other = _file(dice, volume), _file(dice, volume)
        image[other : other + DIRECTORY_ENTRY] = image[one : one + DIRECTORY_ENTRY]
        if dice.random() < 0.5:
            image[other + dice.randrange(1, 8)] = dice.choice(b"0123456789")


def _name_at_length(dice: Random, image: bytearray, _places: ImagePlaces) -> None:
    """Put parts of a long name, sound or not, before or among the files."""
    for volume in _volumes(image):
        for part in range(dice.randint(1, 3)):
            number = dice.choice((part + 1, 0x41, 0x42, 0x54, 0x55, 0x00, dice.randrange(256)))
            text = dice.choice(("V5199901.BIN", "../../etc", "\ud800", "A/B")) * 2
            raw = text.encode("utf-16-le", "surrogatepass").ljust(26, b"\0")
            entry = bytes((number,)) + raw[:10] + bytes((_LONG_NAME, 0, dice.randrange(256)))
            at = _file(dice, volume)
            image[at : at + DIRECTORY_ENTRY] = entry + raw[10:22] + b"\0\0" + raw[22:26]


def _nest_folders(dice: Random, image: bytearray, _places: ImagePlaces) -> None:
    """Make a folder out of a cluster of a file, with entries that lead to others or back."""
    for volume in _volumes(image):
        inner = _cluster(dice, volume)
        begin = volume.data + (inner - 2) * volume.cluster_length
        at = _file(dice, volume)
        entry = bytearray(image[at : at + DIRECTORY_ENTRY])
        entry[_ATTRIBUTES_AT] = _FOLDER
        _put(entry, _CLUSTER_AT, inner, _ENTRY)
        image[at : at + DIRECTORY_ENTRY] = entry
        for place in range(dice.choice((1, 3, volume.cluster_length // DIRECTORY_ENTRY))):
            next_cluster = dice.choice((inner, inner + 1, _cluster(dice, volume)))
            _put(entry, _CLUSTER_AT, next_cluster, _ENTRY)
            entry[0] = dice.choice(b"ABCDEFGH")
            image[begin + place * DIRECTORY_ENTRY : begin + (place + 1) * DIRECTORY_ENTRY] = entry


FAT_MUTATIONS: tuple[ImageMutation, ...] = (
    _link_clusters,
    _swap_links,
    _rewrite_entry,
    _copy_entry,
    _name_at_length,
    _nest_folders,
)


def _cluster(dice: Random, volume: Volume) -> int:
    """Return a cluster; half the time one of the first, where the files begin."""
    return dice.randrange(2, min(volume.clusters, dice.choice((40, volume.clusters))) + 2)


def _file(dice: Random, volume: Volume) -> int:
    """Return where one of the first entries of the root directory stands."""
    begin = volume.root if volume.width < 32 else volume.data
    return begin + dice.randrange(_MOST_FILES) * DIRECTORY_ENTRY


def _put(image: bytearray, at: int, value: int, size: int) -> None:
    image[at : at + size] = value.to_bytes(size, "little")
