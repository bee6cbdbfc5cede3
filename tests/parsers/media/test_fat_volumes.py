"""Volumes that mkfs.vfat and mtools made are read as those programs read them."""

import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from random import Random

import pytest

from parsers.errors import ParseError
from parsers.media.fat.reader import FatFile, read_fat
from parsers.media.fat.volumes import read_volume
from parsers.media.flash.card_parser import PARSER
from simulators.media.fat_image import fat_image

PATH = f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin"
TOOLS = ("mkfs.vfat", "mcopy", "mmd", "mdel")

DICE = Random(20261103)
FILES: Mapping[str, bytes] = {
    "V5199901.BIN": DICE.randbytes(70_001),
    "a long name with Ünïcode.text": DICE.randbytes(4_096),
    "lower.bin": b"",
    "MIXED.Bin": DICE.randbytes(1),
}
FOLDER = "Audio files/deeper"


@pytest.fixture(scope="module")
def tools() -> None:
    missing = [tool for tool in TOOLS if not shutil.which(tool, path=PATH)]
    if missing:
        if os.environ.get("ZT_REQUIRE_ALL") == "1":
            pytest.fail(f"{missing} are missing: install dosfstools and mtools")
        pytest.skip(f"{missing} are missing")


def run(*command: str | Path) -> None:
    environment = {"PATH": PATH, "LC_ALL": "C.UTF-8"}
    subprocess.run(command, check=True, capture_output=True, env=environment)


def made_by_mtools(folder: Path, size_k: int, options: tuple[str, ...]) -> bytes:
    """Return a volume with FILES in two folders, one file deleted and one fragmented."""
    image = folder / "card.img"
    run("mkfs.vfat", "-C", *options, image, str(size_k))
    for name, content in FILES.items():
        (folder / name).write_bytes(content)
    run("mmd", "-i", image, "::Audio files", "::Audio files/deeper")
    for gap in range(8):
        (folder / "gap").write_bytes(bytes(3_000))
        run("mcopy", "-i", image, folder / "gap", f"::GAP{gap}")
    run("mdel", "-i", image, *(f"::GAP{gap}" for gap in range(0, 8, 2)))
    for name in FILES:
        run("mcopy", "-i", image, folder / name, "::")
        run("mcopy", "-i", image, folder / name, f"::{FOLDER}")
    run("mdel", "-i", image, *(f"::GAP{gap}" for gap in range(1, 8, 2)), "::MIXED.Bin")
    return image.read_bytes()


def contents(files: tuple[FatFile, ...]) -> dict[str, bytes]:
    return {file.path: file[:] for file in files}


@pytest.mark.parametrize(
    ("width", "size_k", "options"),
    [
        (12, 720, ()),
        (12, 1_440, ()),
        (12, 8_192, ()),
        (12, 16_384, ("-S", "2048")),
        (16, 16_384, ()),
        (16, 65_536, ()),
        (16, 16_384, ("-f", "1")),
        (32, 65_536, ("-F", "32")),
        (32, 36_000, ("-F", "32", "-s", "1")),
    ],
)
@pytest.mark.usefixtures("tools")
def test_every_kind_of_volume_is_read_as_it_was_written(
    tmp_path: Path, width: int, size_k: int, options: tuple[str, ...]
) -> None:
    image = made_by_mtools(tmp_path, size_k, options)
    assert read_volume(image, 0, len(image)).width == width
    found = read_fat(image)
    inner = {f"{FOLDER}/{name}": content for name, content in FILES.items()}
    outer = {name: content for name, content in FILES.items() if name != "MIXED.Bin"}
    assert contents(found.files) == inner | outer
    assert found.damage == ()


@pytest.mark.usefixtures("tools")
def test_a_wide_volume_without_a_root_directory_is_refused(tmp_path: Path) -> None:
    image = bytearray(made_by_mtools(tmp_path, 65_536, ("-F", "32")))
    image[44:48] = bytes(4)
    with pytest.raises(ParseError, match="cluster 0 is none"):
        read_fat(bytes(image))


@pytest.mark.usefixtures("tools")
def test_our_formatter_makes_what_fsck_and_mtools_accept(tmp_path: Path) -> None:
    image = tmp_path / "ours.img"
    content = DICE.randbytes(100_000)
    image.write_bytes(fat_image({"V5199901.BIN": content, "EMPTY.BIN": b"", "ZTCF.ID": b"x"}))
    run("fsck.vfat", "-n", image)
    run("mcopy", "-i", image, "::V5199901.BIN", tmp_path / "back")
    assert (tmp_path / "back").read_bytes() == content


@pytest.mark.parametrize("partitioned", [False, True])
def test_a_volume_is_found_alone_and_in_a_partition_table(partitioned: bool) -> None:
    files = {"V5199901.BIN": DICE.randbytes(5_000), "EMPTY.BIN": b""}
    image = fat_image(files, partitioned=partitioned)
    assert PARSER.recognises(image[:65_536])
    found = read_fat(image)
    assert contents(found.files) == dict(sorted(files.items()))


def test_slices_of_a_file_are_those_of_its_content() -> None:
    content = DICE.randbytes(9_000)
    (file,) = read_fat(fat_image({"A.BIN": content})).files
    assert len(file) == 9_000
    for begin, end in ((0, 1), (2_047, 2_049), (8_999, 20_000), (5, 5), (-10, None)):
        assert file[begin:end] == content[begin:end]
    with pytest.raises(ValueError, match="step"):
        file[::2]


def test_partitions_of_another_kind_are_told_and_not_read() -> None:
    image = bytearray(fat_image({"A.BIN": b"a"}, partitioned=True))
    image += bytes(512)
    line = 446 + 16
    image[line + 4] = 0x83
    image[line + 8 : line + 16] = (len(image) // 512 - 1).to_bytes(4, "little") + b"\1\0\0\0"
    assert read_fat(bytes(image)).notes == ("partition 2, type 83, not read",)


@pytest.mark.parametrize(
    ("begin", "sectors", "reason"),
    [
        (63, 1, "partitions 1 and 2 overlap"),
        (0, 1, "partition 2 does not lie within the image"),
        (1_000_000, 1, "partition 2 does not lie within the image"),
        (1, 0xFFFFFFFF, "partition 2 does not lie within the image"),
    ],
)
def test_partitions_that_overlap_or_leave_the_image_are_refused(
    begin: int, sectors: int, reason: str
) -> None:
    image = bytearray(fat_image({}, partitioned=True))
    line = 446 + 16
    image[line + 4] = 0x06
    image[line + 8 : line + 12] = begin.to_bytes(4, "little")
    image[line + 12 : line + 16] = sectors.to_bytes(4, "little")
    with pytest.raises(ParseError, match=reason) as refused:
        read_fat(bytes(image))
    assert refused.value.offset == line + 8
