from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tests.reference_ra.conftest import Ra

DEVICE_ID = "00-DB-12-34-56-78-90-A0"


@pytest.mark.parametrize(
    ("method", "path", "content"),
    [
        ("POST", "/devices", {"device_id": "00-DB", "certificates": 1}),
        ("POST", "/devices", {"device_id": DEVICE_ID, "certificates": -1}),
        ("POST", "/devices", {"device_id": DEVICE_ID, "certificates": True}),
        ("POST", "/devices", {"device_id": DEVICE_ID}),
        ("POST", "/devices", {"device_id": DEVICE_ID, "certificates": 1, "key_usage": "both"}),
        ("POST", "/devices", [1]),
        ("POST", "/devices", None),
        ("GET", "/devices/nonsense", None),
        ("GET", "/organisations/nonsense", None),
        ("GET", "/elsewhere", None),
        ("DELETE", "/clock", None),
        ("POST", "/clock", {"advance_seconds": "1"}),
        ("POST", "/clock", {"advance_seconds": 1e300}),
        ("POST", "/clock", {"advance_seconds": True}),
    ],
)
def test_a_wrong_request_is_told_why(ra: Ra, method: str, path: str, content: object) -> None:
    status, answer = ra.manage(method, path, content)
    assert 400 <= status < 500
    assert answer["error"]


def test_a_device_is_seeded_from_nothing(ra: Ra) -> None:
    for number in (99, 3, 0):
        content = {"device_id": DEVICE_ID, "certificates": number, "key_usage": "keyAgreement"}
        assert ra.manage("POST", "/devices", content) == (200, {"certificates": number})
        assert ra.manage("GET", f"/devices/{DEVICE_ID.lower()}") == (200, {"certificates": number})


def test_an_organisation_without_certificates(ra: Ra) -> None:
    assert ra.manage("GET", f"/organisations/{DEVICE_ID}") == (200, {"certificates": 0})


def test_the_clock_moves(ra: Ra) -> None:
    before = datetime.fromisoformat(ra.manage("GET", "/clock")[1]["now"])
    assert abs((before - datetime.now(UTC)).total_seconds()) < 5
    moved = datetime.fromisoformat(ra.manage("POST", "/clock", {"advance_seconds": 3600})[1]["now"])
    ra.manage("POST", "/clock", {"advance_seconds": -3600})
    assert 3600 <= (moved - before).total_seconds() < 3605
