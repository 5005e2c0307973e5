"""The backlog's equation on the screen: every part, and words when it does not hold."""

from __future__ import annotations

from components.tiles.flow_balance import FlowBalance
from data.flow import Flow
from tests.components.frames import context

TILE = FlowBalance(uid="flow", title="flow.title", metric="open_count")


def _text(node) -> str:
    if isinstance(node, list | tuple):
        return " ".join(map(_text, node))
    return _text(node.children) if hasattr(node, "children") else str(node or "")


def test_the_equation_is_told_whole():
    # 10 + 7 - 5 - 1 + 2 = 13
    drawn = _text(TILE.draw({"flow": Flow(10, 7, 5, 1, 2, 13)}, context()))
    assert "10 + 新增 7 − 结案 5 − 作废 1 + 重开 2 = 数据时刻未结 13" in drawn
    assert "不平衡" not in drawn


def test_what_does_not_add_up_says_so():
    assert "不平衡" in _text(TILE.draw({"flow": Flow(10, 7, 5, 1, 2, 12)}, context()))
