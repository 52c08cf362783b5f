"""Defects in TLS (M-G-a, M-G-b) and in the server's certificate (M-2.4.EST-b, M-2.5.EST-b)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

from reference_ra.adjust import trusting
from reference_ra.alterations import defect
from reference_ra.authorities import (
    Identity,
    ServerProfile,
    make_rsa_ca,
    make_server_certificate,
    name,
)
from reference_ra.pki import TestPki
from reference_ra.policies import Policies
from reference_ra.tls import SUITES

_TLS = ("M-2.4.GO-b", "M-2.5.GO-a", "M-2.3.GO-a")
_OLD_SUITES = ("ECDHE-RSA-AES256-SHA", "ECDHE-RSA-AES128-SHA")


@defect("offers-tls-1.3", "TLS 1.3 is offered.", breaks=["M-G-a"], related=_TLS)
def offers_tls_1_3(policies: Policies) -> Policies:
    """Set no greatest version."""
    return replace(policies, tls=replace(policies.tls, maximum="TLSv1.3"))


def _older(policies: Policies, version: str) -> Policies:
    suites = (*SUITES, *_OLD_SUITES)
    return replace(policies, tls=replace(policies.tls, minimum=version, suites=suites, security_level=0))


@defect("offers-tls-1.1", "TLS 1.1 is offered.", breaks=["M-G-a"], related=_TLS)
def offers_tls_1_1(policies: Policies) -> Policies:
    """Set too low a least version."""
    return _older(policies, "TLSv1.1")


@defect("offers-tls-1.0", "TLS 1.0 is offered.", breaks=["M-G-a"], related=_TLS, extra=True)
def offers_tls_1_0(policies: Policies) -> Policies:
    """Set too low a least version."""
    return _older(policies, "TLSv1")


def _offering(label: str, *suites: str, extra: bool = False) -> None:
    @defect(
        f"offers-suites-{label}", f"{', '.join(suites)} offered.", breaks=["M-G-a"], related=_TLS, extra=extra
    )
    def alter(policies: Policies) -> Policies:
        return replace(policies, tls=replace(policies.tls, suites=(*SUITES, *suites)))


_offering("chacha20", "ECDHE-RSA-CHACHA20-POLY1305")
_offering("cbc-sha1", *_OLD_SUITES, extra=True)
_offering("without-forward-secrecy", "AES256-GCM-SHA384", "AES128-GCM-SHA256", extra=True)


def _lacking(suite: str) -> None:
    @defect(f"lacks-{suite.lower()}", f"{suite} is not offered.", breaks=["M-G-a"], related=_TLS)
    def alter(policies: Policies) -> Policies:
        suites = tuple(offered for offered in policies.tls.suites if offered != suite)
        return replace(policies, tls=replace(policies.tls, suites=suites))


for _suite in SUITES:
    _lacking(_suite)


def _serving(policies: Policies, label: str, profile: ServerProfile, bits: int = 2048) -> Policies:
    return replace(
        policies, server_identity=lambda pki: pki.server_identity(f"server-{label}", profile, bits=bits)
    )


@defect(
    "server-key-3072",
    "The server's key is RSA 3072 bit.",
    breaks=["M-G-b"],
    related=["M-2.4.EST-b", "M-2.5.EST-b", "M-2.3.EST-c"],
)
def server_key_3072(policies: Policies) -> Policies:
    """Choose a longer key."""
    return _serving(policies, "3072", ServerProfile(), 3072)


@defect(
    "server-certificate-sha384",
    "The server's certificate is signed with SHA-384.",
    breaks=["M-G-b"],
    related=["M-2.4.EST-b", "M-2.5.EST-b", "M-2.3.EST-c"],
)
def server_certificate_sha384(policies: Policies) -> Policies:
    """Choose another hash."""
    return _serving(policies, "sha384", ServerProfile(hash_algorithm=hashes.SHA384))


@defect(
    "server-certificate-for-another-host",
    "The server's certificate names another host.",
    breaks=["M-2.4.EST-b", "M-2.5.EST-b", "M-2.3.EST-c"],
    related=["*"],
)
def server_certificate_for_another_host(policies: Policies) -> Policies:
    """Name a host that is not this one."""
    profile = ServerProfile(hosts=("another.example",), addresses=("192.0.2.1",))
    return _serving(policies, "another-host", profile)


@defect(
    "server-certificate-expired",
    "The server's certificate has expired.",
    breaks=["M-2.4.EST-b", "M-2.5.EST-b", "M-2.3.EST-c"],
    related=["*"],
)
def server_certificate_expired(policies: Policies) -> Policies:
    """End yesterday."""
    profile = ServerProfile(begins=timedelta(days=-300), ends=timedelta(days=-1))
    return _serving(policies, "expired", profile)


@defect(
    "server-certificate-of-another-root",
    "The server's certificate does not lead to the anchors that subscribers have.",
    breaks=["M-2.4.EST-b", "M-2.5.EST-b", "M-2.3.EST-c"],
    related=["*"],
)
def server_certificate_of_another_root(policies: Policies) -> Policies:
    """Use a root that bears the same name."""

    def identity(pki: TestPki) -> Identity:
        now = datetime.now(UTC)
        server = pki.identities["server"]
        root_key = rsa.generate_private_key(65537, 2048)
        root = make_rsa_ca(name((NameOID.COMMON_NAME, "Test Server CA")), root_key, now)
        return make_server_certificate(server.key, root, ServerProfile(), now)

    return replace(policies, server_identity=identity)


@defect(
    "serves-plain-http",
    "The service answers on its port without TLS.",
    breaks=["M-2.4.GO-b", "M-2.5.GO-a", "M-2.3.GO-a"],
    related=["M-2.4.EST-c", "M-2.5.EST-c", "M-G-a"],
)
def serves_plain_http(policies: Policies) -> Policies:
    """Take a connection that does not begin with TLS for the Import Supplier's."""
    examine = policies.examine_client
    return replace(
        trusting(policies),
        examine_client=lambda client, *others: client and examine(client, *others),
        tls=replace(policies.tls, plain_http=True),
    )
