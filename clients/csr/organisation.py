"""An Organisation CSR as M-F has it: PKCS#10, P-256, the organisation and its role as subject, keyUsage.

Octet for octet from the text: a commonName where one is wanted, the Remote Party Role Code in an
organizationalUnitName of two hexadecimal characters, and the EUI-64 in a uniqueIdentifier, a BIT STRING of 64
bits with none unused.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass, field, replace

from cryptography.hazmat.primitives.asymmetric import ec

from clients.csr import der
from clients.csr.device import CsrContent, key_usage_extension, new_key, public_key_info, signer

COMMON_NAME = der.oid("2.5.4.3")
ORGANIZATIONAL_UNIT = der.oid("2.5.4.11")
UNIQUE_IDENTIFIER = der.oid("2.5.4.45")


@dataclass(frozen=True, slots=True)
class OrganisationCsr:
    """An Organisation CSR and what it was made for."""

    der: bytes
    eui64: bytes
    """The organisation's EUI-64, 8 octets."""
    remote_party_role: str
    """Remote Party Role Code, two hexadecimal characters."""
    key_usage: str
    common_name: str | None = None
    key: ec.EllipticCurvePrivateKey | None = field(default=None, repr=False)

    @property
    def base64(self) -> str:
        """On one line and without BEGIN and END lines: one of the texts that M-F allows."""
        return base64.b64encode(self.der).decode()


def attribute(attribute_type: bytes, value: bytes) -> bytes:
    """A relative name of one attribute; `value` is a whole element."""
    return der.set_of(der.sequence(attribute_type, value))


def role_attribute(role: str) -> bytes:
    """organizationalUnitName with a Remote Party Role Code, as PrintableString."""
    return attribute(ORGANIZATIONAL_UNIT, der.printable_string(role))


def eui64_attribute(eui64: bytes) -> bytes:
    """uniqueIdentifier with an EUI-64."""
    return attribute(UNIQUE_IDENTIFIER, der.bit_string(eui64))


def common_name_attribute(common_name: str) -> bytes:
    """commonName, as PrintableString."""
    return attribute(COMMON_NAME, der.printable_string(common_name))


def organisation_subject(eui64: bytes, role: str, common_name: str | None) -> bytes:
    """The Name: commonName, if any, organizationalUnitName, uniqueIdentifier."""
    first = () if common_name is None else (common_name_attribute(common_name),)
    return der.sequence(*first, role_attribute(role), eui64_attribute(eui64))


def organisation_csr_content(
    eui64: bytes, role: str, key_usage: str, common_name: str | None, key: ec.EllipticCurvePrivateKey
) -> CsrContent:
    """The parts of a well-formed Organisation CSR, not yet signed."""
    subject = organisation_subject(eui64, role, common_name)
    return CsrContent(public_key_info(key), (key_usage_extension(key_usage),), subject=subject)


def build_organisation_csr(
    eui64: bytes,
    role: str,
    key_usage: str,
    common_name: str | None = None,
    key: ec.EllipticCurvePrivateKey | None = None,
) -> OrganisationCsr:
    """A well-formed Organisation CSR (M-F), for a new key pair where none is given.

    `eui64` is the organisation's in 8 octets, `role` a Remote Party Role Code in two hexadecimal characters,
    `key_usage` ``digitalSignature`` or ``keyAgreement``. To submit again with the same key pair
    (M-2.3.1.3-b), give the key of the earlier one.
    """
    key = key or new_key()
    content = organisation_csr_content(eui64, role, key_usage, common_name, key)
    return OrganisationCsr(content.signed(signer(key)), eui64, role, key_usage, common_name, key)


def reshaped_organisation(csr: OrganisationCsr, shape: str) -> OrganisationCsr:
    """The same request in another shape that M-F allows; see `LEGAL_ORGANISATION_SHAPES`.

    Raises ValueError where the private key was not kept, and KeyError where there is no such shape.
    """
    if csr.key is None:
        raise ValueError("this Organisation CSR cannot be signed again: its private key was not kept")
    if shape not in LEGAL_ORGANISATION_SHAPES:
        raise KeyError(shape)
    names = [
        attribute(ORGANIZATIONAL_UNIT, der.utf8_string(csr.remote_party_role)),
        eui64_attribute(csr.eui64),
    ]
    if csr.common_name is not None:
        names.insert(0, attribute(COMMON_NAME, der.utf8_string(csr.common_name)))
    content = organisation_csr_content(
        csr.eui64, csr.remote_party_role, csr.key_usage, csr.common_name, csr.key
    )
    content = replace(content, subject=der.sequence(*names))
    return replace(csr, der=content.signed(signer(csr.key)))


LEGAL_ORGANISATION_SHAPES = ("names in UTF8String",)
"""Shapes of an Organisation CSR that are as good as the usual one: M-F names no string type."""
