"""Meilisearch's own OpenAPI document as a judge of what is asked and answered, with its known defects mended.

1. `SearchQuery` and `FacetSearchQuery` are written in snake_case; the API, and every other schema, is in camelCase.
2. What has a default is marked required: most of a search's fields, and `csvDelimiter` where documents are put.
3. Deleting by ids is at `/indexes/{uid}/documents/delete-batch`, not `/indexes/{uid}/delete-batch`.

Four more, seen here: `AttributePatterns` is written as an object, while its own examples, and the API, have a plain list; a multi-search without federation answers `SearchResults`; what is enqueued answers 202;
the errors of `POST` routes are those of `ResponseError`. And the server refuses unknown fields, which the document forgets to say.
"""

import json
import re
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator

REQUIRED = {"SearchQueryWithIndex": ["indexUid"], "SearchQuery": [], "FacetSearchQuery": ["facetName"]}
CLOSED = (
    "SearchQueryWithIndex",
    "SearchQuery",
    "FacetSearchQuery",
    "FederatedSearch",
    "SwapIndexesPayload",
    "IndexCreateRequest",
)
METHODS = ("get", "post", "put", "patch", "delete")


LARGE = 100_000
SOUND: set[tuple[str, str]] = set()
"""The large values that were judged sound, with their schema: settings hold every synonym, and are the same in each test."""


class Oracle:
    """See the module."""

    def __init__(self, path: Path) -> None:
        self.spec: dict[str, Any] = json.loads(path.read_text())
        self._mend(self.spec["components"]["schemas"], self.spec["paths"])
        self.routes = [
            (method, re.compile(re.sub(r"\{\w+\}", "[^/]+", path)), operation)
            for path, operations in self.spec["paths"].items()
            for method, operation in operations.items()
            if method in METHODS
        ]
        self.judged: set[str] = set()
        self.validators: dict[str, Draft202012Validator] = {}

    @staticmethod
    def _mend(schemas: dict[str, Any], paths: dict[str, Any]) -> None:
        for name in ("SearchQuery", "FacetSearchQuery"):
            schemas[name]["properties"] = {
                _camel(key): value for key, value in schemas[name]["properties"].items()
            }
        for name, required in REQUIRED.items():
            schemas[name]["required"] = required
        for name in CLOSED:
            schemas[name]["additionalProperties"] = False
        schemas["AttributePatterns"] = schemas["AttributePatterns"]["properties"]["patterns"]
        paths["/indexes/{indexUid}/documents/delete-batch"] = paths.pop("/indexes/{indexUid}/delete-batch")
        for operations in paths.values():
            for method, operation in operations.items():
                for parameter in operation.get("parameters", ()) if method in METHODS else ():
                    if parameter["name"] == "csvDelimiter":
                        parameter["required"] = False
        answers = paths["/multi-search"]["post"]["responses"]["200"]["content"]["application/json"]
        answers["schema"] = {"$ref": "#/components/schemas/SearchResults"}

    def request(self, method: str, path: str, query: dict[str, str], body: Any) -> dict[str, Any]:
        """The operation that this request is, which must take its query and body."""
        found = [
            operation
            for verb, pattern, operation in self.routes
            if verb == method.lower() and pattern.fullmatch(path)
        ]
        assert found, f"{method} {path} is no route of Meilisearch"
        operation: dict[str, Any] = found[-1]
        self.judged.add(operation["operationId"])
        known = {
            parameter["name"]: parameter
            for parameter in operation.get("parameters", ())
            if parameter["in"] == "query"
        }
        assert set(query) <= set(known), f"{method} {path} takes no {set(query) - set(known)}"
        assert {name for name, one in known.items() if one.get("required")} <= set(query), (
            method,
            path,
            query,
        )
        for name, value in query.items():
            if known[name]["schema"].get("type") == "integer":
                self._judge(
                    {"type": "integer", "minimum": known[name]["schema"].get("minimum", 0)},
                    int(value),
                    f"{path}?{name}",
                )
        sent = operation.get("requestBody")
        assert (body is not None) == bool(sent), (
            f"{method} {path}: a body is {'missing' if sent else 'too many'}"
        )
        if sent:
            self._judge(sent["content"]["application/json"]["schema"], body, f"{method} {path}")
        return operation

    def answer(self, operation: dict[str, Any], status: int, body: Any) -> None:
        """The stand-in must answer as the server would."""
        if status < 300:
            responses = operation["responses"]
            schema = (responses.get("200") or responses["202"])["content"]["application/json"]["schema"]
        else:
            schema = {"$ref": "#/components/schemas/ResponseError"}
        self._judge(schema, body, f"answer {status} of {operation['operationId']}")

    def _judge(self, schema: dict[str, Any], value: Any, where: str) -> None:
        said = json.dumps(schema, sort_keys=True)
        if said not in self.validators:
            self.validators[said] = Draft202012Validator({**schema, "components": self.spec["components"]})
        validator = self.validators[said]
        told = json.dumps(value, sort_keys=True)
        if len(told) > LARGE and (said, told) in SOUND:
            return
        faults = [f"{error.json_path}: {error.message[:300]}" for error in validator.iter_errors(value)]
        assert not faults, f"{where}: {faults}"
        if len(told) > LARGE:
            SOUND.add((said, told))


def _camel(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(other.capitalize() for other in others)
