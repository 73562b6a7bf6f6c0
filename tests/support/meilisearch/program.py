"""The stand-in as a program, with the options of the real one that the product gives."""

import argparse
import json
import os
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

sys.path.insert(0, str(Path(__file__).parents[3]))

from tests.support.meilisearch.server import Fake


def main() -> None:
    parser = argparse.ArgumentParser(allow_abbrev=False)
    for name in ("--http-addr", "--db-path", "--env", "--log-level", "--dump-dir", "--snapshot-dir"):
        parser.add_argument(name, required=name in {"--http-addr", "--db-path"})
    parser.add_argument("--no-analytics", action="store_true", required=True)
    parser.add_argument("--master-key", default=os.environ.get("MEILI_MASTER_KEY"))
    given = parser.parse_args()
    if not given.master_key or len(given.master_key.encode()) < 16:
        sys.exit("The master key must be at least 16 bytes in a production environment.")
    Path(given.db_path).mkdir(parents=True, exist_ok=True)
    fake = Fake(given.master_key)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1  # head and body leave together

        def _any(self) -> None:
            size = int(self.headers.get("content-length") or 0)
            body = json.loads(self.rfile.read(size)) if size else None
            bearer = (self.headers.get("authorization") or "").removeprefix("Bearer ") or None
            url = urlsplit(self.path)
            status, answer = fake.handle(self.command, url.path, dict(parse_qsl(url.query)), body, bearer)
            sent = json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(sent)))
            self.end_headers()
            self.wfile.write(sent)

        do_GET = do_POST = do_PATCH = do_DELETE = _any  # noqa: N815

        def log_message(self, *_: object) -> None:
            """Quiet."""

    host, _, port = given.http_addr.rpartition(":")
    ThreadingHTTPServer((host, int(port)), Handler).serve_forever()


if __name__ == "__main__":
    main()
