import pytest
from hypothesis import given
from hypothesis import strategies as st

from parsers.errors import ParseError
from parsers.unity.figures import count_of, hundredths, hundredths_of, printed


@pytest.mark.parametrize(
    ("text", "count"),
    [("0", 0), ("999", 999), ("1241", 1_241), ("1,241", 1_241), ("999,999", 999_999)],
)
def test_counts_are_read_with_and_without_commas(text: str, count: int) -> None:
    assert count_of(text, 1) == count


@pytest.mark.parametrize(
    "text",
    [
        "",
        "-1",
        "+1",
        "1,2",
        "1,2345",
        "12,34,567",
        ",123",
        "1_000",
        "1.0",
        "9" * 10,
        "1,000,000,000",
        "²",
        "٣",
    ],
)
def test_other_texts_are_no_counts(text: str) -> None:
    with pytest.raises(ParseError) as refusal:
        count_of(text, 7)
    assert refusal.value.line == 7


@pytest.mark.parametrize(
    ("text", "percent"), [(".80", 80), ("0.80", 80), ("100.00", 10_000), ("140.06", 14_006)]
)
def test_percentages_are_read_in_hundredths(text: str, percent: int) -> None:
    assert hundredths_of(text, 1) == percent


@pytest.mark.parametrize("text", ["", ".", "1", "1.0", "1.000", "1,000.00", "-1.00", "1.00%"])
def test_other_texts_are_no_percentages(text: str) -> None:
    with pytest.raises(ParseError):
        hundredths_of(text, 1)


@pytest.mark.parametrize(
    ("part", "whole", "expected"),
    [(1, 3, 3_333), (2, 3, 6_667), (1, 8, 1_250), (1, 1_600, 6), (1, 20_000, 1), (0, 5, 0)],
)
def test_percentages_are_rounded_halves_up(part: int, whole: int, expected: int) -> None:
    assert hundredths(part, whole) == expected


def test_nothing_has_no_percentage() -> None:
    assert hundredths(0, 0) is None


@given(st.integers(0, 99_999_999))
def test_a_printed_percentage_is_read_as_it_was(percent: int) -> None:
    assert hundredths_of(printed(percent), 1) == percent
