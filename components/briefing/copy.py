"""One copy made ready to be printed (印本): plain words of bearable length, people's notes in their places, head and foot."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import lru_cache

from components.briefing.document import Document, Note, Paragraph, Part, Picture, Printing, Table
from components.briefing.plain import printable_model
from components.words import word

# Longest texts, by class and field; a citizen's novel neither fills a page nor a slide.
LIMITS = {
    "": 240,
    "Sentence.text": 1200,
    "Note.text": 600,
    "Table.note": 400,
    "Chart.alt": 400,
    "AreaPicture.alt": 400,
    "Document.title": 60,
    "Document.town": 30,
    "Document.issuer": 40,
    "Document.digest": 128,
    "Part.title": 60,
    "Part.number": 12,
    "Table.title": 100,
    "Column.name": 40,
    "Cell.value": 2000,
    "Fact.asked": 1000,
    "Chart.title": 80,
    "Chart.unit": 12,
    "Chart.categories": 30,
    "Series.name": 40,
    "AreaMark.label": 30,
    "AreaPicture.title": 80,
    "AreaPicture.legend": 30,
    "Printing.watermark": 60,
    "Printing.released_by": 30,
    "Printing.released_at": 30,
    "Note.actor_name": 30,
    "Note.noted_at": 30,
}
MONTHS = ("January February March April May June July August September October November December").split()


@dataclass(frozen=True)
class MarkedSentence:
    """A sentence, whether it is struck, the marks of the notes on it, and what sets the next one apart."""

    text: str
    is_struck: bool
    marks: str
    gap: str


@dataclass(frozen=True)
class MarkedNote:
    """A person's words below the paragraph: the mark they answer, what kind they are, whose, when."""

    mark: str
    head: str
    text: str


@dataclass(frozen=True)
class MarkedParagraph:
    """A paragraph with its notes; `kind` as in the document."""

    kind: str
    sentences: tuple[MarkedSentence, ...]
    notes: tuple[MarkedNote, ...] = ()


@dataclass(frozen=True)
class MarkedPart:
    """A part with its heading, its blocks in their order, and the notes at its end."""

    code: str
    heading: str
    blocks: tuple[MarkedParagraph | Table | Picture, ...]
    notes: tuple[MarkedNote, ...]

    @property
    def is_annex(self) -> bool:
        """Whether the part belongs to the annex."""
        return self.code.startswith("annex")


@dataclass(frozen=True, kw_only=True)
class Copy:
    """What every writer prints.

    Attributes:
        period: the days told about, in words.
        origin: as-of, generation, digest, anchor: lines of the last page, label and value.
        release: who released it and when, or empty.
        warning: said on every page of a demonstration town, or empty.
        watermark: who reads this copy and when, or empty.
        fixed_at: the instant every file is dated with.
    """

    document: Document
    parts: tuple[MarkedPart, ...]
    period: str
    origin: tuple[tuple[str, str], ...]
    release: str
    warning: str
    watermark: str
    fixed_at: datetime

    @property
    def is_zh(self) -> bool:
        """Whether the document is Chinese."""
        return self.document.language == "zh"

    def t(self, key: str, **values: object) -> str:
        """Returns a word in the document's language."""
        return word(key, self.document.language, **values)


@lru_cache(maxsize=8)
def make_copy(document: Document, printing: Printing | None = None) -> Copy:
    """Returns the document and what this copy adds, ready for any writer."""
    told = printable_model(document, limits=LIMITS)
    adds = printable_model(printing or Printing(), limits=LIMITS)
    lang = told.language
    released = bool(adds.released_by or adds.released_at)
    release = word("printed.released", lang, name=adds.released_by, at=adds.released_at) if released else ""
    return Copy(
        document=told,
        parts=tuple(_marked_parts(told, adds)),
        period=_period(told),
        origin=tuple(_origin(told)),
        release=release,
        warning=word("printed.synthetic", lang) if told.is_synthetic else "",
        watermark=adds.watermark,
        fixed_at=datetime.fromisoformat(told.until_date),
    )


def _period(document: Document) -> str:
    since, until = (date.fromisoformat(each) for each in (document.since_date, document.until_date))
    is_zh = document.language == "zh"
    if since == until:
        return _day(until, is_zh=is_zh)
    if (since.year, since.month) == (until.year, until.month):
        return (
            f"{_day(since, is_zh=True)}至{until.day}日"
            if is_zh
            else f"{since.day}–{_day(until, is_zh=False)}"
        )
    return (" – ", "至")[is_zh].join(_day(each, is_zh=is_zh) for each in (since, until))


def _day(day: date, *, is_zh: bool) -> str:
    return (
        f"{day.year}年{day.month}月{day.day}日" if is_zh else f"{day.day} {MONTHS[day.month - 1]} {day.year}"
    )


def _origin(document: Document) -> Iterator[tuple[str, str]]:
    lang = document.language
    yield word("printed.as_of", lang), document.as_of
    yield word("printed.generation", lang), str(document.generation)
    yield word("printed.digest", lang), document.digest[:16]
    if document.anchor:
        yield word("printed.anchor", lang), document.anchor


def _marked_parts(document: Document, printing: Printing) -> Iterator[MarkedPart]:
    numbers = {note: place for place, note in enumerate(_in_order(document, printing.notes), start=1)}
    for part in document.parts:
        here = [note for note in numbers if note.part_code == part.code]
        blocks, count = [], 0
        for block in part.blocks:
            if isinstance(block, Paragraph):
                blocks.append(
                    _marked(block, start=count, notes=here, numbers=numbers, lang=document.language)
                )
                count += len(block.sentences)
            else:
                blocks.append(block)
        last = [note for note in here if not 0 <= note.sentence < count]
        closing = tuple(_marked_note(note, numbers[note], document.language) for note in last)
        yield MarkedPart(part.code, _heading(part, document.language), tuple(blocks), closing)


def _in_order(document: Document, notes: tuple[Note, ...]) -> list[Note]:
    """Returns the notes as they are read: by part, by sentence, by time; those of a part that is not there last."""
    places = {part.code: place for place, part in enumerate(document.parts)}
    last = len(places)

    def order(note: Note) -> tuple:
        return places.get(note.part_code, last), note.sentence if note.sentence >= 0 else 10**6, note.noted_at

    return sorted(dict.fromkeys(notes), key=order)


def _marked(
    block: Paragraph, *, start: int, notes: list[Note], numbers: Mapping[Note, int], lang: str
) -> MarkedParagraph:
    sentences, below = [], []
    for place, sentence in enumerate(block.sentences, start=start):
        on_it = [note for note in notes if note.sentence == place]
        below += on_it
        marks = "".join(word("printed.mark", lang, number=numbers[note]) for note in on_it)
        struck = any(note.is_struck for note in on_it)
        sentences.append(MarkedSentence(sentence.text, struck, marks, gap="" if lang == "zh" else " "))
    return MarkedParagraph(
        block.kind, tuple(sentences), tuple(_marked_note(note, numbers[note], lang) for note in below)
    )


def _marked_note(note: Note, number: int, lang: str) -> MarkedNote:
    key = "printed.struck" if note.is_struck else "printed.remark"
    head = word(
        "printed.note", lang, number=number, kind=word(key, lang), name=note.actor_name, at=note.noted_at
    )
    mark = word("printed.mark", lang, number=number)
    return MarkedNote(mark, head, note.text or (word("printed.struck_only", lang) if note.is_struck else ""))


def _heading(part: Part, lang: str) -> str:
    if not part.number:
        return part.title
    if lang != "zh":
        return f"{part.number}  {part.title}"
    return f"{part.number}{'　' if part.number.startswith('附') else '、'}{part.title}"


def without_words(picture: Picture) -> Picture:
    """Returns the picture without title and source line: the page around it tells them."""
    return replace(picture, shown=replace(picture.shown, title="", source=""))
