"""The guard (门卫): one layer in front of everything. What is not allowed here is answered here."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

from access.audit import Audit, Event
from access.callbacks import BadCall, Call, CallbackMap
from access.context import Visitor, reset_visitor, set_visitor
from access.headers import security_headers
from access.incoming import (
    BODY_LIMITS,
    CALLS,
    Receive,
    Refused,
    Send,
    cookie_of,
    headers_of,
    read_body,
    replay,
    session_of,
    source_of,
)
from access.policy import PolicyBook
from access.sessions import Sessions

log = logging.getLogger(__name__)

API = "/api/"
ANONYMOUS = frozenset({"/login", "/healthz"})
_ODD_PATH = re.compile(r"//|\\|\.\.|[\x00-\x1f\x7f]")
# Asked for by the page itself, without anybody touching it: must not keep an idle session alive.
_BACKGROUND_PATHS = frozenset({"/events", "/healthz", "/briefing/alarm", "/briefing/runs"})


@dataclass(frozen=True)
class GuardRules:
    """What the guard checks with: hosts it answers to, the policy book, the callbacks, the headers."""

    book: PolicyBook
    calls: CallbackMap
    allowed_hosts: frozenset[str]
    content_policy: str
    is_secure: bool = False
    # (code, language cookie or "") -> an HTML page and its own content policy, for people; programs get JSON.
    explain: Callable[[str, str], tuple[str, str]] | None = None
    # (Authorization header, source) -> who a token stands for: the only key to `API`, and to nothing else.
    bearer: Callable[..., Visitor | None] | None = None


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
        token, headers = None, {}
        try:
            headers = headers_of(scope)
            self._check_request(scope, headers)
            body = await read_body(scope, headers, receive) if scope["method"] == "POST" else b""
            visitor = self._admit(scope, headers, body)
            scope["cockpit.visitor"], scope["cockpit.body"] = visitor, body
            token = set_visitor(visitor)
            await self._app(scope, replay(body, receive), send)
        except Refused as refused:
            await self._refuse(refused, headers, scope=scope, send=send)
        except Exception:
            # The caller learns nothing about the inside; the log does.
            log.exception("%s %s failed", scope["method"], scope["path"])
            if not send.has_started:
                await self._refuse(Refused(500, "internal"), headers, scope=scope, send=send)
        finally:
            if token is not None:
                reset_visitor(token)

    async def _refuse(self, refused: Refused, headers: dict[str, str], *, scope: dict, send: _Marked) -> None:
        kind, body = b"application/json", json.dumps({"error": refused.code})
        own = []
        is_page = scope["method"] == "GET" and "text/html" in headers.get("accept", "")
        if is_page and self._rules.explain and refused.status in (403, 404, 500):
            language = cookie_of(headers, "lang") or ""
            kind, (body, policy) = b"text/html; charset=utf-8", self._rules.explain(refused.code, language)
            own.append((b"content-security-policy", policy.encode()))
        if refused.location:
            own.append((b"location", refused.location.encode("latin-1")))
        if refused.status == 413:  # what is left of the body is not read
            own.append((b"connection", b"close"))
        packed = body.encode()
        own += [(b"content-type", kind), (b"content-length", str(len(packed)).encode())]
        await send({"type": "http.response.start", "status": refused.status, "headers": own})
        await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else packed})

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
        if path.startswith(API):
            return self._admit_program(scope, headers)
        call, fault = self._read_call(body) if path == CALLS else (None, "")
        is_active = path not in _BACKGROUND_PATHS and not (call and call.is_background)
        scope["cockpit.session"] = token = session_of(headers)
        visitor = token and self._sessions.find(token, source=source_of(scope), is_active=is_active)
        if not visitor:
            raise _sign_in_first(scope, headers)
        if fault:
            self._note(scope, f"bad call: {fault}", visitor=visitor, is_success=False)
            raise Refused(400, "bad_call")
        self._check_roles(scope, call, visitor)
        scope["cockpit.call"] = call
        self._note_view(scope, call, visitor)
        return visitor

    def _admit_program(self, scope: dict, headers: dict[str, str]) -> Visitor:
        """Return whose token it is; a session's cookie opens nothing here, so no other site can use it."""
        said, source = headers.get("authorization", ""), source_of(scope)
        visitor = self._rules.bearer(said, source=source) if self._rules.bearer else None
        if visitor is None:
            if said:
                self._note(scope, "bad token", is_success=False)
            raise Refused(401, "token")
        self._check_roles(scope, None, visitor)
        asked = scope["query_string"].decode("latin-1")[:300]
        self._note(scope, asked, visitor=visitor, action="api")
        return visitor

    def _read_call(self, body: bytes) -> tuple[Call | None, str]:
        # A fault is told only to those who are signed in: a stranger gets 401 whatever he sends.
        try:
            return self._rules.calls.check(body), ""
        except BadCall as error:
            return None, str(error)

    def _check_roles(self, scope: dict, call: Call | None, visitor: Visitor) -> None:
        wanted = (
            [call.shape.rule.roles, *self._page_rules(call)] if call else [self._path_roles(scope["path"])]
        )
        if None in wanted:
            raise Refused(404, "not_found")
        if any(visitor.role not in roles for roles in wanted):
            self._note(scope, call.shape.key if call else "", visitor=visitor, is_success=False)
            raise Refused(403, "role")

    def _page_rules(self, call: Call) -> list[frozenset[str] | None]:
        # A path that is no page draws "not found": nothing to protect there.
        book = self._rules.book
        return [roles for path in call.paths if (roles := book.page_roles(path)) is not None]

    def _path_roles(self, path: str) -> frozenset[str] | None:
        book = self._rules.book
        return book.route_roles(path) or book.page_roles(path)

    def _note_view(self, scope: dict, call: Call | None, visitor: Visitor) -> None:
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


def _sign_in_first(scope: dict, headers: dict[str, str]) -> Refused:
    is_page = scope["method"] == "GET" and not scope["path"].startswith(
        ("/_", "/assets/", "/geo/", "/events")
    )
    if not is_page or "text/html" not in headers.get("accept", ""):
        return Refused(401, "sign_in")
    query = scope["query_string"].decode("latin-1")
    wanted = scope["path"] + (f"?{query}" if query else "")
    return Refused(303, "sign_in", location=f"/login?next={quote(wanted, safe='/')}")
