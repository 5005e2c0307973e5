"""January to October 2020: the published totals are in the rows, not written anywhere."""

from __future__ import annotations

import pytest

from data.settings import REPOSITORY
from etl.synth.feedspec import SPECS, spec_of
from etl.synth.history import write_history
from etl.synth.profile2020 import plan_2020
from tests.synth.conftest import STOWN
from tests.synth.readings import sound_rows


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    home = tmp_path_factory.mktemp("profile2020")
    write_history(plan_2020(STOWN, home, seed=20261122), say=lambda text: None)
    return home


@pytest.mark.slow
def test_the_published_totals_are_in_the_files(home):
    counts = {spec.feed: len(sound_rows(home, spec)) for spec in SPECS if not spec.is_step}
    assert sum(counts.values()) == 188_703
    assert counts["citizen_report"] == 27_087
    disputes = [row for row in sound_rows(home, spec_of("citizen_report")).values() if "纠纷" in row["type"]]
    assert len(disputes) == 395


@pytest.mark.slow
def test_the_generator_does_not_write_totals_into_the_town():
    texts = [
        path.read_text(encoding="utf-8") for path in (REPOSITORY / "data" / "towns" / "stown").rglob("*.yaml")
    ]
    assert not [text for text in texts if "188703" in text.replace(",", "")]
