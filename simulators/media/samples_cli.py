"""`zerotape simulate sample`: images of media, byte for byte the same on every machine."""

from pathlib import Path
from typing import Annotated

import typer

from simulators.new_files import write_new


def sample(
    profile: Annotated[
        str, typer.Argument(metavar="PROFILE", help="Which image; a wrong name shows all of them.")
    ],
    out: Annotated[Path, typer.Option("--out", help="File to write; it must not exist yet.")],
) -> None:
    """Write the image of a medium of the sample election: a card, a PEB, a terminal's flash.

    All of them are project profiles, not the vendor's formats, which are not
    public. Read the file again with `zerotape parse FILE`.
    """
    # Building an image needs the layouts of all media; the other commands need none of them.
    from simulators.media.samples import SAMPLES  # noqa: PLC0415

    if profile not in SAMPLES:
        raise typer.BadParameter(
            f"{profile!r} is none of {', '.join(SAMPLES)}.", param_hint="PROFILE"
        )
    content = SAMPLES[profile]()
    write_new(out, content)
    typer.echo(f"{out}: {profile}, {len(content):,} bytes.")
    typer.echo(f"Read it again: zerotape parse {out}")
