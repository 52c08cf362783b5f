"""Says what a target lacks for the scenarios on portals, and tries a portal: does the page map fit it?"""

from __future__ import annotations

from collections.abc import Iterator

from clients.portal.portal import FormKind, NoBrowser, NoWayOn, Page, PortalClient, Section, Visit
from clients.recorder import Recorder
from targets.model import Credential, Target
from targets.plugins import load_class

OPENERS = {
    "portal-gateway": ("portal-organisation", "portal-device"),
    "portal-internet": ("portal-organisation",),
}
"""The credentials that open sections of a portal."""
_SECTIONS = {"portal-organisation": Section.ORGANISATION, "portal-device": Section.DEVICE}
_REFUSED_STATES = ("expired", "not-yet-valid", "revoked", "wrong-key-type")


def lacks(target: Target) -> Iterator[str]:
    """What scenarios on the claimed portals need and this target does not offer."""
    claimed = [portal for portal in OPENERS if target.claims(portal)]
    kinds = dict.fromkeys(kind for portal in claimed for kind in OPENERS[portal])
    for kind in kinds:
        valid = target.find_credentials(kind)
        if not valid:
            yield f'a valid credential for "{kind}"'
        for state in _REFUSED_STATES:
            if not target.find_credentials(kind, state=state):
                yield f'a credential for "{kind}" with state "{state}"'
        if kind == "portal-organisation" and not any(_may_submit(credential) for credential in valid):
            yield 'a valid credential for "portal-organisation" with eui64 and remote_party_roles'


def _may_submit(credential: Credential) -> bool:
    return credential.eui64 is not None and bool(credential.remote_party_roles)


def try_portal(target: Target, portal: str, recorder: Recorder) -> Iterator[tuple[bool, str]]:
    """Open the landing page, and each section with each credential for it, and look for the forms and lists.

    Each line says what was found, with False where something was not. Nothing is submitted.
    """
    site = target.portal_site(portal)
    try:
        client: PortalClient = load_class(target.clients[portal])(site, recorder)
    except NoBrowser as error:
        yield False, f"{portal}: FAILED: {error}"
        return
    try:
        yield _try_landing(client, portal)
        for kind in OPENERS[portal]:
            credentials = target.find_credentials(kind)
            if not credentials:
                yield False, f"{portal}: FAILED: there is no valid credential for {kind}"
            for credential in credentials:
                yield _try_section(client, portal, _SECTIONS[kind], credential)
    finally:
        client.close()


def _try_landing(client: PortalClient, portal: str) -> tuple[bool, str]:
    name = f"{portal}, landing page"
    visit = client.visit(None)
    try:
        page = visit.open()
        linked = [section for section in Section if visit.links_to(section)]
    except NoWayOn as error:
        return False, f"{name}: FAILED: {error}"
    finally:
        visit.close()
    told = f"{_told(page)}; links to: {', '.join(linked) or 'no section'}"
    if linked != [_SECTIONS[kind] for kind in OPENERS[portal]]:
        wanted = " and ".join(f'"{_SECTIONS[kind]}"' for kind in OPENERS[portal])
        return False, f"{name}: FAILED: {told}, where it should link to {wanted}"
    return True, f"{name}: {told}"


def _try_section(
    client: PortalClient, portal: str, section: Section, credential: Credential
) -> tuple[bool, str]:
    name = f"{portal}, {credential.label}, {section} pages"
    visit = client.visit(credential)
    try:
        first = visit.follow(section)
        return True, f"{name}: {_told(first)}; found: {', '.join(_found(visit, section))}"
    except NoWayOn as error:
        return False, f"{name}: FAILED: {error}"
    finally:
        visit.close()


def _found(visit: Visit, section: Section) -> Iterator[str]:
    """What there is in a section, by its names in the page map. Raises NoWayOn where something is not."""
    for kind in FormKind:
        if kind.section is section:
            visit.form(kind)
            yield kind
    yield f"{section}-requests ({len(visit.requests(section))})"
    if section is Section.DEVICE:
        yield f"pickup ({len(visit.pickups())})"


def _told(page: Page) -> str:
    return f'{page.exchange.outcome}, "{page.title}"'
