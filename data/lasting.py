"""Answers that outlast a generation (跨代答案): what rests on registers only is the same until one of them changes."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import replace

from data.answers import Answer, Answers
from data.generation import Snapshot
from data.modules import module_key
from data.question import Question

OWN = "dim_"


def lasting_key(question: Question, snapshot: Snapshot) -> Hashable | None:
    """Returns what identifies an answer across generations; None when it may change with every one.

    A number lasts when its mart reads module tables and the town's own (dim_) only, and holds for the instant its
    registers reach: then the files of the module tables, that instant, the asker and the question decide it.
    """
    manifest = snapshot.opened.manifest
    files, geometry = manifest.get("module") or {}, manifest.get("geo")
    mart = question.mart
    if not (mart.entities and files and geometry):
        return None
    if not all(name in files or name.startswith(OWN) for name in mart.tables):
        return None
    return (
        module_key(files),
        geometry,
        question.request,
        question.scope,
        question.as_of_at,
        question.catalogue,
    )


def kept_answer(answers: Answers, key: Hashable | None, *, generation: int) -> Answer | None:
    """Returns the answer kept under a lasting key, as of the generation asked; None when there is none."""
    answer = None if key is None else answers.peek(key)
    return answer and replace(answer, generation=generation)
