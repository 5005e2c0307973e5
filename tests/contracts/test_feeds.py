"""Every feed of every town: a complete contract, code maps that lead somewhere, and a way to try it."""

import csv
from pathlib import Path

import pytest

from data.settings import read_settings
from data.town import load_town
from etl.contract import load_contract
from etl.entity import load_entities

ROOT = Path(__file__).resolve().parents[2]
TOWNS = sorted(path.parent for path in (ROOT / "data" / "towns").glob("*/town.yaml"))
FEEDS = [
    pytest.param(town, path.stem, id=f"{town.name}-{path.stem}")
    for town in TOWNS
    for path in sorted((town / "feeds").glob("*.yaml"))
]
PLACEHOLDERS = {"", "-", "?", "TODO", "待定"}


def open_town(folder: Path):
    return load_town(read_settings({}, town=str(folder)))


def test_there_are_towns_and_feeds():
    assert len(TOWNS) >= 3
    assert len(FEEDS) >= 8


@pytest.mark.parametrize(("folder", "feed"), FEEDS)
def test_the_contract_is_complete(folder, feed):
    contract = load_contract(open_town(folder), feed)
    assert contract.owner not in PLACEHOLDERS
    assert contract.purpose not in PLACEHOLDERS
    assert contract.label.zh not in PLACEHOLDERS
    assert contract.label.en not in PLACEHOLDERS
    assert contract.expected_interval_s > 0


@pytest.mark.parametrize(("folder", "feed"), FEEDS)
def test_telephone_numbers_and_names_are_graded(folder, feed):
    contract = load_contract(open_town(folder), feed)
    words = ("电话", "手机", "身份证", "phone", "Phone", "mobile")
    for name, column in contract.columns.items():
        for source in column.sources:
            if any(word in source for word in words):
                assert contract.privacy.get(source) == 4, f"{feed}: {source} -> {name} is not graded 4"


@pytest.mark.parametrize(("folder", "feed"), FEEDS)
def test_category_codes_lead_to_categories_of_the_town(folder, feed):
    town = open_town(folder)
    contract = load_contract(town, feed)
    if "category" not in contract.codes:
        pytest.skip("the feed maps no categories")
    with (folder / "categories.csv").open(encoding="utf-8-sig") as handle:
        known = {row["category_code"] for row in csv.DictReader(handle)}
    mapped = set(town.code_map(contract.codes["category"]).values()) - {"", "_unknown"}
    assert mapped <= known, sorted(mapped - known)[:5]


@pytest.mark.parametrize(("folder", "feed"), FEEDS)
def test_there_is_something_to_try_the_feed_with(folder, feed):
    """Files named in town.yaml, a generator (synthetic towns), or a sample beside the tests."""
    town = open_town(folder)
    samples = ROOT / "tests" / "samples" / folder.name / feed
    assert town.file.is_synthetic or feed in town.file.sources or any(samples.glob("*"))


def test_every_entity_has_a_key_a_version_and_meanings():
    for entity in load_entities():
        assert entity.columns[entity.key].required
        assert entity.columns["version_at"].type == "instant"
        assert all(column.meaning for column in entity.columns.values())
