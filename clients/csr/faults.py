"""Device CSRs that are wrong in exactly one way, by the name that the feature files use."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, replace

from cryptography.hazmat.primitives.asymmetric import ec

from clients.csr import der
from clients.csr.device import (
    CsrContent,
    build_device_csr,
    device_csr_content,
    hardware_module_name,
    signer,
    subject_alt_name_extension,
)
from clients.csr.general_faults import GENERAL_FAULTS


@dataclass(frozen=True, slots=True)
class Wanted:
    """The Device CSR that would be right, and the key pair that it is for."""

    device_id: bytes
    key_usage: str
    hw_type: str
    key: ec.EllipticCurvePrivateKey

    @property
    def right(self) -> bytes:
        """The well-formed Device CSR."""
        return build_device_csr(self.device_id, self.key_usage, self.hw_type, self.key).der

    @property
    def content(self) -> CsrContent:
        """Its parts."""
        return device_csr_content(self.device_id, self.key_usage, self.hw_type, self.key)


Fault = Callable[[Wanted], bytes]
FAULTS: dict[str, Fault] = {**GENERAL_FAULTS}
"""Every fault by name."""


def fault(name: str) -> Callable[[Fault], Fault]:
    """Register a fault."""

    def register(make: Fault) -> Fault:
        FAULTS[name] = make
        return make

    return register


def faulty_csr(name: str, wanted: Wanted) -> bytes:
    """The octets of a Device CSR with the named fault. KeyError where there is no such fault."""
    return FAULTS[name](wanted)


# --- the subject ---


def _subject(attribute: str) -> Fault:
    name = der.sequence(der.set_of(der.sequence(der.oid(attribute), der.utf8_string("Meter"))))
    return lambda wanted: replace(wanted.content, subject=name).signed(signer(wanted.key))


fault("a subject with a commonName")(_subject("2.5.4.3"))
fault("a subject with an organizationalUnitName")(_subject("2.5.4.11"))


# --- the extensions ---


def _extensions(make: Callable[[Wanted], tuple[bytes, ...]]) -> Fault:
    return lambda wanted: replace(wanted.content, extensions=make(wanted)).signed(signer(wanted.key))


fault("no extensionRequest")(_extensions(lambda _: ()))


def _names(make: Callable[[Wanted], tuple[bytes, ...]]) -> Fault:
    return _extensions(
        lambda wanted: (wanted.content.extensions[0], subject_alt_name_extension(*make(wanted)))
    )


def _serial(octets: Callable[[bytes], bytes]) -> Fault:
    return _names(lambda wanted: (hardware_module_name(octets(wanted.device_id), wanted.hw_type),))


def _hardware_name(wanted: Wanted) -> bytes:
    return hardware_module_name(wanted.device_id, wanted.hw_type)


_DNS_NAME = der.tlv(0x82, b"meter.example")

fault("no subjectAltName")(_extensions(lambda wanted: wanted.content.extensions[:1]))
fault("a subjectAltName with a dNSName only")(_names(lambda _: (_DNS_NAME,)))
fault("a subjectAltName with a dNSName as well")(_names(lambda wanted: (_hardware_name(wanted), _DNS_NAME)))
fault("a subjectAltName with two hardwareModuleNames")(
    _names(lambda wanted: (_hardware_name(wanted), hardware_module_name(os.urandom(8), wanted.hw_type)))
)
fault("a subjectAltName without any name")(_names(lambda _: ()))
fault("an otherName of another type")(
    _names(
        lambda wanted: (
            der.explicit(
                0,
                der.oid("1.3.6.1.4.1.311.20.2.3"),
                der.explicit(0, der.utf8_string(wanted.device_id.hex())),
            ),
        )
    )
)
fault("hwSerialNum of 0 octets")(_serial(lambda _: b""))
fault("hwSerialNum of 7 octets")(_serial(lambda device_id: device_id[:7]))
fault("hwSerialNum of 9 octets")(_serial(lambda device_id: device_id + b"\x00"))
