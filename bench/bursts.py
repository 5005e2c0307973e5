"""Bursts hidden in streams of made complaints: how many are found, and how often a quiet stream raises an alarm."""

from __future__ import annotations

import numpy as np
import pandas as pd

from bench.measure import Book, Finding, lap
from etl.module_topic_groups import Grouping, find_topics
from etl.module_topic_growth import SPAN_DAYS, Heat, growth
from etl.module_topic_words import Cutter
from etl.synth.codes import read_table

GROUP = "Texts"
SEED = 20261122
A_MONTH, COMMUNITIES = 12_000, 43
STREAMS = 20
TAILS = (
    "",
    "，请尽快派人处理",
    "，已经持续好几天",
    "，多次反映没有解决",
    "，存在安全隐患",
    "，希望有关部门管一管",
)
SIZES = (6, 10, 20)  # voices of a burst in its week, in one community


def stream(
    rng: np.random.Generator, *, bursts: int = 0, size: int = 0, is_new: bool = True
) -> tuple[pd.DataFrame, list[str]]:
    """Returns eight quiet weeks of complaints with bursts in the newest one, and their words.

    A burst is in one community: a matter nobody spoke of before, or (is_new false) one of the old ones.

    How often a matter is complained of differs by two orders; no matter changes from week to week.
    """
    matters = pd.DataFrame(read_table("phrases"))
    share = rng.lognormal(0, 1.2, len(matters))
    n = rng.poisson(A_MONTH * SPAN_DAYS / 30)
    matter = rng.choice(len(matters), n, p=share / share.sum())
    quiet = pd.DataFrame(
        {
            "text": matters["clause"].to_numpy()[matter],
            "category_code": matters["category_code"].to_numpy()[matter],
            "community_id": rng.integers(0, COMMUNITIES, n).astype(str),
            "age_days": rng.integers(1, SPAN_DAYS + 1, n),
        }
    )
    themes = rng.permutation(
        pd.DataFrame(read_table("themes" if is_new else "phrases"))[["clause", "category_code"]].to_numpy()
    )[:bursts]
    hidden = [
        pd.DataFrame(
            {
                "text": clause,
                "category_code": code,
                "community_id": str(number),
                "age_days": rng.integers(1, 8, size),
            }
        )
        for number, (clause, code) in enumerate(themes)
    ]
    rows = pd.concat([quiet, *hidden], ignore_index=True)
    rows["text"] += rng.choice(TAILS, len(rows))
    rows["voice_key"], rows["feed_id"], rows["known_days"] = np.arange(len(rows)).astype(str), "a", 999
    return rows, [str(clause) for clause, _ in themes]


def hot_texts(rows: pd.DataFrame, *, cutter: Cutter) -> tuple[pd.DataFrame, pd.Series]:
    """Returns the hot rows of a stream and the topic of each text."""
    words = {text: cutter.terms(text) for text in rows["text"].unique()}
    topic = find_topics(rows.assign(terms=rows["text"].map(words)), how=Grouping()).topic
    found = growth(rows.assign(topic_id=topic), heat=Heat())
    return found[found["is_hot"].fillna(False)], topic


def measure_bursts(book: Book) -> None:
    """Notes false alarms of quiet streams, bursts found by size, and what a day's build costs."""
    rng, cutter = np.random.default_rng(SEED), Cutter("zh")
    cutter.terms("先读词典")
    alarms, taken = [], []
    for _ in range(STREAMS):
        rows, _ = stream(rng)
        with lap() as spent:
            hot, _ = hot_texts(rows, cutter=cutter)
        alarms.append(len(hot))
        taken.append(spent.processor_s)
    _note_quiet(book, alarms, taken)
    for is_new in (True, False):
        for size in SIZES:
            _note_found(book, rng, size=size, is_new=is_new)


def _note_quiet(book: Book, alarms: list[int], taken: list[float]) -> None:
    """Notes what the quiet streams cost and how often they raised an alarm."""
    how = (
        f"{STREAMS} streams of eight weeks, {A_MONTH:,} texts a month, {COMMUNITIES} communities, seed {SEED}"
    )
    quiet = sum(count > 0 for count in alarms)
    value = f"{sum(alarms)} in {STREAMS} streams ({quiet} streams with any)"
    aim = 0.1 * STREAMS
    book.note(
        Finding(
            GROUP,
            "hot topics of a quiet stream (false alarms)",
            value,
            f"<= {aim:.0f} streams",
            quiet <= aim,
            how,
        )
    )
    cost = float(np.median(taken))
    book.note(
        Finding(
            GROUP,
            "a day's build: words, topics, growth",
            f"{cost:.2f} s of CPU",
            "< 3",
            cost < 3,
            f"{how}; few texts are distinct",
        )
    )


def _note_found(book: Book, rng: np.random.Generator, *, size: int, is_new: bool) -> None:
    """Notes how many bursts are found: their topic is hot in their own community or in the town."""
    cutter, found, hidden, other = Cutter("zh"), 0, 0, 0
    for _ in range(STREAMS // 2):
        rows, clauses = stream(rng, bursts=4, size=size, is_new=is_new)
        hot, topic = hot_texts(rows, cutter=cutter)
        mains = [topic[rows["text"].str.startswith(each)].mode() for each in clauses]
        areas = [hot[hot["topic_id"].isin(main[:1])]["area_id"] for main in mains]
        found += sum(bool(each.isin(["town", str(number)]).any()) for number, each in enumerate(areas))
        other += len(set(hot["topic_id"]) - {main.iloc[0] for main in mains if len(main)})
        hidden += len(clauses)
    matter = "a new matter" if is_new else "an old matter"
    how = f"{hidden} bursts in {STREAMS // 2} streams, in one community in a week; {other} other topics hot"
    aim = (">= 0.9", found / hidden >= 0.9) if size >= 20 else ("", None)
    what = f"bursts of {size} voices about {matter} found"
    book.note(Finding(GROUP, what, f"{found / hidden:.3f}", *aim, how))
