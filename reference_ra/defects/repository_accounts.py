"""Defects of the Repository portal's accounts: who is let in, changed passwords, locks (P-3.1)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from reference_ra.alterations import defect
from reference_ra.parties import GAS_SUPPLIER
from reference_ra.policies import Policies
from reference_ra.repository.access_adjust import with_accounts
from reference_ra.repository.accounts import Account, AccountStore, Interface
from reference_ra.repository.admission import LockRule

_LOGIN = ("P-3.1-*", "P-1.1-a", "P-4.1-a")
"""The rows that say who is let in."""
_EVER = timedelta(days=3650)

# Who is let in


@defect(
    "repository-portal-takes-any-password",
    "Whatever the password is, the user is let in to the Repository portal.",
    breaks=["P-3.1-a"],
    related=_LOGIN,
)
def takes_any_password(policies: Policies) -> Policies:
    """Compare nothing."""
    return with_accounts(policies, is_password=lambda _account, _password: True)


@defect(
    "repository-portal-takes-no-password",
    "An empty password opens every account of the Repository portal.",
    breaks=["P-3.1-a"],
    related=_LOGIN,
    extra=True,
)
def takes_no_password(policies: Policies) -> Policies:
    """Take the empty one for right."""
    keeps = policies.repository.accounts.is_password
    return with_accounts(
        policies, is_password=lambda account, password: not password or keeps(account, password)
    )


@defect(
    "repository-portal-overlooks-the-end-of-a-password",
    "A password with one more character opens the account on the Repository portal too.",
    breaks=["P-3.1-a"],
    related=_LOGIN,
)
def overlooks_the_end_of_a_password(policies: Policies) -> Policies:
    """Try it without its last character."""
    keeps = policies.repository.accounts.is_password
    return with_accounts(
        policies,
        is_password=lambda account, password: keeps(account, password) or keeps(account, password[:-1]),
    )


@defect(
    "repository-portal-admits-withdrawn-users",
    "A user whose access was withdrawn is let in to the Repository portal.",
    breaks=["P-3.1-a", "P-1.1-a"],
    related=_LOGIN,
)
def admits_withdrawn_users(policies: Policies) -> Policies:
    """Look at the account's interfaces only."""
    keeps = policies.repository.accounts.may_use

    def may_use(account: Account, interface: Interface) -> bool:
        return keeps(
            replace(account, withdrawn=False) if interface == "repository-portal" else account, interface
        )

    return with_accounts(policies, may_use=may_use)


@defect(
    "repository-portal-for-one-party",
    "Users of a Party that supplies gas are not let in to the Repository portal.",
    breaks=["P-1.1-a", "P-3.1-a"],
    related=_LOGIN,
)
def for_one_party(policies: Policies) -> Policies:
    """Ask whose user it is."""
    keeps = policies.repository.accounts.may_use

    def may_use(account: Account, interface: Interface) -> bool:
        barred = interface == "repository-portal" and account.party == GAS_SUPPLIER.eui64
        return not barred and keeps(account, interface)

    return with_accounts(policies, may_use=may_use)


# Passwords that must be changed


@defect(
    "repository-first-password-stays",
    "A user who logs in for the first time need not change the password.",
    breaks=["P-3.1-b"],
)
def first_password_stays(policies: Policies) -> Policies:
    """Make accounts that are ready."""

    def create(store: AccountStore, username: str, party: bytes, password: str) -> Account:
        return store.add(username, party, password, must_change=False)

    return with_accounts(policies, create=create)


@defect(
    "repository-reset-password-stays",
    "A password that the DCC has reset need not be changed.",
    breaks=["P-3.1-b"],
)
def reset_password_stays(policies: Policies) -> Policies:
    """Set it as if the user had."""
    reset = policies.repository.accounts.reset

    def set_for_good(store: AccountStore, account: Account, password: str) -> Account:
        reset(store, account, password)
        return store.set_password(account.username, password, must_change=False)

    return with_accounts(policies, reset=set_for_good)


@defect(
    "repository-reset-changes-nothing",
    "A reset by the DCC leaves the user the password from before it.",
    breaks=["P-3.1-b"],
)
def reset_changes_nothing(policies: Policies) -> Policies:
    """Take both for right from then on."""
    keeps, reset = policies.repository.accounts.is_password, policies.repository.accounts.reset
    before: dict[str, Account] = {}

    def note(store: AccountStore, account: Account, password: str) -> Account:
        before[account.username] = account
        return reset(store, account, password)

    def is_password(account: Account, password: str) -> bool:
        return keeps(account, password) or keeps(before.get(account.username, account), password)

    return with_accounts(policies, reset=note, is_password=is_password)


@defect(
    "repository-password-not-changed",
    "The Repository portal says that the password has been changed, and keeps the old one.",
    breaks=["P-3.1-b"],
)
def password_not_changed(policies: Policies) -> Policies:
    """Ask no more, and change nothing."""
    rules = policies.repository.accounts
    done: set[str] = set()

    def pretend(_store: AccountStore, account: Account, _password: str) -> Account:
        done.add(account.username)
        return account

    def must_change(account: Account) -> bool:
        return rules.must_change(account) and account.username not in done

    return with_accounts(policies, change_password=pretend, must_change=must_change)


@defect(
    "repository-password-asked-for-again-and-again",
    "Whoever has changed the password on the Repository portal must change it again.",
    breaks=["P-3.1-b"],
)
def password_asked_for_again(policies: Policies) -> Policies:
    """Set it as if the DCC had."""
    return with_accounts(
        policies,
        change_password=lambda store, account, password: store.set_password(
            account.username, password, must_change=True
        ),
    )


@defect(
    "repository-same-password-again",
    "The password that must be changed on the Repository portal may be given again as the new one.",
    breaks=["P-3.1-b"],
)
def same_password_again(policies: Policies) -> Policies:
    """Ask no rule about the current one."""
    rules = policies.repository.accounts.password_rules
    return with_accounts(
        policies, password_rules={words: rule for words, rule in rules.items() if "current" not in words}
    )


# Locks


def _lock_defect(name: str, summary: str, rule: LockRule, *, extra: bool = False) -> None:
    """A defect that is another rule for locks."""
    defect(f"repository-{name}", summary, breaks=["P-3.1-c"], related=_LOGIN, extra=extra)(
        lambda policies: with_accounts(policies, lock_until=rule.until)
    )


_lock_defect(
    "lock-after-four",
    "Four wrong passwords lock an account of the Repository portal.",
    LockRule(failures=4),
)
_lock_defect(
    "lock-after-six",
    "It takes six wrong passwords to lock an account of the Repository portal.",
    LockRule(failures=6),
    extra=True,
)
_lock_defect(
    "lock-by-failures-of-one-half-hour",
    "Wrong passwords lock an account of the Repository portal only where they come within half an hour.",
    LockRule(within=timedelta(minutes=30)),
)
_lock_defect(
    "lock-by-failures-of-all-times",
    "Five wrong passwords lock an account of the Repository portal however far apart they are.",
    LockRule(within=_EVER, lasting=_EVER),
)
_lock_defect(
    "lock-of-half-an-hour",
    "A lock of the Repository portal ends after half an hour.",
    LockRule(lasting=timedelta(minutes=30)),
)
_lock_defect(
    "lock-of-two-hours",
    "A lock of the Repository portal lasts for two hours.",
    LockRule(lasting=timedelta(hours=2)),
)


@defect(
    "repository-never-locked",
    "No number of wrong passwords locks an account of the Repository portal.",
    breaks=["P-3.1-c"],
)
def never_locked(policies: Policies) -> Policies:
    """Count nothing."""
    return with_accounts(policies, lock_until=lambda _failures: None)


@defect(
    "repository-lock-from-the-last-failure",
    "The hour of a lock counts from the last of the five wrong passwords.",
    breaks=["P-3.1-c"],
)
def lock_from_the_last_failure(policies: Policies) -> Policies:
    """Begin it when the account is locked."""
    until = policies.repository.accounts.lock_until

    def later(failures: Sequence[datetime]) -> datetime | None:
        return None if until(failures) is None else failures[-1] + timedelta(hours=1)

    return with_accounts(policies, lock_until=later)


@defect(
    "repository-lock-opened-by-the-password",
    "The right password opens an account of the Repository portal although it is locked.",
    breaks=["P-3.1-c"],
    extra=True,
)
def lock_opened_by_the_password(policies: Policies) -> Policies:
    """Tell of the lock, and mind it not."""
    return with_accounts(policies, is_locked=lambda _account, _now: False)


@defect(
    "repository-lock-of-somebody-else",
    "When an account of the Repository portal is locked, the next login of another user is refused as well.",
    breaks=["P-3.1-c"],
    related=_LOGIN,
)
def lock_of_somebody_else(policies: Policies) -> Policies:
    """Take the next one for the one."""
    rules = policies.repository.accounts
    waiting: list[datetime] = []

    def lock_until(failures: Sequence[datetime]) -> datetime | None:
        until = rules.lock_until(failures)
        waiting.extend([until] if until else [])
        return until

    def is_locked(account: Account, now: datetime) -> bool:
        if rules.is_locked(account, now):
            return True
        met = bool(waiting)
        waiting.clear()
        return met

    return with_accounts(policies, lock_until=lock_until, is_locked=is_locked)


@defect(
    "repository-unlock-does-nothing",
    "An account of the Repository portal stays locked although an administrator unlocks it.",
    breaks=["P-3.1-c"],
)
def unlock_does_nothing(policies: Policies) -> Policies:
    """Leave it as it is."""
    return with_accounts(policies, unlock=lambda _store, account: account)
