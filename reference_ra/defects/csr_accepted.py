"""Defects by which a Device CSR is accepted that breaks a rule of M-F."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from reference_ra import der, oids
from reference_ra.adjust import lenient, without
from reference_ra.alterations import Alter, defect
from reference_ra.csr import (
    Csr,
    key_usage_is_one_of_two,
    parse_csr,
    parse_hardware_module,
    point_is_on_curve,
    subject_alt_name_is_device,
)
from reference_ra.policies import Authority, Policies

_EXTRA = frozenset(
    {
        "accepts-alt-name-serial-0",
        "accepts-alt-name-serial-9",
        "accepts-key-ed25519",
        "accepts-key-p521",
        "accepts-signature-ecdsa-sha224",
        "accepts-signature-ecdsa-sha512",
    }
)
_RELATED = (
    "M-2.4.1.2-b",
    "M-2.2-a",
    "M-2.5.1.3-*",
    "M-D-CSR-CSR_ERROR",
    "M-A-CSR_ERROR",
    "M-2.4.1.2-c",
    "M-2.4.1.3-c",
    "G-12-*",
)
_EC_KEY = der.write_oid("1.2.840.10045.2.1")


def _csr_defect(name: str, summary: str, breaks: str) -> Callable[[Alter], Alter]:
    return defect(name, summary, breaks=[breaks], related=_RELATED, extra=name in _EXTRA)


@_csr_defect("accepts-csr-version-1", "A CSR whose version is not 0 is accepted.", "M-F-DEV-a")
def accepts_version_1(policies: Policies) -> Policies:
    """Do not look at the version."""
    return replace(policies, csr_rules=without(policies.csr_rules, "version"))


@_csr_defect("accepts-csr-subject", "A CSR with a subject is accepted.", "M-F-DEV-b")
def accepts_subject(policies: Policies) -> Policies:
    """Do not look at the subject."""
    return replace(policies, csr_rules=without(policies.csr_rules, "subject"))


def _key_algorithm(*parts: bytes) -> Callable[[Csr], bool]:
    wanted = der.write(der.SEQUENCE, *parts)
    return lambda csr: csr.key_algorithm == wanted


def _explicit_parameters(csr: Csr) -> bool:
    parts = der.read_one(csr.key_algorithm, der.SEQUENCE).elements()
    return len(parts) == 2 and parts[0].octets == _EC_KEY and parts[1].tag == der.SEQUENCE


_OTHER_CURVES = [_key_algorithm(_EC_KEY, der.write_oid(curve)) for curve in (
    "1.3.132.0.10", "1.3.36.3.3.2.8.1.1.7", "1.2.156.10197.1.301",
)]  # fmt: skip


def _another_256_bit_curve(csr: Csr) -> bool:
    return any(is_it(csr) for is_it in _OTHER_CURVES)


_KEYS: dict[str, Callable[[Csr], bool]] = {
    "p384": _key_algorithm(_EC_KEY, der.write_oid("1.3.132.0.34")),
    "p521": _key_algorithm(_EC_KEY, der.write_oid("1.3.132.0.35")),
    "other-256-bit-curve": _another_256_bit_curve,
    "rsa": _key_algorithm(der.write_oid("1.2.840.113549.1.1.1"), der.write(der.NULL)),
    "ed25519": _key_algorithm(der.write_oid("1.3.101.112")),
    "explicit-parameters": _explicit_parameters,
}


def _accept_key(kind: str, applies: Callable[[Csr], bool]) -> None:
    @_csr_defect(
        f"accepts-key-{kind}", f"A CSR with a public key of the kind {kind} is accepted.", "M-F-DEV-c"
    )
    def accepts_key(policies: Policies) -> Policies:
        return lenient(policies, applies, "key", "point", "signature-algorithm", "signature")


for _kind, _applies in _KEYS.items():
    _accept_key(_kind, _applies)


@_csr_defect(
    "accepts-point-off-curve", "A CSR whose public key is not a point of the curve is accepted.", "M-F-DEV-c"
)
def accepts_point_off_curve(policies: Policies) -> Policies:
    """Do not look whether the point is on the curve, nor at a signature that it could not verify."""
    return lenient(policies, lambda csr: bool(point_is_on_curve(csr)), "point", "signature")


_SIGNATURES = {
    "ecdsa-sha1": (der.write_oid("1.2.840.10045.4.1"),),
    "ecdsa-sha224": (der.write_oid("1.2.840.10045.4.3.1"),),
    "ecdsa-sha384": (der.write_oid("1.2.840.10045.4.3.3"),),
    "ecdsa-sha512": (der.write_oid("1.2.840.10045.4.3.4"),),
}


def _accept_signature(kind: str, algorithm: bytes) -> None:
    @_csr_defect(
        f"accepts-signature-{kind}", f"A CSR with a signature algorithm {kind} is accepted.", "M-F-DEV-f"
    )
    def accepts_signature(policies: Policies) -> Policies:
        return lenient(
            policies, lambda csr: csr.signature_algorithm == algorithm, "signature-algorithm", "signature"
        )


for _kind, _parts in _SIGNATURES.items():
    _accept_signature(_kind, der.write(der.SEQUENCE, *_parts))


@defect(
    "signature-not-verified",
    "A CSR's signature is not verified.",
    breaks=["M-2.4.1.2-b"],
    related=["M-F-DEV-f", "M-2.2-a", "M-2.5.1.3-*", "M-D-CSR-CSR_ERROR", "M-A-CSR_ERROR", "M-2.4.1.2-c"],
)
def signature_not_verified(policies: Policies) -> Policies:
    """Leave the signature out."""
    return replace(policies, csr_rules=without(policies.csr_rules, "signature"))


def _reads_as_signature(csr: Csr) -> bool:
    try:
        numbers = der.read_one(csr.signature, der.SEQUENCE).elements()
        return len([der.read_integer(number) for number in numbers]) == 2
    except der.DerError:
        return False


@defect(
    "signature-by-any-key",
    "A CSR's signature need only look like one: another key may have made it.",
    breaks=["M-2.4.1.2-b"],
    related=["M-F-DEV-f", "M-2.2-a", "M-2.5.1.3-*", "M-D-CSR-CSR_ERROR", "M-A-CSR_ERROR", "M-2.4.1.2-c"],
    extra=True,
)
def signature_by_any_key(policies: Policies) -> Policies:
    """Look at the signature's form alone."""
    return lenient(policies, _reads_as_signature, "signature")


@defect(
    "accepts-octets-after-csr",
    "Octets after the end of a CSR are overlooked.",
    breaks=["M-2.4.1.2-b"],
    related=["M-2.2-a", "M-2.5.1.3-*", "M-D-CSR-CSR_ERROR", "M-A-CSR_ERROR", "M-2.4.1.2-c", "M-F-DEV-*"],
)
def accepts_octets_after_csr(policies: Policies) -> Policies:
    """Read the first element alone."""
    return replace(policies, parse_csr=lambda octets: parse_csr(der.read_first(octets, der.SEQUENCE).octets))


def _key_usage(csr: Csr) -> bytes | None:
    extension = csr.extension(oids.KEY_USAGE)
    return extension.value if extension else None


_KEY_USAGES: dict[str, tuple[str, Callable[[Csr], bool]]] = {
    "absent": ("no keyUsage", lambda csr: bool(csr.extensions) and _key_usage(csr) is None),
    "both": ("keyUsage for both usages", lambda csr: _key_usage(csr) == bytes.fromhex("03020388")),
    "another": (
        "keyUsage for another usage",
        lambda csr: (
            _key_usage(csr) not in (None, bytes.fromhex("03020388")) and bool(key_usage_is_one_of_two(csr))
        ),
    ),
}


def _accept_key_usage(kind: str, what: str, applies: Callable[[Csr], bool]) -> None:
    @_csr_defect(f"accepts-key-usage-{kind}", f"A CSR with {what} is accepted.", "M-F-DEV-d")
    def accepts_key_usage(policies: Policies) -> Policies:
        return lenient(policies, applies, "key-usage")


for _kind, (_what, _applies) in _KEY_USAGES.items():
    _accept_key_usage(_kind, _what, _applies)


def _guess_device(authority: Authority, csr: Csr) -> bytes:
    """The Device that a subjectAltName against the rules may mean: one it mentions, else the latest."""
    extension = csr.extension(oids.SUBJECT_ALT_NAME)
    names = extension.value if extension else b""
    devices = authority.registry.recent_devices()
    mentioned = [device for device in devices if device[:7] in names]
    return next(iter([*mentioned, *devices]), b"")


def _names(csr: Csr) -> list[der.Element]:
    extension = csr.extension(oids.SUBJECT_ALT_NAME)
    try:
        return der.read_one(extension.value, der.SEQUENCE).elements() if extension else []
    except der.DerError:
        return []


def _serial_length(csr: Csr) -> int | None:
    extension = csr.extension(oids.SUBJECT_ALT_NAME)
    try:
        return len(parse_hardware_module(extension.value).serial_number) if extension else None
    except (der.DerError, ValueError):
        return None


def _other_name_of_another_type(csr: Csr) -> bool:
    names = _names(csr)
    return [name.tag for name in names] == [der.context(0)] and not names[0].contents.startswith(
        oids.HARDWARE_MODULE_NAME
    )


_ALT_NAMES: dict[str, tuple[str, Callable[[Csr], bool]]] = {
    "absent": (
        "no subjectAltName",
        lambda csr: bool(csr.extensions) and csr.extension(oids.SUBJECT_ALT_NAME) is None,
    ),
    "of-another-type": (
        "a subjectAltName that is no otherName",
        lambda csr: (
            [name.tag for name in _names(csr)] not in ([], [der.context(0)]) and len(_names(csr)) == 1
        ),
    ),
    "of-two-names": ("two names in its subjectAltName", lambda csr: len(_names(csr)) == 2),
    "of-another-other-name": ("an otherName that is no hardwareModuleName", _other_name_of_another_type),
    "serial-0": ("a hwSerialNum of 0 octets", lambda csr: _serial_length(csr) == 0),
    "serial-7": ("a hwSerialNum of 7 octets", lambda csr: _serial_length(csr) == 7),
    "serial-9": ("a hwSerialNum of 9 octets", lambda csr: _serial_length(csr) == 9),
}


def _accept_alt_name(kind: str, what: str, applies: Callable[[Csr], bool]) -> None:
    @_csr_defect(f"accepts-alt-name-{kind}", f"A CSR with {what} is accepted.", "M-F-DEV-e")
    def accepts_alt_name(policies: Policies) -> Policies:
        return _guessing(lenient(policies, applies, "subject-alt-name"))


def _guessing(policies: Policies) -> Policies:
    def device_of(authority: Authority, csr: Csr) -> bytes:
        if subject_alt_name_is_device(csr):
            return _guess_device(authority, csr)
        return policies.device_of(authority, csr)

    return replace(policies, device_of=device_of)


for _kind, (_what, _applies) in _ALT_NAMES.items():
    _accept_alt_name(_kind, _what, _applies)


@defect(
    "accepts-no-extension-request",
    "A CSR without extensionRequest is accepted.",
    breaks=["M-2.4.1.2-b"],
    related=[
        "M-F-DEV-d",
        "M-F-DEV-e",
        "M-2.2-a",
        "M-2.5.1.3-*",
        "M-D-CSR-CSR_ERROR",
        "M-A-CSR_ERROR",
        "M-2.4.1.2-c",
        "G-12-*",
    ],
)
def accepts_no_extension_request(policies: Policies) -> Policies:
    """Ask for nothing of a CSR that has no extensions."""
    rules = ("extension-request", "key-usage", "subject-alt-name")
    return _guessing(lenient(policies, lambda csr: not csr.extensions, *rules))
