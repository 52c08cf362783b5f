from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509

from reference_ra.batch.window import NightlyWindow, Pace
from reference_ra.conformant import conformant_policies
from tests.reference_ra.batching import (
    UK,
    advance,
    ask,
    ask_on,
    device,
    move_to,
    process,
    result,
    submission,
    submit,
)
from tests.reference_ra.conftest import Ra
from tests.reference_ra.craft import RIGHT, message
from tests.reference_ra.test_service import status_of

MINUTE = timedelta(minutes=1)
SUMMER = datetime(2026, 7, 1, tzinfo=UK)
WINTER = datetime(2026, 12, 1, tzinfo=UK)


@pytest.fixture
def ra(batch_ra: Ra) -> Ra:
    return batch_ra


def batch(first: int, count: int) -> bytes:
    return submission({f"c{number}": RIGHT.build(device(number)) for number in range(first, first + count)})


def status(ra: Ra, batch_id: int) -> str:
    told = result(ra, batch_id)
    assert bool(told.statuses) == (told.status == "COMPLETED")
    assert (told.reference, told.batch_id) == ("batch-1", batch_id)
    return told.status


@pytest.fixture
def by_day(ra: Ra) -> Ra:
    """An RA without work to do, at which it is noon."""
    process(ra)
    move_to(ra, 12)
    return ra


def test_a_batch_goes_through_its_states(by_day: Ra) -> None:
    ra = by_day
    batch_id = submit(ra, batch(1000, 3)).batch_id
    assert status(ra, batch_id) == "PENDING"
    advance(ra, MINUTE)
    assert status(ra, batch_id) == "PARSING"
    advance(ra, MINUTE)
    assert status(ra, batch_id) == "QUEUED"
    move_to(ra, 19, 59, 50)
    assert status(ra, batch_id) == "QUEUED"
    advance(ra, timedelta(seconds=15))
    assert status(ra, batch_id) == "PROCESSING"
    assert ra.issued(device(1000)) == 0
    advance(ra, MINUTE)
    assert status(ra, batch_id) == "COMPLETED"
    certificate = x509.load_der_x509_certificate(result(ra, batch_id).certificate("c1002"))
    begins = certificate.not_valid_before_utc.astimezone(UK)
    assert (begins.hour, begins.minute, begins.second) == (20, 0, 30)


def test_a_batch_under_way_is_paused_by_day(by_day: Ra) -> None:
    ra = by_day
    move_to(ra, 7, 57, 25)
    batch_id = submit(ra, batch(1010, 100)).batch_id
    advance(ra, timedelta(minutes=2, seconds=20))
    assert status(ra, batch_id) == "PROCESSING"
    move_to(ra, 8, 0, 1)
    assert status(ra, batch_id) == "PAUSED"
    issued = sum(ra.issued(device(number)) for number in range(1010, 1110))
    assert 0 < issued < 100
    move_to(ra, 19)
    assert status(ra, batch_id) == "PAUSED"
    move_to(ra, 20, 1)
    assert status(ra, batch_id) == "COMPLETED"
    assert set(result(ra, batch_id).statuses.values()) == {"SUCCESS"}
    assert all(ra.issued(device(number)) == 1 for number in range(1010, 1110))


def test_batches_are_processed_in_turn(by_day: Ra) -> None:
    ra = by_day
    ids = [submit(ra, batch(1200 + 100 * number, 50)).batch_id for number in range(3)]
    move_to(ra, 19)
    found = []
    move_to(ra, 20)
    for _ in range(4):
        found.append([status(ra, batch_id) for batch_id in ids])
        advance(ra, timedelta(seconds=36))
    assert found == [
        ["PROCESSING", "QUEUED", "QUEUED"],
        ["COMPLETED", "PROCESSING", "QUEUED"],
        ["COMPLETED", "COMPLETED", "PROCESSING"],
        ["COMPLETED", "COMPLETED", "COMPLETED"],
    ]


def test_a_clock_that_is_moved_back_stops_nothing(by_day: Ra) -> None:
    ra = by_day
    advance(ra, timedelta(days=40))
    submit(ra, batch(1500, 1))
    process(ra)
    advance(ra, timedelta(days=-42))
    batch_id = submit(ra, batch(1501, 1)).batch_id
    process(ra)
    assert status(ra, batch_id) == "COMPLETED"


def test_real_time_counts_too(start: Callable[..., Ra]) -> None:
    policies = conformant_policies()
    pace = Pace(timedelta(), timedelta(), timedelta(), timedelta(milliseconds=1))
    ra = start(replace(policies, batch=replace(policies.batch, pace=pace)))
    move_to(ra, 22)
    batch_id = submit(ra, batch(1, 1)).batch_id
    deadline = time.monotonic() + 10
    while status(ra, batch_id) != "COMPLETED":
        assert time.monotonic() < deadline
        time.sleep(0.1)


def test_the_operator_rejects_a_batch(by_day: Ra) -> None:
    ra = by_day
    batch_id = submit(ra, batch(1600, 1)).batch_id
    assert ra.manage("POST", f"/batches/{batch_id}/reject") == (
        200,
        {"status": "REJECTED", "csrs": 1, "done": 0},
    )
    process(ra)
    assert status(ra, batch_id) == "REJECTED"
    assert ra.issued(device(1600)) == 0
    assert ra.manage("POST", f"/batches/{batch_id}/reject")[0] == 409
    assert ra.manage("POST", f"/batches/{batch_id}/tamper")[0] == 409


def test_a_batch_that_was_changed_is_noticed(by_day: Ra) -> None:
    ra = by_day
    batch_id = submit(ra, batch(1610, 2)).batch_id
    assert ra.manage("POST", f"/batches/{batch_id}/tamper")[0] == 200
    advance(ra, MINUTE)
    assert status(ra, batch_id) == "PARSING"
    process(ra)
    assert status(ra, batch_id) == "TAMPERED"
    assert ra.issued(device(1610)) + ra.issued(device(1611)) == 0


def test_results_are_kept_for_30_days(by_day: Ra) -> None:
    ra = by_day
    batch_id = submit(ra, batch(1620, 1)).batch_id
    move_to(ra, 20, 10)
    advance(ra, timedelta(days=30, minutes=-15))
    assert status(ra, batch_id) == "COMPLETED"
    advance(ra, timedelta(minutes=30))
    assert result(ra, batch_id).status == "FORMAT_ERROR"
    advance(ra, timedelta(days=-31))


def test_a_batch_that_fails_is_a_workflow_error_and_the_next_goes_on(start: Callable[..., Ra]) -> None:
    policies = conformant_policies()
    lodged = []

    def lodge(_: object, issued: object) -> None:
        lodged.append(issued)
        if len(lodged) == 1:
            raise RuntimeError("secret detail")

    ra = start(replace(policies, lodge=lodge))
    ids = [submit(ra, batch(number, 1)).batch_id for number in range(2)]
    process(ra)
    failed = ask(ra, "GET", f"/CSRBatchResult?BatchId={ids[0]}")
    assert b">WORKFLOW_ERROR<" in failed.body
    assert b"secret" not in failed.body
    assert result(ra, ids[1]).status == "COMPLETED"


def test_the_limit_holds_between_the_services(start: Callable[..., Ra]) -> None:
    ra = start()
    ra.seed(1)
    body = submission({f"c{number}": RIGHT.build() for number in range(150)})
    move_to(ra, 19)
    batch_id = submit(ra, body).batch_id
    done = threading.Event()

    def ask_again_and_again() -> int:
        issued = 0
        while not done.is_set():
            issued += status_of(ra.post(message(RIGHT.build()))) == "SUCCESS"
        return issued

    with ThreadPoolExecutor(1) as pool:
        asking = pool.submit(ask_again_and_again)
        move_to(ra, 8)
        done.set()
    statuses = list(result(ra, batch_id).statuses.values())
    assert 1 + asking.result() + statuses.count("SUCCESS") == ra.issued() == 100
    assert statuses.count("ISSUANCE_ANOMALY") == 150 - statuses.count("SUCCESS")


def test_others_are_served_while_a_batch_is_processed(start: Callable[..., Ra]) -> None:
    ra = start()
    move_to(ra, 19)
    batch_id = submit(ra, batch(1, 4000)).batch_id
    connection = ra.connect("batch-supplier")
    connection.connect()
    moving = threading.Thread(target=move_to, args=(ra, 8))
    moving.start()
    processing, longest = 0, 0.0
    while moving.is_alive():
        began = time.monotonic()
        answer = ask_on(connection, ra, "GET", f"/CSRBatchResult?BatchId={batch_id}")
        longest = max(longest, time.monotonic() - began)
        processing += b">PROCESSING<" in answer.body
    moving.join()
    connection.close()
    assert processing
    assert longest < 0.5


@pytest.mark.parametrize("day", [SUMMER, WINTER])
def test_the_window_is_in_uk_local_time(day: datetime) -> None:
    window = NightlyWindow()
    for hour, minute, is_open in ((7, 59, True), (8, 0, False), (19, 59, False), (20, 0, True), (0, 0, True)):
        moment = day.replace(hour=hour, minute=minute).astimezone(UTC)
        assert window.is_open(moment) == is_open
        assert (window.next_open(moment) == moment) == is_open
    noon = day.replace(hour=12).astimezone(UTC)
    assert window.next_open(noon) == day.replace(hour=20)
    evening = day.replace(hour=21).astimezone(UTC)
    assert window.close_after(evening) == (day + timedelta(days=1)).replace(hour=8)


@pytest.mark.parametrize(("date", "hours"), [((2026, 3, 28), 11), ((2026, 10, 24), 13), ((2026, 6, 1), 12)])
def test_the_nights_on_which_the_clocks_change(date: tuple[int, int, int], hours: int) -> None:
    window = NightlyWindow()
    opens = window.next_open(datetime(*date, 15, tzinfo=UTC))
    assert window.close_after(opens) - opens == timedelta(hours=hours)
    sized_for = sum((Pace().needed(50_000) for _ in range(7)), Pace().needed(25_000))
    assert sized_for < window.close_after(opens) - opens


def test_the_operator_is_told_what_is_wrong(ra: Ra) -> None:
    for method, path, content, expected in (
        ("GET", "/batches/one", None, 400),
        ("GET", "/batches/999999", None, 404),
        ("POST", "/batches/999999/reject", None, 404),
        ("POST", f"/devices/{device(1).hex('-')}/provisioning-state", {}, 400),
        ("POST", f"/devices/{device(1).hex('-')}/provisioning-state", {"state": 1}, 400),
        ("POST", "/devices/x/provisioning-state", {"state": "installed"}, 400),
        ("POST", "/provisioning-states", {"state": "installed"}, 400),
        ("POST", "/provisioning-states", {"state": "installed", "remote_party_roles": ["supplier"]}, 400),
        ("POST", "/provisioning-states", {"state": "<x>", "remote_party_roles": []}, 400),
    ):
        found, answer = ra.manage(method, path, content)
        assert found == expected, path
        assert answer["error"]


def test_a_client_that_leaves_amid_a_result_harms_no_one(
    start: Callable[..., Ra], caplog: pytest.LogCaptureFixture
) -> None:
    ra = start()
    csr = RIGHT.build()
    batch_id = submit(ra, submission({f"c{number}": csr for number in range(12_000)})).batch_id
    process(ra)
    with ra.raw("batch-supplier") as connection:
        path = f"/1.0/PortalCSRBatch/CSRBatchResult?BatchId={batch_id}"
        connection.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        assert connection.recv(100).startswith(b"HTTP/1.1 200 ")
        time.sleep(0.2)
    told = result(ra, batch_id)
    assert (told.status, len(told.statuses)) == ("COMPLETED", 12_000)
    assert list(told.statuses.values()).count("SUCCESS") == 100
    assert [record for record in caplog.records if record.levelname == "ERROR"] == []
