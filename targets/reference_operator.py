"""The operator plug-in of the built-in reference RA: it speaks to that RA's management port."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

import requests

from clients.operator import CAPABILITIES, Operator, OperatorError

_SECONDS = 10.0
_SECONDS_FOR_BATCHES = 600.0
"""The clock's move is answered when all that it brings about is done: 50,000 certificates, for one."""


class ReferenceOperator(Operator):
    """JSON over plain HTTP on a loopback port. Option: ``url``, such as ``http://127.0.0.1:9443``."""

    capabilities = frozenset(CAPABILITIES)

    def __init__(self, options: Mapping[str, Any]) -> None:
        """Take the port's address; nothing is sent yet. Raises `OperatorError` where there is none."""
        super().__init__(options)
        unknown = sorted(set(options) - {"url"})
        if unknown:
            raise OperatorError(f"unknown option {unknown[0]}; the one option is url")
        url = options.get("url")
        if not isinstance(url, str) or not url.startswith("http://"):
            raise OperatorError("give the option url, such as http://127.0.0.1:9443")
        self._url = url.rstrip("/")
        self._threads = threading.local()

    def seed_device(self, device_id: bytes, certificates: int, key_usage: str) -> None:
        """See the interface."""
        self._call(
            "POST",
            "/devices",
            {"device_id": _eui64(device_id), "certificates": certificates, "key_usage": key_usage},
        )

    def certificates_issued(self, device_id: bytes) -> int:
        """See the interface."""
        return self._count(f"/devices/{_eui64(device_id)}", "certificates")

    def organisation_certificates_issued(self, eui64: bytes) -> int:
        """See the interface."""
        return self._count(f"/organisations/{_eui64(eui64)}", "certificates")

    def rejections_logged(self) -> int:
        """See the interface."""
        return self._count("/rejections", "count")

    def now(self) -> datetime:
        """See the interface."""
        text = self._call("GET", "/clock").get("now")
        try:
            moment = datetime.fromisoformat(str(text))
        except ValueError:
            raise OperatorError(f"the reference RA's clock reads {text!r}") from None
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)

    def advance_clock(self, by: timedelta) -> None:
        """See the interface."""
        self._call("POST", "/clock", {"advance_seconds": by.total_seconds()}, _SECONDS_FOR_BATCHES)

    def reject_batch(self, batch_id: int) -> None:
        """See the interface."""
        self._call("POST", f"/batches/{batch_id}/reject")

    def tamper_with_batch(self, batch_id: int) -> None:
        """See the interface."""
        self._call("POST", f"/batches/{batch_id}/tamper")

    def set_eligibility(self, device_id: bytes, remote_party_role: str, eligible: bool) -> None:
        """See the interface. In the state that is set, that role alone may ask, or none."""
        state = f"for role {remote_party_role}" if eligible else "for no role"
        roles = [remote_party_role] if eligible else []
        self._call("POST", "/provisioning-states", {"state": state, "remote_party_roles": roles})
        self._call("POST", f"/devices/{_eui64(device_id)}/provisioning-state", {"state": state})

    def make_repository_account(self) -> tuple[str, str]:
        """See the interface."""
        made = self._call("POST", "/repository/accounts")
        return _text(made, "username"), _text(made, "password")

    def reset_repository_password(self, username: str) -> str:
        """See the interface."""
        return _text(self._call("POST", f"{_account(username)}/reset"), "password")

    def unlock_repository_account(self, username: str) -> None:
        """See the interface."""
        self._call("POST", f"{_account(username)}/unlock")

    def revoke_organisation_certificate(self, serial: int) -> None:
        """See the interface."""
        self._call("POST", f"/repository/certificates/{serial:032X}/revoke")

    def organisation_certificate_with_status(self, eui64: bytes, status: str) -> int:
        """See the interface."""
        made = self._call("POST", "/repository/certificates", {"eui64": _eui64(eui64), "status": status})
        serial = _text(made, "serial")
        try:
            return int(serial, 16)
        except ValueError:
            raise OperatorError(f"the reference RA answered with the serial number {serial!r}") from None

    def _count(self, path: str, key: str) -> int:
        value = self._call("GET", path).get(key)
        if isinstance(value, bool) or not isinstance(value, int):
            raise OperatorError(f"the reference RA answered {path} without a number {key!r}")
        return value

    def _call(
        self, method: str, path: str, body: Mapping[str, object] | None = None, seconds: float = _SECONDS
    ) -> dict[str, Any]:
        try:
            response = self._session().request(
                method, self._url + path, json=body, timeout=seconds, allow_redirects=False
            )
            answer = response.json() if response.content else {}
        except (requests.RequestException, ValueError) as error:
            raise OperatorError(f"the reference RA's management port: {error}") from error
        if not isinstance(answer, dict):
            raise OperatorError(f"the reference RA answered {path} with something else than an object")
        if response.status_code >= 300:
            reason = answer.get("error", response.reason)
            raise OperatorError(f"the reference RA refused {method} {path}: {reason}")
        return answer

    def _session(self) -> requests.Session:
        """This thread's: several may call at once. No proxy and no credentials from the environment."""
        session: requests.Session | None = getattr(self._threads, "session", None)
        if session is None:
            session = self._threads.session = requests.Session()
            session.trust_env = False
        return session


def _eui64(device_id: bytes) -> str:
    return device_id.hex("-").upper()


def _account(username: str) -> str:
    return f"/repository/accounts/{quote(username, safe='')}"


def _text(answer: Mapping[str, Any], key: str) -> str:
    value = answer.get(key)
    if not isinstance(value, str) or not value:
        raise OperatorError(f"the reference RA answered without a text {key!r}")  # what it said may be secret
    return value
