"""A made briefing handed over (送达): by mail and into a folder, each target once, failed ones tried again."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from components.briefing.canonical import read_document
from components.briefing.document import Document, Paragraph
from components.briefing.formats import FORMATS
from components.words import word
from data.briefing_plan import Order
from data.briefing_runs import Delivery, Runs, wait_after
from data.briefings import MADE, RELEASED, Archive
from data.durable import put_file
from data.mail_settings import MailSettings
from data.ops import unstamp
from serve.mail import FAILED, REFUSED, SENT, Attachment, Letter, Outcome, send_letter

MOST_TRIES = 12


@dataclass(frozen=True, kw_only=True)
class Target:
    """One address or folder a briefing goes to."""

    channel: str
    where: str


@dataclass(frozen=True)
class Courier:
    """Hands briefings over and keeps book of it.

    Attributes:
        mail: how mail is sent; None: it cannot be.
        home: what a relative folder is under.
        now: the present instant, naive UTC.
    """

    archive: Archive
    runs: Runs
    home: Path
    now: Callable[[], datetime]
    mail: MailSettings | None = None

    def hand_over(self, order: Order, briefing_id: int) -> list[Outcome]:
        """Hands a briefing to every target of an order that has not got it yet and may be tried now."""
        row = self.archive.row(briefing_id)
        if order.when == RELEASED and not row["released_at"]:
            return []
        stage = RELEASED if order.when == RELEASED else MADE
        waiting = self._waiting(order, briefing_id, stage=stage)
        if not waiting:
            return []
        attachments = self._attachments(order, row, stage=stage)
        letter = _letter(read_document(self.archive.document(briefing_id)), row, attachments)
        return [
            outcome
            for target, attempt in waiting.items()
            for outcome in self._try(target, letter, about=(briefing_id, stage, attempt))
        ]

    def _waiting(self, order: Order, briefing_id: int, *, stage: str) -> dict[Target, int]:
        """Returns the targets to try now and which attempt it is."""
        last = {
            Target(channel=each["channel_code"], where=each["target_text"]): each
            for each in self.runs.deliveries(briefing_id)
            if each["stage_code"] == stage
        }
        found = {}
        for target in targets_of(order):
            before = last.get(target)
            if before is None:
                found[target] = 1
            elif before["status_code"] == FAILED and self._is_time(before):
                found[target] = before["attempt_no"] + 1
        return found

    def _is_time(self, before: dict) -> bool:
        if before["attempt_no"] >= MOST_TRIES or before["next_at"] is None:
            return False
        return unstamp(f"{before['next_at']}.0") <= unstamp(f"{self.now():%Y-%m-%d %H:%M:%S}.0")

    def _try(self, target: Target, letter: Letter, *, about: tuple[int, str, int]) -> list[Outcome]:
        if target.channel == "folder":
            outcomes = [_put(self.home / target.where, letter)]
        elif self.mail is None:
            outcomes = [Outcome(target.where, FAILED, "COCKPIT_SMTP_HOST is not set")]
        else:
            outcomes = send_letter(letter, [target.where], settings=self.mail)
        briefing_id, stage, attempt = about
        for each in outcomes:
            self.runs.add_delivery(
                Delivery(
                    briefing_id=briefing_id,
                    stage_code=stage,
                    channel_code=target.channel,
                    target_text=target.where,
                    status_code=each.status,
                    attempt_no=attempt,
                    detail_text=each.detail,
                    next_at=self.now() + wait_after(attempt) if each.status == FAILED else None,
                ),
                at=self.now(),
            )
        return outcomes

    def _attachments(self, order: Order, row: dict, *, stage: str) -> tuple[Attachment, ...]:
        return tuple(
            Attachment(
                name=file_name(row, FORMATS[code].suffix),
                media_type=FORMATS[code].media_type,
                content=self.archive.file(row["briefing_id"], code, stage=stage),
            )
            for code in order.formats
        )


def targets_of(order: Order) -> list[Target]:
    """Returns where an order goes."""
    folders = [Target(channel="folder", where=order.folder)] if order.folder else []
    return folders + [Target(channel="mail", where=each) for each in order.mail]


def file_name(row: dict, suffix: str) -> str:
    """Returns what a copy is called outside the archive: title, day, version when it is not the first."""
    title = re.sub(r"[^\w\-]+", "_", row["title_text"]).strip("_") or "briefing"
    version = f"_v{row['version_no']}" if row["version_no"] > 1 else ""
    return f"{title}_{row['until_date']}{version}.{suffix.lstrip('.')}"


def _put(folder: Path, letter: Letter) -> Outcome:
    try:
        for each in letter.attachments:
            put_file(folder / each.name, each.content)
    except OSError as error:
        return Outcome(str(folder), FAILED, f"{type(error).__name__}: {error.strerror}")
    return Outcome(str(folder), SENT)


def _letter(document: Document, row: dict, attachments: tuple[Attachment, ...]) -> Letter:
    """Returns the mail: the first part's own words, then what is attached."""
    first = (
        [block for block in document.parts[0].blocks if isinstance(block, Paragraph)]
        if document.parts
        else []
    )
    gap = "" if document.language == "zh" else " "
    lines = [gap.join(each.text for each in paragraph.sentences) for paragraph in first]
    head = [document.title, word("briefing_screen.mail_as_of", document.language, instant=document.as_of)]
    if document.is_synthetic:
        head.append(word("shell.synthetic_note", document.language))
    names = [each.name for each in attachments]
    text = "\n\n".join(["\n".join(head), *lines, "\n".join(names)])
    return Letter(subject=f"{document.title} {row['until_date']}", text=text, attachments=attachments)


__all__ = ["FAILED", "REFUSED", "SENT", "Courier", "Target", "file_name", "targets_of"]
