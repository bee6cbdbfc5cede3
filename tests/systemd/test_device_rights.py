"""What the shipped udev rules and the unit let the daemon's user do, judged by udev and systemd."""

import os
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

import pytest

from drivers.hotplug.attached import AttachedDevice, Attachment
from gateway.plugged_in import plugged_in
from gateway.suggestions import suggestions

ROOT = Path(__file__).parents[2]
PYTHON = "/usr/bin/python3"
"""The testbed needs the system's Python: its bindings are not in any virtual environment."""

ZEROTAPE = 7777
"""The group's number on the made-up machine."""

TESTBED = """
import subprocess, sys
import gi
gi.require_version("UMockdev", "1.0")
from gi.repository import UMockdev

bed = UMockdev.Testbed.new()
hub = bed.add_device("usb", "usb1", None, ["idVendor", "1d6b", "bDeviceClass", "09"], [])
DEVICE = bytes([18, 1, 0, 2, 0, 0, 0, 64, 0x09, 0x12, 1, 0, 0, 1, 0, 0, 0, 1])
STORAGE = bytes([9, 2, 32, 0, 1, 1, 0, 128, 50, 9, 4, 0, 0, 2, 8, 6, 0x50, 0,
                 7, 5, 0x81, 2, 0, 2, 0, 7, 5, 2, 2, 0, 2, 0])

def usb(port, product, serial, descriptors=DEVICE):
    bed.add_from_string(f'''P: /devices/usb1/{port}
N: bus/usb/001/00{port[-1]}
E: SUBSYSTEM=usb
E: DEVTYPE=usb_device
E: DEVNAME=/dev/bus/usb/001/00{port[-1]}
A: idVendor=1209\\\\n
A: idProduct=0001\\\\n
A: product={product}\\\\n
A: serial={serial}\\\\n
H: descriptors={descriptors.hex()}
''')
    return f"/sys/devices/usb1/{port}"

def tty(name, parent):
    return bed.add_device("tty", name, parent, ["dev", "166:0"], ["DEVNAME", "/dev/" + name])

def mtd(name, minor):
    properties = ["DEVNAME", "/dev/" + name, "MAJOR", "90", "MINOR", minor]
    return bed.add_device("mtd", name, None, [], properties)

def disk(name, parent):
    properties = ["DEVNAME", "/dev/" + name, "DEVTYPE", "disk"]
    return bed.add_device("block", name, parent, ["removable", "1", "dev", "8:0"], properties)

cradle, adapter = usb("1-1", "ES&S PEB Cradle -w- USB Interface", "C1"), usb("1-2", "UART", "A1")
reader, drop = usb("1-3", "Card Reader", "R1", DEVICE + STORAGE), usb("1-4", "Stick", "DROP")
devices = {
    "cradle": tty("ttyACM0", cradle),
    "adapter": tty("ttyUSB0", adapter),
    "another adapter": tty("ttyUSB1", usb("1-5", "UART", "B2")),
    "bare cradle": cradle,
    "bare reader": reader,
    "bare adapter": adapter,
    "card": disk("sda", reader),
    "left stick": disk("sdb", drop),
    "built-in disk": disk("nvme0n1", None),
    "memory card": mtd("mtd0ro", "1"),
    "memory card to write": mtd("mtd0", "0"),
}
done = subprocess.run(
    ["udevadm", "test", "--action=add", devices[sys.argv[1]]], capture_output=True, text=True
)
print(done.stdout + done.stderr)
sys.exit(done.returncode)
"""

ON_THE_MADE_UP_MACHINE = """
set -e
mkdir -p "$1/rules" "$1/run"
mount --bind "$1/rules" /etc/udev/rules.d
mount -t tmpfs none /run
mkdir /run/udev
mount --bind "$1/group" /etc/group
umockdev-wrapper "$2" -c "$3" "$4"
"""


@dataclass(frozen=True)
class Judged:
    """What udev made of one device."""

    text: str

    @property
    def group(self) -> int | None:
        return self._last("GROUP")

    @property
    def mode(self) -> str | None:
        words = self._words("MODE")
        return words[-1] if words else None

    def has(self, line: str) -> bool:
        return line in self.text.splitlines()

    def runs(self, command: str) -> bool:
        return f"run: '{command}'" in self.text

    def _last(self, key: str) -> int | None:
        words = self._words(key)
        return int(words[-1]) if words else None

    def _words(self, key: str) -> list[str]:
        """Return the words after `key` in what our own rules did."""
        ours = [line for line in self.text.splitlines() if "-zerotape" in line]
        return [line.split()[-1] for line in ours if f" {key} " in line]


@pytest.fixture
def judged(tmp_path: Path) -> Callable[[str], Judged]:
    """Return `judged(NAME)`: what udev, with our rules, makes of a device of a made-up machine."""
    _require("udevadm", "umockdev-wrapper", "unshare")
    _require_namespaces()
    rules = tmp_path / "rules"
    rules.mkdir()
    shutil.copy(ROOT / "systemd/60-zerotape.rules", rules)
    (rules / "61-zerotape-local.rules").write_text(_suggested_rule())
    (rules / "59-zerotape-local.rules").write_text(
        'ATTRS{idVendor}=="1209", ATTRS{serial}=="DROP", ENV{ZEROTAPE_LEAVE}="1"\n'
    )
    (tmp_path / "group").write_text(Path("/etc/group").read_text() + f"zerotape:x:{ZEROTAPE}:\n")

    def judge(name: str) -> Judged:
        done = subprocess.run(
            [
                *("unshare", "--map-root-user", "--mount", "sh", "-c", ON_THE_MADE_UP_MACHINE),
                *("sh", str(tmp_path), PYTHON, TESTBED, name),
            ],
            capture_output=True,
            text=True,
            check=False,
            timeout=30,
        )
        assert done.returncode == 0, done.stderr
        return Judged(done.stdout)

    return judge


def _suggested_rule() -> str:
    adapter = AttachedDevice(
        Attachment.SERIAL, Path("/dev/ttyUSB0"), "1209", "0001", "A1", "1-2", model="UART"
    )
    [suggestion] = suggestions(plugged_in([adapter]))
    return f"{suggestion.rule}\n"


def _require(*programs: str) -> None:
    if missing := [program for program in programs if not shutil.which(program)]:
        _cannot(f"{', '.join(missing)} is not installed")


def _require_namespaces() -> None:
    made = subprocess.run(["unshare", "--map-root-user", "--mount", "true"], check=False)
    if made.returncode:
        _cannot("this machine lets nobody make a namespace of his own")


def _cannot(reason: str) -> NoReturn:
    if os.environ.get("ZT_REQUIRE_ALL") == "1":
        pytest.fail(reason)
    pytest.skip(reason)


def test_the_cradle_is_the_group_s_and_no_modem(judged: Callable[[str], Judged]) -> None:
    line, bare = judged("cradle"), judged("bare cradle")
    assert (line.group, line.mode) == (ZEROTAPE, "0660")
    assert line.has("ID_MM_PORT_IGNORE=1")
    assert bare.has("ID_MM_DEVICE_IGNORE=1")


def test_the_suggested_rule_opens_this_adapter_and_not_its_twin(
    judged: Callable[[str], Judged],
) -> None:
    mine, other = judged("adapter"), judged("another adapter")
    assert (mine.group, mine.mode) == (ZEROTAPE, "0660")
    assert mine.has("ID_MM_PORT_IGNORE=1")
    assert (other.group, other.mode) == (None, None)


def test_a_card_is_the_group_s_to_read_and_the_kernel_takes_no_writes(
    judged: Callable[[str], Judged],
) -> None:
    card = judged("card")
    assert (card.group, card.mode) == (ZEROTAPE, "0640")
    assert card.has("UDISKS_IGNORE=1")
    assert card.runs("/usr/sbin/blockdev --setro /dev/sda")


def test_a_reader_is_the_group_s_as_a_bare_device_and_an_adapter_is_not(
    judged: Callable[[str], Judged],
) -> None:
    reader, adapter = judged("bare reader"), judged("bare adapter")
    assert (reader.group, reader.mode) == (ZEROTAPE, "0660")
    assert adapter.group is None


@pytest.mark.parametrize("name", ["left stick", "built-in disk", "memory card to write"])
def test_what_is_not_ours_is_left_as_it_is(judged: Callable[[str], Judged], name: str) -> None:
    found = judged(name)
    assert (found.group, found.mode) == (None, None)
    assert not found.has("UDISKS_IGNORE=1")
    assert "--setro" not in found.text


def test_a_memory_card_is_reached_by_the_node_that_takes_no_writes(
    judged: Callable[[str], Judged],
) -> None:
    card = judged("memory card")
    assert (card.group, card.mode) == (ZEROTAPE, "0440")


def test_the_rules_are_in_a_form_that_udev_finds_nothing_wrong_with() -> None:
    _require("udevadm")
    done = subprocess.run(
        ["udevadm", "verify", "--no-style", str(ROOT / "systemd/60-zerotape.rules")],
        capture_output=True,
        text=True,
        check=False,
    )
    if "Unknown command verb" in done.stderr:
        pytest.skip("this udevadm is older than 254 and cannot verify")
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("unit", ["zerotape-gateway.service", "zerotape-central.service"])
def test_systemd_finds_nothing_wrong_with_a_unit(tmp_path: Path, unit: str) -> None:
    _require("systemd-analyze")
    text = (ROOT / "systemd" / unit).read_text()
    installed = tmp_path / unit  # a program that is there: ours is installed only in production
    installed.write_text(text.replace("/opt/zerotape/bin/zerotape", "/bin/true"))
    done = subprocess.run(
        ["systemd-analyze", "verify", str(installed)], capture_output=True, text=True, check=False
    )
    about_it = [line for line in done.stderr.splitlines() if unit in line]
    assert (done.returncode, about_it) == (0, [])


def test_the_gateway_reaches_no_kind_of_device_but_those_it_reads() -> None:
    unit = (ROOT / "systemd/zerotape-gateway.service").read_text().splitlines()
    allowed = {line.removeprefix("DeviceAllow=") for line in unit if line.startswith("DeviceAllow")}
    assert "DevicePolicy=closed" in unit
    assert not any(line.startswith("SupplementaryGroups") for line in unit)
    assert allowed == {
        *("char-ttyACM rw", "char-ttyUSB rw", "char-ttyS rw", "char-usb_device rw"),
        *("char-mtd r", "block-sd r", "block-mmc r"),
    }
