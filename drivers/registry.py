"""Finds drivers by entry point; only those that the configuration allows are ever loaded."""

from importlib.metadata import entry_points

from drivers.contract import INTERFACE_VERSION, DriverPlugin
from election.errors import ZerotapeError

GROUP = "zerotape.drivers"


class UnknownDriver(ZerotapeError):
    """The configuration names a driver that is not installed or too old or too new."""


def load_driver(name: str) -> DriverPlugin:
    """Return the installed driver `name`; raise UnknownDriver."""
    installed = {entry.name: entry for entry in entry_points(group=GROUP)}
    if name not in installed:
        known = ", ".join(sorted(installed)) or "none"
        raise UnknownDriver(f"Driver '{name}' is not installed. Installed: {known}.")
    plugin: DriverPlugin = installed[name].load()
    if plugin.interface_version != INTERFACE_VERSION:
        raise UnknownDriver(
            f"Driver '{name}' speaks interface {plugin.interface_version}, this version of "
            f"Zerotape speaks {INTERFACE_VERSION}. Install the matching package."
        )
    return plugin
