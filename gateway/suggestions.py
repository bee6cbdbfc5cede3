"""What to write where, so that a device that is plugged in is read: configuration and udev rule.

Devices say what they like of themselves: a string goes into the configuration only as a TOML
string, and into a rule only where udev would not take any of its characters for a pattern.
"""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from drivers.hotplug.attached import AttachedDevice, Attachment, DeviceMatch
from gateway.plugged_in import PluggedIn, unclaimed

PLAIN = re.compile(r"[A-Za-z0-9 ._:-]+")
"""Strings that mean themselves in a udev rule."""

SUBSYSTEM_AND_MODE = {
    Attachment.SERIAL: ("tty", "0660"),
    Attachment.USB: ("usb", "0660"),
    Attachment.BLOCK: ("block", "0640"),
    Attachment.MTD: ("mtd", "0440"),
}

KEPT_OFF = {
    Attachment.SERIAL: 'ENV{ID_MM_PORT_IGNORE}="1"',
    Attachment.USB: 'ENV{ID_MM_DEVICE_IGNORE}="1"',
    Attachment.BLOCK: 'ENV{UDISKS_IGNORE}="1", RUN+="/usr/sbin/blockdev --setro $devnode"',
}


@dataclass(frozen=True, slots=True)
class Suggestion:
    """What makes one device known."""

    device: str
    """As it calls itself."""
    driver: str
    name: str
    match: DeviceMatch | None
    """None where only its node tells it from others."""
    stanza: str
    """For gateway.toml."""
    rule: str
    """For a file below /etc/udev/rules.d; one line."""


def suggestions(
    devices: Iterable[PluggedIn], taken_names: Iterable[str] = ()
) -> tuple[Suggestion, ...]:
    """Return a suggestion for each of `devices` that nobody means and a driver can read."""
    everything = tuple(devices)
    names = _names(set(taken_names))
    return tuple(
        _suggestion(each, names, [other.attached for other in everything])
        for each in unclaimed(everything)
    )


def match_for(device: AttachedDevice, others: Iterable[AttachedDevice]) -> DeviceMatch | None:
    """Return the match that means `device` and none of `others`; None where there is none.

    A serial number is better than a port: the device may then be plugged in anywhere.
    """
    rivals = [o for o in others if o.attachment is device.attachment and o != device]
    if not device.vendor:
        tried: list[dict[str, object]] = [{"model": device.model}] if device.model else []
    else:
        ids: dict[str, object] = {"vendor": device.vendor, "product": device.product}
        where = [{"serial": device.serial}] if device.serial else []
        where.append({"port": device.port})
        tried = [{**ids, **each} for each in where]
        tried += [{**each, "part": device.part} for each in tried]
    matches = (DeviceMatch.model_validate(values) for values in tried)
    return next((m for m in matches if not any(m.fits(rival) for rival in rivals)), None)


def _suggestion(found: PluggedIn, names: Iterator[str], others: list[AttachedDevice]) -> Suggestion:
    device, driver = found.attached, found.drivers[0]
    match = match_for(device, others)
    name = f"{driver}-{next(names)}"
    return Suggestion(
        device=str(device),
        driver=driver,
        name=name,
        match=match,
        stanza=_stanza(name, driver, device, match),
        rule=_rule(device, match),
    )


def _names(taken: set[str]) -> Iterator[str]:
    """Yield numbers that no name in `taken` ends with."""
    number = 0
    while True:
        number += 1
        if not any(name.endswith(f"-{number}") for name in taken):
            yield str(number)


def _stanza(name: str, driver: str, device: AttachedDevice, match: DeviceMatch | None) -> str:
    if match is not None:
        values = match.model_dump(exclude_none=True)
        inner = ", ".join(f"{key} = {_toml(value)}" for key, value in values.items())
        settings = f"match = {{ {inner} }}"
    else:
        settings = f"path = {_toml(str(device.node))}"
    return (
        f"# {device}\n[[devices]]\n"
        f"name = {_toml(name)}\ndriver = {_toml(driver)}\nsettings = {{ {settings} }}\n"
    )


def _toml(value: object) -> str:
    """Return `value` as TOML; a JSON string is one, as nothing unprintable is in it."""
    return json.dumps(value, ensure_ascii=False)


def _rule(device: AttachedDevice, match: DeviceMatch | None) -> str:
    subsystem, mode = SUBSYSTEM_AND_MODE[device.attachment]
    conditions = [f'SUBSYSTEM=="{subsystem}"', *_conditions(device, match)]
    effects = [f'GROUP="zerotape", MODE="{mode}"']
    if device.attachment in KEPT_OFF:
        effects.append(KEPT_OFF[device.attachment])
    return ", ".join((*conditions, *effects))


def _conditions(device: AttachedDevice, match: DeviceMatch | None) -> list[str]:
    if not device.vendor:
        return [f'KERNEL=="{device.node.name}"'] if device.node else []
    # A bare device has its attributes itself; a line or a disk has them somewhere above
    attribute = "ATTR" if device.attachment is Attachment.USB else "ATTRS"
    conditions = [
        f'{attribute}{{idVendor}}=="{device.vendor}"',
        f'{attribute}{{idProduct}}=="{device.product}"',
    ]
    if match is not None and match.serial and PLAIN.fullmatch(match.serial):
        conditions.append(f'{attribute}{{serial}}=="{match.serial}"')
    elif device.port:
        kernel = "KERNEL" if device.attachment is Attachment.USB else "KERNELS"
        conditions.append(f'{kernel}=="{device.port}"')
    return conditions
