"""A contract's mistakes are told with file, key and value, and the nearest name."""

import shutil
from pathlib import Path

import pytest
import yaml

from data.settings import read_settings
from data.town import load_town
from data.yamlfile import DefinitionError
from etl.contract import load_contract

TOWN = Path(__file__).resolve().parent.parent / "samples" / "towns" / "ztown"


@pytest.fixture
def broken(tmp_path):
    """Loads the police contract with some keys changed (None: taken out)."""
    folder = tmp_path / "ztown"
    shutil.copytree(TOWN, folder)
    path = folder / "feeds" / "police_110.yaml"

    def load(**changes):
        content = yaml.safe_load(path.read_text())
        for key, value in changes.items():
            content.pop(key) if value is None else content.update({key: value})
        path.write_text(yaml.safe_dump(content, allow_unicode=True))
        return load_contract(load_town(read_settings({}, town=str(folder))), "police_110")

    return load


GOOD = yaml.safe_load((TOWN / "feeds" / "police_110.yaml").read_text())["columns"]
MISTAKES = [
    (
        {"columns": {**GOOD, "repoted_at": {"column": "x"}}},
        ["police_110.yaml", "columns.repoted_at", "'reported_at'"],
    ),
    ({"encodng": "utf-8"}, ["encodng", "unknown key", "'encoding'"]),
    ({"encoding": "utf8000"}, ["encoding", "utf8000", "gb18030"]),
    ({"timezone": "Asia/Shangai"}, ["timezone", "Asia/Shangai", "time zone"]),
    ({"datum": "gcj-02"}, ["datum", "gcj-02"]),
    ({"version": "arrival"}, ["version", "exactly one"]),
    ({"owner": None}, ["owner", "Field required"]),
    ({"codes": {"categry": "police_110_category"}}, ["codes.categry", "'category'"]),
    (
        {"codes": {"category": "police_110_categry"}},
        ["codes.category", "police_110_categry", "'police_110_category'"],
    ),
    ({"privacy": {}}, ["privacy.联系电话", "must be 4"]),
    (
        {"columns": {**GOOD, "lon": {"column": "经度", "extract": "([0-9"}}},
        ["columns.lon.extract", "not a regular expression"],
    ),
    ({"columns": {**GOOD, "handled_at": {"column": "x", "time": "isoo"}}}, ["handled_at", "'isoo'", "'iso'"]),
    ({"columns": {**GOOD, "lat": {}}}, ["columns.lat", "exactly one of column, columns, const"]),
    (
        {"columns": {key: value for key, value in GOOD.items() if key != "reported_at"}},
        ["columns.reported_at", "missing"],
    ),
    ({"feed": "police_111"}, ["feed", "police_111", "police_110"]),
]


@pytest.mark.parametrize(("changes", "told"), MISTAKES)
def test_a_mistake_is_told_with_its_place(broken, changes, told):
    with pytest.raises(DefinitionError) as caught:
        broken(**changes)
    for word in told:
        assert word in str(caught.value)


def test_the_unchanged_contract_loads(broken):
    assert broken().is_versioned


def test_a_key_written_twice_is_told(tmp_path):
    folder = tmp_path / "ztown"
    shutil.copytree(TOWN, folder)
    with (folder / "feeds" / "police_110.yaml").open("a") as handle:
        handle.write("datum: bd09\n")
    with pytest.raises(DefinitionError, match="written twice"):
        load_contract(load_town(read_settings({}, town=str(folder))), "police_110")


def test_a_code_that_leads_to_no_category_is_told(broken, tmp_path):
    """Its reports would load and then be in no table: the join with the town's categories leaves them out."""
    (tmp_path / "ztown" / "categories.csv").write_text("category_code\ndispute\n", encoding="utf-8")
    with pytest.raises(DefinitionError, match=r"codes.category = .*'0203' -> 'theft': not in categories.csv"):
        broken()
