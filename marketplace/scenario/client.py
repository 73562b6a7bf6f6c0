"""Somebody at the API: signed in by password, or with a key."""

import uuid
from typing import Any, Self

import httpx


class StepFailed(Exception):
    """The product refused, or broke: the scenario is not ok."""


class Client:
    """One person's requests. Every creating request carries its own Idempotency-Key."""

    def __init__(self, base_url: str, who: str) -> None:
        self.who = who
        self.http = httpx.Client(
            base_url=f"{base_url}/api/v1", timeout=60, headers={"Accept": "application/json"}
        )

    def close(self) -> None:
        self.http.close()

    def with_key(self, secret: str) -> Self:
        self.http.headers["Authorization"] = f"Bearer {secret}"
        return self

    def sign_in(self, email: str, password: str) -> Self:
        answer = self.post("/sessions", {"email": email, "password": password})
        self.http.headers["X-CSRF-Token"] = answer["csrf_token"]
        return self

    def get(self, path: str, **query: Any) -> Any:
        return self._done(self.http.get(path, params=query))

    def post(self, path: str, body: Any = None) -> Any:
        return self._done(self.http.post(path, json=body, headers={"Idempotency-Key": str(uuid.uuid4())}))

    def put(self, path: str, body: Any, *, version: int | None = None) -> Any:
        headers = {} if version is None else {"If-Match": f'"{version}"'}
        return self._done(self.http.put(path, json=body, headers=headers))

    def post_file(self, path: str, fields: dict[str, Any], file: bytes) -> Any:
        files = {"file": ("facture.pdf", file, "application/pdf")}
        return self._done(
            self.http.post(path, data=fields, files=files, headers={"Idempotency-Key": str(uuid.uuid4())})
        )

    def download(self, path: str) -> bytes:
        answer = self.http.get(path)
        if answer.status_code != 200:
            raise StepFailed(f"{self.who}: GET {path}: {answer.status_code}")
        return answer.content

    def _done(self, answer: httpx.Response) -> Any:
        if answer.status_code >= 400:
            request = answer.request
            raise StepFailed(
                f"{self.who}: {request.method} {request.url.path}: {answer.status_code} {answer.text[:600]}"
            )
        return answer.json() if answer.content else None
