"""Finds what a configuration allows among the installed entry points, and nothing else."""

from collections.abc import Iterable, Iterator
from importlib.metadata import entry_points
from typing import Any

from election.errors import ZerotapeError


class UnknownPlugin(ZerotapeError):
    """The configuration names a plug-in that is not installed, or too old or too new."""


def load_plugin(group: str, name: str, interface_version: int) -> Any:  # noqa: ANN401  # as installed
    """Return what the entry point `name` of `group` names; raise UnknownPlugin.

    The plug-in says in `interface_version` which contract it was written for.
    """
    return next(load_plugins(group, [name], interface_version))


def load_plugins(group: str, names: Iterable[str], interface_version: int) -> Iterator[Any]:
    """Yield plug-ins as `load_plugin` returns them, each loaded when it is asked for.

    Looking up what is installed takes longer than loading most of it, and is done once.
    """
    installed = {entry.name: entry for entry in entry_points(group=group)}
    for name in names:
        if name not in installed:
            known = ", ".join(sorted(installed)) or "none"
            raise UnknownPlugin(f"{group}: {name!r} is not installed. Installed: {known}.")
        plugin = installed[name].load()
        if plugin.interface_version != interface_version:
            raise UnknownPlugin(
                f"{group}: {name!r} speaks interface {plugin.interface_version}, this version of "
                f"Zerotape speaks {interface_version}. Install the matching package."
            )
        yield plugin
