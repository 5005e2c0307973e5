"""A serious new incident takes the wall over: above everything, until somebody says it has been seen, and then for every wall."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.slow]
ROOT = Path(__file__).resolve().parents[2]
HEAD = "接警单号,最后更新时间,报警时间,入库时间,警情类别代码,管辖单位代码,警情状态,经度,纬度"
SHOWN = ".take:not([hidden])"
# Whether the middle of an element is really what a finger would touch: nothing lies over it.
ON_TOP = """element => {
  const box = element.getBoundingClientRect();
  const met = document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2);
  return met === element || element.contains(met);
}"""


@pytest.fixture(scope="module")
def fight(served) -> str:
    """Delivers a fight of five minutes ago beside everything else up to now; returns the end of its incident id."""
    key = "JJ_TAKEOVER_1"
    env = {**os.environ, "COCKPIT_HOME": str(served.home), "COCKPIT_TOWN": "stown"}
    _run(env, "etl.synth", "stream", "--rounds", "1")
    now = datetime.now(UTC) + timedelta(hours=8)
    told = f"{now - timedelta(minutes=5):%Y-%m-%d %H:%M:%S}"
    row = f"{key},{told},{told},{told},010400,,,120.0735,30.3255"
    folder = served.home / "landing" / "police_110"
    (folder / f"police_110_{now:%Y%m%d%H%M%S}.csv").write_text(f"{HEAD}\n{row}\n", encoding="utf-8")
    for step in ("load-all", "build", "publish"):
        _run(env, "etl", step)
    return key


def _run(env: dict[str, str], *step: str) -> None:
    done = subprocess.run([sys.executable, "-m", *step], cwd=ROOT, env=env, capture_output=True, text=True)
    assert done.returncode in (0, 3), f"{' '.join(step)}: {done.stdout[-500:]} {done.stderr[-1500:]}"


def test_the_card_lies_over_everything_until_seen_and_then_on_no_wall(open_page, fight):
    wall, other = (open_page("/?wall=1&rotate=0") for _ in range(2))
    for page in (wall, other):
        page.wait_for_selector("path.grid")
        card = page.locator(SHOWN).first
        card.wait_for()
        assert "打架斗殴" in card.inner_text()
        for part in (".take-title", "h2", ".take-where", "[data-seen]"):
            assert card.locator(part).evaluate(ON_TOP), f"{part} is covered"
    while wall.locator(SHOWN).count():
        shown = wall.locator(SHOWN).first.get_attribute("data-incident")
        wall.click(f"{SHOWN} [data-seen]")
        wall.wait_for_selector(f".take[data-incident='{shown}']", state="hidden")
        is_mine = shown.endswith(fight)
    assert is_mine or fight in " ".join(_incidents(wall))
    other.wait_for_function(f"() => !document.querySelector({SHOWN!r})")
    wall.reload()
    wall.wait_for_selector("path.grid")
    wall.wait_for_timeout(3_000)
    assert wall.locator(SHOWN).count() == 0


def _incidents(page) -> list[str]:
    return page.evaluate("() => [...document.querySelectorAll('.take')].map(card => card.dataset.incident)")
