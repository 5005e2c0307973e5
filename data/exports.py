"""The register of everything that left the product as a file (导出登记): who, what, when, which filters, how many rows."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime

from data.ops import Ops


@dataclass(frozen=True, kw_only=True)
class Export:
    """One file given away.

    Attributes:
        kind_code: table | picture | map | briefing | query | api.
        what_text: what it shows: page and tile, metric, edition.
        filters_text: the address that reproduces it.
        format_code: csv, xlsx, docx ...
        row_count: rows inside; None where rows mean nothing.
        purpose_text: why unmasked values were asked for; empty when masked.
    """

    actor_name: str
    role_code: str
    kind_code: str
    what_text: str
    filters_text: str
    format_code: str
    row_count: int | None = None
    purpose_text: str = ""
    is_masked: bool = True


def register_export(ops: Ops, export: Export, *, content: bytes, at: datetime) -> int:
    """Writes one row for a file and returns its number. `at` is naive UTC."""
    with ops.transaction() as book:
        found = book.execute(
            "INSERT INTO export_register (at, actor_name, role_code, kind_code, what_text, filters_text,"
            " format_code, row_count, sha256, purpose_text, is_masked) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                f"{at:%Y-%m-%d %H:%M:%S}",
                export.actor_name,
                export.role_code,
                export.kind_code,
                export.what_text,
                export.filters_text,
                export.format_code,
                export.row_count,
                hashlib.sha256(content).hexdigest(),
                export.purpose_text,
                int(export.is_masked),
            ],
        )
        return int(found.lastrowid)


def newest_exports(ops: Ops, *, limit: int = 200) -> list[dict]:
    """Returns the newest rows of the register, newest first."""
    return [
        dict(row)
        for row in ops.rows("SELECT * FROM export_register ORDER BY export_id DESC LIMIT ?", [limit])
    ]
