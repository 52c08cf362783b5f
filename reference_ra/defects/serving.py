"""Defects in what one client does to others, whichever service they use."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

from reference_ra.alterations import defect
from reference_ra.policies import Policies


@defect(
    "silent-client-blocks-others",
    "While one client is silent in mid-request, no other is served.",
    breaks=["M-2.4.1.3-c", "M-2.5.1.2-c"],
    related=["M-2.4.GO-*", "M-1.2-a", "M-2.4.1.4-c"],
)
def silent_client_blocks_others(policies: Policies) -> Policies:
    """Read one request at a time."""
    turn = asyncio.Lock()

    @asynccontextmanager
    async def while_reading() -> AsyncIterator[None]:
        async with turn:
            yield

    return replace(policies, while_reading=while_reading)
