"""Times driver and parser on a card and a flash image against `cat FILE | sha256sum`, twice.

Run: python -m bench.media_reading. Processor time of this process and of those that it starts:
waiting for the next look at the file is no work. The floor starts its two pipes by `sh -c`.
"""

import asyncio
import subprocess
import tempfile
from collections.abc import Callable
from contextlib import aclosing
from pathlib import Path
from resource import RUSAGE_CHILDREN, RUSAGE_SELF, getrusage
from statistics import median

from drivers.contract import DriverHost
from drivers.media.pc_card import PLUGIN, PcCardSettings
from election.captures import Capture, Ending
from parsers.contract import Parser
from parsers.media.flash.parser import PARSER as FLASH
from parsers.media.m100_card.parser import PARSER as CARD
from simulators.media.samples import SAMPLES

ROUNDS = 15


def floor(image: Path) -> None:
    """Read and hash the file twice, as a shell does."""
    for _ in range(2):
        subprocess.run(
            ["/bin/sh", "-c", 'cat "$0" | sha256sum', str(image)], check=True, capture_output=True
        )


def read(image: Path) -> Capture:
    """Read the file twice, compare and hash it, as the driver does."""
    kept: list[Capture] = []
    asyncio.run(_keep_one(image, kept))  # it returns nothing: `run` takes the repr of a result
    (capture,) = kept
    assert capture.ending is Ending.WHOLE
    assert capture.sha256
    return capture


def read_and_parse(image: Path, parser: Parser) -> None:
    """Do what the gateway does with a medium until its document is there."""
    parser.parse(read(image).content)


def seconds_of(work: Callable[[], object]) -> float:
    """Return the processor seconds that `work` took, here and in the processes it started."""
    before = _spent()
    work()
    return _spent() - before


def main() -> None:
    """Print the median of each and their ratios; the rounds alternate."""
    with tempfile.TemporaryDirectory() as folder:
        for name, parser in (("m100-closed-2m", CARD), ("flash-5199901", FLASH)):
            content = SAMPLES[name]()
            image = Path(folder) / f"{name}.img"
            image.write_bytes(content)
            _compare(f"{name}, {len(content):,} bytes", image, parser)


def _compare(title: str, image: Path, parser: Parser) -> None:
    works: dict[str, Callable[[], object]] = {
        "floor": lambda: floor(image),
        "driver": lambda: read(image),
        "driver and parser": lambda: read_and_parse(image, parser),
    }
    seconds: dict[str, list[float]] = {name: [] for name in works}
    for _ in range(ROUNDS):
        for name, work in works.items():
            seconds[name].append(seconds_of(work))
    spent = {name: median(of) for name, of in seconds.items()}
    told = "  ".join(f"{name} {each * 1000:.1f} ms" for name, each in spent.items())
    ratios = "  ".join(
        f"{name} / floor {spent[name] / spent['floor']:.2f}" for name in works if name != "floor"
    )
    print(f"{title}: {told}  {ratios}")


def _spent() -> float:
    own, children = getrusage(RUSAGE_SELF), getrusage(RUSAGE_CHILDREN)
    return own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime


async def _keep_one(image: Path, kept: list[Capture]) -> None:
    settings = PcCardSettings(path=image, poll_s=0.01)
    async with (
        PLUGIN.open("bench", settings, DriverHost()) as driver,
        aclosing(driver.captures()) as captures,  # type: ignore[type-var]  # it has a generator
    ):
        kept.append(await anext(captures))


if __name__ == "__main__":
    main()
