"""An answer of the inner app, held whole (完整响应): so that it can be kept, shared and compressed."""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from functools import cached_property

from serve.encoding import SMALL, encode, is_text

Send = Callable[[dict], Awaitable[None]]
Receive = Callable[[], Awaitable[dict]]
_REPLACED = frozenset({b"content-length", b"content-encoding", b"vary"})


@dataclass
class Captured:
    """Status, headers, body; compressed forms are made when first asked for, with `effort` 1 to 9."""

    status: int
    headers: list[tuple[bytes, bytes]]
    body: bytes
    effort: int = 4
    _encoded: dict[str, bytes] = field(default_factory=dict)

    @cached_property
    def tag(self) -> str:
        """Name of the content, for If-None-Match."""
        return hashlib.blake2b(self.body, digest_size=12).hexdigest()

    def header(self, name: bytes) -> str:
        """Return a header's value, or an empty text."""
        return next((value.decode("latin-1") for key, value in self.headers if key.lower() == name), "")

    def has(self, coding: str) -> bool:
        """Whether the body is there in a coding already."""
        return coding in self._encoded

    def encoded(self, coding: str) -> bytes:
        """Return the body in a coding."""
        if coding and coding not in self._encoded:
            self._encoded[coding] = encode(self.body, coding, effort=self.effort)
        return self._encoded[coding] if coding else self.body

    async def send(self, send: Send, *, coding: str, extra: tuple[tuple[bytes, bytes], ...] = ()) -> None:
        """Send the answer, compressed when that is worth it."""
        is_packed = coding and len(self.body) >= SMALL and is_text(self.header(b"content-type"))
        body = self.encoded(coding) if is_packed else self.body
        own = {name for name, _ in extra}
        headers = [each for each in self.headers if each[0].lower() not in _REPLACED | own]
        headers += [*extra, (b"vary", b"accept-encoding")]
        if self.status not in (204, 304):
            headers.append((b"content-length", str(len(body)).encode()))
        if is_packed:
            headers.append((b"content-encoding", coding.encode()))
        await send({"type": "http.response.start", "status": self.status, "headers": headers})
        await send({"type": "http.response.body", "body": body})


async def capture(app, scope: dict, receive: Receive) -> Captured:
    """Let the inner app answer and hold the whole answer."""
    status, headers, parts = 500, [], []

    async def hold(message: dict) -> None:
        nonlocal status, headers
        if message["type"] == "http.response.start":
            status, headers = message["status"], list(message.get("headers", []))
        elif message["type"] == "http.response.body":
            parts.append(message.get("body", b""))

    await app(scope, receive, hold)
    return Captured(status, headers, b"".join(parts))
