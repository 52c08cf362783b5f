"""Says what a target lacks for the scenarios on the SMKI Repository, and tries its interfaces."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from clients.operator import Operator
from clients.recorder import Recorder
from clients.repository.messages import eui64_text, organisation_search
from clients.repository.portal import LoginState, NoWayOn, RepositoryPortal, RepositoryVisit
from clients.repository.sftp import RepositorySftp, SftpSession, SftpStatus
from clients.repository.web_service import RepositoryWebService
from targets.model import Target
from targets.plugins import load_class
from targets.repository import (
    REPOSITORY,
    REPOSITORY_PORTAL,
    REPOSITORY_SFTP,
    REPOSITORY_WEB_SERVICE,
    Account,
)
from targets.repository_tables import make_layout

_ANSWERS = (200, 402)
"""HTTP statuses of a search that is served: something is found (O-WS-f), or nothing (O-WS-g)."""
_NOBODY = bytes(8)

Tried = tuple[bool, str]
"""Whether it was well, and a line that says what was seen."""


def lacks(target: Target, operator: Operator | None) -> Iterator[str]:
    """What scenarios on the claimed interfaces of the Repository need and this target does not offer."""
    claimed = [interface for interface in REPOSITORY if target.claims(interface)]
    if not claimed:
        return
    can = operator.capabilities if operator else frozenset()
    for interface in claimed:
        if not target.find_accounts(interface):
            yield f'an account with state "valid" for "{interface}"'
        if not target.find_accounts(interface, state="withdrawn"):
            yield f'an account with state "withdrawn" for "{interface}"'
    if target.claims(REPOSITORY_WEB_SERVICE) and len(target.find_accounts(REPOSITORY_WEB_SERVICE)) == 1:
        yield f'a second account with state "valid" for "{REPOSITORY_WEB_SERVICE}"'
    if target.claims(REPOSITORY_PORTAL) and "accounts" not in can:
        for state in ("lockable", "first-login"):
            if not target.find_accounts(REPOSITORY_PORTAL, state=state):
                yield f'an account with state "{state}" (or an operator that can "accounts")'
    if target.claims(REPOSITORY_SFTP):
        yield from _lacking_for_files(target)
    for key, capability in (("expired", "statuses"), ("revoked", "revocation")):
        if not getattr(target.repository, key) and capability not in can:
            yield f'repository.{key}: serial numbers (or an operator that can "{capability}")'
    for key in ("organisation_root_cas", "device_root_cas"):
        if not getattr(target.trust, key):
            yield f"trust.{key}: the roots that certificates must build to"
    if target.repository.lodging_seconds is None:
        yield "repository.lodging_seconds: how soon a certificate is found that was issued"


def _lacking_for_files(target: Target) -> Iterator[str]:
    accounts = target.find_accounts(REPOSITORY_SFTP)
    if not any(account.ssh_key for account in accounts):
        yield f'a valid account for "{REPOSITORY_SFTP}" with an SSH key'
    if not any(account.password and not account.ssh_key for account in accounts):
        yield f'a valid account for "{REPOSITORY_SFTP}" with a password alone'
    if target.repository.layout is None:
        yield "repository.layout: how the files are laid out"
    if target.repository.extract_hour is None:
        yield "repository.extract_hour: when extracts are made"
    if target.repository.full_extract_day is None:
        yield "repository.full_extract_day: the declared day of the full extract"


def try_interface(target: Target, interface: str, recorder: Recorder) -> Iterator[Tried]:
    """Use an interface of the Repository as each valid account, reading only."""
    accounts = target.find_accounts(interface)
    if not accounts:
        yield False, f"{interface}: FAILED: there is no valid account to connect with"
    for account in accounts:
        well, told = _TRIES[interface](target, account, recorder)
        yield well, f"{interface}, {account.label}: {told if well else f'FAILED: {told}'}"


def _try_web_service(target: Target, account: Account, recorder: Recorder) -> Tried:
    """One search, for an organisation of the target file's."""
    organisations = (each.eui64 for each in target.credentials.values() if each.eui64 is not None)
    eui64 = eui64_text(next(organisations, _NOBODY))
    named = load_class(target.clients[REPOSITORY_WEB_SERVICE])
    client: RepositoryWebService = named(target.connection(REPOSITORY_WEB_SERVICE), recorder)
    try:
        exchange = client.search(organisation_search(eui64), account)
    finally:
        client.close()
    served = exchange.response is not None and exchange.response.status in _ANSWERS
    return served, f"search for {eui64}: {exchange.outcome}"


def _try_portal(target: Target, account: Account, recorder: Recorder) -> Tried:
    """Log in, look for what the page map names, and log out."""
    client: RepositoryPortal = load_class(target.clients[REPOSITORY_PORTAL])(
        target.repository_site(), recorder
    )
    try:
        visit = client.visit(account)
        told = visit.log_in(account.username or "", account.password or "")
        if told.state is not LoginState.IN:
            said = told.error or (told.state and str(told.state)) or told.page.exchange.outcome
            return False, f"not logged in: {said}"
        found = f"logged in; {', '.join(_seen(visit))}"
        visit.log_out()
        return True, f"{found}; logged out"
    except NoWayOn as error:
        return False, str(error)
    finally:
        client.close()


def _seen(visit: RepositoryVisit) -> Iterator[str]:
    """What there is, by its names in the page map. Raises NoWayOn where something is not."""
    yield f"authorities ({len(visit.ca_certificates())})"
    yield f"lists ({', '.join(visit.revocation_lists()) or 'none'})"


def _try_sftp(target: Target, account: Account, recorder: Recorder) -> Tried:
    """Check the host key, log in, and list the layout's folders."""
    client: RepositorySftp = load_class(target.clients[REPOSITORY_SFTP])(target.sftp_site(), recorder)
    try:
        login = client.connect(account)
        if login.session is None:
            return False, login.exchange.outcome
        return _files(target, login.session)
    finally:
        client.close()


def _files(target: Target, session: SftpSession) -> Tried:
    if target.repository.layout is None:
        return True, "logged in"
    layout = make_layout(target.repository.layout)
    listings = {}
    for folder in layout.directories:
        listing = session.list(folder)
        if listing.status is not SftpStatus.DONE:
            return False, f"{folder}: {listing.exchange.outcome}"
        listings[folder] = listing.entries
    found = {
        "full extracts": layout.full_extracts(listings),
        "increments": layout.increments(listings),
        "CA certificates": layout.ca_certificates(listings),
        "revocation lists": layout.revocation_lists(listings),
    }
    return True, f"logged in; {', '.join(f'{name} ({len(files)})' for name, files in found.items())}"


_TRIES: Mapping[str, Callable[[Target, Account, Recorder], Tried]] = {
    REPOSITORY_PORTAL: _try_portal,
    REPOSITORY_WEB_SERVICE: _try_web_service,
    REPOSITORY_SFTP: _try_sftp,
}
