"""What a request to the briefing's desk says (简报请求): a body, a number; anything else is refused by name."""

from __future__ import annotations

import json

from starlette.requests import Request


def body_of(request: Request) -> dict:
    """Returns the body a guarded POST brought.

    Raises:
        ValueError: it is not a JSON object.
    """
    try:
        told = json.loads(request.scope["cockpit.body"])
    except ValueError:
        raise ValueError("body: expected JSON") from None
    if not isinstance(told, dict):
        raise ValueError("body: expected an object")
    return told


def number_of(request: Request, name: str) -> int:
    """Returns a number of the address.

    Raises:
        ValueError: it is none.
    """
    text = request.query_params.get(name, "")
    if not text.isdecimal() or len(text) > 12:
        raise ValueError(f"{name} = {text[:20]!r}: expected a number")
    return int(text)


def whole(value: object, name: str) -> int:
    """Returns a number of a body.

    Raises:
        ValueError: it is none.
    """
    if type(value) is not int or not 0 < value < 10**12:
        raise ValueError(f"{name}: expected a number")
    return value
