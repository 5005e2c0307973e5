"""Office files with settled bytes (压缩包定型): members dated alike, workbooks inside charts likewise."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import datetime

_INSTANT = re.compile(rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*(<)")
EARLIEST = 1980  # zip knows no year before


def settled(data: bytes, *, fixed_at: datetime) -> bytes:
    """Returns the same archive with every date in it set to `fixed_at`: same content, same bytes."""
    held = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            content = old.read(name)
            if name.endswith(".xlsx"):
                content = settled(content, fixed_at=fixed_at)
            if name == "docProps/core.xml":
                stamp = f"{fixed_at:%Y-%m-%dT%H:%M:%S}Z".encode()
                content = _INSTANT.sub(rb"\g<1>" + stamp + rb"\g<2>", content)
            new.writestr(_member(name, fixed_at), content)
    return held.getvalue()


def _member(name: str, fixed_at: datetime) -> zipfile.ZipInfo:
    when = (max(fixed_at.year, EARLIEST), *fixed_at.timetuple()[1:6])
    member = zipfile.ZipInfo(name, date_time=when)
    member.compress_type = zipfile.ZIP_DEFLATED
    member.external_attr = 0o600 << 16
    member.create_system = 0
    return member
