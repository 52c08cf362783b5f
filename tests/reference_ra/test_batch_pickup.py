"""The files that the portal's pickup page offers for a batch."""

from __future__ import annotations

import base64
import http.client
import io
import zipfile
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from urllib.parse import urlsplit

from reference_ra.conformant import conformant_policies
from tests.reference_ra.batching import advance, device, move_to, process, result, submission, submit, wrap
from tests.reference_ra.conftest import Ra
from tests.reference_ra.craft import RIGHT, encoded


def fetch(ra: Ra, batch_id: int, name: str) -> tuple[int, bytes]:
    address = urlsplit(ra.endpoints.management)
    connection = http.client.HTTPConnection(str(address.hostname), int(address.port or 0), timeout=10)
    try:
        connection.request("GET", f"/batches/{batch_id}/pickup/{name}")
        response = connection.getresponse()
        return response.status, response.read()
    finally:
        connection.close()


def files_of(ra: Ra, batch_id: int) -> dict[str, bytes]:
    status, octets = fetch(ra, batch_id, "certificates")
    assert status == 200
    with zipfile.ZipFile(io.BytesIO(octets)) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def test_the_files_hold_what_the_result_holds(batch_ra: Ra) -> None:
    ra = batch_ra
    ra.seed(100, device(3001))
    state = f"/devices/{device(3002).hex('-')}/provisioning-state"
    ra.manage("POST", state, {"state": "retired"})
    ra.manage("POST", "/provisioning-states", {"state": "retired", "remote_party_roles": []})
    process(ra)
    move_to(ra, 18)
    texts = {f"p-{number}\u00e9": encoded(RIGHT.build(device(3000 + number))) for number in range(3)}
    batch_id = submit(ra, wrap({**texts, "bad": "AAAA"})).batch_id
    move_to(ra, 19)
    assert [fetch(ra, batch_id, name)[0] for name in ("certificates", "report")] == [404, 404]
    move_to(ra, 20, 10)
    told = result(ra, batch_id)
    assert files_of(ra, batch_id) == {"p-0\u00e9.crt": base64.b64encode(told.certificate("p-0\u00e9"))}
    codes = {str(each.get("ID")): each.findtext("Error/ErrorCode") for each in told.document}
    status, report = fetch(ra, batch_id, "report")
    assert (status, [line.split("\t") for line in report.decode().splitlines()]) == (
        200,
        [
            ["p-0\u00e9", "p-0\u00e9.csr", "success"],
            ["p-1\u00e9", "p-1\u00e9.csr", "anomaly", codes["p-1\u00e9"]],
            ["p-2\u00e9", "p-2\u00e9.csr", "ineligible", codes["p-2\u00e9"]],
            ["bad", "bad.csr", "error", codes["bad"]],
        ],
    )
    advance(ra, timedelta(days=30, minutes=-15))
    assert [fetch(ra, batch_id, name)[0] for name in ("certificates", "report")] == [200, 200]
    advance(ra, timedelta(minutes=30))
    assert [fetch(ra, batch_id, name)[0] for name in ("certificates", "report")] == [404, 404]
    advance(ra, timedelta(days=-31))


def test_there_are_no_files_of_what_is_no_completed_batch(batch_ra: Ra) -> None:
    ra = batch_ra
    rejected = submit(ra, submission({"c1": RIGHT.build(device(3010))})).batch_id
    ra.manage("POST", f"/batches/{rejected}/reject")
    process(ra)
    assert [fetch(ra, batch_id, "report")[0] for batch_id in (rejected, 999_999)] == [404, 404]


def test_policies_write_the_files(start: Callable[..., Ra]) -> None:
    policies = conformant_policies()
    altered = replace(
        policies.batch,
        pickup_certificate=lambda outcome: (f"{outcome.identifier}.pem", b"none"),
        pickup_record=lambda outcome: f"{outcome.identifier}!",
    )
    ra = start(replace(policies, batch=altered))
    batch_id = submit(ra, submission({f"c{each}": RIGHT.build(device(each)) for each in range(600)})).batch_id
    process(ra)
    assert files_of(ra, batch_id) == {f"c{each}.pem": b"none" for each in range(600)}
    assert fetch(ra, batch_id, "report") == (200, "".join(f"c{each}!" for each in range(600)).encode())
