"""The open door (开放接口): /api/v1, read-only, by token, described by /api/v1/openapi.json."""

from __future__ import annotations

from fastapi import Depends, FastAPI, HTTPException
from fastapi.security import HTTPBearer
from starlette.routing import Mount

from access.context import current_visitor
from serve.api.asking import Asking
from serve.api.incidents import incident_routes, open311_routes
from serve.api.limits import Buckets
from serve.api.numbers import number_routes
from serve.feature import Feature, Services

ABOUT = """Read-only. Every call needs `Authorization: Bearer <token>` (`python -m access token issue`); a token has a role,
rows and a limit per minute (429 with Retry-After beyond it). Instants are UTC. A value that is null is unknown, not zero."""


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
        dependencies=[Depends(HTTPBearer(auto_error=False)), Depends(within_limit)],
    )
    asking = Asking(house.store, house.town)
    api.include_router(number_routes(asking, geo=house.settings.published_dir / "geo"))
    api.include_router(open311_routes(asking))
    api.include_router(incident_routes(asking))
    return api
