"""Security headers (安全响应头), the same on every answer."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterable

_INLINE = re.compile(r"<script(?P<attributes>[^>]*)>(?P<text>.*?)</script>", re.DOTALL | re.IGNORECASE)


def script_hash(text: str) -> str:
    """Return the CSP source of one inline script or style."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def inline_scripts(html: str) -> list[str]:
    """Return the CSP sources of the scripts written inside a page (not those with src, not data blocks)."""
    found = []
    for match in _INLINE.finditer(html):
        attributes = match["attributes"].lower()
        if "src=" not in attributes and "json" not in attributes and match["text"].strip():
            found.append(script_hash(match["text"]))
    return found


def app_policy(script_sources: Iterable[str]) -> str:
    """Return the CSP of the app: own files, named inline scripts; charts and maps write inline styles."""
    return (
        f"default-src 'self'; script-src 'self' {' '.join(sorted(set(script_sources)))}; "
        "style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self'; "
        "worker-src 'self' blob:; connect-src 'self'; object-src 'none'; base-uri 'none'; "
        "form-action 'self'; frame-ancestors 'none'"
    )


def plain_policy(style: str) -> str:
    """Return the CSP of a plain page with one inline style and no script."""
    return (
        f"default-src 'none'; style-src {script_hash(style)}; img-src data:; form-action 'self'; "
        "base-uri 'none'; frame-ancestors 'none'"
    )


def security_headers(content_policy: str, *, is_secure: bool) -> list[tuple[bytes, bytes]]:
    """Return the headers every answer carries unless it brings its own of that name."""
    headers = {
        "content-security-policy": content_policy,
        "x-content-type-options": "nosniff",
        "x-frame-options": "DENY",
        "referrer-policy": "same-origin",
        "permissions-policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
        "cross-origin-opener-policy": "same-origin",
        "cross-origin-resource-policy": "same-origin",
        "cache-control": "no-store",
    }
    if is_secure:
        headers["strict-transport-security"] = "max-age=31536000"
    return [(name.encode(), value.encode()) for name, value in headers.items()]
