"""Masking of personal values on screens (脱敏): the second line; the first is at the loader's door."""

from __future__ import annotations

import re

_MOBILE = re.compile(r"(?<!\d)(1[3-9]\d)\d{4}(\d{4})(?!\d)")
_IDENTITY = re.compile(r"(?<![\dA-Za-z])(\d{6})\d{8}(\d{3}[\dXx])(?![\dA-Za-z])")
_LANDLINE = re.compile(r"(?<!\d)(0\d{2,3}-?)\d{4}(\d{3,4})(?!\d)")
_MAIL = re.compile(r"([A-Za-z0-9._%+-])[A-Za-z0-9._%+-]*(@[A-Za-z0-9.-]+\.[A-Za-z]{2,})")


def mask_name(name: str) -> str:
    """Keep the family name: 张三 -> 张*, 欧阳娜娜 -> 欧***, John Smith -> J*********."""
    return name[:1] + "*" * (len(name) - 1)


def mask_text(text: str) -> str:
    """Mask identity numbers, telephone numbers and mail addresses inside free text."""
    for pattern, kept in (
        (_IDENTITY, r"\1********\2"),
        (_MOBILE, r"\1****\2"),
        (_LANDLINE, r"\1****\2"),
        (_MAIL, r"\1***\2"),
    ):
        text = pattern.sub(kept, text)
    return text
