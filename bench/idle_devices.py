"""What 16 idle devices cost a gateway, in memory and processor time, against one.

Run: python -m bench.idle_devices [SECONDS]. Both daemons run side by side for 60 s unless told
otherwise: 8 drop folders, 4 readers of cards that are not there and 4 quiet printer lines against
one drop folder, all with the settings that a fresh configuration has.
"""

import os
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from election.definition_file import definition_bytes
from simulators.brokers import best_broker
from simulators.county import County
from simulators.pty_port import PtyPort
from simulators.services import Service
from simulators.small_election import small_election

CENTER = "north"
IDLE_S = 60.0
SETTLE_S = 5.0
"""Start-up is not idleness."""

DROP = """\
[[devices]]
name = "drop-{number}"
driver = "drop-folder"
settings = {{{{ folder = "{{folder}}/{{center}}-drop-{number}" }}}}

"""
CARD = """\
[[devices]]
name = "card-{number}"
driver = "pc-card"
settings = {{{{ path = "{{folder}}/no-card-{number}.img" }}}}

"""
LINE = """\
[[devices]]
name = "line-{number}"
driver = "print-line"
settings = {{{{ url = "{{folder}}/line-{number}" }}}}

"""


@dataclass(frozen=True)
class Cost:
    """What one process used while it was idle."""

    resident_mb: float
    processor_ms_per_s: float
    threads: int
    descriptors: int


def main() -> None:
    """Let both daemons idle, and print what each used and the ratios."""
    idle_s = float(sys.argv[1]) if len(sys.argv) > 1 else IDLE_S
    with gateway(1, 0, 0) as one, gateway(8, 4, 4) as sixteen:
        time.sleep(SETTLE_S)
        before = [processor_s(one), processor_s(sixteen)]
        began = time.perf_counter()
        time.sleep(idle_s)
        took_s = time.perf_counter() - began
        first, many = (
            cost(service, (processor_s(service) - used_s) / took_s)
            for service, used_s in zip((one, sixteen), before, strict=True)
        )
    print(f"idle for {took_s:.0f} s")
    print(f"{'':28}{'16 devices':>12}{'1 device':>12}{'ratio':>8}")
    for name, value, floor in (
        ("memory, MB", many.resident_mb, first.resident_mb),
        ("processor, ms per s", many.processor_ms_per_s, first.processor_ms_per_s),
        ("threads", many.threads, first.threads),
        ("file descriptors", many.descriptors, first.descriptors),
    ):
        print(f"{name:28}{value:12.1f}{floor:12.1f}{value / floor:8.2f}")


@contextmanager
def gateway(drops: int, cards: int, lines: int) -> Iterator[Service]:
    """Run a county whose one gateway has so many devices, and yield the gateway."""
    stanzas = [DROP.format(number=number) for number in range(drops)]
    stanzas += [CARD.format(number=number) for number in range(cards)]
    stanzas += [LINE.format(number=number) for number in range(lines)]
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="zerotape-bench-")))
        for number in range(lines):
            port = PtyPort(folder / f"line-{number}")
            port.plug()
            stack.callback(port.unplug)
        for number in range(drops):
            (folder / f"{CENTER}-drop-{number}").mkdir()
        content = definition_bytes(small_election(2, [CENTER]))
        county = County(folder, content, best_broker(), devices="".join(stanzas))
        yield stack.enter_context(county).gateways[CENTER]


def processor_s(service: Service) -> float:
    """Return the processor time that the process has used so far, user and system, in seconds."""
    after_name = Path(f"/proc/{service.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(after_name[11]) + int(after_name[12])) / os.sysconf("SC_CLK_TCK")


def cost(service: Service, processor_share: float) -> Cost:
    """Return what the process holds now, with its share of a processor while it was idle."""
    status = Path(f"/proc/{service.pid}/status").read_text()
    values = dict(line.split(":\t", 1) for line in status.splitlines() if ":\t" in line)
    return Cost(
        resident_mb=int(values["VmRSS"].split()[0]) / 1024,
        processor_ms_per_s=1000 * processor_share,
        threads=int(values["Threads"]),
        descriptors=len(list(Path(f"/proc/{service.pid}/fd").iterdir())),
    )


if __name__ == "__main__":
    main()
