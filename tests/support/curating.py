"""A curator's acts, as a program makes them: reads the review, answers the checklist, decides on the version that was read."""

from typing import Any

import httpx

from tests.support.world import Caller


async def review(curator: Caller, sheet_id: str) -> dict[str, Any]:
    found: dict[str, Any] = await curator.read(f"/reviews/{sheet_id}")
    return found


def answered(found: dict[str, Any], **answers: str) -> list[dict[str, Any]]:
    """« Yes » to all that is still to be answered, but for `answers`; a « no » gets a note."""
    return [
        {"item": asked["item"], "answer": answer, "version": asked["version"]} | ({"note": "À revoir."} if answer == "no" else {})
        for asked in found["checklist"]
        if (answer := answers.get(asked["item"], "" if asked["answer"] and not asked["outdated"] else "yes"))
    ]  # fmt: skip


async def publish(curator: Caller, sheet_id: str, **body: Any) -> None:
    """Answer what is open of the checklist and accept, whole or as `body` says."""
    found = await review(curator, sheet_id)
    await curator.did(
        f"/reviews/{sheet_id}/publication",
        {"checklist": answered(found)} | body,
        If_Match=str(found["version"]),
    )


async def sent_back(curator: Caller, sheet_id: str, reason: str = "À revoir.", **body: Any) -> None:
    found = await review(curator, sheet_id)
    await curator.did(
        f"/reviews/{sheet_id}/changes", {"reason": reason} | body, If_Match=str(found["version"])
    )


async def decides(
    curator: Caller, sheet_id: str, decision: str, body: Any = None, version: int | None = None
) -> httpx.Response:
    """One decision on the version that was read, whatever the answer."""
    version = version if version is not None else (await review(curator, sheet_id))["version"]
    return await curator.post(f"/reviews/{sheet_id}/{decision}", body or {}, If_Match=str(version))
