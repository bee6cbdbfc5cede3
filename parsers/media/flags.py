"""The flag bits that every profile carries."""

from election.media import MediumFlags

_BITS = ("test", "auto_read", "backup", "replacement", "rezeroed")
"""From bit 0; all others are 0."""


def read_flags(bits: int) -> MediumFlags:
    """Return the flags; raise ValueError for a bit without a meaning: it may be a warning."""
    if unknown := bits >> len(_BITS) << len(_BITS):
        raise ValueError(f"bits {unknown:#x} have no meaning")
    return MediumFlags(**{name: bool(bits >> bit & 1) for bit, name in enumerate(_BITS)})


def flag_bits(flags: MediumFlags) -> int:
    """Return `flags` as the media store them."""
    return sum(getattr(flags, name) << bit for bit, name in enumerate(_BITS))
