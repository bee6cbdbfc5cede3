"""Times `zerotape parse` of a listing of 1 MB as a whole process, against what it cannot avoid.

Run: python -m bench.parse_start_up [LISTING]. That is a process which only imports typer and
pydantic, and the parse itself, timed in a warm process; all in alternating rounds of one run.
`zerotape --version` shows what typer itself takes to run a command that does nothing.

All processes run as those of an installation do, from compiled modules: they have a cache of
bytecode to themselves, which a first round fills that does not count.
"""

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from statistics import median
from time import perf_counter

from listings.reading import Parsers, read_listing
from simulators.listings.el155 import Layout, print_listing, sample_listing

ROUNDS = 9
ROOT = Path(__file__).parents[1]


def main() -> None:
    """Print the medians, and the ratio that is to be at most 2."""
    with tempfile.TemporaryDirectory() as folder:
        compiled = Path(folder, "compiled")
        listing = Path(sys.argv[1]) if len(sys.argv) > 1 else _sample(Path(folder))
        parsers = Parsers()
        works: dict[str, Callable[[], object]] = {
            "import typer, pydantic": lambda: _process(compiled, "-c", "import typer, pydantic"),
            "zerotape --version": lambda: _process(compiled, "-m", "zerotape", "--version"),
            "parse in a warm process": lambda: read_listing(listing, parsers),
            "zerotape parse": lambda: _process(compiled, "-m", "zerotape", "parse", str(listing)),
        }
        for work in works.values():
            work()
        seconds: dict[str, list[float]] = {name: [] for name in works}
        for _ in range(ROUNDS):
            for name, work in works.items():
                begin = perf_counter()
                work()
                seconds[name].append(perf_counter() - begin)
        print(f"{listing.stat().st_size:,} bytes, {ROUNDS} rounds")
    floor, idle, parse, whole = (median(spent) for spent in seconds.values())
    for name, spent in seconds.items():
        print(f"{name:24} {median(spent) * 1000:8.1f} ms")
    print(f"(whole - parse) / floor  {(whole - parse) / floor:8.2f}")
    print(f"version / floor          {idle / floor:8.2f}")


def _sample(folder: Path) -> Path:
    listing = folder / "sample.lst"
    listing.write_bytes(print_listing(sample_listing(ballots=1_800), Layout()))
    return listing


def _process(compiled: Path, *words: str) -> None:
    environment = {**os.environ, "PYTHONPYCACHEPREFIX": str(compiled)}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    done = subprocess.run(
        [sys.executable, *words], cwd=ROOT, env=environment, capture_output=True, check=False
    )
    assert done.returncode in {0, 3}, done.stderr


if __name__ == "__main__":
    main()
