"""What came and what went, over any two looks."""

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from drivers.hotplug.attached import AttachedDevice, Attachment
from drivers.hotplug.difference import Difference, difference

DEVICES = st.builds(
    AttachedDevice,
    attachment=st.sampled_from(Attachment),
    node=st.sampled_from([None, Path("/dev/ttyUSB0"), Path("/dev/ttyUSB1")]),
    serial=st.sampled_from(["", "A", "B"]),
    port=st.sampled_from(["1-1", "1-2"]),
)
LOOKS = st.lists(DEVICES, max_size=8)


@given(LOOKS, LOOKS)
def test_what_was_there_less_what_went_plus_what_came_is_what_is_there(
    before: list[AttachedDevice], now: list[AttachedDevice]
) -> None:
    found = difference(before, now)
    assert (set(before) - set(found.went)) | set(found.came) == set(now)
    assert set(found.went) <= set(before)
    assert not set(found.came) & set(before)


@given(LOOKS, LOOKS)
def test_seen_backwards_what_came_is_what_went(
    before: list[AttachedDevice], now: list[AttachedDevice]
) -> None:
    found, backwards = difference(before, now), difference(now, before)
    assert (found.came, found.went) == (backwards.went, backwards.came)


@given(st.permutations([*range(5)]), LOOKS)
def test_the_order_in_which_the_kernel_lists_devices_is_no_difference(
    order: list[int], devices: list[AttachedDevice]
) -> None:
    shuffled = [devices[i] for i in order if i < len(devices)] + devices[5:]
    assert not difference(devices, shuffled)


def test_a_device_that_came_back_under_another_node_has_gone_and_come() -> None:
    first = AttachedDevice(Attachment.SERIAL, Path("/dev/ttyUSB0"), serial="A", port="1-1")
    again = AttachedDevice(Attachment.SERIAL, Path("/dev/ttyUSB1"), serial="A", port="1-1")
    assert difference([first], [again]) == Difference(came=(again,), went=(first,))
