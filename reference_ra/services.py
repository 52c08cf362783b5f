"""The web services behind one TLS port, told apart by path."""

from __future__ import annotations

from aiohttp import web

from reference_ra.batch.conformant import BATCH_PATH
from reference_ra.batch.service import BatchService
from reference_ra.policies import Authority, Policies
from reference_ra.service import AdHocService


class Services:
    """All of them, for one authority."""

    def __init__(self, authority: Authority, policies: Policies) -> None:
        """Serve as the policies say."""
        self._adhoc = AdHocService(authority, policies)
        self._batch = BatchService(authority, policies)
        self._path_meant = policies.batch.path_meant

    async def handle(self, request: web.BaseRequest) -> web.StreamResponse:
        """One HTTP request: what is not the Batched service's is answered by the Ad Hoc service."""
        if self._path_meant(request.path).startswith(f"{BATCH_PATH}/"):
            return await self._batch.handle(request)
        return await self._adhoc.handle(request)
