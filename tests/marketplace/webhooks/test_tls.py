"""TLS is verified against the name, while the connection goes to the checked address."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from marketplace.webhooks.guard import Guard
from marketplace.webhooks.posting import Failure, post
from tests.support.receiver import Receiver, receiving

NAME = "hooks.ville.fr"
Key = ec.EllipticCurvePrivateKey


def certificate(name: str, key: Key, *, issuer: str, signer: Key, authority: bool) -> x509.Certificate:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]))
        .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, issuer)]))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
        .sign(signer, hashes.SHA256())
    )


@asynccontextmanager
async def secured(
    folder: Path, name: str
) -> AsyncIterator[tuple[Receiver, ssl.SSLContext, list[str | None]]]:
    """A receiver whose certificate is for `name`, who trusts its authority, and the names that were asked for (SNI)."""
    root, leaf = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    authority = certificate("authority.test", root, issuer="authority.test", signer=root, authority=True)
    own = certificate(name, leaf, issuer="authority.test", signer=root, authority=False)
    pem = serialization.Encoding.PEM
    (folder / "cert.pem").write_bytes(own.public_bytes(pem))
    (folder / "key.pem").write_bytes(
        leaf.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    asked: list[str | None] = []
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(folder / "cert.pem", folder / "key.pem")
    server.sni_callback = lambda _socket, wanted, _context: asked.append(wanted)
    client = ssl.create_default_context(cadata=authority.public_bytes(pem).decode())
    async with receiving(ssl=server) as receiver:
        yield receiver, client, asked


async def home(host: str, port: int) -> Sequence[str]:
    return ["127.0.0.1"]


@pytest.mark.parametrize(
    ("owner", "expected"), [(NAME, None), ("autre.ville.fr", Failure.TLS), ("127.0.0.1", Failure.TLS)]
)
async def test_the_certificate_must_be_for_the_name_that_was_saved(
    tmp_path: Path, owner: str, expected: Failure | None
) -> None:
    async with secured(tmp_path, owner) as (receiver, trusted, asked):
        url = f"https://{NAME}:{receiver.port}/crochets"
        answer = await post(Guard(private=True, resolver=home, tls=trusted), url, b"{}", {})
        assert answer.failure is expected
        assert len(receiver.received) == (expected is None)
        assert asked == [NAME]
        if expected is None:
            assert receiver.received[0].headers["host"] == f"{NAME}:{receiver.port}"


async def test_a_certificate_of_an_authority_that_nobody_knows_is_refused(tmp_path: Path) -> None:
    async with secured(tmp_path, NAME) as (receiver, _, _asked):
        url = f"https://{NAME}:{receiver.port}/"
        answer = await post(Guard(private=True, resolver=home), url, b"{}", {})
        await asyncio.sleep(0)
    assert answer.failure is Failure.TLS
    assert receiver.received == []
