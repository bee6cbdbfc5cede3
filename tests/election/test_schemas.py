"""The published schemas are those of the code, and an independent validator agrees with them."""

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from election.definition_file import load_definition
from election.errors import DefinitionError
from election.schemas import PUBLISHED, published_schemas, schema_of
from simulators.sample import sample_definition_bytes

FOLDER = Path(__file__).parents[2] / "docs" / "schemas"
TO_REGENERATE = (
    "Write them again: python -c 'from pathlib import Path; from election.schemas import "
    'published_schemas as all; [Path("docs/schemas", n).write_text(t) for n, t in all().items()]\''
)


@pytest.fixture
def sample() -> Any:
    return json.loads(sample_definition_bytes())


def test_the_committed_files_are_exactly_the_published_schemas() -> None:
    committed = {path.name: path.read_text() for path in FOLDER.iterdir()}
    assert committed == published_schemas(), TO_REGENERATE


@pytest.mark.parametrize("name", PUBLISHED)
def test_every_schema_is_valid_in_the_dialect_that_it_names(name: str) -> None:
    jsonschema.Draft202012Validator.check_schema(schema_of(PUBLISHED[name]))


def test_the_sample_definition_validates(sample: Any) -> None:
    jsonschema.Draft202012Validator(schema_of(PUBLISHED["definition"])).validate(sample)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("mode",), "rehearsal"),
        (("election",), "Not A Slug"),
        (("extra",), 1),
        (("contests", 0, "votes_allowed"), 0),
        (("contests", 0, "choices", 0, "id"), "1"),
        (("precincts", 0, "registered_voters"), -1),
        (("precincts", 0, "devices", 0, "device_class"), "accuvote"),
    ],
)
def test_schema_and_record_refuse_the_same_wrong_form(
    sample: Any, path: tuple[str | int, ...], value: object
) -> None:
    *outer, last = path
    place = sample
    for step in outer:
        place = place[step]
    place[last] = value
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft202012Validator(schema_of(PUBLISHED["definition"])).validate(sample)
    with pytest.raises(DefinitionError, match="no usable election definition"):
        load_definition(json.dumps(sample).encode(), "changed sample")
