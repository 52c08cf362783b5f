"""The words of the feature files on batches, and what they stand for."""

from __future__ import annotations

from cryptography.x509.oid import NameOID

from fixtures.verdicts import Inconclusive
from targets.model import Credential

REFERENCES = {
    "1 character": "7",
    "256 characters": ("0123456789abcdefABCDEF-._~+ 2026" * 8),
    "characters that XML escapes": "<a>&\"b\"'c'",
    "characters beyond ASCII": "Zähler №7 €",
    "spaces within": "two words  and more",
}
"""Values of a submission's ID that its schema allows."""

IDENTIFIERS = {
    "1 character": ("a", "B", "_"),
    "100 characters": ("c" * 100, "d" + "-0" * 49 + ".", "_" * 100),
    "letters, digits, dots, hyphens, underscores": ("meter-1.2_3", "A9.-_", "x..y--z__"),
    "letters beyond ASCII": ("Zähler", "compteur-é", "счётчик"),
    "names that differ in the case of letters": ("meter", "Meter", "METER"),
}
"""Values of the ID of a Device CSR that are XML names of 1 to 100 characters."""


def requester_role(credential: Credential) -> str:
    """The Remote Party Role Code of a Party, as its IKI Certificate gives it (M-G-d)."""
    units = credential.certificate.subject.get_attributes_for_oid(NameOID.ORGANIZATIONAL_UNIT_NAME)
    if len(units) != 1:
        raise Inconclusive(
            f"the certificate of the credential {credential.label!r} has {len(units)} "
            "organizationalUnitNames; M-G-d gives it one, the Remote Party Role Code"
        )
    return str(units[0].value)
