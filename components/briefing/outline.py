"""The briefing as a whole (提纲): its parts in a leader's order, numbered, with what it was made from."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from functools import cache

from components.briefing.desk import Desk
from components.briefing.document import Document, Part
from components.briefing.edition import Edition
from components.briefing.grammar import Speech
from components.briefing.parts.annex import annex_tables
from components.briefing.parts.changes import changes
from components.briefing.parts.clauses import scope_name
from components.briefing.parts.corrections import corrections
from components.briefing.parts.definitions import annex_definitions
from components.briefing.parts.late import late
from components.briefing.parts.outlook import outlook
from components.briefing.parts.overall import overall
from components.briefing.parts.quality import annex_quality
from components.briefing.parts.risk import risk
from components.briefing.parts.safety import safety
from components.briefing.parts.todo import todo
from components.briefing.parts.voice import voice
from components.briefing.patterns import patterns_digest
from components.briefing.reask import make_asker
from data.connection import Store
from data.request import Scope
from data.settings import REPOSITORY
from data.town import Town

PartMaker = Callable[[Desk, Speech], Part | None]
PARTS: tuple[PartMaker, ...] = (overall, changes, late, risk, safety, voice, outlook, todo)
ANNEX = "annex_"
NUMERALS = "一二三四五六七八九十"
DEFINED = ("metrics", "marts", "rules", "listings", "columns")


def make_document(edition: Edition, *, language: str, scope: Scope, store: Store, town: Town) -> Document:
    """Returns the briefing of an edition in one language, as `scope` may see it.

    The same published generation, definitions, language, edition and scope give the same document, byte for byte.
    """
    store.refresh()
    desk = Desk(edition=edition, language=language, scope=scope, store=store, town=town)
    speech = Speech(language)
    made = [maker(desk, speech) for maker in PARTS]
    tables, quality = annex_tables(desk, speech), annex_quality(desk, speech)
    told = [part for part in (*made, tables, quality) if part is not None]
    annexes = [tables, annex_definitions(desk, speech, told), quality]
    parts = [*_numbered(made, speech), *_numbered(annexes, speech, is_annex=True)]
    name = scope_name(desk, speech)
    as_of = desk.instant(edition.as_of_at)
    return Document(
        edition_code=edition.code,
        language=language,
        title=speech.phrase(f"title.{edition.code}", scope=_titled(name, desk, speech)).text,
        town=town.label.text(language),
        issuer=speech.phrase("title.issuer", town=town.label.text(language)).text,
        since_date=edition.since_date.isoformat(),
        until_date=edition.until_date.isoformat(),
        as_of=speech.moment(as_of, has_year=True).text,
        generation=store.generation(),
        digest=definitions_digest(),
        parts=tuple(parts),
        area_id=edition.area_id,
        department_id=edition.department_id,
        scope_name=name,
        is_synthetic=town.file.is_synthetic,
    )


def with_corrections(
    document: Document, previous: Document, *, scope: Scope, store: Store, town: Town
) -> Document:
    """Returns a briefing with what reads differently today of an earlier, released one; the same briefing if nothing does.

    The earlier briefing's figures are asked again as of its own instant. Its language should be this one's.
    """
    edition = Edition(
        code=document.edition_code,
        since_date=date.fromisoformat(document.since_date),
        until_date=date.fromisoformat(document.until_date),
        as_of_at=store.as_of_at(),
    )
    desk = Desk(edition=edition, language=document.language, scope=scope, store=store, town=town)
    label = lambda by, key: desk.ctx.label(by, key) if key else "—"  # noqa: E731 a name for one call
    part = corrections(previous, ask=make_asker(scope=scope, store=store, town=town), label=label)
    if part is None:
        return document
    annexes = [each for each in document.parts if each.code.startswith(ANNEX)]
    body = [each for each in document.parts if not each.code.startswith(ANNEX)]
    return replace(document, parts=(*_numbered([*body, part], Speech(document.language)), *annexes))


@cache
def definitions_digest() -> str:
    """Returns the SHA-256 of the definitions, rules and sentence patterns in force, hex; read once, as they are."""
    digest = hashlib.sha256()
    for folder in DEFINED:
        for path in sorted((REPOSITORY / "data" / folder).glob("*.yaml")):
            digest.update(f"{folder}/{path.name}".encode() + b"\0" + path.read_bytes() + b"\0")
    digest.update(patterns_digest().encode())
    return digest.hexdigest()


def _titled(name: str, desk: Desk, speech: Speech) -> str:
    """The town by its own name where the briefing is the whole town's."""
    edition = desk.edition
    return name if edition.area_id or edition.department_id else desk.town.label.text(speech.language)


def _numbered(parts: list[Part | None], speech: Speech, *, is_annex: bool = False) -> list[Part]:
    there = [each for each in parts if each is not None]
    return [replace(part, number=_number(place, speech, is_annex)) for place, part in enumerate(there)]


def _number(place: int, speech: Speech, is_annex: bool) -> str:
    if speech.is_zh:
        return f"附件{place + 1}" if is_annex else NUMERALS[place]
    return f"Annex {'ABCDEFGH'[place]}" if is_annex else str(place + 1)
