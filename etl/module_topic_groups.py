"""Topics of texts (话题): words that come together, named by themselves; a text belongs to the topic it says most of.

Candidates are words and phrases of enough texts that keep to one category or one place: what is said everywhere is manner of
speaking. Words are joined while they share texts on average (average linkage), so a topic is a bundle of words, never a chain.
The order of the texts changes nothing; the name of a topic is its most frequent words, its id made of the first of them.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import sparse

from etl.module_topic_words import shown

MOST_TERMS = 1_200  # linkage costs the square of it: 0.3 s
NAME_WORDS = 3


@dataclass(frozen=True)
class Grouping:
    """How topics are made (data/rules/topic.yaml).

    Attributes:
        least: texts a word must have.
        most_share: share of all texts beyond which a word says nothing.
        keeps_to: share of a word's texts that one category, or one place, must hold.
        alike: mean cosine from which words are one topic.
    """

    least: int = 5
    most_share: float = 0.2
    keeps_to: float = 0.3
    alike: float = 0.35


@dataclass(frozen=True)
class Found:
    """Topics: `topics` (topic_id, topic_name, text_count) and `topic` (topic_id of each text; null: none)."""

    topics: pd.DataFrame
    topic: pd.Series


def find_topics(texts: pd.DataFrame, *, how: Grouping, language: str = "zh") -> Found:
    """Returns the topics of texts.

    Args:
        texts: any index; terms (list of str), category_code and community_id (null: not known).
        how: what makes a topic.
        language: how phrases are written.
    """
    nothing = pd.Series(None, index=texts.index, dtype="string")
    order = np.arange(len(texts))
    owner = np.repeat(order, texts["terms"].map(len))
    words, column = np.unique(
        np.array([t for row in texts["terms"] for t in row], dtype=object).astype(str), return_inverse=True
    )
    if not len(words):
        return Found(_topics([], [], language=language), nothing)
    has = sparse.csc_matrix(
        (np.ones(len(owner), np.float32), (owner, column)), shape=(len(texts), len(words))
    )
    count = np.bincount(column, minlength=len(words))
    kept = np.flatnonzero((count >= how.least) & (count <= max(how.least, how.most_share * len(texts))))
    kept = kept[_keeps(has[:, kept], count[kept], texts=texts, share=how.keeps_to)]
    if len(kept) > MOST_TERMS:  # ties by spelling, so that the same texts give the same words
        kept = np.sort(kept[np.lexsort((words[kept], -count[kept]))[:MOST_TERMS]])
    if not len(kept):
        return Found(_topics([], [], language=language), nothing)
    has, words, count = has[:, kept], words[kept], count[kept]
    group = _join(has, count, alike=how.alike)
    topics = _topics(words, group, count=count, language=language)
    return Found(*_assign(has, group, count=count, topics=topics, index=texts.index))


def _keeps(has: sparse.csc_matrix, count: np.ndarray, *, texts: pd.DataFrame, share: float) -> np.ndarray:
    """Whether each word keeps to one category or one place; true where nothing is known of either."""
    keeps, known = np.zeros(len(count), bool), False
    for name in ("category_code", "community_id"):
        codes, values = pd.factorize(texts[name], sort=True)
        if len(values) < 2:
            continue
        known, rows = True, np.flatnonzero(codes >= 0)
        belongs = sparse.csr_matrix(
            (np.ones(len(rows)), (codes[rows], rows)), shape=(len(values), len(texts))
        )
        top = (belongs @ has).max(axis=0).toarray().ravel()
        keeps |= top >= share * count
    return keeps if known else np.ones(len(count), bool)


def _join(has: sparse.csc_matrix, count: np.ndarray, *, alike: float) -> np.ndarray:
    """Returns the number of the group of each word."""
    if len(count) == 1:
        return np.zeros(1, int)
    from scipy.cluster.hierarchy import fcluster, linkage  # a tenth of a second; only who builds topics pays

    both = (has.T @ has).toarray()
    distance = 1 - both / np.sqrt(np.outer(count, count))
    upper = np.triu_indices(len(count), 1)
    tree = linkage(np.round(np.clip(distance[upper], 0, 1), 6), method="average")
    return fcluster(tree, 1 - alike, criterion="distance") - 1


def _topics(words, group, *, count=(), language: str) -> pd.DataFrame:
    """Returns one row per group by its number: id, name; the name is its words that texts have most, none within another."""
    rows = []
    frame = pd.DataFrame({"word": np.asarray(words, dtype=object), "group": group, "count": list(count)})
    frame["length"] = frame["word"].str.len() if len(frame) else 0
    frame = frame.sort_values(["group", "count", "length", "word"], ascending=[True, False, False, True])
    for number, own in frame.groupby("group", sort=True):
        lead, name = str(own["word"].iloc[0]), []
        for word in own["word"]:
            said = shown(word, language=language)
            if not any(said in each or each in said for each in name):
                name.append(said)
        digest = hashlib.sha256(lead.encode()).hexdigest()[:12]
        rows.append((number, f"t{digest}", "·".join(name[:NAME_WORDS])))
    return pd.DataFrame(rows, columns=["group", "topic_id", "topic_name"]).astype(
        {"topic_id": "string", "topic_name": "string"}
    )


def _assign(has, group, *, count, topics: pd.DataFrame, index) -> tuple[pd.DataFrame, pd.Series]:
    """Returns the topics with their texts, and the topic of each text: the one whose words in it weigh most."""
    weight = np.log(has.shape[0] / count) + 1
    belongs = sparse.csr_matrix((weight, (np.arange(len(group)), group)), shape=(len(group), len(topics)))
    score = (has @ belongs).tocsr()
    chosen = np.asarray(np.round(score.toarray(), 6) if score.shape[1] < 2 else _best(score)).ravel()
    if score.shape[1] < 2:
        chosen = np.where(chosen > 0, 0, -1)
    ids = topics["topic_id"].to_numpy(dtype=object)
    own = pd.Series(np.where(chosen >= 0, ids[chosen], None), index=index, dtype="string")
    sizes = own.value_counts()
    found = topics.assign(text_count=topics["topic_id"].map(sizes).fillna(0).astype(int)).drop(
        columns="group"
    )
    return found[found["text_count"] > 0].sort_values("topic_id", ignore_index=True), own


def _best(score: sparse.csr_matrix) -> np.ndarray:
    """Returns the column of each row's largest value (the first of equals), -1 for an empty row."""
    rounded = score.copy()
    rounded.data = np.round(rounded.data, 6)
    best = np.asarray(rounded.argmax(axis=1)).ravel()
    return np.where(np.diff(rounded.indptr) > 0, best, -1)
