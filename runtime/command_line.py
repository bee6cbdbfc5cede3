"""Options that the commands of both daemons share, so that they are called and explained alike."""

from pathlib import Path
from typing import Annotated

import typer

Config = Annotated[
    Path, typer.Option("--config", "-c", help="The daemon's TOML file.", show_default=False)
]

AsJson = Annotated[bool, typer.Option("--json", help="For scripts: JSON on standard output.")]

NewKey = Annotated[Path, typer.Argument(help="Where the private key is to lie; must not exist.")]

DefinitionFile = Annotated[Path, typer.Option(help="The election definition.")]

Holder = Annotated[str, typer.Option(help="Name of the machine, as people know it.")]

IsTest = Annotated[
    bool, typer.Option("--test", help="A rehearsal key; can never act in official mode.")
]

Passphrase = Annotated[
    str,
    typer.Option(
        prompt=True,
        confirmation_prompt=True,
        hide_input=True,
        help="Asked for, twice, when not given.",
    ),
]
