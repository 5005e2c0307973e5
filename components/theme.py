"""The look (主题): colours of both themes, written once; css variables and figures are made from here."""

from __future__ import annotations

from dataclasses import dataclass

RISK_LETTERS = {"red": "红", "orange": "橙", "yellow": "黄", "blue": "蓝", "green": "绿", "none": "—"}
RISK_LETTERS_EN = {"red": "R", "orange": "O", "yellow": "Y", "blue": "B", "green": "G", "none": "—"}
RISK_CLASSES = tuple(RISK_LETTERS)
FIGURE_FONT = 'Barlow, "Noto Sans CJK SC", "PingFang SC", "Microsoft YaHei", "Cockpit Han", sans-serif'


@dataclass(frozen=True)
class Theme:
    """Colours of one theme; `series` keep their order on every page, `grades` go from little to much (with their inks)."""

    ground: str
    panel: str
    raised: str
    line: str
    text: str
    quiet: str
    accent: str
    risk_red: str
    risk_orange: str
    risk_yellow: str
    risk_blue: str
    risk_green: str
    risk_none: str
    band: str
    series: tuple[str, ...]
    grades: tuple[str, ...]
    grade_inks: tuple[str, ...]

    def risk(self, class_code: str | None) -> str:
        """Returns the colour of a risk class; unknown is grey, never green."""
        return getattr(self, f"risk_{class_code}", self.risk_none)


DARK = Theme(
    ground="#0B1220",
    panel="#111A2B",
    raised="#182338",
    line="#22304A",
    text="#E6EDF7",
    quiet="#8FA3BF",
    accent="#3BC9DB",
    risk_red="#E5484D",
    risk_orange="#F76B15",
    risk_yellow="#F2C94C",
    risk_blue="#3E8BFF",
    risk_green="#30A46C",
    risk_none="#3A465C",
    band="rgba(143,163,191,0.18)",
    series=(
        "#6C8EBF",
        "#9FB4D1",
        "#4F6D99",
        "#C3CFE0",
        "#7A86A8",
        "#5E7F8C",
        "#A79CC4",
        "#8AA6A3",
        "#B8A595",
        "#5A6B8C",
        "#8F7F97",
        "#76A3B5",
    ),
    grades=("#1E3350", "#2C4F78", "#3F70A4", "#6F9BC9", "#B4D0EC"),
    grade_inks=("#E6EDF7", "#E6EDF7", "#FFFFFF", "#0B1220", "#0B1220"),
)
LIGHT = Theme(
    ground="#F4F6FA",
    panel="#FFFFFF",
    raised="#EDF1F7",
    line="#D3DBE8",
    text="#142033",
    quiet="#52647F",
    accent="#0B7285",
    risk_red="#D92D33",
    risk_orange="#E85D04",
    risk_yellow="#E0AC1B",
    risk_blue="#2F74E0",
    risk_green="#218358",
    risk_none="#B4BECC",
    band="rgba(82,100,127,0.16)",
    series=(
        "#4A6FA5",
        "#8299BC",
        "#2F4B7C",
        "#A9B8CF",
        "#6A7699",
        "#4E7280",
        "#8B7FB0",
        "#6D8F8B",
        "#94806E",
        "#3F5374",
        "#77677F",
        "#5C8FA3",
    ),
    grades=("#DDE7F3", "#B5CAE4", "#7FA3CF", "#4674AD", "#1F4A80"),
    grade_inks=("#142033", "#142033", "#142033", "#FFFFFF", "#FFFFFF"),
)
THEMES = {"dark": DARK, "light": LIGHT}


def theme_of(name: str) -> Theme:
    """Returns the named theme; dark when the name is unknown."""
    return THEMES.get(name, DARK)


def css_variables() -> str:
    """Returns the style rules that give both themes to the style sheets."""
    rules = []
    for name, theme in THEMES.items():
        plain = {key: value for key, value in vars(theme).items() if isinstance(value, str)}
        for kind, colours in (("series", theme.series), ("grade", theme.grades), ("ink", theme.grade_inks)):
            plain |= {f"{kind}-{index}": colour for index, colour in enumerate(colours)}
        body = "".join(f"--{key.replace('_', '-')}:{value};" for key, value in plain.items())
        rules.append(f':root[data-theme="{name}"]{{{body}}}')
    return "".join(rules)
