"""A small installation with the briefing's routes: S-town without a single case, hand-made documents in its archive."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from pathlib import Path

from components.briefing.canonical import document_json
from components.briefing.document import (
    Cell,
    Column,
    Document,
    Fact,
    Paragraph,
    Part,
    Picture,
    Sentence,
    Table,
)
from components.drawing.spec import Chart, Series
from data.briefings import Archive
from data.ops import Ops
from serve.briefing_making import FOLDER, made_briefing

AT = datetime(2026, 11, 22, 1, 0)  # 09:00 in the town
HOSTILE = "=cmd|'/c calc'!A1 <script>alert(1)</script> <img src=x onerror=alert(2)>"


def small_document(**change) -> Document:
    """Returns a briefing of three sentences, a table and a chart; one sentence quotes a hostile citizen."""
    fact = Fact(
        metric="incident_count",
        asked="as_of=2026-11-21T23:30:00Z&period=24h",
        value=12,
        n=12,
        low=6.2,
        high=21,
    )
    chart = Chart(kind="columns", title="各钟点", categories=("7", "8"), series=(Series("本期", (1.0, 2.0)),))
    overall = Part(
        code="overall",
        number="一",
        title="总体情况",
        blocks=(
            Paragraph((Sentence("受理12件。", (fact,), "overall.open"), Sentence("没有变化。", (), "none"))),
            Picture("hours", chart),
            Paragraph((Sentence(HOSTILE),), kind="quote"),
        ),
    )
    table = Table(
        key="by_feed",
        title="按来源",
        columns=(Column(name="来源"), Column(name="件数", kind="number")),
        rows=((Cell("110", "110"), Cell(12, "12", fact)),),
    )
    annex = Part(code="annex_tables", number="附件1", title="数据表", blocks=(table,))
    told = Document(
        edition_code="daily",
        language="zh",
        title="S镇每日简报",
        town="S镇",
        issuer="S镇综合信息指挥室",
        since_date="2026-11-21",
        until_date="2026-11-22",
        as_of="2026年11月22日7时30分",
        generation=1,
        digest="d" * 64,
        parts=(overall, annex),
        is_synthetic=True,
    )
    return replace(told, **change)


def keep(home: Path, document: Document) -> int:
    """Puts a document into the archive of a home and returns its number."""
    ops = Ops(home / "ops.sqlite")
    geo = home / "published" / "geo"
    briefing_id, _ = Archive(ops, home / FOLDER).keep(made_briefing(document, geo=geo), by="clock", at=AT)
    ops.close()
    return briefing_id


__all__ = ["AT", "HOSTILE", "document_json", "keep", "small_document"]
