"""The operator's calls about certificates in the Repository: make one that is as asked for, revoke one.

`POST /repository/certificates` with `{"eui64": "00-DB-...", "status": "E"}` issues an Organisation
Certificate that is expired (`E`), revoked (`R`) or in use (`I`), lodges it, gives `{"serial": "..."}`.
`POST /repository/certificates/{serial}/revoke` revokes an Organisation Certificate: it is on the next
Organisation CRL, which is lodged at once. Serial numbers are hexadecimal.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from aiohttp import web
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from reference_ra import der, oids
from reference_ra.authority import Authority
from reference_ra.csr import Csr, parse_csr
from reference_ra.management_request import Refused, parse_device_id, read_object
from reference_ra.policies import Policies
from reference_ra.portal.decisions import make_organisation_certificate
from reference_ra.portal.organisation_certificate import YEARS_VALID, years_later
from reference_ra.repository import lodging
from reference_ra.repository.keeper import Keeper
from reference_ra.repository.records import CertificateStatus, Kind, serial_text

_SERIAL = re.compile(r"[0-9A-Fa-f]{1,40}")
_ROLE_OF_STRANGERS = "02"


def add_repository_routes(
    router: web.UrlDispatcher, authority: Authority, policies: Policies, keeper: Keeper
) -> None:
    """Serve these calls for one authority."""
    calls = _Calls(authority, policies, keeper)
    router.add_post("/repository/certificates", calls.make)
    router.add_post("/repository/certificates/{serial}/revoke", calls.revoke)


class _Calls:
    def __init__(self, authority: Authority, policies: Policies, keeper: Keeper) -> None:
        self._authority = authority
        self._policies = policies
        self._keeper = keeper

    async def make(self, request: web.Request) -> web.Response:
        content = await read_object(request)
        eui64, now = parse_device_id(content.get("eui64")), self._authority.clock.now()
        issued_at: Mapping[object, datetime] = {
            CertificateStatus.IN_USE: now,
            CertificateStatus.EXPIRED: years_later(now, -YEARS_VALID) - timedelta(days=1),
            CertificateStatus.REVOKED: now,
        }
        status = content.get("status")
        if not isinstance(status, str) or status not in issued_at:
            raise Refused(f"status is none of {', '.join(map(str, issued_at))}")
        csr = organisation_csr(eui64, self._role_of(eui64))
        issued = make_organisation_certificate(self._policies, self._authority, csr, issued_at[status])
        lodged = lodging.of_organisation(issued)
        self._authority.registry.repository.lodge(replace(lodged, lodged_at=now))
        if status == CertificateStatus.REVOKED:
            self._keeper.revoke(lodged.serial)
        return web.json_response({"serial": lodged.serial})

    async def revoke(self, request: web.Request) -> web.Response:
        text = request.match_info["serial"]
        if not _SERIAL.fullmatch(text):
            raise Refused("the serial number is not one of hexadecimal digits")
        serial = serial_text(int(text, 16))
        found = self._authority.registry.repository.by_serial(serial)
        if found is None:
            raise Refused(f"no certificate {serial} is lodged", 404)
        if found.kind is not Kind.ORGANISATION:
            raise Refused("only Organisation Certificates are revoked", 409)
        self._keeper.revoke(serial)
        return web.json_response({"serial": serial})

    def _role_of(self, eui64: bytes) -> str:
        try:
            return self._authority.registry.subscriber(eui64).remote_party_role
        except KeyError:
            return _ROLE_OF_STRANGERS


def organisation_csr(eui64: bytes, remote_party_role: str) -> Csr:
    """An Organisation CSR for a key of its own, for digitalSignature."""
    key = ec.generate_private_key(ec.SECP256R1())
    info = der.write(
        der.SEQUENCE,
        der.write_integer(0),
        der.write(
            der.SEQUENCE,
            _relative_name(
                oids.ORGANIZATIONAL_UNIT_NAME, der.write(der.PRINTABLE_STRING, remote_party_role.encode())
            ),
            _relative_name(oids.UNIQUE_IDENTIFIER, der.write_bit_string(eui64)),
        ),
        key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo),
        der.write(der.context(0), _extension_request()),
    )
    signature = der.write_bit_string(key.sign(info, ec.ECDSA(SHA256())))
    return parse_csr(der.write(der.SEQUENCE, info, oids.ECDSA_WITH_SHA256, signature))


def _relative_name(oid: bytes, value: bytes) -> bytes:
    return der.write(der.SET, der.write(der.SEQUENCE, oid, value))


def _extension_request() -> bytes:
    critical = der.write(der.BOOLEAN, b"\xff")
    usage = der.write(
        der.SEQUENCE, oids.KEY_USAGE, critical, der.write(der.OCTET_STRING, oids.DIGITAL_SIGNATURE)
    )
    return der.write(der.SEQUENCE, oids.EXTENSION_REQUEST, der.write(der.SET, der.write(der.SEQUENCE, usage)))
