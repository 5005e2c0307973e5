"""The archive of briefings (简报归档): every version kept whole with its digests; nothing is ever overwritten.

The text is opaque here: bytes that others made and others read. What stands in `briefings/` of the home is checked
against the book whenever it is read.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from pathlib import Path

from data.briefing_record import (
    BriefingError,
    BriefingKey,
    ChangedMeanwhileError,
    MadeBriefing,
    NoBriefingError,
    ReleasedError,
    digest_of,
    digest_of_files,
    folder_name,
    read_checked,
    stamp_of,
)
from data.durable import keep_folder, sweep
from data.ops import Ops

MADE, RELEASED = "made", "released"
DOCUMENT = "document"  # the text itself, beside the formats it was printed in
_KEY = "edition_code = :edition_code AND language_code = :language_code AND area_id = :area_id AND department_id = :department_id"
_KEY += " AND since_date = :since_date AND until_date = :until_date AND as_of_at = :as_of_at"
_ROW = """SELECT b.*, r.actor_name AS released_by_name, r.released_at, r.role_code AS released_role_code,
        r.folder_name AS released_folder_name
    FROM briefing b LEFT JOIN briefing_release r USING (briefing_id)"""


class Archive:
    """The briefings of one home: their rows in the book, their files in `briefings/`."""

    def __init__(self, ops: Ops, folder: Path) -> None:
        """Use the book and the folder, which is made when something is kept."""
        self.ops = ops
        self.folder = folder
        sweep(folder)

    def keep(self, made: MadeBriefing, *, by: str, at: datetime) -> tuple[int, bool]:
        """Keeps a briefing and returns its number and whether it is new.

        One that says the same as the newest version of its key is that version; one that says something else
        becomes the next version and names the former one.
        """
        while True:
            newest = self.newest(made.key)
            if newest and newest["content_sha256"] == made.content_sha256:
                return newest["briefing_id"], False
            version = newest["version_no"] + 1 if newest else 1
            files = {DOCUMENT: ("document.json", made.document), **made.files}
            name = folder_name(made.key, version=version, files=files)
            keep_folder(self.folder / name, dict(files.values()))
            previous = newest["briefing_id"] if newest else None
            facts = {"version_no": version, "previous_id": previous, "folder_name": name, "made_by_name": by}
            try:
                return self._add(made, facts | {"made_at": stamp_of(at)}, files=files), True
            except sqlite3.IntegrityError:
                # Another process kept a version meanwhile: look again.
                if self.newest(made.key) == newest:
                    raise

    def newest(self, key: BriefingKey) -> dict | None:
        """Returns the newest version of a key, or None."""
        row = self.ops.row(f"{_ROW} WHERE {_KEY} ORDER BY version_no DESC LIMIT 1", asdict(key))
        return dict(row) if row else None

    def row(self, briefing_id: int) -> dict:
        """Returns one briefing's row with its release.

        Raises:
            NoBriefingError: no such number.
        """
        row = self.ops.row(f"{_ROW} WHERE briefing_id = ?", [briefing_id])
        if row is None:
            raise NoBriefingError(f"briefing {briefing_id}: not in the archive")
        return dict(row)

    def listed(self, *, limit: int = 400, **equal: str) -> list[dict]:
        """Returns the newest briefings, newest day first; `equal` names columns that must have a value."""
        where = " AND ".join(f"{name} = :{name}" for name in equal) or "1"
        order = "until_date DESC, edition_code, area_id, department_id, language_code, as_of_at DESC, version_no DESC"
        found = self.ops.rows(
            f"{_ROW} WHERE {where} ORDER BY {order} LIMIT :row_limit", {**equal, "row_limit": limit}
        )
        return [dict(row) for row in found]

    def files(self, briefing_id: int, *, stage: str | None = None) -> list[dict]:
        """Returns the kept files of a briefing, those of its release when it has one."""
        stage = stage or (RELEASED if self.row(briefing_id)["released_at"] else MADE)
        sql = "SELECT * FROM briefing_file WHERE briefing_id = ? AND stage_code = ? ORDER BY format_code"
        return [dict(row) for row in self.ops.rows(sql, [briefing_id, stage])]

    def document(self, briefing_id: int) -> bytes:
        """Returns a briefing's text as JSON, checked against its digest."""
        return self.file(briefing_id, DOCUMENT, stage=MADE)

    def file(self, briefing_id: int, format_code: str, *, stage: str | None = None) -> bytes:
        """Returns one kept file, checked against its digest.

        Raises:
            NoBriefingError: it was not kept in that format.
            DamagedBriefingError: what is in the folder is not what was kept.
        """
        row = self.row(briefing_id)
        stage = stage or (RELEASED if row["released_at"] else MADE)
        found = [each for each in self.files(briefing_id, stage=stage) if each["format_code"] == format_code]
        if not found:
            raise NoBriefingError(f"briefing {briefing_id}: not kept as {format_code!r} ({stage})")
        name = row["folder_name"] if stage == MADE else row["released_folder_name"]
        return read_checked(self.folder / name / found[0]["file_name"], found[0]["sha256"])

    def faults(self) -> list[str]:
        """Returns one line per kept file that is missing or changed."""
        found = []
        for each in self.ops.rows(
            "SELECT * FROM briefing_file ORDER BY briefing_id, stage_code, format_code"
        ):
            try:
                self.file(each["briefing_id"], each["format_code"], stage=each["stage_code"])
            except BriefingError as error:
                found.append(str(error))
        return found

    def add_note(self, briefing_id: int, note: Mapping[str, object], *, by: str, at: datetime) -> int:
        """Keeps somebody's words beside the text (part_code, sentence_no, note_text, is_struck); returns their number.

        Raises:
            ReleasedError: it is released.
        """
        values = [
            note["part_code"],
            note["sentence_no"],
            note["note_text"],
            int(bool(note["is_struck"])),
            by,
            stamp_of(at),
        ]
        with self.ops.transaction() as book:
            _refuse_released(book, briefing_id)
            sql = "INSERT INTO briefing_note (briefing_id, part_code, sentence_no, note_text, is_struck, actor_name, noted_at)"
            return int(book.execute(f"{sql} VALUES (?, ?, ?, ?, ?, ?, ?)", [briefing_id, *values]).lastrowid)

    def withdraw_note(self, note_id: int, *, by: str, at: datetime) -> int:
        """Takes a note back before release: it stays in the book, marked; returns its briefing's number.

        Raises:
            NoBriefingError: no such note, or taken back already.
            ReleasedError: it is released.
        """
        with self.ops.transaction() as book:
            found = book.execute(
                "SELECT briefing_id FROM briefing_note WHERE note_id = ?", [note_id]
            ).fetchone()
            if found is None:
                raise NoBriefingError(f"note {note_id}: there is none")
            _refuse_released(book, found["briefing_id"])
            added = book.execute(
                "INSERT OR IGNORE INTO briefing_note_withdrawn VALUES (?, ?, ?)", [note_id, by, stamp_of(at)]
            )
            if not added.rowcount:
                raise NoBriefingError(f"note {note_id}: taken back already")
            return int(found["briefing_id"])

    def notes(self, briefing_id: int) -> list[dict]:
        """Returns every note of a briefing in the order they were made; `withdrawn_by_name` names who took one back."""
        sql = """SELECT n.*, w.actor_name AS withdrawn_by_name, w.withdrawn_at
            FROM briefing_note n LEFT JOIN briefing_note_withdrawn w USING (note_id) WHERE briefing_id = ? ORDER BY note_id"""
        return [dict(row) for row in self.ops.rows(sql, [briefing_id])]

    def release(
        self,
        briefing_id: int,
        files: Mapping[str, tuple[str, bytes]],
        *,
        note_ids: list[int],
        release: Mapping[str, object],
    ) -> None:
        """Keeps the copies that are given out and says who released them when (actor_name, role_code, released_at).

        Args:
            briefing_id: which one.
            files: format code -> (file name, bytes), with the notes printed.
            note_ids: the notes that were printed.
            release: who and when.

        Raises:
            ReleasedError: it is released already.
            ChangedMeanwhileError: the notes are not those that were printed.
        """
        row = self.row(briefing_id)
        if row["released_at"]:
            raise ReleasedError(
                f"briefing {briefing_id}: released by {row['released_by_name']} at {row['released_at']}"
            )
        # A folder of an earlier try whose row was never written keeps its name: this one gets its own.
        name = f"{row['folder_name']}-released-{digest_of_files(files)[:8]}"
        keep_folder(self.folder / name, dict(files.values()))
        with self.ops.transaction() as book:
            _refuse_released(book, briefing_id)
            if note_ids != _standing(book, briefing_id):
                raise ChangedMeanwhileError(f"briefing {briefing_id}: notes changed while it was printed")
            who = (release["actor_name"], release["role_code"], release["released_at"])
            values = [briefing_id, *who, name, json.dumps(note_ids)]
            book.execute("INSERT INTO briefing_release VALUES (?, ?, ?, ?, ?, ?)", values)
            _add_files(book, briefing_id, files, stage=RELEASED)

    def _add(self, made: MadeBriefing, facts: Mapping[str, object], *, files: Mapping) -> int:
        values = {
            **asdict(made.key),
            "title_text": made.title,
            "generation_no": made.generation,
            "definitions_digest": made.definitions_digest,
            "content_sha256": made.content_sha256,
            "document_sha256": digest_of(made.document),
            **facts,
        }
        names = ", ".join(values)
        with self.ops.transaction() as book:
            added = book.execute(
                f"INSERT INTO briefing ({names}) VALUES ({', '.join(f':{name}' for name in values)})", values
            )
            _add_files(book, added.lastrowid, files, stage=MADE)
            return int(added.lastrowid)


def _add_files(book: sqlite3.Connection, briefing_id: int, files: Mapping, *, stage: str) -> None:
    for code, (name, content) in files.items():
        values = [briefing_id, stage, code, name, len(content), digest_of(content)]
        book.execute("INSERT INTO briefing_file VALUES (?, ?, ?, ?, ?, ?)", values)


def _refuse_released(book: sqlite3.Connection, briefing_id: int) -> None:
    if book.execute("SELECT 1 FROM briefing WHERE briefing_id = ?", [briefing_id]).fetchone() is None:
        raise NoBriefingError(f"briefing {briefing_id}: not in the archive")
    found = book.execute("SELECT * FROM briefing_release WHERE briefing_id = ?", [briefing_id]).fetchone()
    if found:
        raise ReleasedError(
            f"briefing {briefing_id}: released by {found['actor_name']} at {found['released_at']}"
        )


def _standing(book: sqlite3.Connection, briefing_id: int) -> list[int]:
    sql = """SELECT note_id FROM briefing_note WHERE briefing_id = ?
        AND note_id NOT IN (SELECT note_id FROM briefing_note_withdrawn) ORDER BY note_id"""
    return [row["note_id"] for row in book.execute(sql, [briefing_id])]
