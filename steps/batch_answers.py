"""Then: how the Batched service answers a submission, and what it issues for it."""

from __future__ import annotations

from pytest_bdd import parsers, then

from checks.batch_result import ResultVerdict
from checks.certificate.serials import judge_unique_serials
from checks.disclosure import find_private_disclosure
from checks.finding import Finding
from clients.pacing import NIGHT_ENDS, next_time
from fixtures.batch_results import Results
from fixtures.batches import PENDING, Batches
from fixtures.plan import Load, sends
from fixtures.verdicts import Judge
from steps.adhoc_submissions import CANARY
from steps.batch_submissions import party_submits

REFUSED_FOR_THE_LIMIT = "ISSUANCE_ANOMALY"


@then("the batch is accepted")
@then("each batch is accepted")
def accepted(batches: Batches) -> None:
    for batch in batches.batches:
        batch.batch_id = batches.accepted(batch)


@then("the batch is accepted without waiting for the silent client")
def accepted_in_time(batches: Batches) -> None:
    batches.accepted(batches.last, silence_fails=True)


@then("another batch is accepted")
@sends(Load(batches=1, csrs_right=2))
def another_accepted(batches: Batches) -> None:
    party_submits(batches)
    batches.accepted(batches.last, silence_fails=True)


@then("each Device CSR of it is issued a Device Certificate")
@then("each Device CSR of each batch is issued a Device Certificate")
def issued_for_each(batches: Batches, results: Results) -> None:
    for batch in list(batches.batches):
        results.issued(batch)


@then("no two certificates of it have the same serial number")
def serials_differ(batches: Batches, judge: Judge) -> None:
    judge.take(judge_unique_serials(list(batches.last.certificates.values())))


@then("the batch's answer carries its reference")
def reference_echoed(batches: Batches, judge: Judge) -> None:
    batch = batches.last
    echoed = batches.answer(batch).id
    judge.expect(echoed == batch.reference, "M-C-RSP-a", f"ID {batch.reference!r}", f"ID {echoed!r}")


@then("the batch's answer carries no reference")
def no_reference(batches: Batches, judge: Judge) -> None:
    echoed = batches.answer(batches.last).id
    judge.expect(echoed is None, "M-C-RSP-a", "no ID, the submission being malformed", f"ID {echoed!r}")


@then("the batch is refused with FORMAT_ERROR")
def refused(batches: Batches) -> None:
    batches.expect_refused(batches.last)


@then("the batch is not accepted")
def not_accepted(batches: Batches) -> None:
    batches.expect_refused_somehow(batches.last)


@then("the batch is not accepted, or nothing comes of it")
def nothing_comes_of_it(batches: Batches, results: Results, judge: Judge) -> None:
    """That a batch is taken says nothing yet: what it awaits is the Registration Authority's approval."""
    batch = batches.last
    head = batches.head(batch)
    if head is None or head.status != PENDING:
        batches.expect_refused_somehow(batch)
        return
    batch.batch_id = batches.accepted(batch)
    verdict, status = results.ended(batch)
    if batch.certificates:
        observed = f"{status}, {len(batch.certificates)} Device Certificates"
        judge.fail(Finding(judge.naming(), "no Device Certificate", observed))
    judge.note(f"The batch was taken and ended {status}, with {verdict.results} results.")


@then("the batch's answer discloses nothing of the entity")
def nothing_disclosed(batches: Batches, judge: Judge) -> None:
    response = batches.last.exchange.response
    found = find_private_disclosure(response.body if response else b"", CANARY.encode())
    judge.expect(found is None, "M-2.5.1.2-a", "nothing of the external entity", f"its content: {found}")


@then("the batch is refused with FORMAT_ERROR, or accepted with a CSR error for the faulty one")
def refused_or_error(batches: Batches, results: Results) -> None:
    batch = batches.last
    head = batches.answer(batch)
    if head.status != PENDING:
        batches.expect_refused(batch)
        return
    batch.batch_id = head.batch_id
    verdict = results.issued(batch)
    one = len(batch.certificates) == 1
    _expect(batches, one, "1 certificate, for the right Device CSR", verdict)


@then("nothing of it was issued")
def nothing_issued(batches: Batches) -> None:
    batches.expect_nothing_issued()


@then("nothing of it is issued by the next morning")
def nothing_issued_by_morning(batches: Batches) -> None:
    """Past the night that follows this one: a batch of after 20:00 may wait for that."""
    clock = batches.clock
    clock.advance_to(next_time(NIGHT_ENDS, clock.now(), days=1))
    batches.expect_nothing_issued()


@then("each faulty one has a CSR error, and each right one a Device Certificate")
def each_its_own(batches: Batches, results: Results) -> None:
    results.issued(batches.last)


@then("nothing was issued for the faulty ones")
def nothing_for_faulty(batches: Batches) -> None:
    """The Devices of the right ones, which were issued one certificate each, stand between the others."""
    numbers = {device: place % 2 == 0 for place, device in enumerate(batches.concerned)}
    batches.expect_issued({device: int(right) for device, right in numbers.items()})


@then(
    parsers.re(
        r"(?P<number>\d+) of them are issued Device Certificates, and the others are refused for the limit"
    )
)
def issued_up_to_the_limit(batches: Batches, results: Results, judge: Judge, number: str) -> None:
    verdict = results.issued(batches.last)
    refused = {name: status for name, status in verdict.unissued.items() if name != "another"}
    issued = len(batches.last.certificates.keys() - {"another"})
    holds = issued == int(number) and len(refused) + issued == len(batches.last.sent) - 1
    _expect(batches, holds, f"{number} certificates for the Device", verdict, "M-2.5.1.3-d")
    other = sorted({status for status in refused.values() if status != REFUSED_FOR_THE_LIMIT})
    judge.expect(
        not other,
        "M-D-CSR-ISSUANCE_ANOMALY",
        "Status ISSUANCE_ANOMALY, whose text fits the limit",
        f"Status {', '.join(other)}",
        advisory=True,
    )


@then("the one that it may not ask for is INELIGIBLE, and the other is issued a Device Certificate")
def ineligible_and_eligible(batches: Batches, results: Results) -> None:
    results.issued(batches.last)


@then("nothing more was issued")
def nothing_more(batches: Batches) -> None:
    """Than the results say."""
    certificates = batches.last.certificates
    carried: dict[bytes, int] = dict.fromkeys(batches.concerned, 0)
    for name in certificates:
        csr = batches.last.sent.csr(name) or b""
        device = next(device for device in carried if device in csr)
        carried[device] += 1
    batches.expect_issued(carried)


@then("at least one of the two is issued a Device Certificate, and each has a result")
def duplicate_has_results(batches: Batches, results: Results) -> None:
    verdict = results.issued(batches.last)
    twice = {"once", "again"} & set(batches.last.certificates)
    _expect(batches, bool(twice), "a certificate for one of the two at least", verdict)


@then("the response times are recorded")
def response_times(batches: Batches, judge: Judge) -> None:
    times = sorted(batch.exchange.seconds for batch in batches.batches)
    judge.note(
        f"Response times of {len(times)} submissions: shortest {times[0]:.3f} s, median "
        f"{times[len(times) // 2]:.3f} s, longest {times[-1]:.3f} s."
    )


def _expect(batches: Batches, holds: bool, expected: str, verdict: ResultVerdict, *preferred: str) -> None:
    if not holds:
        counts = ", ".join(f"{count} {status}" for status, count in sorted(verdict.statuses.items()))
        batches.judge.fail(Finding(batches.judge.naming(*preferred), expected, counts or "no result"))
