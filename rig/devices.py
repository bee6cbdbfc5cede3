"""The devices of the rig: how QEMU is told of them, and how the gateway in the guest finds them.

Two are QEMU's own (a USB stick, a USB serial adapter), two are simulated by us and redirected.
"""

from pathlib import Path

STICK, ADAPTER = "stick", "adapter"
CRADLE, READER = "cradle", "reader"

STICK_SERIAL = "SN-0001"
ADAPTER_SERIAL = "FT-7"
READER_SERIAL = "ZT-READER-1"
CRADLE_SERIAL = "ZT-CRADLE-1"
CRADLE_MODEL = "ES&S PEB Cradle -w- USB Interface"
"""As a listing of a real cradle has it (University of South Carolina, project Omaha)."""

STICK_BYTES_PER_S = 128 * 1024
"""QEMU slows the stick down to this, so that it can be pulled in mid-read."""

GATEWAY_DEVICES = f"""\
[[devices]]
name = "{ADAPTER}"
driver = "print-line"
settings = {{{{ match = {{{{ serial = "{ADAPTER_SERIAL}" }}}}, data_bits = 7, parity = "even" }}}}

[[devices]]
name = "{STICK}"
driver = "block-device"
settings = {{{{ match = {{{{ serial = "{STICK_SERIAL}" }}}} }}}}

[[devices]]
name = "{CRADLE}"
driver = "peb-cradle"
settings = {{{{ match = {{{{ model = "{CRADLE_MODEL}" }}}} }}}}

[[devices]]
name = "{READER}"
driver = "usb-storage"
settings = {{{{ match = {{{{ serial = "{READER_SERIAL}" }}}} }}}}
"""
"""Stanzas for a gateway's configuration, as a format text of `simulators.county.County`."""

NODE = "card"
"""QEMU's name of the image behind the stick."""


def stick_properties() -> dict[str, object]:
    """Return what QEMU needs to plug the stick in."""
    return {"drive": NODE, "serial": STICK_SERIAL, "removable": True}


def qemu_arguments(folder: Path, stick_image: Path) -> tuple[str, ...]:
    """Return QEMU's arguments for all devices; sockets are in `folder`, nothing is plugged yet.

    The serial adapter appears when somebody connects to its socket. The redirected ones appear
    when their server, to which QEMU connects by itself, plugs them in.
    """
    image = f"file.driver=file,file.filename={stick_image},file.read-only=on"
    arguments = [
        *("-object", f"throttle-group,id=slow,x-bps-read={STICK_BYTES_PER_S}"),
        *("-blockdev", f"driver=raw,node-name=whole,read-only=on,{image}"),
        *(
            "-blockdev",
            f"driver=throttle,node-name={NODE},throttle-group=slow,file=whole,read-only=on",
        ),
        *("-chardev", f"socket,id={ADAPTER},path={folder / ADAPTER},server=on,wait=off"),
        *(
            "-device",
            f"usb-serial,bus=usb.0,chardev={ADAPTER},id={ADAPTER},serial={ADAPTER_SERIAL}",
        ),
    ]
    for name in (CRADLE, READER):
        arguments += ["-chardev", f"socket,id={name},path={folder / name},server=off,reconnect=1"]
        arguments += ["-device", f"usb-redir,bus=usb.0,chardev={name},id={name}"]
    return tuple(arguments)
