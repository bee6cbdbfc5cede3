"""Times the ASCII export parser against a bare loop that only slices the same fields out of lines.

Run: python -m bench.ascii_export_parsing. The exports are printed by the simulator.
"""

from functools import partial

from bench.paired_rounds import compare
from parsers.unity.ascii_export.parser import PARSER
from simulators.listings.ascii_export import GROUPS, print_ascii_export, sample_export


def floor(content: bytes) -> int:
    """Return the number of records, having cut each into its fields."""
    width = content.index(b"\r")
    groups, party = GROUPS[width], width - 162
    records = 0
    for line in content.split(b"\r\n"):
        if line[:4].isdigit():
            _contest, _candidate, _precinct, _total = line[:4], line[4:7], line[7:11], line[11:17]
            for group in range(17, 17 + 6 * groups, 6):
                _group = line[group : group + 6]
            _party, _code = line[party : party + 3], line[party + 3 : party + 10]
            _title, _name = line[party + 10 : party + 66], line[party + 66 : party + 104]
            _place, _district = line[party + 104 : party + 134], line[party + 134 : party + 159]
            _vote_for, _flag = line[party + 159 : party + 161], line[party + 161 :]
            records += 1
    return records


def parse(content: bytes) -> int:
    """Return the number of records, having sorted them by precinct and checked them."""
    listing = PARSER.parse(content)
    assert not listing.findings
    return sum(
        len(contest.counts) for precinct in listing.precincts for contest in precinct.contests
    )


def main() -> None:
    """Print the median of each and their ratio, for each width; the rounds alternate."""
    for width, groups in GROUPS.items():
        export = sample_export(precincts=150, contests=80, groups=groups)
        content = print_ascii_export(export, width)
        del export
        assert floor(content) == parse(content)
        title = f"{width} columns, {len(content):,} bytes, {parse(content):,} records"
        compare(title, {"floor": partial(floor, content), "parse": partial(parse, content)})


if __name__ == "__main__":
    main()
