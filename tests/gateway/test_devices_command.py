"""`zerotape gateway devices` and `suggest`: what is plugged in, and what to write for it."""

import json
import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from drivers.hotplug.attached import AttachedDevice, Attachment, DeviceMatch
from drivers.registry import load_driver
from gateway.device_list import as_text
from gateway.plugged_in import ConfiguredDevice, plugged_in
from gateway.suggestions import match_for, suggestions

PYTHON = "/usr/bin/python3"
"""The testbed needs the system's Python: its bindings are not in any virtual environment."""


def line(
    node: str, port: str, serial: str = "", part: int = 0, model: str = "UART"
) -> AttachedDevice:
    return AttachedDevice(
        Attachment.SERIAL, Path(node), "0403", "6001", serial, port, model=model, part=part
    )


ADAPTER = line("/dev/ttyUSB0", "1-1", "A1")
CRADLE = line("/dev/ttyACM0", "1-2", model="ES&S PEB Cradle -w- USB Interface")
READER = AttachedDevice(
    Attachment.USB, None, "058f", "6362", port="1-3", model="Reader", interfaces=("080650",)
)
STICK = AttachedDevice(Attachment.BLOCK, Path("/dev/sda"), "0781", "5567", "S1", "1-4")
MEMORY_CARD = AttachedDevice(Attachment.MTD, Path("/dev/mtd0ro"), model="PCMCIA SRAM")
EVERYTHING = (ADAPTER, CRADLE, READER, STICK, MEMORY_CARD)


def test_what_is_suggested_is_a_configuration_that_the_driver_takes() -> None:
    found = suggestions(plugged_in(EVERYTHING))
    written = tomllib.loads(as_text(found).split("# For /etc/udev")[0])
    drivers = {device["driver"] for device in written["devices"]}
    assert drivers == {"print-line", "peb-cradle", "usb-storage", "block-device", "pc-card"}
    for device in written["devices"]:
        load_driver(device["driver"]).settings.model_validate(device["settings"])
    names = [device["name"] for device in written["devices"]]
    assert len(set(names)) == len(names)


def test_with_a_serial_number_a_device_may_be_plugged_in_anywhere() -> None:
    assert match_for(ADAPTER, EVERYTHING) == DeviceMatch(vendor="0403", product="6001", serial="A1")


def test_without_a_serial_number_its_port_tells_it_from_its_twin() -> None:
    first, second = line("/dev/ttyUSB0", "1-1"), line("/dev/ttyUSB1", "1-2")
    match = match_for(second, [first, second])
    assert match == DeviceMatch(vendor="0403", product="6001", port="1-2")


def test_a_serial_number_that_the_maker_gave_to_all_is_not_believed() -> None:
    first, second = line("/dev/ttyUSB0", "1-1", "0000"), line("/dev/ttyUSB1", "1-2", "0000")
    match = match_for(first, [first, second])
    assert match == DeviceMatch(vendor="0403", product="6001", port="1-1")


def test_lines_of_one_adapter_are_told_apart_by_their_parts() -> None:
    first, second = line("/dev/ttyUSB0", "1-1"), line("/dev/ttyUSB1", "1-1", part=1)
    match = match_for(second, [first, second])
    assert match is not None
    assert (match.fits(second), match.fits(first)) == (True, False)


@pytest.mark.parametrize("serial", ['A"1', "A*", "A[1]", "A1|B2", "$env{PATH}", "A\\1"])
def test_no_device_writes_a_rule_by_its_serial_number(serial: str) -> None:
    [suggestion] = suggestions(plugged_in([line("/dev/ttyUSB0", "1-1", serial)]))
    assert serial not in suggestion.rule
    assert 'KERNELS=="1-1"' in suggestion.rule
    assert tomllib.loads(suggestion.stanza)["devices"][0]["settings"]["match"]["serial"] == serial


def test_what_is_configured_is_not_suggested_again_and_its_name_not_given_twice() -> None:
    configured = ConfiguredDevice("print-line-1", "print-line", DeviceMatch(serial="A1"))
    other = line("/dev/ttyUSB1", "1-5", "B2")
    [suggestion] = suggestions(plugged_in([ADAPTER, other], [configured]), ["print-line-1"])
    assert suggestion.name == "print-line-2"
    assert "B2" in suggestion.stanza


TESTBED = """
import subprocess, sys
import gi
gi.require_version("UMockdev", "1.0")
from gi.repository import UMockdev

bed = UMockdev.Testbed.new()
hub = bed.add_device("usb", "usb1", None, ["idVendor", "1d6b", "bDeviceClass", "09"], [])
attributes = ["idVendor", "0403", "idProduct", "6001", "product", "UART", "serial", "A1"]
usb = bed.add_device("usb", "1-1", hub, attributes, ["DEVTYPE", "usb_device"])
interface = bed.add_device("usb", "1-1:1.0", usb, ["bInterfaceNumber", "00"], [])
bed.add_device("tty", "ttyUSB7", interface, [], ["DEVNAME", "/dev/ttyUSB7"])
sys.exit(subprocess.run(sys.argv[1:]).returncode)
"""

CONFIG = """\
count_center = "north"
definition = "definition.json"
state = "state"

[signing]
key = "north.key"

[aggregator]
enrolment = "central.enrolment.json"

[[devices]]
name = "communication-pack"
driver = "print-line"
settings = { match = { model = "UART" } }
"""


def zerotape(tmp_path: Path, *arguments: str) -> str:
    """Return what a command prints on a made-up machine with one serial adapter."""
    bindings = [PYTHON, "-c", "import gi; gi.require_version('UMockdev', '1.0')"]
    if (
        not shutil.which("umockdev-wrapper")
        or subprocess.run(bindings, capture_output=True, check=False).returncode
    ):
        reason = "umockdev, gir1.2-umockdev-1.0 or python3-gi is not installed"
        if os.environ.get("ZT_REQUIRE_ALL") == "1":
            pytest.fail(reason)
        pytest.skip(reason)
    (tmp_path / "gateway.toml").write_text(CONFIG)
    command = [sys.executable, "-m", "zerotape", "gateway", *arguments]
    done = subprocess.run(
        ["umockdev-wrapper", PYTHON, "-c", TESTBED, *command],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2]), "COLUMNS": "200"},
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    return done.stdout


def test_devices_lists_what_is_there_and_which_configured_device_it_is(tmp_path: Path) -> None:
    [listed] = json.loads(zerotape(tmp_path, "devices", "--config", "gateway.toml", "--json"))
    assert (listed["node"], listed["port"], listed["serial"]) == ("/dev/ttyUSB7", "1-1", "A1")
    assert (listed["configured"], listed["drivers"]) == (["communication-pack"], ["print-line"])
    shown = zerotape(tmp_path, "devices", "--config", "gateway.toml")
    for cell in ("UART", "0403:6001", "A1", "1-1", "/dev/ttyUSB7", "communication-pack"):
        assert cell in shown


def test_suggest_prints_both_files_and_nothing_for_what_is_configured(tmp_path: Path) -> None:
    shown = zerotape(tmp_path, "suggest")
    stanza, _, rules = shown.partition("# For /etc/udev")
    [device] = tomllib.loads(stanza)["devices"]
    assert device["settings"] == {"match": {"vendor": "0403", "product": "6001", "serial": "A1"}}
    assert 'ATTRS{serial}=="A1", GROUP="zerotape", MODE="0660"' in rules
    assert "[[devices]]" not in zerotape(tmp_path, "suggest", "--config", "gateway.toml")
