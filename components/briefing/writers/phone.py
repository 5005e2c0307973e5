"""The briefing on a phone (手机版): one page that carries everything in itself; no script, nothing fetched."""

from __future__ import annotations

import re
from functools import cache
from html import escape
from pathlib import Path

from components.briefing.copy import Copy, MarkedNote, MarkedParagraph, MarkedPart, make_copy, without_words
from components.briefing.document import Document, Picture, Printing, Table
from components.briefing.writers.pictures import picture_bytes
from components.briefing.writers.widths import is_right

STYLE = Path(__file__).with_name("phone.css")
# For a file opened away from the server: nothing is fetched and nothing runs, whatever stands in it.
POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"
TAGS = {"text": "p", "item": "p", "quote": "blockquote", "note": "p"}
_XML_HEAD = re.compile(rb"^.*?(?=<svg)", re.DOTALL)
_METADATA = re.compile(r"<metadata>.*?</metadata>", re.DOTALL)
_IDENTIFIER = re.compile(r"(\bid=\"|url\(#|href=\"#)")
PHONE_MM = 104.0


def write_phone(document: Document, printing: Printing | None = None, *, geo: Path) -> bytes:
    """Returns the briefing as one HTML page for a narrow screen; the same bytes for the same document and copy.

    Args:
        document: what is told.
        printing: notes, release, reader.
        geo: folder with the shapes of the areas.
    """
    copy = make_copy(document, printing)
    parts = "".join(_part(part, place, copy=copy, geo=geo) for place, part in enumerate(copy.parts))
    page = (
        f'<!DOCTYPE html><html lang="{"zh-CN" if copy.is_zh else "en"}"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="referrer" content="no-referrer"><meta name="robots" content="noindex">'
        f"<title>{escape(copy.document.title)}</title><style>{_style()}</style></head><body>"
        f"{_mark(copy)}{_head(copy)}<main>{parts}</main>{_foot(copy)}</body></html>\n"
    )
    return page.encode("utf-8")


@cache
def _style() -> str:
    return " ".join(STYLE.read_text(encoding="utf-8").split())


def _head(copy: Copy) -> str:
    document = copy.document
    links = "".join(
        f'<li><a href="#part-{place}">{escape(part.heading)}</a></li>'
        for place, part in enumerate(copy.parts)
    )
    warning = f'<p class="warning">{escape(copy.warning)}</p>' if copy.warning else ""
    state = "" if copy.release else ' class="draft"'
    return (
        f'{warning}<header><p class="issuer">{escape(document.issuer)}</p><h1>{escape(document.title)}</h1>'
        f"<p>{escape(copy.period)}</p><p{state}>{escape(copy.release or copy.t('printed.draft'))}</p></header>"
        f"<nav><ol>{links}</ol></nav>"
    )


def _mark(copy: Copy) -> str:
    """The reader's name across the page, too pale to disturb."""
    if not copy.watermark:
        return ""
    return f'<div class="mark" aria-hidden="true">{f"<span>{escape(copy.watermark)}</span>" * 8}</div>'


def _foot(copy: Copy) -> str:
    rows = [*copy.origin]
    rows += [(copy.t("printed.copy"), copy.watermark)] if copy.watermark else []
    rows += [(copy.t("printed.kind"), copy.warning)] if copy.warning else []
    lines = "".join(f"<dt>{escape(label)}</dt><dd>{escape(value)}</dd>" for label, value in rows)
    return f"<footer><dl>{lines}</dl></footer>"


def _part(part: MarkedPart, place: int, *, copy: Copy, geo: Path) -> str:
    blocks = "".join(_block(block, name=f"{place}-{at}", geo=geo) for at, block in enumerate(part.blocks))
    notes = "".join(map(_note, part.notes))
    empty = "" if blocks or notes else f'<p class="note">{escape(copy.t("printed.nothing"))}</p>'
    inner = f"{blocks}{notes}{empty}"
    heading = f"<h2>{escape(part.heading)}</h2>"
    if part.is_annex:
        inner = f"<details><summary>{heading}</summary>{inner}</details>"
        heading = ""
    return f'<section id="part-{place}">{heading}{inner}</section>'


def _block(block: MarkedParagraph | Table | Picture, *, name: str, geo: Path) -> str:
    if isinstance(block, MarkedParagraph):
        return _paragraph(block)
    return _table(block) if isinstance(block, Table) else _picture(block, name=name, geo=geo)


def _paragraph(block: MarkedParagraph) -> str:
    told = "".join(
        (f"<s>{escape(each.text)}</s>" if each.is_struck else escape(each.text))
        + (f"<sup>{escape(each.marks)}</sup>" if each.marks else "")
        + each.gap
        for each in block.sentences
    )
    tag = TAGS.get(block.kind, "p")
    return f'<{tag} class="{block.kind if block.kind in TAGS else "text"}">{told}</{tag}>' + "".join(
        map(_note, block.notes)
    )


def _note(note: MarkedNote) -> str:
    return f"<aside><b>{escape(note.head)}</b>{escape(note.text)}</aside>"


def _table(table: Table) -> str:
    sides = [' class="number"' if is_right(column.kind) else "" for column in table.columns]
    heads = "".join(
        f'<th scope="col"{side}>{escape(column.name)}</th>'
        for column, side in zip(table.columns, sides, strict=True)
    )
    rows = "".join(
        "<tr>"
        + "".join(f"<td{side}>{escape(cell.text)}</td>" for cell, side in zip(row, sides, strict=True))
        + "</tr>"
        for row in table.rows
    )
    note = f'<p class="note">{escape(table.note)}</p>' if table.note else ""
    return (
        f'<div class="wide" tabindex="0"><table><caption>{escape(table.title)}</caption>'
        f"<thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table></div>{note}"
    )


def _picture(picture: Picture, *, name: str, geo: Path) -> str:
    shown = picture.shown
    drawn = picture_bytes(without_words(picture), geo=geo, form="svg", width_mm=PHONE_MM)
    told = escape(shown.alt or shown.title, quote=True)
    source = f"<small>{escape(shown.source)}</small>" if shown.source else ""
    return (
        f'<figure><figcaption>{escape(shown.title)}</figcaption><div role="img" aria-label="{told}">'
        f"{_inline(drawn, name)}</div>{source}</figure>"
    )


def _inline(drawn: bytes, name: str) -> str:
    """Returns the drawing as part of a page: no declaration, no metadata, names of its own, any width."""
    text = _METADATA.sub("", _XML_HEAD.sub(b"", drawn, count=1).decode("utf-8"))
    text = _IDENTIFIER.sub(rf"\g<1>p{name}-", text)
    return re.sub(r'<svg ([^>]*?)width="[^"]*" height="[^"]*"', r"<svg \1", text, count=1)
