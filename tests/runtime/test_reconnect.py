"""When the supervisor tries again, in plain numbers."""

from hypothesis import given
from hypothesis import strategies as st

from runtime.reconnect import ReconnectPolicy


def test_the_delay_doubles_up_to_the_ceiling() -> None:
    policy = ReconnectPolicy(first=0.5, ceiling=30.0, jitter=0.0)
    delays = [policy.delay(attempt, 0.9) for attempt in range(1, 9)]
    assert delays == [0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 30.0, 30.0]


def test_the_dice_spread_the_delay_both_ways() -> None:
    policy = ReconnectPolicy(first=1.0, ceiling=10.0, jitter=0.2)
    assert [policy.delay(1, dice) for dice in (0.0, 0.5, 1.0)] == [0.8, 1.0, 1.2]


@given(attempt=st.integers(1, 10**9), dice=st.floats(0, 1))
def test_the_delay_stays_within_the_ceiling_after_a_night_of_failures(
    attempt: int, dice: float
) -> None:
    assert 0.4 <= ReconnectPolicy().delay(attempt, dice) <= 36.0
