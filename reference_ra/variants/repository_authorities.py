"""A legal variant of what CAs publish in the Repository: of a PKI that has been there for longer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

from reference_ra import der
from reference_ra.alterations import variant
from reference_ra.authorities import ORGANISATION_POLICY, Identity, make_smki_ca
from reference_ra.certificate import IssuingCa
from reference_ra.csr import Extension
from reference_ra.pki import TestPki
from reference_ra.policies import Policies
from reference_ra.repository.adjust import with_list_fields, with_repository
from reference_ra.repository.lists import ListFields

_ROOT, _ISSUING, _EARLIER = "organisation-root-ca", "organisation-issuing-ca", "earlier-issuing-ca"
_FRESHEST = der.write_oid("2.5.29.46")
_PLACE = b"http://lists.example/freshest.crl"


@variant(
    "repository-of-longer-standing",
    "An earlier Issuing CA of the same name is lodged as well, and lists say where changes to them are.",
)
def of_longer_standing(policies: Policies) -> Policies:
    """RFC 5280: a CA may have several keys; 5.2.6: freshestCRL in a list, not critical."""
    authorities = policies.repository.authorities
    earlier: dict[str, Identity] = {}

    def with_earlier(pki: TestPki) -> Mapping[str, Identity]:
        if _EARLIER not in earlier:
            issuing = pki.identities[_ISSUING].certificate
            begins = issuing.not_valid_before_utc + timedelta(days=1)  # as a new CA's is set back by a day
            earlier[_EARLIER] = make_smki_ca(
                issuing.subject, pki.identities[_ROOT], ORGANISATION_POLICY, begins, 0
            )
        return {**earlier, **authorities(pki)}

    def say_where(fields: ListFields, _: IssuingCa) -> ListFields:
        place = der.write(der.context(6, constructed=False), _PLACE)
        names = der.write(der.context(0), der.write(der.context(0), place))
        freshest = Extension(_FRESHEST, False, der.write(der.SEQUENCE, der.write(der.SEQUENCE, names)))
        return replace(fields, extensions=(*fields.extensions, freshest))

    return with_list_fields(with_repository(policies, authorities=with_earlier), say_where)
