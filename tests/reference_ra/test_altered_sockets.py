"""The defects and variants that show on a socket only."""

from __future__ import annotations

import http.client
import socket
import ssl
import time
from collections.abc import Callable
from itertools import pairwise

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.verification import PolicyBuilder, Store, VerificationError

from reference_ra.alterations import find
from reference_ra.conformant import conformant_policies
from reference_ra.pki import TestPki
from reference_ra.target_file import RESPONSE_SECONDS
from reference_ra.tls import SUITES
from tests.reference_ra.conftest import Ra, ask
from tests.reference_ra.craft import RIGHT, message

Start = Callable[..., Ra]


def altered(start: Start, name: str, kind: str = "defect") -> Ra:
    ra = start(find("defect" if kind == "defect" else "variant", name).alter(conformant_policies()))
    ra.seed(1)
    return ra


def agreed(ra: Ra, suites: str, version: ssl.TLSVersion) -> str | None:
    """The version agreed on by a client that offers that one only; None where there is none."""
    context = ra.context()
    # OpenSSL's default security level leaves the older versions out.
    context.minimum_version = context.maximum_version = version
    context.set_ciphers(f"{suites}:@SECLEVEL=0")
    try:
        with (
            socket.create_connection(ra.address, 5) as plain,
            context.wrap_socket(plain, server_hostname="localhost") as connection,
        ):
            return connection.version()
    except ssl.SSLError:
        return None


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion:DeprecationWarning")
@pytest.mark.parametrize(
    ("name", "suites", "version"),
    [
        ("offers-tls-1.3", "DEFAULT", ssl.TLSVersion.TLSv1_3),
        ("offers-tls-1.1", "DEFAULT", ssl.TLSVersion.TLSv1_1),
        ("offers-tls-1.0", "DEFAULT", ssl.TLSVersion.TLSv1),
        ("offers-suites-chacha20", "ECDHE-RSA-CHACHA20-POLY1305", ssl.TLSVersion.TLSv1_2),
        ("offers-suites-cbc-sha1", "ECDHE-RSA-AES128-SHA", ssl.TLSVersion.TLSv1_2),
        ("offers-suites-without-forward-secrecy", "AES128-GCM-SHA256", ssl.TLSVersion.TLSv1_2),
    ],
)
def test_more_is_offered(start: Start, ra: Ra, name: str, suites: str, version: ssl.TLSVersion) -> None:
    assert agreed(ra, suites, version) is None
    assert agreed(altered(start, name), suites, version) == version.name.replace("TLSv1_", "TLSv1.")


@pytest.mark.parametrize("suite", SUITES)
def test_a_suite_is_lacking(start: Start, suite: str) -> None:
    ra = altered(start, f"lacks-{suite.lower()}")
    assert agreed(ra, suite, ssl.TLSVersion.TLSv1_2) is None
    assert b"SUCCESS" in ra.post(message(RIGHT.build())).body


@pytest.mark.parametrize("name", ["another-host", "expired", "of-another-root"])
def test_the_server_s_certificate_is_not_trusted(start: Start, name: str) -> None:
    name = name if name.startswith("of") or name == "expired" else f"for-{name}"
    ra = altered(start, f"server-certificate-{name}")
    with pytest.raises(ssl.SSLCertVerificationError):
        ra.post(message(RIGHT.build()))


@pytest.mark.parametrize("name", ["server-key-3072", "server-certificate-sha384"])
def test_the_server_s_certificate_is_of_another_kind(start: Start, name: str) -> None:
    ra = altered(start, name)
    assert b"SUCCESS" in ra.post(message(RIGHT.build())).body
    with ra.raw() as connection:
        presented = x509.load_der_x509_certificate(connection.getpeercert(binary_form=True) or b"")
    key = presented.public_key()
    assert isinstance(key, rsa.RSAPublicKey)
    hashed = presented.signature_hash_algorithm
    assert hashed is not None
    assert (key.key_size, hashed.name) in {(3072, "sha256"), (2048, "sha384")}


def test_the_server_s_certificate_is_as_a_public_one(pki: TestPki) -> None:
    store = Store([pki.identities["server-ca"].certificate])
    verifier = PolicyBuilder().store(store).build_server_verifier(x509.DNSName("localhost"))
    try:
        verifier.verify(pki.identities["server"].certificate, [])
    except VerificationError as error:
        pytest.fail(str(error))


def test_plain_http_is_served(start: Start) -> None:
    ra = altered(start, "serves-plain-http")
    connection = http.client.HTTPConnection(*ra.address, timeout=5)
    connection.request("POST", "/1.0/AdHocDeviceCSR", message(RIGHT.build()))
    assert b"SUCCESS" in connection.getresponse().read()
    connection.close()
    assert b"SUCCESS" in ra.post(message(RIGHT.build())).body


def test_a_silent_client_blocks_others(start: Start) -> None:
    ra = altered(start, "silent-client-blocks-others")
    assert b"SUCCESS" in ra.post(message(RIGHT.build())).body
    with ra.raw() as silent:
        silent.sendall(b"POST /1.0/AdHocDeviceCSR HTTP/1.1\r\nHost: x\r\nContent-Length: 900\r\n\r\n<Dev")
        time.sleep(0.1)
        connection = ra.connect()
        connection.timeout = 0.5
        with pytest.raises(TimeoutError):
            ask(connection, message(RIGHT.build()))
        connection.close()
    assert b"SUCCESS" in ra.post(message(RIGHT.build())).body


def test_an_answer_is_late(start: Start) -> None:
    ra = altered(start, "answers-late")
    connection = ra.connect()
    times = [time.monotonic()]
    for _ in range(20):
        assert b"SUCCESS" in ask(connection, message(RIGHT.build())).body
        times.append(time.monotonic())
    connection.close()
    taken = [after - before for before, after in pairwise(times)]
    assert max(taken[:-1]) < RESPONSE_SECONDS < taken[-1]


def test_an_idle_connection_is_closed(start: Start) -> None:
    ra = altered(start, "closes-idle-connections", "variant")
    connection = ra.connect()
    assert b"SUCCESS" in ask(connection, message(RIGHT.build())).body
    assert connection.sock is not None
    assert connection.sock.recv(1) == b""
    connection.close()


@pytest.mark.parametrize(
    "name", ["chunked", "closes-connections", "more-headers", "media-type-spelt-otherwise"]
)
def test_variants_of_http_are_http(start: Start, name: str) -> None:
    ra = altered(start, name, "variant")
    answer = ra.post(message(RIGHT.build()))
    assert b"SUCCESS" in answer.body
    assert (answer.headers["Transfer-Encoding"] == "chunked") == (name == "chunked")
    assert (answer.headers["Connection"] == "close") == (name == "closes-connections")
