"""The Parties that the RA knows, and the credentials that each holds: data for the registry and the PKI."""

from __future__ import annotations

from dataclasses import dataclass

from reference_ra.registry import Subscriber


def _party(
    organisation: str, number: int, role: str, *user_roles: str, uept: bool = True, further: str | None = None
) -> Subscriber:
    eui64 = bytes.fromhex("00db0000") + number.to_bytes(4, "big")
    further_roles = frozenset({further} if further else ())
    return Subscriber(organisation, eui64, role, frozenset(user_roles), uept, further_roles)


IMPORT_SUPPLIER = _party("Amber Energy", 1, "02", "import-supplier", further="08")
GAS_SUPPLIER = _party("Blue Gas", 2, "02", "gas-supplier")
DCC = _party("DCC", 3, "04", "dcc")
NETWORK_OPERATOR = _party("Copper Networks", 4, "03", "network-operator")
NEW_SUPPLIER = _party("Dawn Supply", 5, "02", "import-supplier", uept=False)


@dataclass(frozen=True, slots=True)
class CredentialPlan:
    """A credential to be made."""

    label: str
    party: Subscriber
    user_role: str
    interface: str = "adhoc"
    state: str = "valid"
    """valid, expired, not-yet-valid, revoked or wrong-key-type."""
    pkcs12: bool = False

    @property
    def system_name(self) -> str:
        """commonName: unique among the Party's systems for the service (M-G-d)."""
        return f"{self.interface} system {self.label}"

    @property
    def rsa_key(self) -> bool:
        """Whether its key is RSA, as M-G-c asks."""
        return self.state != "wrong-key-type"


INVALID_STATES = ("expired", "not-yet-valid", "revoked", "wrong-key-type")
CREDENTIALS = (
    CredentialPlan("import-supplier", IMPORT_SUPPLIER, "import-supplier"),
    CredentialPlan("gas-supplier", GAS_SUPPLIER, "gas-supplier", pkcs12=True),
    CredentialPlan("dcc", DCC, "dcc"),
    CredentialPlan("network-operator", NETWORK_OPERATOR, "network-operator"),
    CredentialPlan("supplier-without-uept", NEW_SUPPLIER, "import-supplier"),
    CredentialPlan("expired", IMPORT_SUPPLIER, "import-supplier", state="expired"),
    CredentialPlan("not-yet-valid", IMPORT_SUPPLIER, "import-supplier", state="not-yet-valid"),
    CredentialPlan("revoked", IMPORT_SUPPLIER, "import-supplier", state="revoked"),
    CredentialPlan("wrong-key-type", IMPORT_SUPPLIER, "import-supplier", state="wrong-key-type"),
    CredentialPlan("batch-supplier", IMPORT_SUPPLIER, "import-supplier", interface="batch"),
    CredentialPlan("batch-gas-supplier", GAS_SUPPLIER, "gas-supplier", interface="batch"),
    CredentialPlan("batch-network-operator", NETWORK_OPERATOR, "network-operator", interface="batch"),
    CredentialPlan("batch-without-uept", NEW_SUPPLIER, "import-supplier", interface="batch"),
    *(
        CredentialPlan(f"batch-{state}", IMPORT_SUPPLIER, "import-supplier", interface="batch", state=state)
        for state in INVALID_STATES
    ),
    *(
        plan
        for interface in ("portal-organisation", "portal-device")
        for plan in (
            CredentialPlan(interface, IMPORT_SUPPLIER, "import-supplier", interface),
            CredentialPlan(f"{interface}-gas-supplier", GAS_SUPPLIER, "gas-supplier", interface),
            CredentialPlan(f"{interface}-network-operator", NETWORK_OPERATOR, "network-operator", interface),
            *(
                CredentialPlan(f"{interface}-{state}", IMPORT_SUPPLIER, "import-supplier", interface, state)
                for state in INVALID_STATES
            ),
        )
    ),
    CredentialPlan("portal-device-without-uept", NEW_SUPPLIER, "import-supplier", "portal-device"),
)
"""Those for `adhoc` of another User Role than the three permitted, those without UEPT and those not valid are
there to be refused."""
