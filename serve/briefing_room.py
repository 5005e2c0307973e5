"""What one visitor finds at the briefing's desk (简报台): scopes, what is archived, what may be done with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from access.context import Visitor
from access.policy import PERMISSIONS
from components.briefing.canonical import read_document
from components.briefing.document import Document, Paragraph, Picture, Printing
from components.briefing.formats import FORMATS
from components.briefing.plain import plain
from components.drawing.area_map import draw_area_map
from components.drawing.chart import draw_chart
from components.drawing.spec import Chart
from data.briefing_record import ChangedMeanwhileError, NoBriefingError
from data.briefing_runs import Runs
from data.briefings import Archive
from data.request import Scope
from serve.briefing_delivery import file_name
from serve.briefing_making import Wanted, Workshop, edition_of, local_text, notes_of, read_wanted

LONGEST_NOTE = 500
TRIES = 3


class NotAllowedError(PermissionError):
    """The briefing is about rows this visitor may not see."""


def covers(scope: Scope, *, area_id: str, department_id: str) -> bool:
    """Whether a visitor's rows hold everything a briefing of this area and department is about."""
    is_area = scope.area_ids is None or area_id in scope.area_ids
    is_department = scope.department_ids is None or department_id in scope.department_ids
    return is_area and is_department


@dataclass(frozen=True)
class Room:
    """The archive as one visitor may use it."""

    shop: Workshop
    runs: Runs
    visitor: Visitor

    @property
    def archive(self) -> Archive:
        """The archive itself."""
        return self.shop.archive

    def may(self, permission: str) -> bool:
        """Whether the visitor's role has a permission."""
        return self.visitor.role in PERMISSIONS[permission]

    def row(self, briefing_id: int) -> dict:
        """Returns a briefing's row.

        Raises:
            NoBriefingError: there is none, or it is none of this visitor's: the two are told apart by nobody.
        """
        row = self.archive.row(briefing_id)
        if not self._is_mine(row):
            raise NoBriefingError(f"briefing {briefing_id}: not in the archive")
        return row

    def check(self, wanted: Wanted) -> None:
        """Raises NotAllowedError when something is wanted that is not this visitor's."""
        if not covers(self.visitor.scope, area_id=wanted.area, department_id=wanted.department):
            raise NotAllowedError(f"area {wanted.area!r}, department {wanted.department!r}: not yours")

    def choices(self, language: str) -> dict[str, list[dict]]:
        """Returns the areas and departments a briefing may be asked for, by name; `""` is the town or all departments."""
        scope = self.visitor.scope
        level = self.shop.town.levels[1]
        areas = self._named(
            "SELECT area_id AS id, name_zh, name_en FROM dim_area WHERE level_code = $level", level
        )
        departments = self._named("SELECT department_id AS id, name_zh, name_en FROM dim_department", None)
        return {
            "areas": _offered(areas, scope.area_ids, language),
            "departments": _offered(departments, scope.department_ids, language),
        }

    def wanted(self, told: Mapping[str, str], *, today: str, choices: Mapping) -> Wanted:
        """Returns what the address asks for; what it leaves open is today's, the first of the visitor's own scopes."""
        first = {
            name: choices[f"{name}s"][0]["id"] if choices[f"{name}s"] else ""
            for name in ("area", "department")
        }
        chosen = {name: told.get(name) or first[name] for name in first}
        return read_wanted({**told, "on": told.get("on") or today, **chosen})

    def versions(self, wanted: Wanted) -> list[dict]:
        """Returns what is archived of an edition, newest version first.

        Raises:
            EditionError: there is no such edition in the published data.
        """
        edition = edition_of(wanted, town=self.shop.town, store=self.shop.store, ready_at=self.shop.ready_at)
        return self.archive.listed(
            edition_code=edition.code,
            language_code=wanted.language,
            area_id=wanted.area,
            department_id=wanted.department,
            since_date=edition.since_date.isoformat(),
            until_date=edition.until_date.isoformat(),
        )

    def listed(self, *, limit: int = 60) -> list[dict]:
        """Returns the visitor's part of the archive, newest first."""
        return [self.told(row) for row in self.archive.listed() if self._is_mine(row)][:limit]

    def told(self, row: dict) -> dict:
        """Returns a row as the screen gets it: instants in the town's time, its kept files."""
        local = {name: self._local(row[name]) for name in ("made_at", "released_at")}
        hidden = ("folder_name", "released_folder_name")
        files = {
            each["format_code"]: {"sha256": each["sha256"], "byte_count": each["byte_count"]}
            for each in self.archive.files(row["briefing_id"])
        }
        kept = {name: value for name, value in row.items() if name not in hidden}
        return kept | local | {"files": files, "on": _read_on(row)}

    def notes(self, briefing_id: int) -> list[dict]:
        """Returns the notes with their instants in the town's time."""
        return [
            {
                **row,
                "noted_at": self._local(row["noted_at"]),
                "withdrawn_at": self._local(row["withdrawn_at"]),
            }
            for row in self.archive.notes(briefing_id)
        ]

    def document(self, briefing_id: int) -> Document:
        """Returns an archived document of this visitor's."""
        self.row(briefing_id)
        return read_document(self.archive.document(briefing_id))

    def picture(self, briefing_id: int, *, part: str, key: str) -> bytes:
        """Returns one of its pictures as PNG, in the typeface it is printed with."""
        blocks = [
            each for found in self.document(briefing_id).parts if found.code == part for each in found.blocks
        ]
        shown = next((each.shown for each in blocks if isinstance(each, Picture) and each.key == key), None)
        if shown is None:
            raise NoBriefingError(f"briefing {briefing_id}: no picture {key!r} in {part!r}")
        if isinstance(shown, Chart):
            return draw_chart(shown, form="png", theme="print")
        return draw_area_map(shown, geo_folder=self.shop.geo, form="png", theme="print")

    def copy(self, briefing_id: int, format_code: str, *, reader: str = "") -> tuple[str, str, bytes]:
        """Returns one copy to take along: (file name, media type, bytes); `reader` is printed across it."""
        row = self.row(briefing_id)
        if format_code not in FORMATS:
            raise NoBriefingError(f"format {format_code!r}: one of {', '.join(FORMATS)}")
        form = FORMATS[format_code]
        is_plain = not reader and (row["released_at"] or not self._standing(briefing_id))
        if is_plain:
            content = self.archive.file(briefing_id, format_code)
        else:
            printing = self._printing(row, reader=reader)
            content = self.shop.reprinted(briefing_id, printing, formats=(format_code,))[format_code][1]
        return file_name(row, form.suffix), form.media_type, content

    def note(self, briefing_id: int, told: Mapping[str, object], *, at: datetime) -> int:
        """Keeps words beside a sentence, or strikes it.

        Raises:
            ValueError: no such sentence, or words that are none.
        """
        document = self.document(briefing_id)
        text, is_struck = plain(told.get("text")), told.get("is_struck") is True
        part, sentence = told.get("part"), told.get("sentence")
        if not (text or is_struck) or len(text) > LONGEST_NOTE:
            raise ValueError(f"text: expected 1 to {LONGEST_NOTE} characters")
        if type(sentence) is not int or not -1 <= sentence < _sentence_counts(document).get(str(part), -1):
            raise ValueError(f"sentence {sentence!r} of part {part!r}: there is none")
        if is_struck and sentence < 0:
            raise ValueError("is_struck: expected a sentence")
        note = {"part_code": part, "sentence_no": sentence, "note_text": text, "is_struck": is_struck}
        return self.archive.add_note(briefing_id, note, by=self.name, at=at)

    def withdraw(self, note_id: int, *, at: datetime) -> int:
        """Takes a note back; returns its briefing's number."""
        row = self.archive.ops.row("SELECT briefing_id FROM briefing_note WHERE note_id = ?", [note_id])
        if row is None:
            raise NoBriefingError(f"note {note_id}: there is none")
        self.row(row["briefing_id"])
        return self.archive.withdraw_note(note_id, by=self.name, at=at)

    def release(self, briefing_id: int, *, at: datetime) -> dict:
        """Prints the copies that are given out, with notes, name and time; keeps them; returns the row."""
        row = self.row(briefing_id)
        stamp = f"{at:%Y-%m-%d %H:%M:%S}"
        release = {"actor_name": self.name, "role_code": self.visitor.role, "released_at": stamp}
        for left in reversed(range(TRIES)):
            standing = self._standing(briefing_id)
            printing = self._printing({**row, "released_by_name": self.name, "released_at": stamp}, reader="")
            files = self.shop.reprinted(briefing_id, printing)
            try:
                ids = [each["note_id"] for each in standing]
                self.archive.release(briefing_id, files, note_ids=ids, release=release)
                break
            except ChangedMeanwhileError:
                if not left:
                    raise
        return self.row(briefing_id)

    @property
    def name(self) -> str:
        """The visitor as paper names him: what he is called, and the account."""
        label, name = self.visitor.label, self.visitor.name
        return f"{label} ({name})" if label not in ("", name) else name

    def _printing(self, row: dict, *, reader: str) -> Printing:
        return Printing(
            notes=notes_of(self._standing(row["briefing_id"]), zone=self.shop.town.zone),
            released_by=row["released_by_name"] or "",
            released_at=self._local(row["released_at"]) or "",
            watermark=reader,
        )

    def _standing(self, briefing_id: int) -> list[dict]:
        return [each for each in self.archive.notes(briefing_id) if not each["withdrawn_at"]]

    def _is_mine(self, row: dict) -> bool:
        return covers(self.visitor.scope, area_id=row["area_id"], department_id=row["department_id"])

    def _local(self, stamp: str | None) -> str | None:
        return local_text(stamp, zone=self.shop.town.zone) if stamp else None

    def _named(self, sql: str, level: str | None) -> list[dict]:
        frame = self.shop.store.execute(sql, {"level": level} if level else None)
        return sorted(frame.to_dict("records"), key=lambda row: row["id"])


def _read_on(row: dict) -> str:
    """Returns the day that asks for this edition again: a week's and a month's are read the day after they end."""
    if row["edition_code"] == "daily":
        return row["until_date"]
    if row["edition_code"] == "period":
        return row["since_date"]
    return (date.fromisoformat(row["until_date"]) + timedelta(days=1)).isoformat()


def _offered(rows: list[dict], mine: frozenset[str] | None, language: str) -> list[dict]:
    other = {"zh": "name_en", "en": "name_zh"}
    told = [
        {"id": row["id"], "name": row[f"name_{language}"] or row[other[language]] or row["id"]}
        for row in rows
    ]
    if mine is None:
        return [{"id": "", "name": ""}, *told]
    known = {each["id"] for each in told}
    return [each for each in told if each["id"] in mine] + [
        {"id": each, "name": each} for each in sorted(mine - known)
    ]


def _sentence_counts(document: Document) -> dict[str, int]:
    return {
        part.code: sum(len(block.sentences) for block in part.blocks if isinstance(block, Paragraph))
        for part in document.parts
    }
