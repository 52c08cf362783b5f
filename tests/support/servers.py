"""Real TLS servers on loopback that answer as a test tells them, well or badly."""

from __future__ import annotations

import datetime
import ipaddress
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

Answer = Callable[[socket.socket], None]


@dataclass(frozen=True)
class ServerIdentity:
    """A self-signed certificate for 127.0.0.1 and its key, as PEM."""

    certificate: str
    key: str

    def context(self, directory: Path) -> ssl.SSLContext:
        """A server context that presents it."""
        files = directory / "server.pem", directory / "server.key"
        for file, text in zip(files, (self.certificate, self.key), strict=True):
            file.write_text(text, encoding="ascii")
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*files)
        return context


def make_identity() -> ServerIdentity:
    """A new identity."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "test server")])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False
        )
        .sign(key, hashes.SHA256())
    )
    return ServerIdentity(
        certificate.public_bytes(Encoding.PEM).decode(),
        key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode(),
    )


def _secured(connection: socket.socket, context: ssl.SSLContext | None) -> socket.socket:
    return connection if context is None else context.wrap_socket(connection, server_side=True)


@contextmanager
def serving(answer: Answer, context: ssl.SSLContext | None) -> Iterator[int]:
    """Serve each connection with `answer`, over TLS where a context is given; yield the port."""
    listener = socket.create_server(("127.0.0.1", 0))
    stopping = threading.Event()

    def serve(connection: socket.socket) -> None:
        with suppress(OSError), connection, _secured(connection, context) as secured:
            answer(secured)
            secured.shutdown(socket.SHUT_RDWR)

    def accept() -> None:
        while not stopping.is_set():
            with suppress(OSError):
                connection, _ = listener.accept()
                threading.Thread(target=serve, args=(connection,), daemon=True).start()

    thread = threading.Thread(target=accept, daemon=True)
    thread.start()
    try:
        yield listener.getsockname()[1]
    finally:
        stopping.set()
        with suppress(OSError), socket.create_connection(listener.getsockname(), 1):
            pass  # wakes the accepting thread
        listener.close()
        thread.join(5)


class CutOff(ConnectionError):
    """The client went away within the body of its request."""

    def __init__(self, received: bytes) -> None:
        """Take the octets that came."""
        super().__init__(f"cut off after {len(received)} octets")
        self.received = received


def read_request(connection: socket.socket) -> bytes:
    """A request with its body, as far as Content-Length says. Raises CutOff where it ends before that."""
    octets = b""
    while b"\r\n\r\n" not in octets:
        piece = connection.recv(65536)
        if not piece:
            return octets
        octets += piece
    head, _, body = octets.partition(b"\r\n\r\n")
    length = next(
        (
            int(line.split(b":")[1])
            for line in head.split(b"\r\n")
            if line.lower().startswith(b"content-length")
        ),
        0,
    )
    while len(body) < length:
        piece = connection.recv(65536)
        if not piece:
            raise CutOff(head + b"\r\n\r\n" + body)
        body += piece
    return head + b"\r\n\r\n" + body


def response(body: bytes, status: str = "200 OK", headers: str = "") -> bytes:
    """An HTTP response with its length."""
    return f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\n{headers}\r\n".encode() + body
