"""The RA as a running server: its ports, made and closed together."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

from aiohttp import web
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from reference_ra.access import IkiAuthority, Refusal
from reference_ra.authorities import Identity
from reference_ra.batch.conformant import BATCH_PATH
from reference_ra.batch.processor import Processor
from reference_ra.certificate import IssuingCa, key_identifier
from reference_ra.clock import Clock
from reference_ra.conformant import ADHOC_PATH
from reference_ra.door import Door
from reference_ra.management import management_application
from reference_ra.parties import CREDENTIALS
from reference_ra.pki import TestPki
from reference_ra.policies import Authority, Policies
from reference_ra.registry import Credential, Registry
from reference_ra.services import Services
from reference_ra.target_file import Endpoints
from reference_ra.tls import Listener, TlsProtocol, make_context

HOST = "127.0.0.1"


def _issuing_ca(identity: Identity) -> IssuingCa:
    if not isinstance(identity.key, ec.EllipticCurvePrivateKey):
        raise TypeError("an Issuing CA's key is on an elliptic curve")
    point = identity.key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    return IssuingCa(identity.certificate.subject.public_bytes(), key_identifier(point), identity.key)


def _iki_authority(pki: TestPki) -> IkiAuthority:
    ca = pki.identities["iki-ca"]
    if not pki.crl.is_signature_valid(ca.certificate.public_key()):  # type: ignore[arg-type]
        raise ValueError("the IKI CA's revocation list is not signed by it")
    return IkiAuthority(ca.certificate, frozenset(entry.serial_number for entry in pki.crl))


def make_authority(directory: Path, pki: TestPki, device_ca: Identity) -> Authority:
    """An RA without certificates, its records in `directory`."""
    credentials = (
        Credential(
            plan.label,
            pki.identities[plan.label].certificate.fingerprint(SHA256()),
            plan.interface,
            plan.party,
        )
        for plan in CREDENTIALS
    )
    return Authority(
        Registry(directory / "registry.sqlite", credentials),
        Clock(),
        _issuing_ca(device_ca),
        _iki_authority(pki),
    )


@contextlib.asynccontextmanager
async def serving(
    directory: Path,
    pki: TestPki,
    policies: Policies,
) -> AsyncIterator[Endpoints]:
    """Serve on ephemeral ports of loopback while the context lasts."""
    authority = make_authority(directory, pki, policies.device_ca(pki))
    processor = Processor(authority, policies)
    http = web.Server(
        Services(authority, policies).handle,
        access_log=None,
        keepalive_timeout=policies.limits.keep_alive_seconds,
        lingering_time=5,
        auto_decompress=False,
    )
    context = make_context(
        policies.server_identity(pki),
        policies.tls,
        authority.iki.certificate,
        pki.crl,
        Door(authority, policies).admits,
        certificate_required=Refusal.NO_CERTIFICATE in policies.handshake_refusals,
    )
    listener = Listener(context, http, policies.limits, policies.tls.plain_http)
    loop = asyncio.get_running_loop()
    protocol_port = await loop.create_server(lambda: TlsProtocol(listener), HOST, 0, backlog=256)
    runner = web.AppRunner(
        management_application(authority, processor, policies), access_log=None, shutdown_timeout=0.1
    )
    await runner.setup()
    management_port = web.TCPSite(runner, HOST, 0)
    await management_port.start()
    server = f"https://{HOST}:{protocol_port.sockets[0].getsockname()[1]}"
    try:
        async with processor.running():
            yield Endpoints(
                adhoc=server + ADHOC_PATH,
                batch=server + BATCH_PATH,
                management=f"http://{HOST}:{runner.addresses[0][1]}",
            )
    finally:
        protocol_port.close()
        await http.shutdown(timeout=0.1)
        await runner.cleanup()
        authority.registry.close()
