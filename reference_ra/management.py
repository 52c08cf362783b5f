"""The operator's management port: JSON over plain HTTP, on loopback, apart from the protocol's port.

`POST /devices`, `GET /devices/{id}`, `GET /rejections`, `GET /clock`, `POST /clock`; for batches
`GET /batches/{id}`, `POST /batches/{id}/reject`, `POST /batches/{id}/tamper`, and the files of the portal's
pickup page, `GET /batches/{id}/pickup/certificates` and `GET /batches/{id}/pickup/report`; for the Eligible
Subscriber check `POST /devices/{id}/provisioning-state`, `POST /provisioning-states`; for the Repository's
users `POST /repository/accounts`, `POST /repository/accounts/{username}/reset` and `.../unlock`, for its
certificates `POST /repository/certificates`, `POST /repository/certificates/{serial}/revoke`. Errors are 4xx
with `{"error": "..."}`.

`POST /clock` answers when all that the new time brings about is done; a large batch takes its while.
"""

from __future__ import annotations

import math
import re
import secrets
from collections.abc import Awaitable, Callable, Iterable
from datetime import timedelta
from tempfile import TemporaryFile
from typing import IO, Any

from aiohttp import web

from reference_ra.batch.messages import BatchStatus, CsrOutcome
from reference_ra.batch.outcomes import outcomes_of
from reference_ra.batch.pickup import write_certificates, write_report
from reference_ra.batch.policies import BatchPolicies
from reference_ra.batch.processor import Processor
from reference_ra.batch.store import Batch
from reference_ra.management_request import Refused, parse_device_id, read_object
from reference_ra.parties import IMPORT_SUPPLIER
from reference_ra.policies import Authority, Policies
from reference_ra.repository.accounts import Account
from reference_ra.repository.accounts_plan import new_password
from reference_ra.repository.keeper import Keeper
from reference_ra.repository.management import add_repository_routes

KEY_USAGES = ("digitalSignature", "keyAgreement")
SEEDED_AT_MOST = 1000
FURTHEST_ADVANCE = 50 * 365 * 86400
"""Seconds."""
_PROVISIONING_STATE = re.compile(r"[\w -]{1,64}")
_REMOTE_PARTY_ROLE = re.compile(r"[0-9A-F]{2}")
_BATCH_ID = re.compile(r"[0-9]{1,18}")
_AUTHORITY = web.AppKey("authority", Authority)
_PROCESSOR = web.AppKey("processor", Processor)
_POLICIES = web.AppKey("policies", Policies)
_PICKUP_PIECE_OCTETS = 65536


async def _seed(request: web.Request) -> web.Response:
    content = await read_object(request)
    device = parse_device_id(content.get("device_id"))
    certificates = content.get("certificates")
    key_usage = content.get("key_usage", KEY_USAGES[0])
    if type(certificates) is not int or not 0 <= certificates <= SEEDED_AT_MOST:
        raise Refused(f"certificates is not a number from 0 to {SEEDED_AT_MOST}")
    if key_usage not in KEY_USAGES:
        raise Refused(f"key_usage is none of {', '.join(KEY_USAGES)}")
    authority = request.app[_AUTHORITY]
    authority.registry.seed(device, certificates, key_usage, authority.clock.now())
    return web.json_response({"certificates": certificates})


async def _device(request: web.Request) -> web.Response:
    device = parse_device_id(request.match_info["id"])
    return web.json_response({"certificates": request.app[_AUTHORITY].registry.certificates_issued(device)})


async def _organisation(request: web.Request) -> web.Response:
    registry = request.app[_AUTHORITY].registry
    issued = registry.organisation_certificates_issued(parse_device_id(request.match_info["id"]))
    return web.json_response({"certificates": issued})


async def _rejections(request: web.Request) -> web.Response:
    return web.json_response({"count": request.app[_AUTHORITY].registry.rejections()})


async def _clock(request: web.Request) -> web.Response:
    return web.json_response({"now": request.app[_AUTHORITY].clock.now().isoformat()})


async def _advance(request: web.Request) -> web.Response:
    seconds = (await read_object(request)).get("advance_seconds")
    number = isinstance(seconds, int | float) and not isinstance(seconds, bool) and math.isfinite(seconds)
    if not number or abs(seconds or 0) > FURTHEST_ADVANCE:
        raise Refused(f"advance_seconds is not a number within {FURTHEST_ADVANCE}")
    request.app[_AUTHORITY].clock.advance(timedelta(seconds=seconds or 0))
    await request.app[_PROCESSOR].catch_up()
    return await _clock(request)


def _batch(request: web.Request) -> Batch:
    text = request.match_info["id"]
    if not _BATCH_ID.fullmatch(text):
        raise Refused(f"{text!r} is not a BatchId")
    batch = request.app[_AUTHORITY].registry.batches.find(int(text))
    if batch is None:
        raise Refused(f"there is no batch {text}", 404)
    return batch


async def _batch_status(request: web.Request) -> web.Response:
    batch = _batch(request)
    return web.json_response({"status": batch.status, "csrs": batch.csrs, "done": batch.done})


async def _reject(request: web.Request) -> web.Response:
    """The Registration Authority does not approve a batch: only a PENDING one awaits that."""
    batch, authority = _batch(request), request.app[_AUTHORITY]
    if batch.status is not BatchStatus.PENDING:
        raise Refused(f"the batch is {batch.status}, no longer PENDING", 409)
    authority.registry.batches.set_status(batch.id, BatchStatus.REJECTED, authority.clock.now())
    return await _batch_status(request)


async def _tamper(request: web.Request) -> web.Response:
    """Change what an uploaded batch holds; the RA finds out when the batch is parsed."""
    batch = _batch(request)
    if batch.status not in (BatchStatus.PENDING, BatchStatus.PARSING):
        raise Refused(f"the batch is {batch.status}, parsed already or given up", 409)
    request.app[_AUTHORITY].registry.batches.alter(batch.id)
    return await _batch_status(request)


async def _pickup_certificates(request: web.Request) -> web.StreamResponse:
    return await _send_made(request, write_certificates, "application/zip")


async def _pickup_report(request: web.Request) -> web.StreamResponse:
    return await _send_made(request, write_report, "text/plain;charset=UTF-8")


async def _send_made(
    request: web.Request,
    write: Callable[[BatchPolicies, Iterable[CsrOutcome], IO[bytes]], Awaitable[None]],
    content_type: str,
) -> web.StreamResponse:
    """Make a file of the pickup page, on disk, and send it."""
    batch, authority, policies = _batch(request), request.app[_AUTHORITY], request.app[_POLICIES].batch
    if not policies.is_on_pickup_page(batch, authority.clock.now()):
        raise Refused(f"the pickup page has no files for the batch, which is {batch.status}", 404)
    response = web.StreamResponse(headers={"Content-Type": content_type})
    with TemporaryFile() as file:
        await write(policies, outcomes_of(authority, policies, batch), file)
        file.seek(0)
        await response.prepare(request)
        while piece := file.read(_PICKUP_PIECE_OCTETS):
            await response.write(piece)
    await response.write_eof()
    return response


def _state(content: dict[str, Any]) -> str:
    state = content.get("state")
    if not isinstance(state, str) or not _PROVISIONING_STATE.fullmatch(state):
        raise Refused("state is not a name of 1 to 64 letters, digits, spaces and hyphens")
    return state


async def _provision(request: web.Request) -> web.Response:
    device = parse_device_id(request.match_info["id"])
    content = await read_object(request)
    state = _state(content) if content.get("state", "") is not None else None
    request.app[_AUTHORITY].registry.eligibility.set_provisioning_state(device, state)
    return web.json_response({"state": state})


async def _restrict(request: web.Request) -> web.Response:
    content = await read_object(request)
    state, roles = _state(content), content.get("remote_party_roles", "")
    right = isinstance(roles, list) and all(
        isinstance(role, str) and _REMOTE_PARTY_ROLE.fullmatch(role) for role in roles
    )
    if roles is not None and not right:
        raise Refused('remote_party_roles is neither null nor a list of codes such as "02"')
    request.app[_AUTHORITY].registry.eligibility.restrict(state, roles)
    return web.json_response({"state": state, "remote_party_roles": roles})


async def _make_account(request: web.Request) -> web.Response:
    """A new user of the Repository, of the first Party; the first login is due."""
    authority, policies = request.app[_AUTHORITY], request.app[_POLICIES].repository.accounts
    username, password = f"user-{secrets.token_hex(6)}", new_password()
    policies.create(authority.registry.accounts, username, IMPORT_SUPPLIER.eui64, password)
    return web.json_response({"username": username, "password": password})


async def _reset_password(request: web.Request) -> web.Response:
    authority, policies = request.app[_AUTHORITY], request.app[_POLICIES].repository.accounts
    password = new_password()
    policies.reset(authority.registry.accounts, _account(request), password)
    return web.json_response({"password": password})


async def _unlock(request: web.Request) -> web.Response:
    authority, policies = request.app[_AUTHORITY], request.app[_POLICIES].repository.accounts
    policies.unlock(authority.registry.accounts, _account(request))
    return web.json_response({})


def _account(request: web.Request) -> Account:
    account = request.app[_AUTHORITY].registry.accounts.find(request.match_info["username"])
    if account is None:
        raise Refused("the Repository has no user of that name", 404)
    return account


@web.middleware
async def _errors_as_json(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    try:
        return await handler(request)
    except Refused as refused:
        return web.json_response({"error": str(refused)}, status=refused.status)
    except web.HTTPException as error:
        return web.json_response({"error": error.reason}, status=error.status)


def management_application(
    authority: Authority, processor: Processor, policies: Policies, keeper: Keeper
) -> web.Application:
    """The management port's application."""
    application = web.Application(middlewares=[_errors_as_json], client_max_size=65536)
    application[_AUTHORITY] = authority
    application[_PROCESSOR] = processor
    application[_POLICIES] = policies
    application.router.add_post("/devices", _seed)
    application.router.add_get("/devices/{id}", _device)
    application.router.add_get("/organisations/{id}", _organisation)
    application.router.add_get("/rejections", _rejections)
    application.router.add_get("/clock", _clock)
    application.router.add_post("/clock", _advance)
    application.router.add_get("/batches/{id}", _batch_status)
    application.router.add_post("/batches/{id}/reject", _reject)
    application.router.add_post("/batches/{id}/tamper", _tamper)
    application.router.add_get("/batches/{id}/pickup/certificates", _pickup_certificates)
    application.router.add_get("/batches/{id}/pickup/report", _pickup_report)
    application.router.add_post("/devices/{id}/provisioning-state", _provision)
    application.router.add_post("/provisioning-states", _restrict)
    application.router.add_post("/repository/accounts", _make_account)
    application.router.add_post("/repository/accounts/{username}/reset", _reset_password)
    application.router.add_post("/repository/accounts/{username}/unlock", _unlock)
    add_repository_routes(application.router, authority, policies, keeper)
    return application
