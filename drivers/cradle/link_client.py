"""The gateway's end of `zt-peb-link-1`: one request in flight, repeated by the profile's rules."""

from collections import deque
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from math import inf

from drivers.cradle.peb_link import FRAME_SILENCE_S, Damaged, Frame, FrameDecoder
from drivers.cradle.peb_messages import ANSWER, EVENT, Answer, Command, SlotEvent, Status
from drivers.line import Clock, Line
from election.errors import Transient

ANSWER_S = 0.5
"""Longest wait for an answer, seconds; this and what follows: `zt-peb-link-1`, rules."""
LONGER_ANSWER_S: Mapping[Command, float] = {Command.READ_PAGE: 2.0, Command.DIGEST: 30.0}
REPEAT_AFTER_S = (0.2, 0.5, 1.0)
"""Pauses before the repetitions of a request, seconds."""
BUSY_S = 0.2
"""Pause before a busy cradle is asked again, seconds."""
LONGEST_BUSY_S = 10.0
"""How long a busy cradle is asked again, seconds: the profile names no bound."""
LAST_SEQUENCE = 255
EVENTS_KEPT = 16


class LinkFailed(Transient):
    """The cradle gave no sound answer, however often it was asked."""

    def __init__(self, command: Command, reason: str) -> None:
        super().__init__(
            f"The cradle failed at {command.name}: {reason}. Unplug it and plug it in again."
        )
        self.command = command
        self.reason = reason


class LinkClient:
    """Asks a cradle. Every method may block; all are called from one thread."""

    def __init__(
        self, line: Line, clock: Clock, *, while_waiting: Callable[[], None] = lambda: None
    ) -> None:
        """`while_waiting` is called after every read of the line; what it raises ends the wait."""
        self._line = line
        self._clock = clock
        self._while_waiting = while_waiting
        self._decoder = FrameDecoder()
        self._sequence = 0
        self.events: deque[SlotEvent] = deque(maxlen=EVENTS_KEPT)
        """What the cradle told unasked; whoever reads them clears them."""
        self.repeats = 0
        """How often a request was sent again so far."""

    def ask(self, command: Command, payload: bytes = b"", *, until: float = inf) -> Answer:
        """Return the answer, whatever its status but BUSY and BAD_CRC.

        Raises DeviceGone, or LinkFailed: after the last repetition, or at `until` on the clock.
        """
        give_up_at = self._clock.now() + LONGEST_BUSY_S
        while self._clock.now() < give_up_at:
            # A busy cradle needs a new number: it would answer the old one from its last answer.
            self._sequence = self._sequence % LAST_SEQUENCE + 1
            answer = self._repeatedly(Frame(command, self._sequence, payload), until)
            if answer.status is not Status.BUSY:
                return answer
            self._clock.sleep(BUSY_S)
        raise LinkFailed(command, f"it was busy for {LONGEST_BUSY_S:.0f} s")

    def farewell(self) -> None:
        """Send BYE and wait for nothing; raise DeviceGone."""
        self._sequence = self._sequence % LAST_SEQUENCE + 1
        self._line.write(Frame(Command.BYE, self._sequence).to_bytes())

    def _repeatedly(self, request: Frame, until: float) -> Answer:
        command = Command(request.kind)
        for pause in (0.0, *REPEAT_AFTER_S):
            if pause:
                self.repeats += 1
                self._clock.sleep(pause)
            if self._clock.now() >= until:
                raise LinkFailed(command, "it took too long")
            self._line.write(request.to_bytes())
            answer = self._awaited(request, until)
            if answer is not None:
                return answer
        raise LinkFailed(command, f"no sound answer in {1 + len(REPEAT_AFTER_S)} tries")

    def _awaited(self, request: Frame, until: float) -> Answer | None:
        """Return the answer; None when it is late, damaged, or says that the request was."""
        now = self._clock.now()
        longest = LONGER_ANSWER_S.get(Command(request.kind), ANSWER_S)
        deadline = min(now + longest, until)
        heard_at: float | None = None
        dropped = self._decoder.dropped
        while now < deadline:
            chunk = self._line.read()
            now = self._clock.now()
            self._while_waiting()
            found = self._decoder.feed(chunk)
            if chunk:
                heard_at = now
            elif heard_at is not None and now - heard_at >= FRAME_SILENCE_S:
                found = self._decoder.silence()
                if self._decoder.dropped > dropped:
                    deadline = now  # what came was the answer, and it is damaged
            answer = self._answer_among(found, request)
            if answer is not None:
                return None if answer.status is Status.BAD_CRC else answer
        return None

    def _answer_among(self, found: Iterable[Frame | Damaged], request: Frame) -> Answer | None:
        """Return the answer to `request`; keep events, and pass over answers to older requests."""
        answer = None
        for frame in found:
            if isinstance(frame, Damaged):
                continue
            with suppress(ValueError):  # a sound checksum, and no sense: as good as damaged
                if (frame.kind, frame.sequence) == (EVENT, 0):
                    self.events.append(SlotEvent.from_bytes(frame.payload))
                elif (frame.kind, frame.sequence) == (request.kind + ANSWER, request.sequence):
                    answer = Answer.from_payload(frame.payload)
        return answer
