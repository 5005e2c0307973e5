"""What comes in (进站请求): headers, cookies and bodies, read once and within bounds."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from http.cookies import CookieError, SimpleCookie

COOKIE = "cockpit_session"
CALLS = "/_dash-update-component"
BODY_LIMITS = {
    CALLS: 2 * 1024 * 1024,
    "/login": 8192,
    "/logout": 8192,
    "/acknowledged": 1024,
    "/warnings/dismissed": 4096,
}
BODY_TYPES = {
    CALLS: "application/json",
    "/acknowledged": "application/json",
    "/warnings/dismissed": "application/json",
}
BODY_LIMITS |= {
    "/briefing/make": 1024,
    "/briefing/note": 8192,
    "/briefing/release": 1024,
    "/briefing/plan": 65_536,
}
BODY_TYPES |= dict.fromkeys(
    (each for each in BODY_LIMITS if each.startswith("/briefing/")), "application/json"
)
BODY_LIMITS |= {"/query/run": 160_000, "/query/save": 160_000}
BODY_LIMITS |= dict.fromkeys(("/query/cancel", "/query/remove", "/query/export"), 1024)
BODY_TYPES |= dict.fromkeys((each for each in BODY_LIMITS if each.startswith("/query/")), "application/json")
BODY_LIMITS |= {"/links/decided": 2048, "/admin/accounts": 65_536}
BODY_TYPES |= dict.fromkeys(("/links/decided", "/admin/accounts"), "application/json")
_FORM = "application/x-www-form-urlencoded"

Send = Callable[[dict], Awaitable[None]]
Receive = Callable[[], Awaitable[dict]]


class Refused(Exception):
    """The answer to a request that goes no further."""

    def __init__(self, status: int, code: str, *, location: str | None = None) -> None:
        super().__init__(code)
        self.status = status
        self.code = code
        self.location = location


def session_of(headers: dict[str, str]) -> str | None:
    """Return the session cookie's value, or None when there is none that could be ours."""
    value = cookie_of(headers, COOKIE)
    return value if value and re.fullmatch(r"[A-Za-z0-9_-]{20,100}", value) else None


def cookie_of(headers: dict[str, str], name: str) -> str | None:
    """Return a cookie's value, or None."""
    try:
        morsel = SimpleCookie(headers.get("cookie", "")).get(name)
    except CookieError:
        return None
    return morsel.value if morsel else None


def source_of(scope: dict) -> str:
    """Return the address the connection comes from."""
    return scope["client"][0] if scope.get("client") else "-"


def headers_of(scope: dict) -> dict[str, str]:
    """Return the headers by lower-case name; two answers to who somebody is are refused."""
    headers: dict[str, str] = {}
    for name, value in scope["headers"]:
        key = name.decode("latin-1").lower()
        if key in headers and key in ("host", "origin", "content-length", "sec-fetch-site"):
            raise Refused(
                400, "headers"
            )  # two answers to "who are you": somebody hopes we read the other one
        joined = value.decode("latin-1")
        headers[key] = f"{headers[key]}; {joined}" if key == "cookie" and key in headers else joined
    return headers


async def read_body(scope: dict, headers: dict[str, str], receive: Receive) -> bytes:
    """Return the body of a POST: of the right kind, not longer than its path allows."""
    path = scope["path"]
    limit = BODY_LIMITS[path]
    announced = headers.get("content-length", "0")
    if not announced.isdecimal():
        raise Refused(400, "headers")
    if int(announced) > limit:
        raise Refused(413, "size")
    kind = headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != BODY_TYPES.get(path, _FORM) and not (path == "/logout" and not kind):
        raise Refused(415, "content_type")
    parts: list[bytes] = []
    size, more = 0, True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Refused(400, "cut")
        parts.append(message.get("body", b""))
        size += len(parts[-1])
        if size > limit:
            raise Refused(413, "size")
        more = message.get("more_body", False)
    return b"".join(parts)


def replay(body: bytes, receive: Receive) -> Receive:
    """Return a `receive` that gives the body read already, then listens on (for the disconnect)."""
    is_given = False

    async def replayed() -> dict:
        nonlocal is_given
        if is_given:
            return await receive()
        is_given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return replayed
