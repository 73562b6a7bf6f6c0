"""The API's description, exact: components as pydantic states them (patterns, bounds, no unknown key), not as guessed.

The framework derives component schemas from annotations by itself, and loses what our types say of their JSON form.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import fields, replace
from typing import Any

from litestar.openapi import OpenAPIConfig
from litestar.openapi.spec import (
    OpenAPI,
    OpenAPIResponse,
    OpenAPIType,
    Operation,
    Parameter,
    Reference,
    Schema,
)
from pydantic import BaseModel

from marketplace.web.schemas import Input, Output

REFERENCE = "#/components/schemas/{model}"


class ExactSchema(Schema):
    """A component that is written out as it was given."""

    def __init__(self, exact: dict[str, Any]) -> None:
        super().__init__()
        self.exact = exact

    def to_schema(self) -> dict[str, Any]:
        return self.exact


class ExactDocument(OpenAPI):
    """The document, made exact when it is first written out: an application that nobody asks for it does not pay for it."""

    def to_schema(self) -> dict[str, Any]:
        _make_components_exact(self)
        _make_operations_exact(self)
        return super().to_schema()


class ExactConfig(OpenAPIConfig):
    """The framework's configuration, of an exact document."""

    def to_openapi_schema(self) -> OpenAPI:
        made = super().to_openapi_schema()
        return ExactDocument(**{field.name: getattr(made, field.name) for field in fields(made)})


def _make_components_exact(document: OpenAPI) -> None:
    """Give every component that is one of our models its exact schema, with the components that it refers to."""
    assert document.components is not None
    components = document.components.schemas
    known = Counter(model.__name__ for model in _models())
    for model in _models():
        name = model.__name__
        if name not in components or known[name] > 1:
            continue
        mode = "validation" if issubclass(model, Input) else "serialization"
        found = model.model_json_schema(mode=mode, ref_template=REFERENCE)  # type: ignore[arg-type]
        for other, shape in found.pop("$defs", {}).items():
            components.setdefault(other, ExactSchema(shape))
        components[name] = ExactSchema(found)


def _make_operations_exact(document: OpenAPI) -> None:
    for operation in _operations(document):
        for parameter in operation.parameters or ():
            if isinstance(parameter, Parameter) and isinstance(parameter.schema, Schema):
                parameter.schema = _without_null(parameter.schema)
        empty = (operation.responses or {}).get("204")
        if isinstance(empty, OpenAPIResponse):
            empty.content = None


def _models() -> Iterator[type[BaseModel]]:
    waiting: list[type[BaseModel]] = [Input, Output]
    while waiting:
        for model in waiting.pop().__subclasses__():
            waiting.append(model)
            yield model


def _operations(document: OpenAPI) -> Iterator[Operation]:
    for item in (document.paths or {}).values():
        for method in ("get", "put", "post", "delete", "patch"):
            operation: Operation | None = getattr(item, method)
            if operation is not None:
                yield operation


def _without_null(schema: Schema) -> Schema | Reference:
    """A query cannot hold null: what may be left out is what it is when it is there."""
    choices = [
        choice
        for choice in schema.one_of or ()
        if isinstance(choice, Reference) or choice.type != OpenAPIType.NULL
    ]
    if len(choices) != 1:
        return schema
    (only,) = choices
    return (
        only
        if isinstance(only, Reference)
        else replace(only, description=schema.description or only.description)
    )
