"""When two names are spelled differently and are still one name.

Nothing here knows an election: `U.S. Senate` and `UNITED STATES SENATOR` are two names until a
person says otherwise.
"""

import re
import unicodedata

from listings.totals_rows import OVER_VOTES, UNDER_VOTES, WRITE_IN

_INSIDE_WORDS = re.compile(r"['`\u2019]|(?<!\d)\.|\.(?!\d)")
"""A point between digits parts them: 1.5 is not 15."""

_BETWEEN_WORDS = re.compile(r"[\W_]+")
_BETWEEN_NUMERALS = re.compile(r"(?<=\d) (?=\d)|(?<=[ivxl]) (?=[ivxl]+\b)")
"""A blank that makes two numbers, Roman ones too: `I-II` is not `III`."""

_CUT_PARTY = re.compile(r" *\([^()]{0,20}\Z")
"""A label that is cut can be cut within the party in brackets."""

_ONE_CHOICE = {
    "writein": WRITE_IN,
    "writeins": WRITE_IN,
    "overvote": OVER_VOTES,
    "overvotes": OVER_VOTES,
    "undervote": UNDER_VOTES,
    "undervotes": UNDER_VOTES,
}
_NO_PARTY = frozenset({"", "n a", "na", "null"})


def words(name: str) -> str:
    """Return `name` as words with one blank between them: case, accents, punctuation are gone."""
    plain = _INSIDE_WORDS.sub("", name).casefold()
    if not plain.isascii():
        spread = unicodedata.normalize("NFKD", plain)
        plain = "".join(letter for letter in spread if not unicodedata.combining(letter))
    return _BETWEEN_WORDS.sub(" ", plain).strip()


def choice_words(name: str) -> str:
    """Return `words` of a choice; all spellings of write-in, over- and undervotes are one."""
    plain = words(_CUT_PARTY.sub("", name))
    return words(_ONE_CHOICE.get(plain.replace(" ", ""), plain))


def letters(plain: str) -> str:
    """Return `words` without the blanks; those between numerals stay: 1-11 is not 11-1."""
    return _BETWEEN_NUMERALS.sub("-", plain).replace(" ", "")


def party_words(party: str) -> str:
    """Return `words` of a party; empty where it only says that there is none."""
    plain = words(party)
    return "" if plain in _NO_PARTY else plain


def parties_agree(one: str, other: str) -> bool:
    """Say whether two `party_words` can be one party: REP and REPUBLICAN, or one is not given."""
    return one.startswith(other) or other.startswith(one)
