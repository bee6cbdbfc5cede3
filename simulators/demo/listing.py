"""A real EL155 listing through the whole system: definition drafted, dropped, signed, accepted."""

import shutil
import subprocess
import sys
import time
from pathlib import Path

from election.errors import ZerotapeError
from simulators.county import County
from simulators.demo.night import Show
from simulators.demo.progress import progress_of, settled

CENTER = "center-1"
LOOK_S = 0.25
PATIENCE_S = 300.0


class ListingNotThrough(ZerotapeError):
    """The listing did not arrive at central as a whole."""


def drafted_definition(listing: Path, folder: Path) -> bytes:
    """Have `zerotape gateway define` draft a definition; raise ZerotapeError with its words."""
    out = folder / "drafted.json"
    command = ["gateway", "define", str(listing), "--out", str(out), "--center", CENTER]
    done = subprocess.run(  # noqa: S603  # our own program
        [sys.executable, "-m", "zerotape", *command], capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        raise ZerotapeError(done.stderr.strip().removeprefix("zerotape: "))
    return out.read_bytes()


def send_listing(county: County, listing: Path, show: Show) -> None:
    """Drop the listing into the gateway's folder; return when central has confirmed all of it.

    Raises ListingNotThrough when a precinct is held back or central does not answer in time.
    """
    drop = county.drop_folder(CENTER)
    incoming = drop / f".{listing.name}.part"
    shutil.copyfile(listing, incoming)
    incoming.replace(drop / listing.name)
    expected = frozenset(precinct.id for precinct in county.loaded.definition.precincts)
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        progress = progress_of(county)
        show(progress)
        if settled(progress, expected):
            return
        stuck = [entry for entry in progress if entry.state in ("blocked", "held")]
        if stuck:
            listed = "".join(f"\n  - {e.name}: {e.state}, {e.remark}" for e in stuck)
            raise ListingNotThrough(f"{len(stuck)} precincts are held back:{listed}")
        time.sleep(LOOK_S)
    raise ListingNotThrough(f"Not confirmed within {PATIENCE_S:.0f} s; see {county.folder}.")
