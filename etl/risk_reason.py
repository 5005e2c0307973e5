"""Why a grid has its colour, in words: one JSON object per cell with the codes, `zh` and `en`."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

_NAMES = {
    "red": ("红（高）", "red (high)"),
    "orange": ("橙（较高）", "orange (rather high)"),
    "yellow": ("黄（中）", "yellow (medium)"),
    "blue": ("蓝（较低）", "blue (rather low)"),
    "green": ("绿（低）", "green (low)"),
    "none": ("无证据", "no evidence"),
}
_NOTES = {
    "exposure_unknown": ("该网格暴露量未知", "the grid's exposure is unknown"),
    "no_feed": ("没有来源报送过此类事件", "no feed has ever delivered this kind"),
    "no_baseline": ("历史不足，没有基线", "too little history for a baseline"),
    "feed_silent": (
        "来源早已停报，评定窗口内无数据",
        "its feed ended before the days that are judged: quiet is not known",
    ),
    "thin": ("证据不足：实际与预期均不足 3 起", "thin evidence: too few incidents seen and expected"),
    "feed_stale": ("来源数据滞后", "a feed has fallen behind"),
    "feed_joined": ("新接入来源历史不足，未计入", "a newly joined feed is left out until it has history"),
    "held": (
        "本期评估较低，须连续降低才下调",
        "evaluated lower today; comes down only after another such cycle",
    ),
    "capped": ("该领域在总图中设有上限", "this domain is capped on the overall map"),
    "partial": ("部分领域无证据", "some domains have no evidence"),
}


def reason(
    cell: Mapping[str, Any], notes: Sequence[str], *, domain: Mapping[str, str], window_days: int
) -> str:
    """Return the reason of one cell as JSON text.

    Keys: class_code, domain_code, incident_count, expected_count, ratio, limit_ratio, exceed_pct (null when
    there is no evidence), notes (codes), zh, en (whole sentences).
    """
    code = cell["class_code"]
    facts = {
        "class_code": code,
        "domain_code": domain["domain_code"],
        "incident_count": int(cell["incident_count"]),
        "expected_count": _rounded(cell["expected_count"], 1),
        "ratio": _rounded(cell["ratio"], 2),
        "limit_ratio": _rounded(cell["limit_ratio"], 2),
        "exceed_pct": _rounded(cell["exceed_pct"], 1),
        "notes": list(notes),
    }
    known = facts["ratio"] is not None
    parts = (_evidence_zh(facts, window_days), _evidence_en(facts, window_days)) if known else ("", "")
    for index, language in enumerate(("zh", "en")):
        said = [part for part in (parts[index], *(_NOTES[note][index] for note in notes)) if part]
        glue, colon = ("；", "：") if language == "zh" else ("; ", ": ")
        facts[language] = f"{domain[f'name_{language}']}{colon}{_NAMES[code][index]}{glue}{glue.join(said)}"
    return json.dumps(facts, ensure_ascii=False)


def _evidence_zh(facts: Mapping[str, Any], days: int) -> str:
    return (
        f"{days} 天 {facts['incident_count']} 起，"
        f"按全镇固定基线预期 {facts['expected_count']} 起，"
        f"平滑后为基线的 {facts['ratio']} 倍，超过 {facts['limit_ratio']} 倍的概率 {facts['exceed_pct']}%"
    )


def _evidence_en(facts: Mapping[str, Any], days: int) -> str:
    return (
        f"{facts['incident_count']} incidents in {days} days, {facts['expected_count']} expected at the "
        f"town's fixed baseline; smoothed {facts['ratio']} x the baseline, "
        f"{facts['exceed_pct']}% sure to be above {facts['limit_ratio']} x"
    )


def _rounded(value: float | None, digits: int) -> float | None:
    return None if value is None or value != value else round(float(value), digits)
