"""Finds drivers by entry point; only those that the configuration allows are ever loaded."""

from drivers.contract import INTERFACE_VERSION, DriverPlugin
from runtime.plugins import load_plugin

GROUP = "zerotape.drivers"


def load_driver(name: str) -> DriverPlugin:
    """Return the installed driver `name`; raise UnknownPlugin."""
    plugin: DriverPlugin = load_plugin(GROUP, name, INTERFACE_VERSION)
    return plugin
