"""A small Meilisearch in memory: the routes, tasks and answers that the product's engine meets.

A task is done when somebody has asked for it twice, after all those before it: who does not wait for a write does not see it.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from tests.support.meilisearch.searching import Refused, search

Answer = tuple[int, Any]


@dataclass
class Index:
    uid: str
    primary_key: str | None = None
    docs: dict[str, dict[str, Any]] = field(default_factory=dict)
    settings: dict[str, Any] = field(default_factory=dict)
    created: str = field(default_factory=lambda: datetime.now(UTC).isoformat())

    def view(self) -> dict[str, Any]:
        return {
            "uid": self.uid,
            "createdAt": self.created,
            "updatedAt": self.created,
            "primaryKey": self.primary_key,
        }


@dataclass
class Task:
    uid: int
    kind: str
    index: str | None
    work: Callable[[], None]
    status: str = "enqueued"
    error: dict[str, str] | None = None
    at: str = field(default_factory=lambda: datetime.now(UTC).isoformat())

    def told(self) -> dict[str, Any]:
        return {
            "taskUid": self.uid,
            "indexUid": self.index,
            "status": "enqueued",
            "type": self.kind,
            "enqueuedAt": self.at,
        }

    def view(self) -> dict[str, Any]:
        return {"uid": self.uid, "indexUid": self.index, "status": self.status, "type": self.kind, "enqueuedAt": self.at,
                "error": self.error, "details": None}  # fmt: skip


class Fake:
    """See the module. `key`: what must be borne. `heard`: every request, in order."""

    def __init__(self, key: str | None = None) -> None:
        self.key = key
        self.indexes: dict[str, Index] = {}
        self.tasks: list[Task] = []
        self.heard: list[tuple[str, str]] = []
        self.refuses: Callable[[str, str], Answer | None] = lambda _method, _path: None
        """What to answer instead, for tests of failures."""

    def handle(self, method: str, path: str, query: dict[str, str], body: Any, bearer: str | None) -> Answer:
        self.heard.append((method, path))
        if instead := self.refuses(method, path):
            return instead
        if path == "/health":
            return 200, {"status": "available"}
        if self.key is not None and bearer != self.key:
            return (
                (401, fault("missing_authorization_header", "auth"))
                if bearer is None
                else (403, fault("invalid_api_key", "auth"))
            )
        try:
            return self._routed(method, path.strip("/").split("/"), query, body)
        except Refused as refusal:
            return 400, fault(refusal.code, message=str(refusal))
        except LookupError:
            return 404, fault("index_not_found")

    def _routed(  # noqa: C901, PLR0912  a table of routes
        self, method: str, parts: list[str], query: dict[str, str], body: Any
    ) -> Answer:
        match (method, *parts):
            case ("POST", "multi-search"):
                return 200, {
                    "results": [self._search(one) | {"indexUid": one["indexUid"]} for one in body["queries"]]
                }
            case ("GET", "tasks", uid):
                return 200, self._polled(int(uid)).view()
            case ("POST", "swap-indexes"):
                return self._queued("indexSwap", None, lambda: self._swap(*body[0]["indexes"]))
            case ("GET", "indexes"):
                return 200, _page([index.view() for index in self.indexes.values()], query)
            case ("POST", "indexes"):
                return self._queued(
                    "indexCreation", body["uid"], lambda: self._create(body["uid"], body.get("primaryKey"))
                )
            case ("GET", "indexes", uid):
                return 200, self._index(uid).view()
            case ("DELETE", "indexes", uid):
                return self._queued("indexDeletion", uid, lambda: self._drop(uid))
            case ("GET", "indexes", uid, "stats"):
                return 200, {"numberOfDocuments": len(self._index(uid).docs), "isIndexing": False, "fieldDistribution": {},
                             "rawDocumentDbSize": 0, "avgDocumentSize": 0}  # fmt: skip
            case ("GET", "indexes", uid, "settings"):
                return 200, self._index(uid).settings
            case ("PATCH", "indexes", uid, "settings"):
                return self._queued("settingsUpdate", uid, lambda: self._index(uid).settings.update(body))
            case ("GET", "indexes", uid, "documents"):
                return 200, self._documents(uid, query)
            case ("POST", "indexes", uid, "documents"):
                return self._queued("documentAdditionOrUpdate", uid, lambda: self._put(uid, body))
            case ("POST", "indexes", uid, "documents", "delete-batch"):
                return self._queued(
                    "documentDeletion",
                    uid,
                    lambda: [self._index(uid).docs.pop(one, None) for one in body] and None,
                )
        return 404, fault("not_found")

    def _index(self, uid: str) -> Index:
        return self.indexes[uid]

    def _search(self, asked: dict[str, Any]) -> dict[str, Any]:
        index = self._index(asked["indexUid"])
        return search(index.docs.values(), index.settings, asked)

    def _documents(self, uid: str, query: dict[str, str]) -> dict[str, Any]:
        index = self._index(uid)
        shown = index.settings.get("displayedAttributes", ["*"])
        wanted = query["fields"].split(",") if "fields" in query else ["*"]
        rows = [
            {
                name: value
                for name, value in doc.items()
                if (shown == ["*"] or name in shown) and (wanted == ["*"] or name in wanted)
            }
            for doc in index.docs.values()
        ]
        return _page(rows, query)

    def _queued(self, kind: str, index: str | None, work: Callable[[], None]) -> Answer:
        task = Task(len(self.tasks), kind, index, work)
        self.tasks.append(task)
        return 202, task.told()

    def _polled(self, uid: int) -> Task:
        task = self.tasks[uid]
        if task.status == "enqueued":
            task.status = "processing"
        elif task.status == "processing":
            for before in self.tasks[: uid + 1]:
                if before.status in {"enqueued", "processing"}:
                    self._do(before)
        return task

    def _do(self, task: Task) -> None:
        try:
            task.work()
            task.status = "succeeded"
        except LookupError as error:
            task.status, task.error = "failed", fault("index_not_found", message=str(error))
        except Refused as error:
            task.status, task.error = "failed", fault(error.code, message=str(error))

    def _create(self, uid: str, key: str | None) -> None:
        if uid in self.indexes:
            raise Refused("index_already_exists", uid)
        self.indexes[uid] = Index(uid, key)

    def _drop(self, uid: str) -> None:
        del self.indexes[uid]

    def _swap(self, left: str, right: str) -> None:
        self.indexes[left], self.indexes[right] = self._index(right), self._index(left)
        self.indexes[left].uid, self.indexes[right].uid = left, right

    def _put(self, uid: str, rows: list[dict[str, Any]]) -> None:
        index = self.indexes.setdefault(uid, Index(uid, "id"))
        index.docs |= {row["id"]: row for row in rows}


def fault(code: str, kind: str = "invalid_request", *, message: str = "") -> dict[str, str]:
    return {
        "message": message or code,
        "code": code,
        "type": kind,
        "link": f"https://docs.meilisearch.com/errors#{code}",
    }


def _page(rows: list[Any], query: dict[str, str]) -> dict[str, Any]:
    offset, limit = int(query.get("offset", 0)), int(query.get("limit", 20))
    return {"results": rows[offset : offset + limit], "offset": offset, "limit": limit, "total": len(rows)}
