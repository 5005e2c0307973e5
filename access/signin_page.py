"""The sign-in and sign-out pages (登录页): plain HTML, one inline style, no script, Chinese first."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from pathlib import Path
from urllib.parse import quote

from access.headers import plain_policy

STYLE = Path(__file__).with_name("plain.css").read_text(encoding="utf-8")
CONTENT_POLICY = plain_policy(STYLE)

WORDS = {
    "zh": {
        "title": "数字驾驶舱",
        "sign_in": "登录",
        "username": "用户名",
        "password": "口令",
        "sign_out": "退出登录",
        "other": "English",
        "wrong": "用户名或口令不正确。",
        "locked": "尝试次数过多，请 15 分钟后再试。",
        "link": "登录链接无效或已更换，请使用最新链接。",
        "synthetic": "演示数据，非真实业务",
        "note": "仅限授权人员使用，操作留痕",
        "sure": "退出后，本机将不再显示业务数据。",
        "role": "您的账号无权查看此页。",
        "not_found": "没有这个页面。",
        "internal": "服务器出错，请稍后再试。",
        "home": "返回综合态势",
        "refused": "无法打开",
    },
    "en": {
        "title": "Township cockpit",
        "sign_in": "Sign in",
        "username": "User name",
        "password": "Password",
        "sign_out": "Sign out",
        "other": "中文",
        "wrong": "User name or password is not right.",
        "locked": "Too many attempts. Try again in 15 minutes.",
        "link": "This sign-in link is unknown or was replaced; use the newest one.",
        "synthetic": "Demonstration data, not real",
        "note": "Authorised users only; actions are recorded",
        "sure": "After signing out, this device shows no more data.",
        "role": "Your account may not open this page.",
        "not_found": "There is no such page.",
        "internal": "The server failed; please try again later.",
        "home": "Back to the overview",
        "refused": "Cannot be opened",
    },
}


@dataclass(frozen=True)
class Place:
    """Whose door this is: the town's names and whether its data are made up."""

    name_zh: str
    name_en: str
    is_synthetic: bool

    def name(self, language: str) -> str:
        """Return the town's name."""
        return self.name_zh if language == "zh" else self.name_en


def sign_in_page(place: Place, *, language: str, wanted: str, fault: str = "") -> str:
    """Return the sign-in page; `fault` is one of wrong, locked, link."""
    words = WORDS[language]
    message = f'<p class="fault" role="alert">{words[fault]}</p>' if fault else ""
    form = (
        f'<form method="post" action="/login?lang={language}">{message}'
        f'<input type="hidden" name="next" value="{escape(wanted, quote=True)}">'
        f'<label>{words["username"]}<input name="username" autocomplete="username" autofocus required '
        'maxlength="60" autocapitalize="none" spellcheck="false"></label>'
        f'<label>{words["password"]}<input name="password" type="password" autocomplete="current-password" '
        f'required maxlength="200"></label><button type="submit">{words["sign_in"]}</button></form>'
    )
    other = f"/login?lang={_other(language)}&next={quote(wanted)}"
    return _page(place, language=language, body=form, other=other)


def sign_out_page(place: Place, *, language: str) -> str:
    """Return the page that asks whether to sign out."""
    words = WORDS[language]
    form = (
        f'<form method="post" action="/logout?lang={language}"><p class="note">{words["sure"]}</p>'
        f'<button type="submit">{words["sign_out"]}</button></form>'
    )
    return _page(place, language=language, body=form, other=f"/logout?lang={_other(language)}")


def refusal_page(place: Place, *, language: str, code: str) -> str:
    """Return the page for an address that is not answered; `code` as the guard names it."""
    words = WORDS[language]
    reason = words.get(code, words["not_found"])
    body = f'<p class="fault" role="alert">{reason}</p><a href="/?lang={language}">{words["home"]}</a>'
    return _page(
        place, language=language, body=body, other=f"/?lang={_other(language)}", title=words["refused"]
    )


def _other(language: str) -> str:
    return "en" if language == "zh" else "zh"


def _page(place: Place, *, language: str, body: str, other: str, title: str = "") -> str:
    words = WORDS[language]
    tag = "zh-CN" if language == "zh" else "en"
    other_tag = "en" if language == "zh" else "zh-CN"
    note = words["synthetic"] if place.is_synthetic else words["note"]
    title = f"{title or words['sign_in']} · {words['title']}"
    return (
        f'<!doctype html><html lang="{tag}"><head><meta charset="utf-8"><title>{title}</title>'
        '<meta name="viewport" content="width=device-width,initial-scale=1"><link rel="icon" href="data:,">'
        f"<style>{STYLE}</style></head><body><main><header>"
        f'<div class="mark" aria-hidden="true">{"<i></i>" * 9}</div>'
        f"<div><h1>{words['title']}</h1><p>{escape(place.name(language))}</p></div></header>"
        f"<section>{body}</section><footer><span>{note}</span>"
        f'<a href="{escape(other, quote=True)}" hreflang="{other_tag}">{words["other"]}</a>'
        "</footer></main></body></html>"
    )
