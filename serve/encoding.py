"""Compression (压缩): which coding a browser takes, and the bytes in it."""

from __future__ import annotations

import gzip
import re

import brotli

SMALL = 500  # below this the headers weigh more than what is saved
_TEXT = re.compile(r"(text/(?!event-stream)|application/(json|javascript|geo\+json|xml)|image/svg)")


def accepted_coding(header: str) -> str:
    """Return `br`, `gzip` or `` for an Accept-Encoding header."""
    offered = {}
    for part in header.lower().split(","):
        name, _, weight = part.partition(";")
        offered[name.strip()] = weight.replace(" ", "") not in ("q=0", "q=0.0")
    return next((coding for coding in ("br", "gzip") if offered.get(coding)), "")


def is_text(content_type: str) -> bool:
    """Whether answers of this type become smaller."""
    return bool(_TEXT.match(content_type))


def encode(body: bytes, coding: str, *, effort: int) -> bytes:
    """Return the body in a coding; `effort` 1 (quick, sent once) to 9 (slow, kept for many)."""
    if coding == "br":
        return brotli.compress(body, quality=effort)
    if coding == "gzip":
        return gzip.compress(body, compresslevel=effort, mtime=0)
    return body
