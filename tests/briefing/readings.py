"""What a document's sentences claim, read back from their text (读数): every number, every change."""

from __future__ import annotations

import re
from collections.abc import Iterable

from components.briefing.desk import CHANGE
from components.briefing.document import Document, Fact, Paragraph, Sentence

NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?")
# Words with digits that are no figures: names of rates and feeds, confidence, fixed spans, dates, hours, cases, areas.
NAMED = re.compile(
    r"30分钟发现率?|5分钟派遣率?|3小时处置率?|within 30 min|within 5 min|within 3 h|95%|不含1|leaves out 1|"
    r"12345|110警情|119火警|Police 110|Fire 119|"
    r"24小时|24 hours|next 24|28天|28 days|30天|\d{4}年|\d{1,2}月\d{1,2}日(?:至\d{1,2}日)?|\d{1,2}时(?:\d{2}分)?|"
    r"\d\d:\d\d|(?:\d{1,2} to )?\d{1,2} (?:October|November)(?: \d{4})?|"
    r"\d+月|第\d+网格|Grid \d+|风险防控圈\d+|Risk-control circle \d+|JQ\d+|数据版本\d+|generation \d+|\d+年"
)
HOUR, DAY = 60, 1440
POINT_WORDS = ("个百分点", "points")


def sentences(document: Document) -> Iterable[tuple[str, Sentence]]:
    """Yields every sentence that is not a citizen's own, with its part's code."""
    for part in document.parts:
        for block in part.blocks:
            if isinstance(block, Paragraph) and block.kind != "quote":
                yield from ((part.code, each) for each in block.sentences)


def strange_numbers(sentence: Sentence) -> list[str]:
    """Returns the numbers of a sentence that none of its facts gives."""
    allowed = [each for fact in sentence.facts for each in _numbers_of(fact)]
    if any(word in sentence.text for word in POINT_WORDS):
        values = [round(fact.value, 1) for fact in sentence.facts if fact.value is not None]
        allowed += [abs(one - other) for one in values for other in values]
    found = NUMBER.findall(NAMED.sub(" ", sentence.text))
    return [text for text in found if not any(_is(text, number) for number in allowed)]


def _numbers_of(fact: Fact) -> Iterable[float]:
    numbers = [each for each in (fact.value, fact.n, fact.low, fact.high) if each is not None]
    yield from numbers
    if fact.metric.startswith(CHANGE):
        yield from (100 * abs(each - 1) for each in numbers)
    if fact.metric.startswith(("rows:", "listing:")) and fact.value is not None:
        minutes = round(abs(fact.value))
        yield from (minutes // DAY, minutes // HOUR, minutes % HOUR)
    if fact.by == "hour" and fact.key:
        yield float(fact.key)


def _is(text: str, number: float) -> bool:
    decimals = len(text.partition(".")[2])
    return abs(float(text.replace(",", "")) - number) <= 0.5 * 10**-decimals + 1e-9


def unfounded_claims(sentence: Sentence) -> list[str]:
    """Returns the rises and falls a sentence claims without a change whose interval leaves out 1 on that side."""
    rules = sentence.rule.split("+")
    changes = [fact for fact in sentence.facts if fact.metric.startswith(CHANGE)]
    up = sum(fact.low is not None and fact.low > 1 for fact in changes)
    down = sum(fact.high is not None and fact.high < 1 for fact in changes)
    rises = sum(rule in ("moved.rise", "moved.rise_open", "attention.risen_kind") for rule in rules)
    falls = rules.count("moved.fall")
    return [f"{rises} rises, {up} founded"] * (rises > up) + [f"{falls} falls, {down} founded"] * (
        falls > down
    )


def text_of(document: Document, code: str) -> list[str]:
    """Returns a part's paragraphs as a reader sees them."""
    space = "" if document.language == "zh" else " "
    (part,) = [each for each in document.parts if each.code == code]
    return [
        space.join(sentence.text for sentence in block.sentences)
        for block in part.blocks
        if isinstance(block, Paragraph)
    ]
