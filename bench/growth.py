"""How time and memory of the EL155 parser grow when a listing is ten times as long.

Run: python -m bench.growth [LISTING]. Without a listing one is printed by the simulator. Ten
copies of it are one file, so every precinct comes ten times (which the document says); what is to
be kept in memory is the same. Each measure has a process of its own, from a file that is never in
memory as a whole. The single copy is read ten times there: both measures take as long, and what
the machine does to one it does to the other. Ends with status 1 where ten copies take more than
eleven times the time (median of the rounds), or more memory than a tenth of what the file grew by.
"""

import subprocess
import sys
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import process_time

from parsers.unity.el155.parser import PARSER
from runtime.file_content import FileContent
from simulators.listings.el155 import Layout, print_listing, sample_listing

COPIES = 10
ROUNDS = 9
"""They alternate."""
MOST_TIME = 11.0
MOST_MEMORY = 0.1
"""Part of the bytes that the file grew by."""


def read(path: Path, times: int) -> None:
    """Parse `path`; print the CPU seconds of one time, and by how many bytes this process grew."""
    with FileContent(path, most_bytes=1 << 34) as content:
        before = resident("VmRSS")
        begin = process_time()
        for _ in range(times):
            assert PARSER.parse(content).vote_lines
        spent = process_time() - begin
        grown = resident("VmHWM") - before
    print(spent / times, grown)


def resident(what: str) -> int:
    """Return bytes of this process in memory, now (VmRSS) or at most (VmHWM).

    Not ru_maxrss: that of a new process begins with what its parent had.
    """
    status = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    (line,) = (line for line in status if line.startswith(f"{what}:"))
    return 1024 * int(line.split()[1])


def measure(path: Path, times: int) -> tuple[float, int]:
    """Return what `read` prints in a process of its own."""
    command = [sys.executable, __file__, "--read", str(path), str(times)]
    said = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()
    return float(said[0]), int(said[1])


def compare(once: Path, copies: Path) -> bool:
    """Print times and most memory of both, and say whether they may stand."""
    rounds = [(measure(once, COPIES), measure(copies, 1)) for _ in range(ROUNDS)]
    one_s, ten_s = (median(spent[which][0] for spent in rounds) for which in (0, 1))
    times = median(ten / one for (one, _), (ten, _) in rounds)
    one_bytes, ten_bytes = (max(spent[which][1] for spent in rounds) for which in (0, 1))
    grown = copies.stat().st_size - once.stat().st_size
    print(f"1 copy     {once.stat().st_size:>13,} bytes {one_s:8.2f} s, memory +{one_bytes:,}")
    print(
        f"{COPIES} copies  {copies.stat().st_size:>13,} bytes {ten_s:8.2f} s, memory +{ten_bytes:,}"
    )
    print(f"time   {times:.2f} times (at most {MOST_TIME})")
    share = (ten_bytes - one_bytes) / grown
    print(f"memory {share:.4f} of what the file grew by (at most {MOST_MEMORY})")
    return times <= MOST_TIME and share <= MOST_MEMORY


def main() -> None:
    """Make the files, compare them, and end with status 1 where something grew too much."""
    if sys.argv[1:2] == ["--read"]:
        read(Path(sys.argv[2]), int(sys.argv[3]))
        return
    with TemporaryDirectory() as folder:
        once, copies = Path(folder, "once.lst"), Path(folder, "copies.lst")
        if len(sys.argv) > 1:
            listing = Path(sys.argv[1]).read_bytes()
        else:
            listing = print_listing(sample_listing(ballots=11_000), Layout(preamble=b"", reset=b""))
        listing += b"" if listing.endswith(b"\n") else b"\n"
        once.write_bytes(listing)
        with copies.open("wb") as file:
            for _ in range(COPIES):
                file.write(listing)
        sys.exit(0 if compare(once, copies) else 1)


if __name__ == "__main__":
    main()
