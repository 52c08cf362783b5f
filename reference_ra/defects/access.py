"""Defects in who is let in (M-2.4.GO-a, M-2.4.EST-c, M-2.5.EST-c, M-2.3.EST-d, M-G, S-2)."""

from __future__ import annotations

from dataclasses import replace

from reference_ra.access import Refusal
from reference_ra.adjust import excusing, trusting
from reference_ra.alterations import defect
from reference_ra.policies import Policies

_DENIED = (
    "M-2.4.GO-b", "N-2.3.2-a", "M-2.5.GO-a", "N-2.3.3-a", "M-2.3.GO-a", "N-2.3.1-a", "M-2.3.EST-b", "N-1-a",
)  # fmt: skip
_ENTRY = ("M-2.4.EST-c", "M-2.5.EST-c", "M-2.3.EST-d")
"""Access is denied to who presents no valid IKI Certificate."""


@defect(
    "admits-without-certificate",
    "A client that presents no certificate is served.",
    breaks=_ENTRY,
    related=_DENIED,
)
def admits_without_certificate(policies: Policies) -> Policies:
    """Take a client without a certificate for the Import Supplier."""
    examine = policies.examine_client
    return replace(
        trusting(policies),
        examine_client=lambda client, *others: client and examine(client, *others),
        handshake_refusals=policies.handshake_refusals - {Refusal.NO_CERTIFICATE},
    )


@defect(
    "admits-self-signed",
    "A self-signed client certificate is accepted.",
    breaks=_ENTRY,
    related=_DENIED,
)
def admits_self_signed(policies: Policies) -> Policies:
    """Leave out every rule for a certificate that names itself as its issuer."""
    examine = policies.examine_client
    return replace(
        trusting(policies),
        examine_client=lambda client, *others: (
            None
            if client and client.parsed and client.parsed.issuer == client.parsed.subject
            else examine(client, *others)
        ),
    )


@defect(
    "trusts-ca-by-name",
    "A client certificate is accepted if its issuer bears the IKI CA's name, whoever signed it.",
    breaks=_ENTRY,
    related=_DENIED,
)
def trusts_ca_by_name(policies: Policies) -> Policies:
    """Do not verify the signature."""
    return trusting(policies, Refusal.BAD_SIGNATURE)


@defect(
    "admits-expired",
    "An IKI Certificate that has expired is accepted.",
    breaks=_ENTRY,
    related=_DENIED,
)
def admits_expired(policies: Policies) -> Policies:
    """Do not look at notAfter."""
    return trusting(policies, Refusal.EXPIRED)


@defect(
    "admits-not-yet-valid",
    "An IKI Certificate that is not yet valid is accepted.",
    breaks=_ENTRY,
    related=_DENIED,
)
def admits_not_yet_valid(policies: Policies) -> Policies:
    """Do not look at notBefore."""
    return trusting(policies, Refusal.NOT_YET_VALID)


@defect(
    "admits-revoked",
    "A revoked IKI Certificate is accepted.",
    breaks=_ENTRY,
    related=_DENIED,
)
def admits_revoked(policies: Policies) -> Policies:
    """Do not look at the revocation list."""
    return trusting(policies, Refusal.REVOKED)


@defect(
    "admits-wrong-key-type",
    "An IKI Certificate with a key other than RSA 2048 bit is accepted.",
    breaks=["M-G-c"],
    related=_ENTRY,
)
def admits_wrong_key_type(policies: Policies) -> Policies:
    """Do not look at the key."""
    return trusting(policies, Refusal.WRONG_KEY_TYPE)


@defect(
    "admits-network-operator",
    "A Party in a User Role that may not use the service is served.",
    breaks=["M-2.4.GO-a"],
    related=["N-2.1.2-a"],
)
def admits_network_operator(policies: Policies) -> Policies:
    """Serve every User Role."""
    return excusing(policies, Refusal.USER_ROLE, lambda _: True)


@defect(
    "admits-without-uept",
    "A subscriber that has not completed User Entry Process Tests gets certificates.",
    breaks=["S-2"],
    related=["M-2.4.GO-a"],
)
def admits_without_uept(policies: Policies) -> Policies:
    """Do not ask for User Entry Process Tests."""
    return excusing(policies, Refusal.UEPT, lambda _: True)


@defect(
    "admits-batch-credential",
    "The IKI Certificate for the Batched Device CSR Web Service opens this service too.",
    breaks=["M-G-e"],
    related=["N-2.3.2-a"],
)
def admits_batch_credential(policies: Policies) -> Policies:
    """Take the one web service's credential for the other's."""
    return excusing(policies, Refusal.INTERFACE, lambda holder: holder.interface == "batch")


@defect(
    "admits-aro-credentials",
    "The credential of an ARO for a portal opens this service.",
    breaks=["M-2.4.GO-a"],
    related=["M-2.4.EST-c", "M-G-e", "N-1-a", "N-2.3.2-a"],
)
def admits_aro_credentials(policies: Policies) -> Policies:
    """Take an ARO's credential for the web service's."""
    return excusing(policies, Refusal.INTERFACE, lambda holder: holder.interface.startswith("portal"))


def _refusing(policies: Policies, user_role: str) -> Policies:
    keeps = policies.subscriber_rules[Refusal.USER_ROLE]
    rules = {
        **policies.subscriber_rules,
        Refusal.USER_ROLE: lambda holder: user_role not in holder.subscriber.user_roles and keeps(holder),
    }
    return replace(policies, subscriber_rules=rules)


@defect("refuses-gas-supplier", "A Gas Supplier is refused.", breaks=["M-2.4.GO-a"], related=["N-2.1.2-a"])
def refuses_gas_supplier(policies: Policies) -> Policies:
    """Forget one of the permitted User Roles."""
    return _refusing(policies, "gas-supplier")


@defect("refuses-dcc", "The DCC is refused.", breaks=["M-2.4.GO-a"], related=["N-2.1.2-a"])
def refuses_dcc(policies: Policies) -> Policies:
    """Forget the DCC."""
    return _refusing(policies, "dcc")
