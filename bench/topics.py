"""How well texts are understood: real posts against their labels, and bursts hidden in streams of made texts."""

from __future__ import annotations

from pathlib import Path

import duckdb
import numpy as np
import pandas as pd

from bench.bursts import measure_bursts
from bench.measure import BenchError, Book, Finding, lap
from data.interval import wilson
from data.settings import REPOSITORY
from etl.module_topic_groups import Grouping, find_topics
from etl.module_topic_words import Cutter

POSTS = REPOSITORY.parent / "shared" / "data" / "cn_complaints_taidi2020"
GROUP = "Texts"
SEED, FOLDS = 20261122, 5
TITLE_WEIGHT = 3  # a title says what the post is about: it counts as often


def measure_topics(book: Book, folder: Path = POSTS) -> None:
    """Measures the first-level class of labelled posts, topics against those classes, and hidden bursts.

    Raises:
        BenchError: the posts are not here; the bursts are measured all the same.
    """
    measure_bursts(book)
    if not (folder / "labelled_495.parquet").is_file():
        raise BenchError(f"{folder}: no labelled posts here")
    posts = labelled(folder)
    truth, guess = classes(posts)
    _note_classes(book, truth, guess)
    _note_topics(book, posts)
    _note_speed(book, folder)


def labelled(folder: Path = POSTS) -> pd.DataFrame:
    """Returns title, text and class of the labelled posts, in the file's order."""
    return duckdb.execute(
        'SELECT "留言主题" AS title, "留言详情" AS text, "一级分类" AS class FROM read_parquet(?)',
        [str(folder / "labelled_495.parquet")],
    ).df()


def classifier():
    """Returns the model: TF-IDF of one to three characters, a linear separator, classes weighted alike."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.pipeline import make_pipeline
    from sklearn.svm import LinearSVC

    return make_pipeline(
        TfidfVectorizer(analyzer="char", ngram_range=(1, 3), sublinear_tf=True, min_df=2),
        LinearSVC(C=0.3, class_weight="balanced", random_state=SEED),
    )


def classes(posts: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Returns true and predicted class; each post is judged by a model that has not seen it."""
    from sklearn.model_selection import StratifiedKFold, cross_val_predict

    text = (posts["title"] + "。") * TITLE_WEIGHT + posts["text"]
    folds = StratifiedKFold(FOLDS, shuffle=True, random_state=SEED)
    truth = posts["class"].to_numpy(dtype=object).astype(str)
    return truth, cross_val_predict(classifier(), text, truth, cv=folds)


def grouped(posts: pd.DataFrame) -> pd.Series:
    """Returns the topic of each labelled post, found without its label."""
    terms = (posts["title"] + "。" + posts["text"]).map(Cutter("zh").terms)
    texts = pd.DataFrame({"terms": terms, "category_code": None, "community_id": None})
    return find_topics(texts, how=Grouping(least=4, most_share=0.1)).topic


def purity(group: np.ndarray, truth: np.ndarray) -> float:
    """Returns the share of posts whose class is the most frequent one of their group."""
    table = pd.crosstab(group, truth)
    return float(table.max(axis=1).sum() / table.to_numpy().sum())


def _note_classes(book: Book, truth: np.ndarray, guess: np.ndarray) -> None:
    from sklearn.metrics import f1_score

    right, n = int((truth == guess).sum()), len(truth)
    low, high = wilson(right, n)
    how = (
        f"TF-IDF of 1-3 characters, linear SVM; {n} real posts, {len(set(truth))} classes, {FOLDS} held-out folds, "
        f"seed {SEED}; settings chosen among twelve on the same posts"
    )
    value = f"{right / n:.3f} ({low:.3f}-{high:.3f})"
    book.note(Finding(GROUP, "first-level class: accuracy", value, ">= 0.75", right / n >= 0.75, how))
    score = f1_score(truth, guess, average="macro")
    worst = pd.Series(f1_score(truth, guess, average=None), index=sorted(set(truth))).sort_values()
    book.note(
        Finding(
            GROUP,
            "first-level class: macro-F1",
            f"{score:.3f}",
            ">= 0.75",
            score >= 0.75,
            f"worst class {worst.index[0]} {worst.iloc[0]:.2f}, best {worst.index[-1]} {worst.iloc[-1]:.2f}",
        )
    )


def _note_topics(book: Book, posts: pd.DataFrame) -> None:
    from sklearn.metrics import adjusted_mutual_info_score, normalized_mutual_info_score

    topic = grouped(posts)
    known = topic.notna().to_numpy()
    group, truth = topic[known].to_numpy(dtype=object), posts["class"][known].to_numpy(dtype=object)
    shuffled = np.random.default_rng(SEED).permutation(truth)
    how = (
        f"{len(set(group))} topics of {known.sum()} posts ({known.mean():.0%} have one), found without labels"
    )
    value = f"{purity(group, truth):.3f}"
    chance = f"{how}; small topics are pure by chance: {purity(group, shuffled):.3f} with shuffled labels"
    book.note(Finding(GROUP, "topics: purity against the first-level class", value, "", None, chance))
    nmi = f"{normalized_mutual_info_score(truth, group):.3f}; {adjusted_mutual_info_score(truth, group):.3f}"
    book.note(
        Finding(
            GROUP,
            "topics: NMI; the same corrected for chance",
            nmi,
            "",
            None,
            f"{how}; many small topics against few classes",
        )
    )


def _note_speed(book: Book, folder: Path) -> None:
    posts = duckdb.execute(
        'SELECT "留言主题" || \'。\' || "留言详情" AS text FROM read_parquet(?)',
        [str(folder / "posts_2019_4326.parquet")],
    ).df()
    cutter = Cutter("zh")
    cutter.terms("先读词典")
    with lap() as cut:
        terms = posts["text"].map(cutter.terms)
    texts = pd.DataFrame({"terms": terms, "category_code": None, "community_id": None})
    with lap() as found:
        find_topics(texts, how=Grouping(most_share=0.05))
    each = 1e6 * cut.processor_s / len(posts)
    how = f"{len(posts):,} real posts; a text is cut once, then kept: 400 new ones a day"
    book.note(Finding(GROUP, "cutting a real post", f"{each:.0f} us of CPU", "", None, how))
    book.note(
        Finding(GROUP, "finding topics in real posts", f"{found.processor_s:.2f} s of CPU", "", None, how)
    )
