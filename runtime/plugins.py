"""Finds what a configuration allows among the installed entry points, and nothing else."""

from collections.abc import Iterable
from typing import Any

from election.errors import ZerotapeError


class UnknownPlugin(ZerotapeError):
    """The configuration names a plug-in that is not installed, or too old or too new."""


def installed_names(group: str) -> frozenset[str]:
    """Return the names of all entry points of `group`."""
    from importlib.metadata import entry_points  # noqa: PLC0415  # most commands need no look-up

    return frozenset(entry_points(group=group).names)


def load_plugin(group: str, name: str, interface_version: int, built_in: Iterable[str] = ()) -> Any:  # noqa: ANN401  # as installed
    """Return what the entry point `name` of `group` names; raise UnknownPlugin.

    The plug-in says in `interface_version` which contract it was written for. `built_in` are the
    names that need no plug-in, for the message.
    """
    from importlib.metadata import entry_points  # noqa: PLC0415  # most commands need no look-up

    installed = {entry.name: entry for entry in entry_points(group=group)}
    if name not in installed:
        known = ", ".join(sorted({*installed, *built_in})) or "none"
        raise UnknownPlugin(f"{group}: {name!r} is not installed. Installed: {known}.")
    plugin = installed[name].load()
    if plugin.interface_version != interface_version:
        raise UnknownPlugin(
            f"{group}: {name!r} speaks interface {plugin.interface_version}, this version of "
            f"Zerotape speaks {interface_version}. Install the matching package."
        )
    return plugin
