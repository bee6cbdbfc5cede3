"""JSON Schemas (2020-12) of everything that is signed, sent or configured as JSON.

A schema describes form alone. That ids exist and numbers add up is for the records' own
validators, so what a schema accepts may still be refused.
"""

import json
from typing import Any

from pydantic.json_schema import GenerateJsonSchema

from election.definition import ElectionDefinition
from election.keys import Enrolment
from election.protocol_form import ProtocolForm
from election.receipts import Receipt
from election.records import Record
from election.returns import PrecinctReturn
from election.typed_tape import TypedTape

DIALECT = "https://json-schema.org/draft/2020-12/schema"

PUBLISHED: dict[str, type[Record]] = {
    "definition": ElectionDefinition,
    "enrolment": Enrolment,
    "protocol-form": ProtocolForm,
    "receipt": Receipt,
    "return": PrecinctReturn,
    "typed-tape": TypedTape,
}
"""Record by the name of its schema."""


class _Untitled(GenerateJsonSchema):
    """Leaves out the titles of fields: they only repeat the names."""

    def field_title_should_be_set(self, schema: object) -> bool:  # noqa: ARG002  # pydantic's signature
        return False


def schema_of(model: type[Record]) -> dict[str, Any]:
    """Return the JSON Schema of the JSON form of `model`."""
    return {"$schema": DIALECT, **model.model_json_schema(schema_generator=_Untitled)}


def published_schemas() -> dict[str, str]:
    """Return the text of every file of `docs/schemas` by file name."""
    return {
        f"{name}.schema.json": json.dumps(schema_of(model), indent=2, ensure_ascii=False) + "\n"
        for name, model in PUBLISHED.items()
    }
