"""A briefing as bytes and back (规范文本): one way only to write it, so that equal briefings are equal bytes."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import types
import typing

from components.briefing import document as model
from components.briefing.document import Document
from components.drawing import spec

KINDS = {
    each.__name__: each
    for module in (model, spec)
    for each in vars(module).values()
    if isinstance(each, type) and dataclasses.is_dataclass(each)
}


class DocumentError(ValueError):
    """Bytes that are no briefing; says what was found where."""


def document_json(document: Document) -> bytes:
    """Returns the briefing as canonical JSON: UTF-8, keys in order, no spaces, no NaN; each thing names its kind."""
    content = _plain(document)
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return text.encode()


def read_document(content: bytes) -> Document:
    """Returns the briefing that `document_json` wrote.

    Raises:
        DocumentError: the bytes are no briefing.
    """
    try:
        found = _made(json.loads(content))
    except (ValueError, KeyError, TypeError) as error:
        raise DocumentError(f"not a briefing: {error}") from None
    if not isinstance(found, Document):
        raise DocumentError(f"not a briefing: {type(found).__name__}")
    return found


def document_digest(document: Document) -> str:
    """Returns the SHA-256 of the canonical JSON, hex."""
    return hashlib.sha256(document_json(document)).hexdigest()


def _plain(thing: object) -> object:
    if dataclasses.is_dataclass(thing):
        told = {each.name: _plain(getattr(thing, each.name)) for each in dataclasses.fields(thing)}
        return {"": type(thing).__name__} | told
    if isinstance(thing, tuple | list):
        return [_plain(each) for each in thing]
    if isinstance(thing, str | int | float | bool | types.NoneType):
        return thing
    raise DocumentError(f"a briefing cannot hold {type(thing).__name__}: {thing!r}")


def _made(content: object) -> object:
    if isinstance(content, list):
        return tuple(_made(each) for each in content)
    if not isinstance(content, dict):
        return content
    kind = KINDS[content[""]]
    hints = typing.get_type_hints(kind)
    told = {name: _made(each) for name, each in content.items() if name}
    for name, value in told.items():  # JSON does not tell 1.0 from 1 where other programs wrote it
        if hints[name] in (float, float | None) and isinstance(value, int):
            told[name] = float(value)
    return kind(**told)
