"""The Batched Device CSR Web Service over HTTP (M-2.5): submissions and results, both as streams."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterator
from dataclasses import replace

from aiohttp import web

from reference_ra.access import Refusal
from reference_ra.batch.conformant import SUBMIT_PATH
from reference_ra.batch.messages import (
    BatchRejected,
    BatchStatus,
    ResultReply,
    SubmissionReply,
)
from reference_ra.batch.outcomes import outcomes_of
from reference_ra.batch.reading import SubmissionParser
from reference_ra.batch.store import Batch, Digest
from reference_ra.door import Door, label_of, set_headers, to_response
from reference_ra.policies import Authority, HttpAnswer, Policies
from reference_ra.registry import Credential

logger = logging.getLogger(__name__)

BATCH_ID_PARAMETER = "BatchId"
_INTERNAL_ERROR = "An internal error"


class BatchService:
    """Answers HTTP requests as the policies say."""

    def __init__(self, authority: Authority, policies: Policies) -> None:
        """Serve for one authority, as its policies say."""
        self._authority = authority
        self._policies = policies
        self._door = Door(authority, policies)

    async def handle(self, request: web.BaseRequest) -> web.StreamResponse:
        """One HTTP request."""
        policies = self._policies.batch
        credential, refusal = self._door.examine(request, policies.subscriber_rules)
        if credential is None or refusal is not None:
            return to_response(request, self._door.refuse(credential, refusal or Refusal.UNKNOWN))
        path = policies.path_meant(request.path)
        if elsewhere := policies.route(request.method, path):
            return to_response(request, elsewhere)
        if path == SUBMIT_PATH:
            return to_response(request, await self._submit(request, credential))
        return await self._give_result(request, credential)

    async def _submit(self, request: web.BaseRequest, credential: Credential) -> HttpAnswer:
        policies = self._policies.batch
        submission = _Submission(self._authority, self._policies, credential)
        try:
            async with self._policies.while_reading(), asyncio.timeout(policies.limits.body_seconds):
                reply = await self._take_in(request, submission)
        except TimeoutError:
            return HttpAnswer(408, b"The request did not arrive in time.\n", close=True)
        except web.RequestPayloadError:
            return HttpAnswer(400, b"The request's body cannot be read.\n", close=True)
        finally:
            submission.discard_unless_accepted()
        reply = await policies.finish_submission(reply)
        return replace(policies.http_answer(reply), body=policies.write_submission(reply))

    async def _take_in(self, request: web.BaseRequest, submission: _Submission) -> SubmissionReply:
        """Read the body to its end, even one that is refused: a client may read its answer only then."""
        limits = self._policies.batch.limits
        refused: BatchRejected | None = None
        octets = 0
        async for chunk in request.content.iter_any():
            octets += len(chunk)
            if octets > limits.body_octets:
                refused = refused or BatchRejected("The submission is too large")
                break
            if refused is None:
                refused = _refusal(submission.feed, chunk)
        if refused is None:
            refused = _refusal(submission.accept)
        if refused is None:
            return SubmissionReply(
                BatchStatus.PENDING, submission.reference, submission.batch_id, submission.csrs
            )
        return self._refuse_submission(submission, refused)

    def _refuse_submission(self, submission: _Submission, refused: BatchRejected) -> SubmissionReply:
        policies = self._policies
        policies.log_rejection(self._authority, label_of(submission.credential), refused.text)
        reference = policies.batch.reference_when_refused(submission.reference, refused)
        code = policies.batch.error_codes[refused.status]
        return SubmissionReply(refused.status, reference, error_code=code, error_text=refused.text)

    async def _give_result(self, request: web.BaseRequest, credential: Credential) -> web.StreamResponse:
        policies = self._policies.batch
        values = request.rel_url.query.getall(BATCH_ID_PARAMETER, [])
        try:
            reply = self._result(self._find(values, credential))
        except BatchRejected as refused:
            self._policies.log_rejection(self._authority, credential.label, refused.text)
            code = policies.error_codes[refused.status]
            reply = ResultReply(refused.status, error_code=code, error_text=refused.text)
        reply = await policies.finish_result(reply)
        answer = policies.http_answer(reply)
        if reply.status is not BatchStatus.COMPLETED:
            return to_response(request, replace(answer, body=b"".join(policies.write_result(reply))))
        return await _stream(request, answer, policies.write_result(reply))

    def _find(self, values: list[str], credential: Credential) -> Batch:
        """The batch that is asked for; one that may not be seen is refused like one that is unknown."""
        policies, authority = self._policies.batch, self._authority
        batch = authority.registry.batches.find(policies.batch_id(values))
        now = authority.clock.now()
        if batch is None or not all(keeps(batch, credential, now) for keeps in policies.query_rules.values()):
            raise BatchRejected("There is no such batch")
        return batch

    def _result(self, batch: Batch) -> ResultReply:
        policies = self._policies.batch
        if batch.status is BatchStatus.WORKFLOW_ERROR:
            code = policies.error_codes[batch.status]
            return ResultReply(batch.status, batch.reference, error_code=code, error_text=_INTERNAL_ERROR)
        found = outcomes_of(self._authority, policies, batch)
        return ResultReply(batch.status, batch.reference, batch.id, policies.list_outcomes(batch, found))


class _Submission:
    """A submission on its way into the database: a batch once it was accepted, else nothing."""

    def __init__(self, authority: Authority, policies: Policies, credential: Credential) -> None:
        batch = policies.batch
        self.credential = credential
        self._store = authority.registry.batches
        self._parser = SubmissionParser(batch.submission_rules, batch.limits.csrs)
        self._digest = Digest()
        self._kept = 0
        self._accepted = False
        subscriber = credential.subscriber
        self._clock = authority.clock
        self.batch_id = self._store.receive(
            subscriber.eui64, subscriber.remote_party_role, authority.clock.now(), batch.first_batch_id
        )

    @property
    def reference(self) -> str | None:
        """The submission's ID, once it was read."""
        return self._parser.reference

    @property
    def csrs(self) -> int:
        """Device CSRs so far."""
        return self._kept

    def feed(self, octets: bytes) -> None:
        """Take the next octets of the body; BatchRejected where they are wrong."""
        csrs = self._parser.feed(octets)
        self._digest.add(csrs)
        self._store.add(self.batch_id, self._kept, csrs)
        self._kept += len(csrs)

    def accept(self) -> None:
        """The body has ended; BatchRejected where it is not whole."""
        self._parser.close()
        self._store.accept(self.batch_id, self.reference or "", self._kept, self._digest.value())
        self._accepted = True

    def discard_unless_accepted(self) -> None:
        """Forget what was kept of a submission that was not accepted."""
        if not self._accepted:
            self._store.discard(self.batch_id)


def _refusal(step: Callable[..., None], *arguments: bytes) -> BatchRejected | None:
    """Why a step refuses a submission. An internal failure refuses it too, and shows nothing of itself."""
    try:
        step(*arguments)
    except BatchRejected as rejected:
        return rejected
    except Exception:
        logger.exception("a submission failed")
        return BatchRejected(_INTERNAL_ERROR, BatchStatus.WORKFLOW_ERROR)
    return None


async def _stream(
    request: web.BaseRequest, answer: HttpAnswer, pieces: Iterator[bytes]
) -> web.StreamResponse:
    """Send a body piece by piece, in chunks, waiting for a client that reads slowly."""
    response = web.StreamResponse(status=answer.status)
    set_headers(response, answer)
    if request.version >= (1, 1):
        response.enable_chunked_encoding()
    try:
        await response.prepare(request)
        for piece in pieces:
            await response.write(piece)
            # A client that reads fast never makes `write` wait: others are to be served all the same.
            await asyncio.sleep(0)
        await response.write_eof()
    except ConnectionError:
        logger.info("a client left while a result was sent")
    return response
