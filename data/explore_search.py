"""Narrows an explorer's view (检索): to the rows behind a number, or to words in titles and addresses."""

from __future__ import annotations

import unicodedata

from data.drill import list_incidents
from data.explore_view import View
from data.generation import Snapshot
from data.query import question_of
from data.question import Question
from data.request import Request, RequestError, Scope


def list_behind(view: View, scope: Scope, *, snapshot: Snapshot, into: str) -> None:
    """Writes the incidents behind a number, of one side if the view says so.

    Raises:
        RequestError: the number's rows are not incidents.
    """
    question = question_of(Request(view.metric, filters=view.filters), scope, snapshot)
    mart = question.mart
    if mart.entity == "feed" or (mart.key and "incident_id" not in mart.listed):
        raise RequestError(f"kpi = {view.metric!r}: its rows are not incidents")
    listed = list_incidents(question, view.side or None)
    sql = f"CREATE TABLE {into} AS SELECT DISTINCT hash(incident_id) AS incident_no FROM ({listed.sql})"
    snapshot.rows(sql, listed.params)


def word_tests(words: tuple[str, ...], question: Question) -> list[str]:
    """Returns tests that every word stands in the title or the address; both are masked where they are kept."""
    tests = []
    for number, each in enumerate(words):
        # Full-width digits and letters come from the way a word is typed; how it is spelt is left alone.
        forms = dict.fromkeys((each, unicodedata.normalize("NFKC", each)))
        named = {f"word{number}_{place}": form for place, form in enumerate(forms)}
        question.params.update(named)
        told = "contains(lower(concat_ws(' ', source.title_text, source.address_text)), ${0})"
        tests.append("(" + " OR ".join(told.format(name) for name in named) + ")")
    return tests
