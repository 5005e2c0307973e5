"""Which of many changes are clear (多重比较): among many kinds some move by chance alone; Benjamini-Hochberg keeps those out."""

from __future__ import annotations

from collections.abc import Hashable, Mapping

from scipy.special import bdtr

FALSE_SHARE = 0.05  # of what is called clear, at most this share is chance


def clear_keys(
    pairs: Mapping[Hashable, tuple[int, int]], *, false_share: float = FALSE_SHARE
) -> set[Hashable]:
    """Returns the keys whose two counts differ beyond chance, told over all of them together.

    Given its total, the newer count of a pair is binomial with one half when nothing changed (definitions 3.9).
    """
    found = sorted((chance_of(*pair), str(key), key) for key, pair in pairs.items())
    passed = 0
    for place, (chance, *_) in enumerate(found, start=1):
        if chance <= false_share * place / len(found):
            passed = place
    return {key for _, _, key in found[:passed]}


def chance_of(count: int, base_count: int) -> float:
    """Returns how likely two counts this far apart or further are when nothing changed (exact, both sides)."""
    total = count + base_count
    if total == 0:
        return 1.0
    return float(min(1.0, 2 * bdtr(min(count, base_count), total, 0.5)))
