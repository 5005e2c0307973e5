"""The open door (开放接口): /api/v1, read-only, by token, described by /api/v1/openapi.json."""

from __future__ import annotations

from collections.abc import Mapping

from fastapi import Depends, FastAPI, HTTPException, Request, Response
from fastapi.exception_handlers import http_exception_handler, request_validation_exception_handler
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.security import HTTPBearer
from starlette.exceptions import HTTPException as AnyHTTPException
from starlette.routing import Mount

from access.context import current_visitor
from serve.api.asking import Asking
from serve.api.incidents import incident_routes, open311_routes
from serve.api.limits import Buckets
from serve.api.numbers import number_routes
from serve.feature import Feature, Services

ABOUT = """Read-only. Every call needs `Authorization: Bearer <token>` (`python -m access token issue`); a token has a role,
rows and a limit per minute (429 with Retry-After beyond it). Instants are UTC. A value that is null is unknown, not zero."""


OPEN311 = "/open311/"


REFUSALS = {
    400: "a value that cannot be meant; says which",
    401: "no token, or one that is unknown, ended or revoked",
    403: "the token's role may not ask this",
    404: "no such thing among the token's rows",
    405: "only GET",
    429: "more than the token's rate; Retry-After says when",
}


def open_door(services: Services) -> Feature:
    """Opens /api/v1."""
    return Feature((Mount("/api/v1", make_api(services)),))


def make_api(services: Services) -> FastAPI:
    """Returns the interface as an app of its own."""
    buckets = Buckets()

    def within_limit() -> None:
        visitor = current_visitor()
        wait_s = buckets.take(visitor.account_id, per_minute=max(1, visitor.per_minute or 0))
        if wait_s:
            raise HTTPException(429, "too many requests", headers={"Retry-After": str(wait_s)})

    house = services.house
    # Its own pages of documentation would fetch scripts from elsewhere.
    api = FastAPI(
        title="Township cockpit",
        version="1",
        description=ABOUT,
        docs_url=None,
        redoc_url=None,
        responses={code: {"description": why} for code, why in REFUSALS.items()},
        dependencies=[Depends(HTTPBearer(auto_error=False)), Depends(within_limit)],
    )
    api.add_exception_handler(AnyHTTPException, _refused)
    api.add_exception_handler(RequestValidationError, _misread)
    asking = Asking(house.store, house.town)
    api.include_router(number_routes(asking, geo=house.settings.published_dir / "geo"))
    api.include_router(open311_routes(asking))
    api.include_router(incident_routes(asking))
    return api


async def _refused(request: Request, error: AnyHTTPException) -> Response:
    if OPEN311 not in request.url.path:
        return await http_exception_handler(request, error)
    return _as_open311(error.status_code, str(error.detail), headers=error.headers)


async def _misread(request: Request, error: RequestValidationError) -> Response:
    if OPEN311 not in request.url.path:
        return await request_validation_exception_handler(request, error)
    first = error.errors()[0]
    return _as_open311(400, f"{first['loc'][-1]}: {first['msg']}")


def _as_open311(code: int, description: str, *, headers: Mapping[str, str] | None = None) -> Response:
    """The standard's shape of an error: a list of code and description."""
    return JSONResponse([{"code": code, "description": description}], status_code=code, headers=headers)
