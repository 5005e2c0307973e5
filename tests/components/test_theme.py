"""Both themes can be read: contrast by WCAG 2.1, letters on every risk colour."""

from __future__ import annotations

import re

import pytest

from components.theme import DARK, LIGHT, RISK_CLASSES, css_variables, theme_of
from data.settings import REPOSITORY

LETTER = "#0B1220"  # colour of the letters in legend and map (tiles.css)


def _luminance(colour: str) -> float:
    channels = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    linear = [each / 12.92 if each <= 0.03928 else ((each + 0.055) / 1.055) ** 2.4 for each in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _contrast(one: str, other: str) -> float:
    high, low = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_the_measure_knows_black_on_white():
    assert _contrast("#000000", "#FFFFFF") == pytest.approx(21.0)


@pytest.mark.parametrize("theme", [DARK, LIGHT], ids=["dark", "light"])
@pytest.mark.parametrize("ink", ["text", "quiet", "accent"])
@pytest.mark.parametrize("ground", ["ground", "panel", "raised"])
def test_words_can_be_read_on_every_ground(theme, ink, ground):
    assert _contrast(getattr(theme, ink), getattr(theme, ground)) >= 4.5


@pytest.mark.parametrize("theme", [DARK, LIGHT], ids=["dark", "light"])
@pytest.mark.parametrize("start", [".panel.is-stale .tile-body", ".lost .number"])
def test_words_greyed_by_age_can_still_be_read(theme, start):
    css = (REPOSITORY / "assets" / "cockpit.css").read_text(encoding="utf-8")
    rule = next(line for line in css.splitlines() if line.startswith(start))
    assert "--quiet: var(--text)" in rule  # what is pale already would fade away
    share = float(re.search(r"opacity: ([\d.]+)", rule)[1])
    assert _contrast(_mixed(theme.text, theme.panel, share=share), theme.panel) >= 4.5


def _mixed(ink: str, ground: str, *, share: float) -> str:
    pairs = [(int(ink[at : at + 2], 16), int(ground[at : at + 2], 16)) for at in (1, 3, 5)]
    return "#" + "".join(f"{round(share * one + (1 - share) * other):02X}" for one, other in pairs)


@pytest.mark.parametrize("code", [code for code in RISK_CLASSES if code != "none"])
@pytest.mark.parametrize("theme", [DARK, LIGHT], ids=["dark", "light"])
def test_letters_can_be_read_on_every_risk_colour(theme, code):
    assert _contrast(LETTER, theme.risk(code)) >= 3.0


def test_an_unknown_class_is_grey_never_green():
    assert DARK.risk("purple") == DARK.risk(None) == DARK.risk_none
    assert DARK.risk_none != DARK.risk_green


def test_risk_colours_are_not_series_colours():
    for theme in (DARK, LIGHT):
        assert not {theme.risk(code) for code in RISK_CLASSES} & set(theme.series)


def test_an_unknown_theme_is_the_dark_one():
    assert theme_of("neon") is DARK


def test_both_themes_reach_the_style_sheets():
    assert css_variables().count("--risk-red:") == 2


def test_what_is_not_known_is_grey_and_no_series():
    from types import SimpleNamespace

    from components.codes import UNTOLD, colour_of

    ctx = SimpleNamespace(theme=DARK, town=SimpleNamespace(levels=()))
    for value in (*UNTOLD, None):
        assert colour_of("household_band_code", value, ctx) == DARK.risk(None)
