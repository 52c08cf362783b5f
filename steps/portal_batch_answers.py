"""Then: how the SMKI Portal answers a Batched CSR, and what there is to pick up of it."""

from __future__ import annotations

from datetime import timedelta

from pytest_bdd import parsers, then

from checks.certificate.serials import judge_unique_serials
from checks.finding import Finding
from checks.pickup import PickupVerdict, judge_same_pickup
from checks.portal_errors import BATCH_CODE_PREFIXES
from clients.pacing import NIGHT_ENDS, next_time
from fixtures.batch_waiting import RETENTION
from fixtures.plan import Load, sends
from fixtures.portal_batches import ANOMALY, PortalBatch, PortalBatches
from fixtures.portal_results import PortalResults, RejectedLater
from fixtures.verdicts import Judge
from steps.portal_visibility import addresses_of, expect_no_file


@then("the Batched CSR is accepted, and the portal tells how many Device CSRs are in it")
def accepted_and_counted(portal_batches: PortalBatches) -> None:
    portal_batches.expect_count(portal_batches.last)


@then("the Batched CSRs are accepted under references of their own")
def accepted_apart(portal_batches: PortalBatches, judge: Judge) -> None:
    references = [portal_batches.accepted(batch) for batch in portal_batches.batches]
    apart = len(set(references)) == len(references)
    judge.expect(apart, "M-2.3.1.7-f", "a reference of its own for each", ", ".join(references))


@then("another Batched CSR is accepted")
@sends(Load(portal_batches=1, portal_csrs=2))
def another_accepted(portal_batches: PortalBatches) -> None:
    devices = portal_batches.new_devices(2)
    another = portal_batches.submit_csrs([portal_batches.new_csr(device) for device in devices])
    portal_batches.accepted(another)


@then("each Device CSR of it has its Device Certificate to pick up")
@then("each Device CSR of them has its Device Certificate to pick up")
@then("each faulty one has ended with an error, and each right one has its Device Certificate to pick up")
@then("the one that it may not ask for is ineligible, and the other has its Device Certificate to pick up")
def picked_up(portal_batches: PortalBatches, portal_results: PortalResults) -> None:
    """What is right for each Device CSR stands beside it in the ledger."""
    for batch in list(portal_batches.batches):
        portal_results.issued(batch)


@then("no two certificates of the Batched CSR have the same serial number")
def serials_differ(portal_batches: PortalBatches, judge: Judge) -> None:
    judge.take(judge_unique_serials(list(portal_batches.last.certificates.values())))


@then("at least one of the two has its Device Certificate to pick up, and each has a record")
def duplicate_has_records(portal_batches: PortalBatches, portal_results: PortalResults) -> None:
    verdict = portal_results.issued(portal_batches.last)
    twice = {"once", "again"} & set(portal_batches.last.certificates)
    _expect(portal_batches, bool(twice), "a certificate for one of the two at least", verdict)


@then(
    parsers.re(
        r"(?P<number>\d+) of them have a Device Certificate to pick up, and the others ended for the limit"
    )
)
def issued_up_to_the_limit(
    portal_batches: PortalBatches, portal_results: PortalResults, judge: Judge, number: str
) -> None:
    batch = portal_batches.last
    verdict = portal_results.issued(batch)
    issued = len(batch.certificates.keys() - {"another"})
    refused = {name: word for name, (word, _) in verdict.unissued.items() if name != "another"}
    holds = issued == int(number) and len(refused) + issued == len(batch.sent) - 1
    _expect(portal_batches, holds, f"{number} certificates for the Device", verdict)
    other = sorted({word for word in refused.values() if word != ANOMALY})
    judge.expect(not other, "M-F-ZIP-e", f"{ANOMALY}, which fits the limit", ", ".join(other), advisory=True)


# --- what is refused ---


@then(parsers.re(r"the Batched CSR is rejected with (?P<statuses>[A-Z_]+(?: or [A-Z_]+)*)"))
def rejected(portal_batches: PortalBatches, statuses: str) -> None:
    portal_batches.rejected(portal_batches.last, statuses.split(" or "))


@then("the Batched CSR is rejected, or the file that is wrong ends with an error and the others do not")
def rejected_or_error(portal_batches: PortalBatches, portal_results: PortalResults) -> None:
    batch = portal_batches.last
    if not portal_batches.is_taken(batch):
        portal_batches.rejected(batch, BATCH_CODE_PREFIXES)
        portal_batches.expect_nothing_issued()
        return
    try:
        verdict = portal_results.issued(batch)
    except RejectedLater as rejected:
        portal_batches.judge.note(f"{rejected}: the archive was refused whole.")
        portal_batches.expect_nothing_issued()
        return
    if verdict.records < len(batch.sent):
        expected = f"a record for each of {len(batch.sent)} files, the one that is wrong among them"
        named = portal_batches.judge.naming("M-2.3.1.7-d", "M-2.3.1.8-d")
        portal_batches.judge.fail(Finding(named, expected, f"{verdict.records} records", "report"))
    portal_batches.expect_issued(_numbers_issued(portal_batches, batch))


@then("the Batched CSR is not taken, or has no Device CSR in it")
def not_taken_or_empty(portal_batches: PortalBatches, judge: Judge) -> None:
    batch = portal_batches.last
    if not portal_batches.is_taken(batch):
        portal_batches.expect_not_taken(batch)
        return
    told = batch.notification.csrs
    judge.expect(told == 0, judge.naming("M-F-ZIP-b"), "no Device CSR in the batch", f"{told} Device CSRs")


@then("the portal has issued nothing for it")
def nothing_issued(portal_batches: PortalBatches) -> None:
    portal_batches.expect_nothing_issued()


@then("if the Batched CSR was rejected, the portal has issued nothing for it by the next morning")
def nothing_by_morning_if_rejected(portal_batches: PortalBatches) -> None:
    if not portal_batches.is_taken(portal_batches.last):
        nothing_by_morning(portal_batches)


@then("the portal has issued nothing for it by the next morning")
def nothing_by_morning(portal_batches: PortalBatches) -> None:
    """Past the night that follows this one: what comes after 20:00 may wait for that."""
    clock = portal_batches.clock
    clock.advance_to(next_time(NIGHT_ENDS, clock.now(), days=1))
    portal_batches.expect_nothing_issued()


@then("the portal has issued nothing for the faulty ones")
@then("the portal has issued no more than that")
def no_more_issued(portal_batches: PortalBatches) -> None:
    """Than the files say."""
    portal_batches.expect_issued(_numbers_issued(portal_batches, portal_batches.last))


def _numbers_issued(portal_batches: PortalBatches, batch: PortalBatch) -> dict[bytes, int]:
    """For each Device of the scenario, how many of its Device CSRs have a certificate to pick up."""
    picked_up = [batch.sent.csr(name) or b"" for name in batch.certificates]
    return {device: sum(device in csr for csr in picked_up) for device in portal_batches.concerned}


# --- for 30 days ---


def _pass_days(portal_batches: PortalBatches, more: int) -> None:
    portal_batches.clock.advance(RETENTION + timedelta(days=more))
    portal_batches.visits.end()  # a session does not last for a month


@then("29 days later its files can be picked up, and are the same")
def still_there(portal_batches: PortalBatches, portal_results: PortalResults, judge: Judge) -> None:
    batch = portal_batches.last
    first = portal_results.of(batch)
    _pass_days(portal_batches, -1)
    row = portal_results.row_of(batch)
    if row is None:
        judge.fail(
            Finding("M-2.3.1.9-d", f"the files for {RETENTION.days} days", "no row on the pickup page")
        )
    again = portal_results.judged(batch.party, row, batch.sent, batch.archive, {})
    judge.take(again.findings)
    judge.take(judge_same_pickup(first, again))


@then("31 days later none of its files can be picked up")
def gone(portal_batches: PortalBatches, portal_results: PortalResults, judge: Judge) -> None:
    batch = portal_batches.last
    _pass_days(portal_batches, 1)
    expected = f"no file after {RETENTION.days} days"
    judge.expect(portal_results.row_of(batch) is None, "M-2.3.1.9-d", expected, "a row on the pickup page")
    for url in addresses_of(batch):
        expect_no_file(batch, portal_batches.visit.download(url), judge, "M-2.3.1.9-d")


def _expect(portal_batches: PortalBatches, holds: bool, expected: str, verdict: PickupVerdict) -> None:
    if not holds:
        judge = portal_batches.judge
        judge.fail(Finding(judge.naming("M-2.3.1.8-d"), expected, _counts(verdict) or "no record"))


def _counts(verdict: PickupVerdict) -> str:
    return ", ".join(f"{count} {word}" for word, count in sorted(verdict.statuses.items()))
