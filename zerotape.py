"""The command `zerotape`: joins the groups and imports one only when it is called."""

import importlib
import sys
from collections.abc import Callable
from functools import partial

import typer

from election.errors import ZerotapeError
from runtime.plain_words import plain_values

GROUPS = {
    "gateway": ("gateway.cli", "Run and look after the gateway of a count center."),
    "central": ("central.cli", "Run and look after the central aggregator."),
    "simulate": ("simulators.cli", "Rehearse: devices and election nights without hardware."),
}

COMMANDS = {
    "compare": ("listings.compare_command", "Print the cells in which two results differ."),
    "demo": ("simulators.demo.cli", "Play an election night with real processes on this machine."),
    "parse": ("listings.parse_command", "Read listings of the election software as CSV or JSON."),
    "verify": ("runtime.verifying", "Verify signed returns and receipts, offline."),
}
"""Each module has a function of the command's name."""

OPERATIONAL_FAILURE = 1
"""Exit status when something went wrong that the message explains; 2 is wrong usage."""


def command_line(called: str) -> typer.Typer:
    """Return the command with what is `called`, alone if it is known: nothing else is imported."""
    app = typer.Typer(
        help="Carries precinct totals, checked and signed, from old voting equipment to the people "
        "who report them. Begin with: zerotape demo",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode="markdown",
    )
    app.callback(invoke_without_command=True)(_top)
    if called in GROUPS:  # its own help says more than the summary
        module, _ = GROUPS[called]
        app.add_typer(importlib.import_module(module).app, name=called)
    elif called in COMMANDS:
        module, _ = COMMANDS[called]
        app.command(called)(getattr(importlib.import_module(module), called))
    else:
        for name, (_, summary) in GROUPS.items():
            app.add_typer(_not_called(), name=name, help=summary)
        for name, (_, summary) in COMMANDS.items():
            app.command(name, help=summary)(lambda: None)
    return app


def main() -> None:
    """Run the command of this process; a ZerotapeError ends it with its words and status 1."""
    called = next((word for word in sys.argv[1:] if not word.startswith("-")), "")
    try:
        (_plainly(called) or command_line(called))()
    except ZerotapeError as error:
        sys.stderr.write(f"zerotape: {error}\n")
        sys.exit(OPERATIONAL_FAILURE)
    except ExceptionGroup as group:
        ours, others = group.split(ZerotapeError)
        if others is not None or ours is None:
            raise
        for leaf in _leaves(ours):
            sys.stderr.write(f"zerotape: {leaf}\n")
        sys.exit(OPERATIONAL_FAILURE)


def _plainly(called: str) -> Callable[[], object] | None:
    """Return what runs the command `called` as typer does, if the words of this process are plain.

    It is an application without any parameter: typer needs a third of a second for the first.
    """
    if called not in COMMANDS or sys.argv[1] != called:
        return None
    command = getattr(importlib.import_module(COMMANDS[called][0]), called)
    values = plain_values(command, sys.argv[2:])
    if values is None:
        return None

    def call() -> None:
        try:
            command(**values)
        except typer.BadParameter:
            command_line(called)()  # it says so beside the usage of the command

    app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
    app.command(called, add_help_option=False)(call)
    return partial(app, args=[])


def _leaves(group: BaseExceptionGroup[BaseException]) -> list[BaseException]:
    leaves: list[BaseException] = []
    for error in group.exceptions:
        leaves += _leaves(error) if isinstance(error, BaseExceptionGroup) else [error]
    return leaves


def _top(
    *, show_version: bool = typer.Option(False, "--version", help="Show the version and end.")
) -> None:
    if show_version:
        from importlib.metadata import version  # noqa: PLC0415  # slow, and nobody else asks

        typer.echo(f"zerotape {version('zerotape')}")
        raise typer.Exit


def _not_called() -> typer.Typer:
    app = typer.Typer()
    app.callback()(lambda: None)
    return app


if __name__ == "__main__":
    main()
