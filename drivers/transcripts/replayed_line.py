"""A line that gives a recorded session again."""

from drivers.errors import DeviceGone
from drivers.transcripts.device_errors import DEVICE_ERRORS
from drivers.transcripts.recorded_line import CHANNEL
from drivers.transcripts.replay import Replay
from drivers.transcripts.transcript_file import Transcript
from election.captures import LineErrors

READ_WAIT_S = 0.02
"""How long a read waits on the clock of the replay where the recording has nothing more to give."""


class ReplayedLine:
    """A Line whose other end is a recording; `replay` is the Clock that the driver must go by."""

    def __init__(self, transcript: Transcript) -> None:
        self.place = str(transcript.path.name)
        self.replay = Replay(transcript, DEVICE_ERRORS)

    def open(self) -> None:
        """Do nothing: opening crosses no bytes."""

    def close(self) -> None:
        """Do nothing."""

    def read(self) -> bytes:
        """Return what the same read brought then; raise its error, and DeviceGone at the end."""
        if self.replay.is_over:
            raise DeviceGone(self.replay.device, "the recording ends here")
        if self.replay.waits_for_output:
            self.replay.sleep(READ_WAIT_S)
            return b""
        return self.replay.give(CHANNEL)

    def write(self, data: bytes) -> None:
        """Hold `data` against the recording; raise ReplayDiverged where they differ."""
        self.replay.take(CHANNEL, data)

    def line_errors(self) -> LineErrors | None:
        """Return None: they are not recorded."""
        return None
