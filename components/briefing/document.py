"""What a briefing says (简报文本模型): parts, sentences that keep the numbers they rest on, tables, pictures. No format."""

from __future__ import annotations

from dataclasses import dataclass

from components.drawing.spec import AreaPicture, Chart


@dataclass(frozen=True, kw_only=True)
class Fact:
    """One number a sentence or a cell rests on: what was asked and what came back, so that it can be asked again.

    Attributes:
        metric: metric id; `change:<metric>`: the ratio of a count to the same weekdays before; `rows:<metric>`: a figure of
            one row behind it (minutes late); `bounds:<metric>`: what a rate lies between however the silent would answer;
            `rule:<name>`: a threshold in force; `excluded:<metric>`: left out of it; `listing:<name>`: counted or read in a list.
        asked: the question's own part of the address, sorted, with its instant: `as_of=..&period=24h&area=..`, or
            `since=..&until=..` where no period says it (components/briefing/asked.py reads it back).
        by: the dimension whose group `key` this is, or empty.
        value: as answered, in the metric's unit; None = unknown.
        n: what it rests on; None for counts of lists.
        low: lower end of the 95 % interval, or None.
        high: upper end, or None.
        flag: of the answer (`small_sample`, `no_data`, `suppressed` ...), or empty.
    """

    metric: str
    asked: str
    value: float | None
    by: str = ""
    key: str = ""
    n: float | None = None
    low: float | None = None
    high: float | None = None
    flag: str = ""


@dataclass(frozen=True)
class Sentence:
    """Words made from numbers by the grammar; `rule` names the patterns in components/locale/briefing/, the outer one first.

    Sentences of a paragraph run on without a space in Chinese, with one in English.
    """

    text: str
    facts: tuple[Fact, ...] = ()
    rule: str = ""


@dataclass(frozen=True)
class Paragraph:
    """Sentences that run on; `kind`: text | item (one of a list) | note (small, grey) | quote (citizens' own words)."""

    sentences: tuple[Sentence, ...]
    kind: str = "text"


@dataclass(frozen=True, kw_only=True)
class Column:
    """A column of a table: heading, and how its cells are typed: text | number | pct | minutes | yuan | instant | date."""

    name: str
    kind: str = "text"
    decimals: int = 0


@dataclass(frozen=True)
class Cell:
    """One cell: the value as typed by its column (None = unknown), the text that is printed, the number behind it."""

    value: str | float | int | bool | None
    text: str
    fact: Fact | None = None


@dataclass(frozen=True, kw_only=True)
class Table:
    """A table with a heading row that is repeated on every page.

    Attributes:
        key: stable name of the table: sheet in a workbook, anchor on a page.
        note: what stands below (n, exclusions, as-of).
    """

    key: str
    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    note: str = ""


@dataclass(frozen=True)
class Picture:
    """A chart or a map in its place; `key` is stable."""

    key: str
    shown: Chart | AreaPicture


Block = Paragraph | Table | Picture


@dataclass(frozen=True, kw_only=True)
class Part:
    """One numbered part.

    Attributes:
        code: corrections, overall, changes, late, risk, safety, voice, outlook, todo, annex_tables, annex_definitions,
            annex_quality.
        number: as printed, without punctuation: `一`, `附件1`, `1`, `Annex A`; writers add `、` or `. ` before the title.
    """

    code: str
    number: str
    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, kw_only=True)
class Document:
    """A whole briefing in one language.

    Attributes:
        edition_code: daily | weekly | monthly | period.
        since_date: first civil day told about (ISO).
        until_date: last civil day told about (ISO).
        as_of: the as-of instant in the town's time, as printed.
        generation: published generation it was made from.
        digest: of the definitions, rules and sentences in force (hex).
        area_id: the area it is scoped to, or empty: the town.
        department_id: the department it is scoped to, or empty.
        anchor: newest audit row's number and hash when it was made, as printed.
        is_synthetic: a demonstration town: said on every page.
    """

    edition_code: str
    language: str
    title: str
    town: str
    issuer: str
    since_date: str
    until_date: str
    as_of: str
    generation: int
    digest: str
    parts: tuple[Part, ...]
    area_id: str = ""
    department_id: str = ""
    scope_name: str = ""
    anchor: str = ""
    is_synthetic: bool = False


@dataclass(frozen=True, kw_only=True)
class Note:
    """Words of a person beside the text, before release: never in place of a number.

    Attributes:
        part_code: where it stands.
        sentence: index of the sentence it follows in its part (counted over all paragraphs), or -1: at the part's end.
        is_struck: the sentence itself is shown struck out (its numbers stay readable).
    """

    part_code: str
    text: str
    actor_name: str
    noted_at: str
    sentence: int = -1
    is_struck: bool = False


@dataclass(frozen=True, kw_only=True)
class Printing:
    """What one printed copy adds to the document: people's notes, release, and who reads it (watermark)."""

    notes: tuple[Note, ...] = ()
    released_by: str = ""
    released_at: str = ""
    watermark: str = ""
