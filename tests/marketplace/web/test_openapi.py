"""The API's contract, as programs read it."""

import json
from collections.abc import Iterator
from typing import Any

from tests.support.world import World

METHODS = {"get", "post", "put", "patch", "delete"}


def references(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        for name, value in node.items():
            if name == "$ref":
                yield value
            else:
                yield from references(value)
    elif isinstance(node, list):
        for value in node:
            yield from references(value)


async def test_the_contract_is_openapi_3_1_and_whole(world: World) -> None:
    answer = await world.http.get("/schema/openapi.json")
    assert answer.status_code == 200
    document = json.loads(answer.content)
    assert document["openapi"].startswith("3.1")
    assert document["info"]["title"] == "Lot Commun"
    names = []
    for path, item in document["paths"].items():
        assert path.startswith("/api/v1/"), path
        for method in METHODS & item.keys():
            operation = item[method]
            names.append(operation["operationId"])
            assert operation["summary"]
            assert operation["tags"]
            succeeded = [code for code in operation["responses"] if code.startswith("2")]
            assert len(succeeded) == 1, f"{method} {path}"
            for code, refused in operation["responses"].items():
                assert code.startswith("2") or list(refused["content"]) == ["application/problem+json"], (
                    f"{method} {path} {code}"
                )
            assert {"401", "403", "404", "409", "422"} <= operation["responses"].keys()
            content = operation["responses"][succeeded[0]].get("content", {})
            assert succeeded == ["204"] or all("schema" in kind for kind in content.values())
            assert succeeded == ["204"] or content, f"{method} {path} answers nothing that is documented"
            wanted = {part["name"] for part in operation.get("parameters", []) if part["in"] == "path"}
            assert wanted == {part.strip("{}") for part in path.split("/") if part.startswith("{")}, path
    assert len(names) == len(set(names)) > 50
    assert not [
        name
        for name in set(references(document))
        if name.rsplit("/", 1)[1] not in document["components"]["schemas"]
    ]


async def test_amounts_and_quantities_are_documented_as_they_travel(world: World) -> None:
    schemas = (await world.http.get("/schema/openapi.json")).json()["components"]["schemas"]
    found = [
        (name, shape) for schema in schemas.values() for name, shape in schema.get("properties", {}).items()
    ]
    assert {shape["type"] for name, shape in found if name == "unit_price_cents" and "type" in shape} == {
        "integer"
    }
    assert {shape["type"] for name, shape in found if name == "firm"} == {"string"}


async def test_the_documentation_page_shows_every_operation_and_loads_nothing(world: World) -> None:
    document = (await world.http.get("/schema/openapi.json")).json()
    page = (await world.http.get("/api")).text
    missing = [path for path in document["paths"] if path not in page]
    assert missing == []


async def test_components_are_what_pydantic_accepts_and_queries_never_want_null(world: World) -> None:
    document = (await world.http.get("/schema/openapi.json")).json()
    key = document["components"]["schemas"]["NewKey"]
    assert key["additionalProperties"] is False
    assert (
        document["components"]["schemas"]["SharedCostIn"]["properties"]["amount_cents"]["type"] == "integer"
    )
    odd = []
    for path, item in document["paths"].items():
        for operation in (item[method] for method in METHODS & item.keys()):
            odd += [
                (path, part["name"])
                for part in operation.get("parameters", [])
                if "null" in json.dumps(part["schema"])
            ]
            assert "content" not in operation["responses"].get("204", {}), path
    assert odd == []
