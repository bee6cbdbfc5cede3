"""What is plugged in, and what to write for it, as a person or a script reads it."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from rich.table import Table
from rich.text import Text

from drivers.hotplug.attached import AttachedDevice
from gateway.config import driver_settings, read_gateway_settings
from gateway.plugged_in import ConfiguredDevice, PluggedIn
from gateway.suggestions import Suggestion

COLUMNS = ("device", "USB id", "serial", "port", "part", "door", "node", "configured as", "drivers")


def configured_devices(config: Path | None) -> tuple[ConfiguredDevice, ...]:
    """Return the devices that the file `config` names; none without a file."""
    if config is None:
        return ()
    folder = config.parent.absolute()
    return tuple(
        ConfiguredDevice.of(device.name, device.driver, driver_settings(device, folder))
        for device in read_gateway_settings(config).devices
    )


def as_values(device: PluggedIn) -> dict[str, Any]:
    """Return `device` as JSON values."""
    attached = device.attached
    return {
        "attachment": attached.attachment.value,
        "node": str(attached.node) if attached.node else None,
        "vendor": attached.vendor,
        "product": attached.product,
        "serial": attached.serial,
        "port": attached.port,
        "part": attached.part,
        "manufacturer": attached.manufacturer,
        "model": attached.model,
        "interfaces": list(attached.interfaces),
        "configured": list(device.configured),
        "drivers": list(device.drivers),
    }


def as_table(devices: Iterable[PluggedIn]) -> Table:
    """Return `devices` as a table for people."""
    table = Table(*COLUMNS)
    for device in devices:
        table.add_row(*map(Text, _cells(device, device.attached)))
    return table


def as_text(suggestions: Iterable[Suggestion]) -> str:
    """Return what belongs into the configuration, then what belongs into the udev rules."""
    found = tuple(suggestions)
    drivers = sorted({each.driver for each in found})
    stanzas = "\n".join(each.stanza for each in found)
    rules = "\n".join(f"# {each.device}\n{each.rule}" for each in found)
    return (
        f"# For gateway.toml; `drivers` must name: {', '.join(drivers)}\n{stanzas}\n"
        "# For /etc/udev/rules.d/61-zerotape-local.rules; then: udevadm control --reload, and plug "
        f"it in again\n{rules}"
    )


def _cells(device: PluggedIn, attached: AttachedDevice) -> tuple[str, ...]:
    return (
        attached.model or "-",
        f"{attached.vendor}:{attached.product}" if attached.vendor else "-",
        attached.serial or "-",
        attached.port or "-",
        str(attached.part),
        attached.attachment.value,
        str(attached.node or "-"),
        ", ".join(device.configured) or "-",
        ", ".join(device.drivers) or "-",
    )
