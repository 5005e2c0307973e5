"""The guard (门卫): one layer in front of everything. What is not allowed here is answered here."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from http.cookies import CookieError, SimpleCookie
from urllib.parse import quote, urlsplit

from access.audit import Audit, Event
from access.callbacks import BadCall, CallbackMap
from access.context import Visitor, reset_visitor, set_visitor
from access.headers import security_headers
from access.policy import PolicyBook
from access.sessions import Sessions

log = logging.getLogger(__name__)

COOKIE = "cockpit_session"
ANONYMOUS = frozenset({"/login", "/healthz"})
CALLS = "/_dash-update-component"
BODY_LIMITS = {CALLS: 2 * 1024 * 1024, "/login": 8192, "/logout": 8192}
BODY_TYPES = {CALLS: "application/json"}
_FORM = "application/x-www-form-urlencoded"
_ODD_PATH = re.compile(r"//|\\|\.\.|[\x00-\x1f\x7f]")
# Asked for by the page itself, without anybody touching it: must not keep an idle session alive.
_BACKGROUND_PATHS = frozenset({"/events", "/healthz"})

Send = Callable[[dict], Awaitable[None]]
Receive = Callable[[], Awaitable[dict]]


class Refused(Exception):
    """The answer to a request that goes no further."""

    def __init__(self, status: int, code: str, *, location: str | None = None) -> None:
        super().__init__(code)
        self.status = status
        self.code = code
        self.location = location


@dataclass(frozen=True)
class GuardRules:
    """What the guard checks with: hosts it answers to, the policy book, the callbacks, the headers."""

    book: PolicyBook
    calls: CallbackMap
    allowed_hosts: frozenset[str]
    content_policy: str
    is_secure: bool = False


class Guard:
    """ASGI middleware in front of everything: no websockets, and http only where a rule allows it."""

    def __init__(self, app, *, rules: GuardRules, sessions: Sessions, audit: Audit) -> None:
        self._app = app
        self._rules = rules
        self._sessions = sessions
        self._audit = audit
        self._headers = security_headers(rules.content_policy, is_secure=rules.is_secure)

    async def __call__(self, scope: dict, receive: Receive, send: Send) -> None:
        """Answer one connection."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
        else:
            await self._answer(scope, receive, _Marked(send, self._headers))

    async def _answer(self, scope: dict, receive: Receive, send: _Marked) -> None:
        token = None
        try:
            headers = _headers_of(scope)
            self._check_request(scope, headers)
            body = await _read_body(scope, headers, receive) if scope["method"] == "POST" else b""
            visitor = self._admit(scope, headers, body)
            scope["cockpit.visitor"], scope["cockpit.body"] = visitor, body
            token = set_visitor(visitor)
            await self._app(scope, _replay(body, receive), send)
        except Refused as refused:
            await _refuse(refused, scope, send)
        except Exception:
            # The caller learns nothing about the inside; the log does.
            log.exception("%s %s failed", scope["method"], scope["path"])
            if not send.has_started:
                await _refuse(Refused(500, "internal"), scope, send)
        finally:
            if token is not None:
                reset_visitor(token)

    def _check_request(self, scope: dict, headers: dict[str, str]) -> None:
        """Check what needs no session: host, path, method, origin, announced size."""
        host = re.sub(r":\d+$", "", headers.get("host", "").lower())
        if host not in self._rules.allowed_hosts:
            raise Refused(421, "host")
        if scope["method"] not in ("GET", "HEAD", "POST"):
            raise Refused(405, "method")
        if _ODD_PATH.search(scope["path"]):
            raise Refused(400, "path")
        if scope["method"] != "POST":
            return
        if scope["path"] not in BODY_LIMITS:
            raise Refused(405, "method")
        site, origin = headers.get("sec-fetch-site"), headers.get("origin")
        is_foreign = site is not None and site != "same-origin"
        if is_foreign or (
            origin is not None and urlsplit(origin).netloc.lower() != headers.get("host", "").lower()
        ):
            self._note(scope, "cross_site", is_success=False)
            raise Refused(403, "cross_site")

    def _admit(self, scope: dict, headers: dict[str, str], body: bytes) -> Visitor | None:
        """Return who is let through: a visitor allowed to do this, or nobody for the anonymous pages."""
        path = scope["path"]
        if path in ANONYMOUS:
            return None
        scope["cockpit.session"] = token = session_of(headers)
        source = source_of(scope)
        call, failure = None, None
        if path == CALLS:
            try:
                call = self._rules.calls.check(body)
            except (
                BadCall
            ) as error:  # told apart only after the session is known: strangers get 401, nothing else
                failure = error
        is_active = path not in _BACKGROUND_PATHS and not (call and call.is_background)
        visitor = self._sessions.find(token, source=source, is_active=is_active) if token else None
        if visitor is None:
            raise _sign_in_first(scope, headers)
        scope["cockpit.call"] = call
        if failure is not None:
            self._note(scope, f"bad call: {failure}", visitor=visitor, is_success=False)
            raise Refused(400, "bad_call")
        wanted = [call.shape.rule.roles, *self._page_rules(call)] if call else [self._path_roles(path)]
        if any(roles is None for roles in wanted):
            raise Refused(404, "not_found")
        if any(visitor.role not in roles for roles in wanted):
            self._note(scope, call.shape.key if call else "", visitor=visitor, is_success=False)
            raise Refused(403, "role")
        self._note_view(scope, call, visitor)
        return visitor

    def _page_rules(self, call) -> list[frozenset[str] | None]:
        # A path that is no page draws "not found": nothing to protect there.
        book = self._rules.book
        return [roles for path in call.paths if (roles := book.page_roles(path)) is not None]

    def _path_roles(self, path: str) -> frozenset[str] | None:
        book = self._rules.book
        return book.route_roles(path) or book.page_roles(path)

    def _note_view(self, scope: dict, call, visitor: Visitor) -> None:
        if call is None and self._rules.book.page_roles(scope["path"]):
            self._note(scope, "", visitor=visitor, action="view", target=scope["path"])
        elif call is not None and call.shape.rule.is_router and not call.is_background:
            self._note(scope, "", visitor=visitor, action="view", target=" ".join(call.paths))

    def _note(self, scope: dict, detail: str, *, visitor: Visitor | None = None, **more) -> None:
        self._audit.record(
            Event(
                action=more.get("action", "denied"),
                target=more.get("target", scope["path"]),
                actor=visitor.name if visitor else "-",
                role=visitor.role if visitor else "-",
                source=source_of(scope),
                is_success=more.get("is_success", True),
                detail=detail,
            )
        )


class _Marked:
    """A `send` that adds the security headers and remembers whether an answer has begun."""

    def __init__(self, send: Send, headers: list[tuple[bytes, bytes]]) -> None:
        self._send = send
        self._headers = headers
        self.has_started = False

    async def __call__(self, message: dict) -> None:
        if message["type"] == "http.response.start":
            self.has_started = True
            own = [
                (name.lower(), value)
                for name, value in message.get("headers", [])
                if name.lower() != b"server"
            ]
            names = {name for name, _ in own}
            message = {**message, "headers": own + [each for each in self._headers if each[0] not in names]}
        await self._send(message)


def session_of(headers: dict[str, str]) -> str | None:
    """Return the session cookie's value, or None when there is none that could be ours."""
    try:
        morsel = SimpleCookie(headers.get("cookie", "")).get(COOKIE)
    except CookieError:
        return None
    return morsel.value if morsel and re.fullmatch(r"[A-Za-z0-9_-]{20,100}", morsel.value) else None


def source_of(scope: dict) -> str:
    """Return the address the connection comes from."""
    return scope["client"][0] if scope.get("client") else "-"


def _headers_of(scope: dict) -> dict[str, str]:
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


async def _read_body(scope: dict, headers: dict[str, str], receive: Receive) -> bytes:
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


def _replay(body: bytes, receive: Receive) -> Receive:
    """Return a `receive` that gives the body read already, then listens on (for the disconnect)."""
    is_given = False

    async def replayed() -> dict:
        nonlocal is_given
        if is_given:
            return await receive()
        is_given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return replayed


def _sign_in_first(scope: dict, headers: dict[str, str]) -> Refused:
    is_page = scope["method"] == "GET" and not scope["path"].startswith(
        ("/_", "/assets/", "/geo/", "/events")
    )
    if not is_page or "text/html" not in headers.get("accept", ""):
        return Refused(401, "sign_in")
    query = scope["query_string"].decode("latin-1")
    wanted = scope["path"] + (f"?{query}" if query else "")
    return Refused(303, "sign_in", location=f"/login?next={quote(wanted, safe='/')}")


async def _refuse(refused: Refused, scope: dict, send: _Marked) -> None:
    body = json.dumps({"error": refused.code}).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    if refused.location:
        headers.append((b"location", refused.location.encode("latin-1")))
    if refused.status == 413:  # what is left of the body is not read
        headers.append((b"connection", b"close"))
    await send({"type": "http.response.start", "status": refused.status, "headers": headers})
    await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})
