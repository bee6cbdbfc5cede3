"""What is plugged in, read from a made-up sysfs as Linux lays it out."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from drivers.errors import DeviceBlocked, DeviceGone
from drivers.hotplug.attached import AttachedDevice, Attachment, DeviceMatch, the_match
from drivers.hotplug.inventory import attached_devices

DEV = Path("/dev")
FTDI = {"idVendor": "0403", "idProduct": "6001", "manufacturer": "FTDI", "product": "FT232R UART"}
READER = {"idVendor": "058f", "idProduct": "6362", "product": "Card Reader"}
STORAGE = {"bInterfaceClass": "08", "bInterfaceSubClass": "06", "bInterfaceProtocol": "50"}


class Sysfs:
    """A sysfs in a folder: directories below `devices`, links in `class`, `block` and `bus`."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def usb(self, port: str, **attributes: str) -> Path:
        """Plug a USB device into `port`; an empty attribute is left out."""
        place = self.root / "devices/pci0000:00/0000:00:14.0/usb1" / port
        self._write(place, {"bDeviceClass": "00", **attributes})
        self._link("bus/usb/devices", place)
        return place

    def interface(self, usb: Path, number: int = 0, **attributes: str) -> Path:
        place = usb / f"{usb.name}:1.{number}"
        self._write(place, {"bInterfaceNumber": f"{number:02x}", **attributes})
        return place

    def tty(self, name: str, parent: Path) -> None:
        """Make the line of a USB serial adapter: its device is the port below the interface."""
        port = parent / name
        node = port / "tty" / name
        self._write(node, {"dev": "188:0"})
        (node / "device").symlink_to(port)
        self._link("class/tty", node)

    def disk(self, name: str, parent: Path, **attributes: str) -> None:
        node = parent / "block" / name
        self._write(node, {"removable": "0", **attributes})
        (node / "device").symlink_to(parent)
        self._link("block", node)

    def memory_card(self, number: int, name: str) -> None:
        for suffix in ("", "ro"):
            node = self.root / f"devices/pcmcia/mtd/mtd{number}{suffix}"
            self._write(node, {} if suffix else {"name": name})
            self._link("class/mtd", node)

    def loop(self, number: int, backing: str) -> None:
        node = self.root / f"devices/virtual/block/loop{number}"
        self._write(node, {"removable": "0", "loop/backing_file": backing})
        self._link("block", node)

    def look(self, *, loops: bool = False) -> tuple[AttachedDevice, ...]:
        return attached_devices(self.root, DEV, loops=loops)

    def _write(self, place: Path, attributes: dict[str, str]) -> None:
        place.mkdir(parents=True, exist_ok=True)
        for key, value in attributes.items():
            file = place / key
            file.parent.mkdir(exist_ok=True)
            if value:
                file.write_text(f"{value}\n")

    def _link(self, folder: str, place: Path) -> None:
        (self.root / folder).mkdir(parents=True, exist_ok=True)
        (self.root / folder / place.name).symlink_to(place)


@pytest.fixture
def sysfs(tmp_path: Path) -> Sysfs:
    return Sysfs(tmp_path)


def serial_adapter(sysfs: Sysfs, port: str, name: str, serial: str = "") -> Path:
    usb = sysfs.usb(port, serial=serial, **FTDI)
    sysfs.tty(name, sysfs.interface(usb, bInterfaceClass="ff"))
    return usb


def of(attachment: Attachment, devices: tuple[AttachedDevice, ...]) -> list[AttachedDevice]:
    return [device for device in devices if device.attachment is attachment]


def test_without_any_such_thing_in_the_kernel_nothing_is_plugged_in(tmp_path: Path) -> None:
    assert attached_devices(tmp_path / "no such folder", DEV) == ()


def test_a_serial_adapter_is_known_by_ids_serial_and_port(sysfs: Sysfs) -> None:
    serial_adapter(sysfs, "1-1.4", "ttyUSB0", "A50285BI")
    assert of(Attachment.SERIAL, sysfs.look()) == [
        AttachedDevice(
            Attachment.SERIAL,
            DEV / "ttyUSB0",
            vendor="0403",
            product="6001",
            serial="A50285BI",
            port="1-1.4",
            manufacturer="FTDI",
            model="FT232R UART",
        )
    ]


def test_two_of_one_model_without_serial_numbers_are_told_apart_by_their_ports(
    sysfs: Sysfs,
) -> None:
    serial_adapter(sysfs, "1-2", "ttyUSB1")
    serial_adapter(sysfs, "1-1", "ttyUSB0")
    with pytest.raises(DeviceBlocked, match=r"fits 2 devices.*port 1-1.*port 1-2.*Unplug the one"):
        the_match(
            "printer", DeviceMatch(vendor="0403", product="6001"), Attachment.SERIAL, sysfs.look()
        )
    second = DeviceMatch(vendor="0403", product="6001", port="1-2")
    found = the_match("printer", second, Attachment.SERIAL, sysfs.look())
    assert found.node == DEV / "ttyUSB1"


def test_a_device_that_is_not_there_is_gone_and_named_by_what_is_wanted(sysfs: Sysfs) -> None:
    serial_adapter(sysfs, "1-1", "ttyUSB0", "A1")
    with pytest.raises(DeviceGone, match="nothing with vendor 0403, serial B2 is plugged in"):
        the_match(
            "printer", DeviceMatch(vendor="0403", serial="B2"), Attachment.SERIAL, sysfs.look()
        )


def test_lines_of_one_adapter_and_slots_of_one_reader_are_parts(sysfs: Sysfs) -> None:
    quad = sysfs.usb("1-3", **FTDI)
    for number in range(2):
        sysfs.tty(f"ttyUSB{number}", sysfs.interface(quad, number, bInterfaceClass="ff"))
    reader = sysfs.usb("1-4", **READER)
    interface = sysfs.interface(reader, 0, **STORAGE)
    for unit, name in enumerate(("sda", "sdb")):
        target = interface / "host6/target6:0:0" / f"6:0:0:{unit}"
        sysfs.disk(name, target, removable="1")
    found = sysfs.look()
    lines, slots = of(Attachment.SERIAL, found), of(Attachment.BLOCK, found)
    assert [(str(d.node), d.part) for d in lines] == [("/dev/ttyUSB0", 0), ("/dev/ttyUSB1", 1)]
    assert [(str(d.node), d.part) for d in slots] == [("/dev/sda", 0), ("/dev/sdb", 1)]
    assert the_match("cf", DeviceMatch(port="1-4", part=1), Attachment.BLOCK, found) == slots[1]


def test_built_in_lines_and_disks_and_hubs_are_not_plugged_in(sysfs: Sysfs) -> None:
    sysfs.tty("ttyS0", sysfs.root / "devices/pnp0/00:01")
    sysfs.disk("nvme0n1", sysfs.root / "devices/pci0000:00/nvme/nvme0")
    sysfs.usb("usb1", idVendor="1d6b", idProduct="0002", bDeviceClass="09")
    sysfs.loop(0, "/srv/card.img")
    assert sysfs.look() == ()


def test_a_loop_device_is_listed_when_it_is_asked_for(sysfs: Sysfs) -> None:
    sysfs.loop(0, "/srv/card.img")
    sysfs.loop(1, "")
    assert sysfs.look(loops=True) == (
        AttachedDevice(Attachment.BLOCK, DEV / "loop0", model="/srv/card.img"),
    )


def test_a_removable_disk_that_is_not_usb_is_known_by_its_name(sysfs: Sysfs) -> None:
    card = sysfs.root / "devices/mmc0/mmc0:aaaa"
    sysfs.disk("mmcblk0", card, removable="1")
    (card / "name").write_text("SD32G\n")
    assert sysfs.look() == (AttachedDevice(Attachment.BLOCK, DEV / "mmcblk0", model="SD32G"),)


def test_a_memory_card_is_reached_by_the_node_that_takes_no_writes(sysfs: Sysfs) -> None:
    sysfs.memory_card(0, "PCMCIA SRAM")
    assert sysfs.look() == (AttachedDevice(Attachment.MTD, DEV / "mtd0ro", model="PCMCIA SRAM"),)


def test_a_card_reader_tells_as_a_bare_device_what_it_can_do(sysfs: Sysfs) -> None:
    reader = sysfs.usb("2-1", **READER)
    sysfs.interface(reader, 0, **STORAGE)
    [bare] = sysfs.look()
    assert (bare.attachment, bare.node, bare.interfaces) == (Attachment.USB, None, ("080650",))
    assert str(bare) == "Card Reader 058f:6362 at port 2-1"


def test_what_a_device_says_of_itself_cannot_command_a_terminal(sysfs: Sysfs) -> None:
    sysfs.usb("1-1", idVendor="1209", idProduct="0001", product="\x1b]0;owned\x07Card" + "x" * 900)
    [bare] = sysfs.look()
    assert bare.model.startswith("]0;ownedCardxxx")
    assert len(bare.model) == 128


def test_bytes_that_are_no_text_do_not_hide_a_device(sysfs: Sysfs) -> None:
    place = sysfs.usb("1-1", idVendor="1209", idProduct="0001")
    (place / "product").write_bytes(b"Card \xff\n")
    assert [device.model for device in sysfs.look()] == ["Card \N{REPLACEMENT CHARACTER}"]


@pytest.mark.parametrize(
    "wrong", [{}, {"vendor": "403"}, {"vendor": "0X03"}, {"port": "usb1"}, {"part": -1}, {"vid": 1}]
)
def test_a_match_that_means_nothing_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        DeviceMatch.model_validate(wrong)
