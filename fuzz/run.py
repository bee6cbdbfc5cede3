"""Fuzzes the parsers. Run: python -m fuzz.run [--seconds 60] [--target el155] [--seed 1].

What breaks a parser's contract is written to fuzz/found/, made as small as it gets, beside a text
that says what happened. Exit status 1 when there is any.
"""

import argparse
import sys
from pathlib import Path

from fuzz.campaign import Campaign, Found
from fuzz.seeds import seeds_of
from fuzz.targets import load_target, target_names

FOLDER = Path(__file__).parent / "found"

MOST_FOUND = 20
"""Of one target; after that it is the same fault again."""


def main() -> int:
    """Fuzz the targets that the command line names, or all, for the same time each."""
    arguments = _arguments()
    names = arguments.target or target_names()
    found = 0
    for name in names:
        found += _fuzz(name, arguments.seed, arguments.seconds / len(names))
    return 1 if found else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Fuzz the parsers.")
    parser.add_argument("--seconds", type=float, default=60, help="for all targets together")
    parser.add_argument("--target", action="append", choices=target_names(), help="may repeat")
    parser.add_argument("--seed", type=int, default=1, help="another one makes other inputs")
    return parser.parse_args()


def _fuzz(name: str, seed: int, seconds: float) -> int:
    campaign = Campaign(load_target(name), seed)
    found = 0
    for each in campaign.run(seconds=seconds):
        found += 1
        _say(f"{name}: {each.fault.kind}: {each.fault.what}\n  {_keep(each)}")
        if found == MOST_FOUND:
            _say(f"{name}: stopped after {MOST_FOUND} inputs that fail")
            break
    oracle = campaign.oracle
    own = "" if seeds_of(name) else "; no simulator prints this format"
    _say(
        f"{name:16} {campaign.inputs:7} inputs: {oracle.read} read, {oracle.refused} refused, "
        f"{found} failed{own}"
    )
    return found


def _keep(found: Found) -> Path:
    FOLDER.mkdir(exist_ok=True)
    path = FOLDER / f"{found.target}-{found.seed}-{found.number}"
    path.with_suffix(".input").write_bytes(found.content)
    text = f"{found.target}: {found.fault.kind}: {found.fault.what}\n"
    text += f"seed {found.seed}, input {found.number}, made smaller\n"
    path.with_suffix(".txt").write_text(text, "utf-8")
    return path.with_suffix(".input")


def _say(text: str) -> None:
    sys.stderr.write(f"{text}\n")


if __name__ == "__main__":
    sys.exit(main())
