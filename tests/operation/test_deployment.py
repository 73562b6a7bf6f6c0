"""What the deployment page ships: units that are hardened and that systemd accepts, a proxy that passes on what it must."""

import configparser
import json
import re
import shutil
import signal
import ssl
import subprocess
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import pytest

from marketplace.embedded.processes import last_lines, spawn, stop, unprivileged
from marketplace.settings import variables
from marketplace.web.limits import UPLOAD_LIMIT
from tests.operation.instances import free_port

LAUNCH = Path(__file__).parents[2] / "marketplace" / "launch"
UNITS = sorted((LAUNCH / "systemd").glob("*.service"))
PAGE = (LAUNCH / "DEPLOYMENT.md").read_text()


class Unit(configparser.RawConfigParser):
    """A unit file; of a repeated key, the last."""

    def __init__(self, path: Path) -> None:
        super().__init__(strict=False, delimiters=("=",), comment_prefixes=("#",))
        self.optionxform = str  # type: ignore[assignment,method-assign]
        self.read_string(path.read_text())


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.stem)
def test_a_unit_runs_as_nobody_of_note_and_may_do_little(path: Path) -> None:
    service = Unit(path)["Service"]
    assert service["User"] == "lot-commun"
    for name, value in {
        "NoNewPrivileges": "yes", "ProtectSystem": "strict", "ProtectHome": "yes", "PrivateTmp": "yes", "CapabilityBoundingSet": "",
        "RestrictNamespaces": "yes", "SystemCallArchitectures": "native", "UMask": "0077",
    }.items():  # fmt: skip
        assert service[name] == value, name
    assert "SystemCallFilter=@system-service" in path.read_text()


def test_only_the_worker_is_given_the_key_of_the_seals_and_only_the_backup_the_owner() -> None:
    files = {
        path.stem: set(
            re.findall(r"^EnvironmentFile=/etc/lot-commun/(\w+)\.env$", path.read_text(), re.MULTILINE)
        )
        for path in UNITS
    }
    assert files == {
        "lot-commun-web@": {"common"},
        "lot-commun-worker": {"common", "worker"},
        "lot-commun-backup": {"common", "owner"},
    }
    blocks = dict(re.findall(r"# /etc/lot-commun/(\w+)\.env\n(.*?)```", PAGE, re.DOTALL))
    given = {name: set(re.findall(r"^([A-Z_]+)=", block, re.MULTILINE)) for name, block in blocks.items()}
    assert {name for names in given.values() for name in names} <= variables().keys()
    assert "SEAL_KEY" in given["worker"]
    assert "SEAL_KEY" not in given["common"] | given["owner"]
    assert "DATABASE_OWNER_URL" in given["owner"]
    assert "DATABASE_OWNER_URL" not in given["common"] | given["worker"]


def test_the_page_names_every_file_that_it_ships_and_the_proxies_know_the_limit_of_uploads() -> None:
    for path in [*(LAUNCH / "systemd").iterdir(), *(LAUNCH / "proxy").iterdir()]:
        assert path.name in PAGE, path.name
    for proxy in (LAUNCH / "proxy").iterdir():
        size = re.search(r"(?:client_max_body_size|max_size) (\d+)", proxy.read_text())
        assert size
        assert int(size[1]) * 1_000_000 > UPLOAD_LIMIT


def test_the_roles_that_the_page_tells_to_create_are_those_that_the_proof_runs_on() -> None:
    from tests.operation.servers import ROLES

    told = re.search(r"```sql\n(.*?)```", PAGE, re.DOTALL)
    assert told
    assert re.sub(r"'[^']*'", "'…'", told[1].strip()) == re.sub(
        r"'[^']*'", "'…'", ROLES.format(prefix="lotcommun", password="").strip()
    )


@pytest.mark.proof
def test_systemd_accepts_the_units(tmp_path: Path) -> None:
    analyze = shutil.which("systemd-analyze")
    assert analyze, "this proof needs systemd-analyze: apt-get install systemd"
    for path in (LAUNCH / "systemd").iterdir():
        unit = tmp_path / path.name.replace("@", "@8001")
        unit.write_text(path.read_text().replace("/opt/lot-commun/bin/marketplace", "/bin/true"))
    for unit in tmp_path.iterdir():
        said = subprocess.run([analyze, "verify", unit], capture_output=True, text=True, check=False)
        assert (said.returncode, said.stdout + said.stderr) == (0, ""), unit.name
    for unit in tmp_path.glob("*.service"):
        rated = subprocess.run(
            [analyze, "security", "--offline=true", unit], capture_output=True, text=True, check=True
        ).stdout
        level = re.search(r"exposure level for .*: ([\d.]+)", rated)
        assert level
        assert float(level[1]) < 2, rated


class Told(BaseHTTPRequestHandler):
    """Answers with the headers it was given; on the progress path, a line, a pause, a line."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        if self.path.endswith("/avancement"):
            self.send_response(200)
            self.send_header("Content-Type", "text/event-stream")
            self.send_header("Connection", "close")
            self.end_headers()
            for line in (b"data: 1\n\n", b"data: 2\n\n"):
                self.wfile.write(line)
                self.wfile.flush()
                time.sleep(1)
            return
        self._answer()

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self._answer()

    def _answer(self) -> None:
        body = json.dumps(
            {"path": self.path, "headers": {k.lower(): v for k, v in self.headers.items()}}
        ).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Nothing."""


@pytest.fixture
def proxied(tmp_path: Path) -> Iterator[tuple[str, str]]:
    """Our nginx.conf, before a program that repeats what it hears. The two addresses: plain and TLS."""
    nginx = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
    assert nginx, "this proof needs nginx: apt-get install nginx-light"
    for above in (tmp_path, *tmp_path.parents[:2]):
        above.chmod(0o755)
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
         "-subj", "/CN=achats.exemple.fr", "-keyout", "privkey.pem", "-out", "fullchain.pem"],
        check=True, capture_output=True, cwd=tmp_path,
    )  # fmt: skip
    behind = ThreadingHTTPServer(("127.0.0.1", 0), Told)
    threading.Thread(target=behind.serve_forever, daemon=True).start()
    plain, tls = free_port(), free_port()
    site = (LAUNCH / "proxy" / "nginx.conf").read_text()
    for old, new in {
        "/etc/letsencrypt/live/achats.exemple.fr": str(tmp_path), "/var/log/nginx": str(tmp_path),
        "server 127.0.0.1:8001;": f"server 127.0.0.1:{behind.server_port};", "    server 127.0.0.1:8002;\n": "",
        "listen 80;": f"listen {plain};", "listen [::]:80;": "", "listen 443 ssl": f"listen {tls} ssl", "    listen [::]:443 ssl http2;\n": "",
    }.items():  # fmt: skip
        assert old in site, old
        site = site.replace(old, new)
    temporary = "".join(
        f"{name}_temp_path {tmp_path / name};"
        for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    (tmp_path / "nginx.conf").write_text(
        f"daemon off; pid {tmp_path / 'pid'}; error_log {tmp_path / 'error.log'}; events {{}}\nhttp {{ access_log off; {temporary}\n{site} }}"
    )
    identity = unprivileged()
    process = spawn(
        [*identity.prefix, nginx, "-e", tmp_path / "error.log", "-c", tmp_path / "nginx.conf"], log=tmp_path / "said.log",
        death_signal=signal.SIGTERM, account=identity.account,
    )  # fmt: skip
    deadline = time.monotonic() + 10
    while not (tmp_path / "pid").exists() or not (tmp_path / "pid").read_text():
        assert process.poll() is None and time.monotonic() < deadline, last_lines(tmp_path / "said.log")
        time.sleep(0.05)
    yield f"http://127.0.0.1:{plain}", f"https://127.0.0.1:{tls}"
    stop(process, signal.SIGTERM)
    behind.shutdown()
    behind.server_close()


@pytest.mark.proof
def test_nginx_passes_on_what_it_must_and_nothing_that_a_visitor_forged(
    proxied: tuple[str, str], tmp_path: Path
) -> None:
    plain, tls = proxied
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    name = {"Host": "achats.exemple.fr"}
    moved = httpx.get(f"{plain}/solutions?q=velo", headers=name)
    assert (moved.status_code, moved.headers["location"]) == (
        308,
        "https://achats.exemple.fr/solutions?q=velo",
    )
    with httpx.Client(base_url=tls, verify=context, headers=name) as site:
        forged = {
            "X-Forwarded-For": "192.0.2.1",
            "X-Forwarded-Host": "pirate.test",
            "Forwarded": "for=192.0.2.1",
        }
        answer = site.get("/solutions?q=secret", headers=forged)
        heard = answer.json()["headers"]
        assert (heard["host"], heard["x-forwarded-for"], heard["x-forwarded-proto"]) == (
            "achats.exemple.fr",
            "127.0.0.1",
            "https",
        )
        assert not heard.keys() & {"x-forwarded-host", "forwarded"}
        assert answer.headers["strict-transport-security"] == "max-age=63072000"
        assert site.get("/metrics").status_code == 404
        assert site.post("/x", content=b"0" * 20_500_000).status_code == 200
        assert site.post("/x", content=b"0" * 23_000_000).status_code == 413
        started = time.monotonic()
        with site.stream("GET", "/achats/01a214f0-ac2e-7267-8164-846ab31ddcf9/avancement") as stream:
            first = next(stream.iter_raw())
            assert first == b"data: 1\n\n"
            assert time.monotonic() - started < 0.9  # not kept back until the end
    assert "secret" not in (tmp_path / "lot-commun.log").read_text()
