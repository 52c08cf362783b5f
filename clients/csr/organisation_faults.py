"""Organisation CSRs that are wrong in exactly one way, by the name that the feature files use."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from cryptography.hazmat.primitives.asymmetric import ec

from clients.csr import der
from clients.csr.device import EMPTY_SUBJECT, CsrContent, signer
from clients.csr.general_faults import GENERAL_FAULTS
from clients.csr.organisation import (
    COMMON_NAME,
    UNIQUE_IDENTIFIER,
    attribute,
    build_organisation_csr,
    common_name_attribute,
    eui64_attribute,
    organisation_csr_content,
    role_attribute,
)

_DECIMAL_EXAMPLE = "89"
"""A role whose code in decimal, 137, was found in real test certificates (G-BAD-a)."""
LONGEST_COMMON_NAME = 16
"""Characters (G-ORG-a)."""


@dataclass(frozen=True, slots=True)
class WantedOrganisation:
    """The Organisation CSR that would be right, and the key pair that it is for."""

    eui64: bytes
    """The organisation's, 8 octets."""
    role: str
    """Remote Party Role Code that it holds, two hexadecimal characters."""
    key_usage: str
    key: ec.EllipticCurvePrivateKey
    other_eui64: bytes | None = None
    """Of another organisation, for which this ARO may not submit."""
    role_not_held: str | None = None
    """A Remote Party Role Code that the organisation does not hold."""
    longest_common_name: int = LONGEST_COMMON_NAME
    """Characters that a commonName may have on this target."""
    common_name: str | None = None
    """Where the target's Organisation Certificate Policy demands one: else its lack would be a fault too."""

    @property
    def right(self) -> bytes:
        """The well-formed Organisation CSR."""
        return self.right_for(self.eui64, self.role)

    def right_for(self, eui64: bytes, role: str) -> bytes:
        """It, for another organisation or in another role."""
        return build_organisation_csr(eui64, role, self.key_usage, self.common_name, self.key).der

    @property
    def content(self) -> CsrContent:
        """Its parts."""
        return organisation_csr_content(self.eui64, self.role, self.key_usage, self.common_name, self.key)


OrganisationFault = Callable[[WantedOrganisation], bytes]
ORGANISATION_FAULTS: dict[str, OrganisationFault] = {**GENERAL_FAULTS}
"""Every fault by name."""


def fault(name: str) -> Callable[[OrganisationFault], OrganisationFault]:
    """Register a fault."""

    def register(make: OrganisationFault) -> OrganisationFault:
        ORGANISATION_FAULTS[name] = make
        return make

    return register


def faulty_organisation_csr(name: str, wanted: WantedOrganisation) -> bytes:
    """The octets of an Organisation CSR with the named fault.

    Raises KeyError where there is no such fault, and ValueError where it needs what `wanted` does not have.
    """
    return ORGANISATION_FAULTS[name](wanted)


# --- whom it is for: a well-formed CSR, that M-2.3.1.3-a looks at ---


@fault("the EUI-64 of another organisation")
def _other_organisation(wanted: WantedOrganisation) -> bytes:
    if wanted.other_eui64 is None:
        raise ValueError("no EUI-64 of another organisation is known")
    return wanted.right_for(wanted.other_eui64, wanted.role)


@fault("a Remote Party Role that is not held")
def _role_not_held(wanted: WantedOrganisation) -> bytes:
    if wanted.role_not_held is None:
        raise ValueError("no Remote Party Role is known that the organisation does not hold")
    return wanted.right_for(wanted.eui64, wanted.role_not_held)


# --- the subject ---


def _subject(
    *names: Callable[[WantedOrganisation], bytes], own_common_name: bool = True
) -> OrganisationFault:
    """A subject of these names, after the commonName that is wanted, unless the fault is in that one."""

    def make(wanted: WantedOrganisation) -> bytes:
        named = wanted.common_name if own_common_name else None
        first = () if named is None else (common_name_attribute(named),)
        subject = der.sequence(*first, *(name(wanted) for name in names))
        return replace(wanted.content, subject=subject).signed(signer(wanted.key))

    return make


def _role(wanted: WantedOrganisation) -> bytes:
    return role_attribute(wanted.role)


def _eui64(wanted: WantedOrganisation) -> bytes:
    return eui64_attribute(wanted.eui64)


def _units(text: Callable[[str], str]) -> OrganisationFault:
    return _subject(lambda wanted: role_attribute(text(wanted.role)), _eui64)


def _identifier(value: Callable[[bytes], bytes]) -> OrganisationFault:
    return _subject(_role, lambda wanted: attribute(UNIQUE_IDENTIFIER, value(wanted.eui64)))


@fault("an empty subject")
def _empty_subject(wanted: WantedOrganisation) -> bytes:
    return replace(wanted.content, subject=EMPTY_SUBJECT).signed(signer(wanted.key))


fault("no organizationalUnitName")(_subject(_eui64))
fault("two organizationalUnitNames")(_subject(_role, _role, _eui64))
fault("an organizationalUnitName without characters")(_units(lambda _: ""))
fault("a Remote Party Role of one character")(_units(lambda role: role[-1]))
fault("a Remote Party Role of three characters")(_units(lambda role: f"0{role}"))
fault("the Remote Party Role 89 in decimal")(_units(lambda _: str(int(_DECIMAL_EXAMPLE, 16))))
fault("a Remote Party Role in words")(_units(lambda _: "Supplier"))
fault("a Remote Party Role that is not hexadecimal")(_units(lambda role: f"{role[0]}G"))
fault("a Remote Party Role that does not exist")(_units(lambda _: "FE"))

fault("no uniqueIdentifier")(_subject(_role))
fault("two uniqueIdentifiers")(_subject(_role, _eui64, _eui64))
fault("a uniqueIdentifier of 7 octets")(_identifier(lambda eui64: der.bit_string(eui64[:7])))
fault("a uniqueIdentifier of 9 octets")(_identifier(lambda eui64: der.bit_string(eui64 + b"\x00")))
fault("a uniqueIdentifier of 0 octets")(_identifier(lambda _: der.bit_string(b"")))
fault("a uniqueIdentifier with 4 unused bits")(
    _identifier(lambda eui64: der.bit_string(eui64[:-1] + bytes((eui64[-1] & 0xF0,)), 4))
)
fault("a uniqueIdentifier that is an OCTET STRING")(_identifier(der.octet_string))
fault("a uniqueIdentifier that is text")(
    _identifier(lambda eui64: der.printable_string(eui64.hex("-").upper()))
)

fault("a commonName that is too long")(
    _subject(
        lambda wanted: common_name_attribute("C" * (wanted.longest_common_name + 1)),
        _role,
        _eui64,
        own_common_name=False,
    )
)
fault("a commonName without characters")(
    _subject(lambda _: common_name_attribute(""), _role, _eui64, own_common_name=False)
)
fault("two commonNames")(
    _subject(
        lambda _: common_name_attribute("One"),
        lambda _: common_name_attribute("Two"),
        _role,
        _eui64,
        own_common_name=False,
    )
)
fault("a commonName that is no string")(
    _subject(lambda _: attribute(COMMON_NAME, der.integer(1)), _role, _eui64, own_common_name=False)
)
fault("an organizationName as well")(
    _subject(lambda _: attribute(der.oid("2.5.4.10"), der.printable_string("Example")), _role, _eui64)
)
fault("a countryName as well")(
    _subject(lambda _: attribute(der.oid("2.5.4.6"), der.printable_string("GB")), _role, _eui64)
)


@fault("an EUI-64 changed after it was signed")
def _changed(wanted: WantedOrganisation) -> bytes:
    """The signature is that of the same request for another organisation."""
    other = bytes(octet ^ 0xFF for octet in wanted.eui64)
    signed = wanted.right_for(other, wanted.role)
    return signed.replace(other, wanted.eui64)
