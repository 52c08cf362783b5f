"""HTTP responses of the sites: a page, a file to keep, and a page whatever happens."""

from __future__ import annotations

import logging
import re
from collections.abc import Awaitable, Callable
from urllib.parse import quote

from aiohttp import web
from aiohttp.typedefs import Middleware

from reference_ra.portal.problems import BY_STATUS, FAILURE, UNREADABLE, Problem, Stopped

logger = logging.getLogger(__name__)

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def as_pages(problem: Callable[[Problem], web.Response]) -> Middleware:
    """Whatever happens is answered by a page; one of a failure shows nothing of the RA's inside."""

    @web.middleware
    async def answer(request: web.Request, handler: Handler) -> web.StreamResponse:
        allow: str | None = None
        try:
            response = await handler(request)
        except Stopped as stopped:
            response = problem(stopped.problem)
        except web.HTTPException as error:
            allow = error.headers.get("Allow")
            response = problem(BY_STATUS.get(error.status, UNREADABLE))
        except ConnectionError:
            raise
        except Exception:
            logger.exception("%s %s failed", request.method, request.path)
            response = problem(FAILURE)
        if allow:
            response.headers["Allow"] = allow
        return response

    return answer


def page(text: str, status: int = 200) -> web.Response:
    """A page of HTML."""
    return web.Response(text=text, status=status, content_type="text/html")


def download(name: str, content_type: str) -> dict[str, str]:
    """The headers of a file that is to be kept under a name."""
    plain = re.sub(r'[^ -~]|["\\]', "_", name)
    others = "" if plain == name else f"; filename*=UTF-8''{quote(name, safe='')}"
    return {"Content-Type": content_type, "Content-Disposition": f'attachment; filename="{plain}"{others}'}
