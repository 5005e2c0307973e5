"""Words from numbers (叙述语法): patterns filled with terms; a term keeps the facts its text rests on."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from components.briefing.document import Fact, Paragraph, Sentence
from components.briefing.patterns import PatternError, pattern
from data.catalogue import catalogue

HOUR, DAY = 60, 1440


@dataclass(frozen=True)
class Term:
    """A piece of text and what it rests on; `rules` are the patterns it was made by.

    In a pattern `{cases:case|cases}` writes the number with its noun, singular or plural.
    """

    text: str
    facts: tuple[Fact, ...] = ()
    rules: tuple[str, ...] = ()
    amount: float | None = None

    def __format__(self, form: str) -> str:
        """Returns the text, with the noun the pattern names for it."""
        if not form:
            return self.text
        one, _, many = form.partition("|")
        return f"{self.text} {one if self.amount == 1 else many}"


@dataclass(frozen=True)
class Speech:
    """Makes sentences in one language.

    Attributes:
        language: `zh` or `en`.
    """

    language: str

    @property
    def is_zh(self) -> bool:
        """Whether the language is Chinese."""
        return self.language == "zh"

    def say(self, rule: str, rests: Iterable[Fact] = (), **terms: Term | str) -> Sentence:
        """Returns a sentence; its rule names every pattern used, the outer one first.

        Args:
            rule: the pattern.
            rests: facts the sentence rests on without writing them (what "nothing moved" was judged by).
            **terms: what fills the pattern.
        """
        made = self.phrase(rule, **terms)
        text = made.text if self.is_zh else made.text[:1].upper() + made.text[1:]
        return Sentence(text, facts=tuple(dict.fromkeys((*made.facts, *rests))), rule="+".join(made.rules))

    def phrase(self, rule: str, **terms: Term | str) -> Term:
        """Returns a pattern filled, as a piece of another one.

        Raises:
            PatternError: no such pattern, or a hole without a term.
        """
        try:
            text = pattern(rule, self.language).format(**terms)
        except (KeyError, IndexError) as error:
            if isinstance(error, PatternError):
                raise
            raise PatternError(f"{rule!r}: nothing to put into {error}") from None
        held = [each for each in terms.values() if isinstance(each, Term)]
        facts = tuple(dict.fromkeys(fact for each in held for fact in each.facts))
        return Term(text, facts, (rule, *(name for each in held for name in each.rules)))

    def joined(self, terms: Iterable[Term], *, rule: str = "list.comma") -> Term:
        """Returns terms in a row: commas between them, in English `and` before the last."""
        terms = list(terms)
        between, last = pattern(rule, self.language), pattern(f"{rule}_last", self.language)
        texts = [each.text for each in terms]
        text = last.join([between.join(texts[:-1]), texts[-1]]) if len(texts) > 1 else "".join(texts)
        facts = tuple(dict.fromkeys(fact for each in terms for fact in each.facts))
        return Term(text, facts, tuple(name for each in terms for name in each.rules))

    def piece(self, rule: str) -> Term:
        """Returns a pattern without holes."""
        return Term(pattern(rule, self.language), (), ())

    def plain(self, value: float | None, form: str = "{:.0f}") -> str:
        """Returns a number: English groups thousands, Chinese does not; unknown is said."""
        if value is None:
            return pattern("figure.unknown", self.language)
        text = form.replace(",", "").format(value) if self.is_zh else form.format(value)
        if not self.is_zh and "," not in form and abs(value) >= 1000:
            text = form.replace(":", ":,").format(value)
        return text.replace("-", "−")

    def count(self, fact: Fact) -> Term:
        """Returns a count; unknown, kept back or out of bounds is said in words."""
        if fact.value is None:
            return self._absent(fact)
        return Term(self.plain(fact.value), (fact,), (), fact.value)

    def amount(self, fact: Fact) -> Term:
        """Returns a value in its metric's own format, with the sign of per cent where it is one."""
        if fact.value is None:
            return self._absent(fact)
        return Term(self._in_unit(fact, fact.value), (fact,), (), fact.value)

    def rate(self, fact: Fact) -> Term:
        """Returns a rate with its sample and interval; a small sample is said, and judges nothing."""
        if fact.value is None:
            return self._absent(fact)
        value = Term(self._in_unit(fact, fact.value), (fact,), (), fact.value)
        size = Term(self.plain(fact.n), (fact,), (), fact.n)
        if fact.flag == "small_sample":
            return self.phrase("figure.small", value=value, n=size)
        if fact.low is None or fact.high is None:
            return self.phrase("figure.sized", value=value, n=size)
        return self.phrase("figure.rate", value=value, n=size, span=self.span_of(fact))

    def span_of(self, fact: Fact) -> Term:
        """Returns the 95 % interval of a value."""
        texts = [self._in_unit(fact, each) for each in (fact.low, fact.high)]
        low, high = (Term(text, (fact,)) for text in texts)
        return self.phrase("figure.span", low=low, high=high)

    def percent(self, fact: Fact, value: float) -> Term:
        """Returns a ratio's distance from one in per cent, without its sign."""
        share = 100 * abs(value - 1)
        return Term(f"{self.plain(share, '{:.1f}' if share < 10 else '{:.0f}')}%", (fact,))

    def times(self, fact: Fact) -> Term:
        """Returns a ratio with two decimals and its interval's ends."""
        ends = [self.plain(each, "{:.2f}") for each in (fact.low, fact.high)]
        return self.phrase("figure.span", low=Term(ends[0], (fact,)), high=Term(ends[1], (fact,)))

    def duration(self, fact: Fact) -> Term:
        """Returns minutes in the largest units that keep it short."""
        if fact.value is None:
            return self._absent(fact)
        minutes = round(abs(fact.value))
        if minutes < HOUR:
            return self.phrase("figure.minutes", minutes=Term(self.plain(minutes), (fact,), (), minutes))
        hours = minutes // HOUR
        if hours < 48:
            rest = minutes - hours * HOUR
            told = {"hours": Term(self.plain(hours), (fact,)), "minutes": Term(self.plain(rest), (fact,))}
            if rest:
                return self.phrase("figure.hours_minutes", **told)
            return self.phrase("figure.hours", hours=told["hours"])
        days = minutes // DAY
        return self.phrase("figure.days", days=Term(self.plain(days), (fact,), (), days))

    def day(self, day: date, *, has_year: bool = True) -> Term:
        """Returns a civil day as the language writes it."""
        if self.is_zh:
            return Term(f"{day.year}年{day.month}月{day.day}日" if has_year else f"{day.month}月{day.day}日")
        return Term(f"{day.day} {day:%B %Y}" if has_year else f"{day.day} {day:%B}")

    def days(self, since: date, until: date) -> tuple[Term, Term]:
        """Returns both ends of a span of days; what they share is written once."""
        is_year, is_month = since.year == until.year, since.replace(day=1) == until.replace(day=1)
        if self.is_zh:
            last = f"{until.day}日" if is_month else self.day(until, has_year=not is_year).text
            return self.day(since), Term(last)
        first = f"{since.day}" if is_month else self.day(since, has_year=not is_year).text
        return Term(first), self.day(until)

    def inner(self, name: str) -> str:
        """Returns a column's name as it stands within a sentence: without a capital in English."""
        return name if self.is_zh else name[:1].lower() + name[1:]

    def moment(self, at: datetime, *, has_year: bool = False) -> Term:
        """Returns an instant in local time to the minute."""
        day = self.day(at.date(), has_year=has_year).text
        if self.is_zh:
            return Term(f"{day}{at.hour}时" + (f"{at.minute:02d}分" if at.minute else ""))
        return Term(f"{at:%H:%M} on {day}")

    def _absent(self, fact: Fact) -> Term:
        return Term(pattern(f"figure.{fact.flag or 'unknown'}", self.language), (fact,))

    def _in_unit(self, fact: Fact, value: float) -> str:
        metric = catalogue().metrics.get(fact.metric.removeprefix("bounds:"))
        text = self.plain(value, metric.format if metric else "{:.0f}")
        return f"{text}%" if metric and metric.unit.zh == "%" else text


def paragraph(*sentences: Sentence | None, kind: str = "text") -> Paragraph:
    """Returns a paragraph of the sentences that there are."""
    return Paragraph(tuple(each for each in sentences if each is not None), kind)
