"""Delivery (交付): callback answers shared between viewers, static files kept packed, the rest compressed."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Iterable
from urllib.parse import parse_qs

from access.context import watch_sharing
from serve.captured import Captured, Receive, Send, capture
from serve.encoding import accepted_coding, is_text

STATIC = ("/assets/", "/_dash-component-suites/")
STREAM = "/events"
ANSWER_BYTES = 64 * 1024 * 1024
_FOREVER = b"private, max-age=31536000, immutable"
_ASK_AGAIN = b"private, no-cache"


class Delivery:
    """ASGI layer between the guard and the app; trusts what the guard wrote into the scope."""

    def __init__(self, app, *, generation: Callable[[], int]) -> None:
        self._app = app
        self._generation = generation
        self._statics: dict[str, Captured] = {}
        self._answers: OrderedDict[tuple, Captured] = OrderedDict()
        self._answer_bytes = 0
        self._running: dict[tuple, asyncio.Task] = {}
        self.hit_count = self.miss_count = 0

    async def __call__(self, scope: dict, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http" or scope["path"] == STREAM:
            await self._app(scope, receive, send)
            return
        coding = accepted_coding(_header(scope, b"accept-encoding"))
        call = scope.get("cockpit.call")
        if scope["method"] == "GET" and scope["path"].startswith(STATIC):
            await self._send_static(scope, receive, send)
        elif call is not None and call.shape.rule.is_cacheable:
            answer = await self._answer(scope, receive)
            await answer.send(send, coding=coding)
        else:
            answer = await capture(self._app, scope, receive)
            await answer.send(send, coding=coding)

    async def warm(self, paths: Iterable[str]) -> None:
        """Fetch and pack files before the first viewer asks for them."""
        for path in paths:
            scope = {"type": "http", "method": "GET", "path": path, "query_string": b"", "headers": []}
            kept = await self._static({**scope, "root_path": "", "raw_path": path.encode()}, _no_body())
            if kept.status == 200 and is_text(kept.header(b"content-type")):
                await asyncio.to_thread(kept.encoded, "br")

    async def _static(self, scope: dict, receive: Receive) -> Captured:
        path = scope["path"]
        kept = self._statics.get(path)
        if kept is None:
            # Without the browser's own conditions: what is kept must be the whole file.
            plain = [each for each in scope["headers"] if not each[0].startswith((b"if-", b"range"))]
            kept = await capture(self._app, {**scope, "headers": plain}, receive)
            if kept.status == 200:
                kept.effort = 9
                self._statics[path] = kept
        return kept

    async def _send_static(self, scope: dict, receive: Receive, send: Send) -> None:
        kept = await self._static(scope, receive)
        if kept.status != 200:
            await kept.send(send, coding="")
            return
        lasts = _FOREVER if _is_versioned(scope) else _ASK_AGAIN
        extra = ((b"etag", f'"{kept.tag}"'.encode()), (b"cache-control", lasts))
        if kept.tag in _header(scope, b"if-none-match"):
            await Captured(304, [], b"").send(send, coding="", extra=extra)
            return
        coding = accepted_coding(_header(scope, b"accept-encoding"))
        if coding and not kept.has(coding):
            await asyncio.to_thread(kept.encoded, coding)  # a big script takes a second, once
        await kept.send(send, coding=coding, extra=extra)

    async def _answer(self, scope: dict, receive: Receive) -> Captured:
        key = (self._generation(), scope["cockpit.visitor"].cache_key, scope["cockpit.call"].digest)
        kept = self._answers.get(key)
        if kept is not None:
            self._answers.move_to_end(key)
            self.hit_count += 1
            return kept
        running = self._running.get(key)
        if running is None:
            self.miss_count += 1
            running = asyncio.create_task(self._compute(key, scope, receive))
            self._running[key] = running
            running.add_done_callback(lambda _: self._running.pop(key, None))
        # Shielded: a viewer who closes the page must not take the answer away from the others.
        return await asyncio.shield(running)

    async def _compute(self, key: tuple, scope: dict, receive: Receive) -> Captured:
        reasons = watch_sharing()
        answer = await capture(self._app, scope, receive)
        if answer.status == 200 and not reasons:
            self._keep(key, answer)
        return answer

    def _keep(self, key: tuple, answer: Captured) -> None:
        newest = key[0]
        for old in [each for each in self._answers if each[0] < newest]:
            self._answer_bytes -= len(self._answers.pop(old).body)
        self._answers[key] = answer
        self._answer_bytes += len(answer.body)
        while self._answer_bytes > ANSWER_BYTES:
            _, dropped = self._answers.popitem(last=False)
            self._answer_bytes -= len(dropped.body)


def _header(scope: dict, name: bytes) -> str:
    return next((value.decode("latin-1") for key, value in scope["headers"] if key == name), "")


def _is_versioned(scope: dict) -> bool:
    # Dash writes the version into a script's path; the screens write an asset's digest into its query.
    if scope["path"].startswith("/assets/"):
        return "v" in parse_qs(scope["query_string"].decode("latin-1"))
    return ".v" in scope["path"].rsplit("/", 1)[-1]


def _no_body() -> Receive:
    """Return the `receive` of a request without a body whose sender then stays silent."""
    is_given = False

    async def receive() -> dict:
        nonlocal is_given
        if is_given:  # an answer that watches for the sender's leaving would otherwise spin for ever
            await asyncio.Event().wait()
        is_given = True
        return {"type": "http.request", "body": b"", "more_body": False}

    return receive
