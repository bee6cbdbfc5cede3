"""What a person says about names: a CSV of two columns, the name in A and the name in B."""

from collections import defaultdict
from pathlib import Path

from listings.comparing.names import words
from listings.comparing.pairing import Said
from listings.reading import NotReadable
from listings.results.text_files import csv_rows, file_bytes

MOST_NAMES = 20_000
"""A county has a few hundred precincts and contests."""


def read_names(path: Path) -> Said:
    """Return what the file at `path` says; raise NotReadable or FileContentError.

    The names are of precincts, contests, choices, counting groups or parties. A first row `a,b` is
    a header. One name may be said to be several, on either side.
    """
    said: defaultdict[str, set[str]] = defaultdict(set)
    for count, (line, row) in enumerate(csv_rows(path, file_bytes(path))):
        if len(row) != 2 or not all(map(words, row)):
            expected = "expected two names, that of A and that of B"
            raise NotReadable(f"{path}, line {line}: {expected}. Mend the file.")
        if count == MOST_NAMES:
            raise NotReadable(f"{path} has more than {MOST_NAMES} names. Leave out what is equal.")
        if count or row != ["a", "b"]:
            said[words(row[0])].add(words(row[1]))
    return said
