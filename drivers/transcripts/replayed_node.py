"""Nodes of the kernel that give a recorded session again."""

import errno
import os
from collections.abc import Mapping
from functools import partial

from pydantic import ValidationError

from drivers.errors import DeviceGone
from drivers.transcripts.device_errors import DEVICE_ERRORS
from drivers.transcripts.node_crossings import ATTRIBUTE, IDENTITY, NODE, REQUEST, Shown
from drivers.transcripts.replay import ErrorOf, Replay
from drivers.transcripts.transcript_file import Transcript, TranscriptError


def _os_error(number: int, _device: str) -> OSError:
    return OSError(number, os.strerror(number))


NODE_ERRORS: Mapping[str, ErrorOf] = {
    **DEVICE_ERRORS,
    OSError.__name__: partial(_os_error, errno.EIO),
    **{name: partial(_os_error, number) for number, name in errno.errorcode.items()},
}


class ReplayedNodes:
    """Opens what was opened then; an OpenNode."""

    def __init__(self, transcript: Transcript, channel: str) -> None:
        """`channel` is the one of the contents."""
        self.replay = Replay(transcript, NODE_ERRORS)
        self._transcript = transcript
        self._channel = channel

    def __call__(self) -> "ReplayedNode | None":
        """Return what the node showed then; raise its error, and DeviceGone at the end."""
        if self.replay.is_over:
            raise DeviceGone(self.replay.device, "the recording ends here")
        told = self.replay.give(NODE)
        if not told:
            return None
        try:
            shown = Shown.model_validate_json(told)
        except ValidationError as error:
            raise TranscriptError(
                self._transcript.path, self.replay.line - 1, "no opening of a node"
            ) from error
        return ReplayedNode(shown, self.replay, self._channel)


class ReplayedNode:
    """One node as it was while it was open; an OpenedNode."""

    def __init__(self, shown: Shown, replay: Replay, channel: str) -> None:
        self.name = shown.name
        self.size = shown.size
        self.token = shown.token
        self.protection = shown.protection
        self.facts = shown.facts
        self._replay = replay
        self._channel = channel

    def read_at(self, offset: int, length: int) -> bytes:
        """Hold the request against the recording; return what it brought then, or raise."""
        self._replay.take(self._channel, REQUEST.pack(offset, length))
        return self._replay.give(self._channel)

    def identity(self) -> str:
        """Return how the device called itself then."""
        return self._replay.give(IDENTITY).decode()

    def attribute_memory(self) -> bytes:
        """Return the front of attribute memory as it was then."""
        return self._replay.give(ATTRIBUTE)

    def close(self) -> None:
        """Do nothing."""
