"""The anonymous door (登录入口): /login and /logout."""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass
from urllib.parse import parse_qs

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from access.audit import Audit, Event
from access.context import current_visitor
from access.incoming import COOKIE, session_of, source_of
from access.sessions import ABSOLUTE_S, WALL_ABSOLUTE_S, Sessions
from access.signin import Locked, SignIn
from access.signin_page import CONTENT_POLICY, Place, sign_in_page, sign_out_page

_LOCAL = re.compile(r"/(?![/\\])[^\\\x00-\x20\x7f]*")
# Reckoning a password costs 32 MB and a tenth of a second of a core: never more than two at once.
_AT_ONCE = 2


@dataclass
class Door:
    """The pages before and after a session."""

    place: Place
    language: str
    sign_in: SignIn
    sessions: Sessions
    audit: Audit
    is_demo_allowed: bool
    is_secure: bool = False

    def __post_init__(self) -> None:
        self._turn = asyncio.Semaphore(_AT_ONCE)

    def routes(self) -> list[Route]:
        """Return the routes of the door."""
        return [
            Route("/login", self._show, methods=["GET"]),
            Route("/login", self._enter, methods=["POST"]),
            Route("/logout", self._ask, methods=["GET"]),
            Route("/logout", self._leave, methods=["POST"]),
        ]

    async def _show(self, request: Request) -> Response:
        wanted = local_path(request.query_params.get("next", "/"))
        link = request.query_params.get("demo")
        if link is None:
            return self._page(request, wanted=wanted)
        try:
            token = (
                self.sign_in.with_link(link, source=source_of(request.scope))
                if self.is_demo_allowed
                else None
            )
        except Locked:
            return self._page(request, wanted=wanted, fault="locked")
        return self._begin(token, wanted) if token else self._page(request, wanted=wanted, fault="link")

    async def _enter(self, request: Request) -> Response:
        fields = _fields(await request.body())
        name, password, wanted = (fields.get(key, [""])[0] for key in ("username", "password", "next"))
        source = source_of(request.scope)
        wanted = local_path(wanted or "/")
        try:
            async with self._turn:
                token = await asyncio.to_thread(
                    self.sign_in.with_password, name[:60], password[:1000], source=source
                )
        except Locked:
            return self._page(request, wanted=wanted, fault="locked")
        if token is None:
            return self._page(request, wanted=wanted, fault="wrong")
        if old := session_of(dict(request.headers)):
            self.sessions.end(old)  # whoever planted it, it is worth nothing from now on
        response = self._begin(token, wanted)
        # The screens open in the language the sign-in page was read in.
        response.set_cookie("lang", self._language(request), path="/", samesite="lax", secure=self.is_secure)
        return response

    async def _ask(self, request: Request) -> Response:
        page = sign_out_page(self.place, language=self._language(request))
        return HTMLResponse(page, headers={"content-security-policy": CONTENT_POLICY})

    async def _leave(self, request: Request) -> Response:
        visitor = current_visitor()
        if token := request.scope.get("cockpit.session"):
            self.sessions.end(token)
        if visitor:
            self.audit.record(Event("logout", actor=visitor.name, role=visitor.role, source=visitor.source))
        response = RedirectResponse(f"/login?lang={self._language(request)}", status_code=303)
        response.delete_cookie(COOKIE, path="/", httponly=True, samesite="lax", secure=self.is_secure)
        return response

    def _begin(self, token: str, wanted: str) -> Response:
        response = RedirectResponse(wanted, status_code=303)
        visitor = self.sessions.find(token, source="-")
        lasts = WALL_ABSOLUTE_S if visitor and visitor.role == "wall" else ABSOLUTE_S
        # Lax, not Strict: a sign-in link opened from a mail or a terminal must arrive signed in.
        response.set_cookie(
            COOKIE, token, max_age=lasts, path="/", httponly=True, samesite="lax", secure=self.is_secure
        )
        return response

    def _page(self, request: Request, *, wanted: str, fault: str = "") -> Response:
        page = sign_in_page(self.place, language=self._language(request), wanted=wanted, fault=fault)
        status = {"": 200, "locked": 429}.get(fault, 401)
        headers = {"content-security-policy": CONTENT_POLICY}
        if status == 429:
            headers["retry-after"] = "900"
        return HTMLResponse(page, status_code=status, headers=headers)

    def _language(self, request: Request) -> str:
        asked = request.query_params.get("lang") or request.cookies.get("lang")
        return asked if asked in ("zh", "en") else self.language


def _fields(body: bytes) -> dict[str, list[str]]:
    try:
        return parse_qs(body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=20)
    except ValueError:  # more fields than any form of ours has
        return {}


def local_path(text: str) -> str:
    r"""Return the path if it leads to this server (`/x`, never `//host`, `/\host` or a scheme), else `/`."""
    return text if len(text) <= 2000 and text.isascii() and _LOCAL.fullmatch(text) else "/"
