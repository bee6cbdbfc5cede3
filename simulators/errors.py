"""What a simulated device refuses."""

from election.errors import ZerotapeError


class Refused(ZerotapeError):
    """The simulated device does not do this in its present state; the text says why."""
