"""One briefing made, printed and archived (编制): the same steps for the morning's run, a click and the command line.

`python -m serve.briefing_making` is what the server starts: a process of its own, so that pictures and documents
neither slow the screens down nor take them along when they fail. It writes one line of JSON.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import UTC, date, datetime, time
from pathlib import Path
from zoneinfo import ZoneInfo

import pandas as pd

from components.briefing.canonical import document_json, read_document
from components.briefing.document import Document, Note, Printing
from components.briefing.edition import READY_AT, Edition, EditionError, edition_for, period_edition
from components.briefing.formats import FORMATS
from components.briefing.outline import make_document, with_corrections
from data.briefing_plan import read_plan
from data.briefing_record import BriefingError, BriefingKey, MadeBriefing, digest_of
from data.briefings import Archive
from data.connection import Store, StoreError
from data.ops import Ops, OpsError
from data.period import midnight
from data.request import Scope
from data.settings import SettingsError, read_settings
from data.town import Town, load_town
from data.yamlfile import DefinitionError

FOLDER = "briefings"
REFUSED = (BriefingError, EditionError, StoreError, OpsError, SettingsError, DefinitionError, ValueError)


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """Which briefing somebody wants.

    Attributes:
        edition: daily | weekly | monthly | period.
        language: zh | en.
        on: the day it is read; for `period` the first day told of.
        until: `period` only: the last day told of.
        area: scoped to this area; empty: the town.
        department: scoped to this department; empty: all.
    """

    edition: str
    language: str
    on: date
    until: date | None = None
    area: str = ""
    department: str = ""


def edition_of(wanted: Wanted, *, town: Town, store: Store, ready_at: time = READY_AT) -> Edition:
    """Returns the edition that is wanted, as far as the published data go.

    Raises:
        EditionError: there is no such edition, or the data do not reach it.
    """
    told = {"town": town, "ready_at": ready_at, "newest_at": store.as_of_at()}
    if wanted.edition == "period":
        found = period_edition(wanted.on, wanted.until or wanted.on, **told)
    else:
        found = edition_for(wanted.edition, wanted.on, **told)
    _check_beginning(found, town=town, store=store)
    return replace(found, area_id=wanted.area, department_id=wanted.department)


def _check_beginning(edition: Edition, *, town: Town, store: Store) -> None:
    """Refuses days before the first report: nothing is known of them, and "nothing happened" would be a lie."""
    first = store.execute("SELECT min(date) AS first_date FROM roll_count_grid")["first_date"].iloc[0]
    _, until_at = edition.window(town)
    if not pd.isna(first) and until_at <= midnight(first, town.zone):
        raise EditionError(f"{edition.code} up to {edition.until_date}: the data begin on {first:%Y-%m-%d}")


def scope_of_edition(edition: Edition) -> Scope:
    """Returns the rows a briefing is made from: what it is about, never what whoever asked may see beside it."""
    areas = frozenset([edition.area_id]) if edition.area_id else None
    departments = frozenset([edition.department_id]) if edition.department_id else None
    return Scope(area_ids=areas, department_ids=departments)


def printed(
    document: Document, printing: Printing, *, geo: Path, formats: tuple[str, ...] = ()
) -> dict[str, tuple[str, bytes]]:
    """Returns the document in the formats (all without any named) as code -> (file name, bytes)."""
    return {
        code: (f"briefing.{form.suffix.lstrip('.')}", form.write(document, printing, geo=geo))
        for code, form in FORMATS.items()
        if not formats or code in formats
    }


def key_of(document: Document) -> BriefingKey:
    """Returns what the archive files a document under."""
    return BriefingKey(
        edition_code=document.edition_code,
        language_code=document.language,
        since_date=document.since_date,
        until_date=document.until_date,
        as_of_at=document.as_of,
        area_id=document.area_id,
        department_id=document.department_id,
    )


def made_briefing(document: Document, *, geo: Path) -> MadeBriefing:
    """Returns a document with its printed formats, ready to be kept."""
    return MadeBriefing(
        key=key_of(document),
        title=document.title,
        generation=document.generation,
        definitions_digest=document.digest,
        content_sha256=digest_of(document_json(replace(document, anchor="", generation=0))),
        document=document_json(document),
        files=printed(document, Printing(), geo=geo),
    )


def notes_of(rows: list[dict], *, zone: ZoneInfo) -> tuple[Note, ...]:
    """Returns the notes that stand, as they are printed: in the town's own time."""
    return tuple(
        Note(
            part_code=row["part_code"],
            text=row["note_text"],
            actor_name=row["actor_name"],
            noted_at=local_text(row["noted_at"], zone=zone),
            sentence=row["sentence_no"],
            is_struck=bool(row["is_struck"]),
        )
        for row in rows
        if not row["withdrawn_at"]
    )


def local_text(stamp: str, *, zone: ZoneInfo) -> str:
    """Returns an instant of the book in the town's own time, to the minute."""
    at = datetime.fromisoformat(stamp).replace(tzinfo=UTC).astimezone(zone)
    return f"{at:%Y-%m-%d %H:%M}"


def anchor_of(ops: Ops) -> str:
    """Returns the newest audit row's number and seal: what is printed can be held against the trail later."""
    row = ops.row("SELECT seq_no, row_hash FROM audit ORDER BY seq_no DESC LIMIT 1")
    return f"{row['seq_no']} · {row['row_hash'][:16]}" if row else ""


@dataclass(frozen=True)
class Workshop:
    """What a briefing is made with: the town, its published data, its archive."""

    town: Town
    store: Store
    archive: Archive
    ready_at: time = READY_AT

    @property
    def geo(self) -> Path:
        """Folder of the published shapes."""
        return self.store.folder / "geo"

    def document(self, wanted: Wanted) -> Document:
        """Returns the document that is wanted.

        Raises:
            EditionError: there is no such edition, or an area or department of its scope does not exist.
        """
        edition = edition_of(wanted, town=self.town, store=self.store, ready_at=self.ready_at)
        self._check(edition.area_id, "dim_area", "area_id")
        self._check(edition.department_id, "dim_department", "department_id")
        scope = scope_of_edition(edition)
        about = {"scope": scope, "store": self.store, "town": self.town}
        made = make_document(edition, language=wanted.language, **about)
        earlier = self._earlier(made)
        if earlier is not None:
            made = with_corrections(made, earlier, **about)
        return made if made.anchor else replace(made, anchor=anchor_of(self.archive.ops))

    def _earlier(self, document: Document) -> Document | None:
        """Returns the newest released briefing of the same kind and scope that tells of earlier days, or None."""
        same = ("edition_code", "language_code", "area_id", "department_id")
        key = asdict(key_of(document))
        rows = self.archive.listed(**{name: key[name] for name in same})
        found = [row for row in rows if row["released_at"] and row["until_date"] < document.until_date]
        return read_document(self.archive.document(found[0]["briefing_id"])) if found else None

    def make(self, wanted: Wanted, *, by: str, at: datetime) -> tuple[int, bool]:
        """Makes a briefing and keeps it; returns its number and whether it is a new version."""
        return self.archive.keep(made_briefing(self.document(wanted), geo=self.geo), by=by, at=at)

    def reprinted(self, briefing_id: int, printing: Printing, *, formats: tuple[str, ...] = ()) -> dict:
        """Returns archived words printed again, with notes, release or a reader's mark."""
        document = read_document(self.archive.document(briefing_id))
        return printed(document, printing, geo=self.geo, formats=formats)

    def _check(self, key: str, table: str, column: str) -> None:
        if (
            key
            and self.store.execute(f"SELECT 1 FROM {table} WHERE {column} = $key LIMIT 1", {"key": key}).empty
        ):
            raise EditionError(f"{column} = {key!r}: not in this town")


def read_wanted(told: Mapping[str, object]) -> Wanted:
    """Returns what is wanted, from texts.

    Raises:
        EditionError: a value that cannot be, by name.
    """
    try:
        on = date.fromisoformat(str(told.get("on") or ""))
        until = date.fromisoformat(str(told["until"])) if told.get("until") else None
    except ValueError:
        raise EditionError(f"day {told.get('on')!r} or {told.get('until')!r}: expected 2026-11-22") from None
    edition, language = str(told.get("edition") or "daily"), str(told.get("language") or "zh")
    if edition not in ("daily", "weekly", "monthly", "period"):
        raise EditionError(f"edition {edition!r}: expected daily, weekly, monthly or period")
    if language not in ("zh", "en"):
        raise EditionError(f"language {language!r}: expected zh or en")
    scope = {name: str(told.get(name) or "") for name in ("area", "department")}
    return Wanted(edition=edition, language=language, on=on, until=until, **scope)


def arguments_of(wanted: Wanted) -> list[str]:
    """Returns what is wanted as arguments of this module."""
    return [f"--{name}={value}" for name, value in asdict(wanted).items() if value]


def main(arguments: list[str] | None = None) -> int:
    """Makes one briefing; one line of JSON: briefing_id and is_new, or error. 0 made, 2 cannot be made."""
    parser = argparse.ArgumentParser(prog="python -m serve.briefing_making", description=main.__doc__)
    for name in ("edition", "language", "on", "until", "area", "department"):
        parser.add_argument(f"--{name}", default="")
    for name in ("home", "town", "now", "by"):
        parser.add_argument(f"--{name}", default="")
    told = vars(parser.parse_args(arguments))
    try:
        settings = read_settings(
            town=told["town"] or None, home=told["home"] or None, now=told["now"] or None
        )
        town = load_town(settings)
        wanted = read_wanted(told)
        term = read_plan(settings.home, settings.town_dir).term(wanted.on)
        ops = Ops(settings.home / "ops.sqlite")
        store = Store(settings.home, zone=town.zone)
        shop = Workshop(
            town, store, Archive(ops, settings.home / FOLDER), term.ready_at if term else READY_AT
        )
        briefing_id, is_new = shop.make(wanted, by=told["by"] or "command", at=town.now(settings))
    except REFUSED as error:
        sys.stdout.write(json.dumps({"error": str(error)}, ensure_ascii=False) + "\n")
        return 2
    sys.stdout.write(json.dumps({"briefing_id": briefing_id, "is_new": is_new}) + "\n")
    return 0


if __name__ == "__main__":
    os.nice(5)  # the screens go first
    sys.exit(main())
