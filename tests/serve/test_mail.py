"""Mail against a real server: what arrives, who is refused, what is worth another try, and that nothing goes in the clear."""

from __future__ import annotations

import pytest

from data.mail_settings import MailSettings, read_mail_settings
from data.settings import SettingsError
from serve.mail import Attachment, Letter, send_letter
from tests.serve.post_office import CERTIFICATE, free_port, post_office

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
LETTER = Letter(
    subject="S镇每日简报 2026-11-22",
    text="昨日受理 690 件。",
    attachments=(
        Attachment(name="每日简报_2026-11-22.docx", media_type=WORD, content=b"PK\x03\x04 word"),
        Attachment(name="phone.html", media_type="text/html; charset=utf-8", content="<p>简报</p>".encode()),
    ),
)


def settings(port: int, **more) -> MailSettings:
    told = {"host": "127.0.0.1", "port": port, "tls": "none", "sender": "cockpit@town.example"} | more
    return MailSettings(**told)


def test_a_letter_arrives_whole_once_for_each_and_nobody_sees_the_others():
    with post_office() as office:
        outcomes = send_letter(LETTER, ["a@town.example", "b@town.example"], settings=settings(office.port))
    assert [(each.recipient, each.status) for each in outcomes] == [
        ("a@town.example", "sent"),
        ("b@town.example", "sent"),
    ]
    assert [to for to, _ in office.letters] == ["a@town.example", "b@town.example"]
    for to, letter in office.letters:
        assert (letter["To"], letter["From"]) == (to, "cockpit@town.example")
        assert letter["Subject"] == "S镇每日简报 2026-11-22"
        assert letter.get_body().get_content().strip() == "昨日受理 690 件。"
        word, phone = letter.iter_attachments()
        assert (word.get_filename(), word.get_content_type()) == ("每日简报_2026-11-22.docx", WORD)
        assert word.get_content() == b"PK\x03\x04 word"
        assert phone.get_payload(decode=True) == "<p>简报</p>".encode()
    assert office.letters[0][1]["Message-ID"] != office.letters[1][1]["Message-ID"]


def test_one_who_is_refused_keeps_nobody_waiting():
    with post_office() as office:
        office.refused = {
            "gone@town.example": "550 5.1.1 no such user",
            "later@town.example": "451 4.7.1 try again",
        }
        to = ["gone@town.example", "later@town.example", "b@town.example"]
        outcomes = send_letter(LETTER, to, settings=settings(office.port))
    assert [each.status for each in outcomes] == ["refused", "failed", "sent"]
    assert "550" in outcomes[0].detail
    assert "no such user" in outcomes[0].detail
    assert [to for to, _ in office.letters] == ["b@town.example"]


def test_a_full_server_is_worth_another_try():
    with post_office() as office:
        office.is_full = True
        (outcome,) = send_letter(LETTER, ["a@town.example"], settings=settings(office.port))
    assert (outcome.status, "452" in outcome.detail, office.letters) == ("failed", True, [])


def test_a_server_that_is_down_is_said_not_raised():
    port = free_port()
    outcomes = send_letter(LETTER, ["a@town.example", "b@town.example"], settings=settings(port))
    assert [each.status for each in outcomes] == ["failed", "failed"]
    assert f"127.0.0.1:{port}" in outcomes[0].detail


@pytest.mark.parametrize("tls", ["starttls", "tls"])
def test_over_tls_with_sign_in(tls):
    with post_office(tls, needs_sign_in=True) as office:
        more = {"host": "localhost", "tls": tls, "user": "cockpit", "authority": str(CERTIFICATE)}
        right = send_letter(
            LETTER, ["a@town.example"], settings=settings(office.port, password="right", **more)
        )
        wrong = send_letter(
            LETTER, ["a@town.example"], settings=settings(office.port, password="wrong", **more)
        )
    assert [each.status for each in (*right, *wrong)] == ["sent", "failed"]
    assert "sign-in" in wrong[0].detail
    assert "wrong" not in wrong[0].detail
    assert len(office.letters) == 1


@pytest.mark.parametrize("tls", ["starttls", "tls"])
def test_a_certificate_nobody_vouches_for_gets_nothing(tls):
    with post_office(tls) as office:
        (outcome,) = send_letter(
            LETTER, ["a@town.example"], settings=settings(office.port, host="localhost", tls=tls)
        )
    assert outcome.status == "failed"
    assert "CERTIFICATE_VERIFY_FAILED" in outcome.detail
    assert office.letters == []


def test_a_server_without_tls_gets_nothing_where_tls_is_asked_for():
    with post_office() as office:
        (outcome,) = send_letter(LETTER, ["a@town.example"], settings=settings(office.port, tls="starttls"))
    assert (outcome.status, office.letters) == ("failed", [])


def test_a_subject_cannot_bring_headers_of_its_own():
    with post_office() as office:
        evil = Letter(subject="简报\r\nBcc: spy@elsewhere.example", text="x")
        send_letter(evil, ["a@town.example"], settings=settings(office.port))
    ((to, letter),) = office.letters
    assert (to, letter["Bcc"], letter["Subject"]) == (
        "a@town.example",
        None,
        "简报 Bcc: spy@elsewhere.example",
    )


def test_settings_come_from_the_environment_the_password_from_a_file(tmp_path):
    assert read_mail_settings({}) is None
    secret = tmp_path / "password"
    secret.write_text("right\n", encoding="utf-8")
    found = read_mail_settings(
        {
            "COCKPIT_SMTP_HOST": "mail.town.example",
            "COCKPIT_SMTP_FROM": "cockpit@town.example",
            "COCKPIT_SMTP_USER": "cockpit",
            "COCKPIT_SMTP_PASSWORD_FILE": str(secret),
        }
    )
    assert (found.port, found.tls, found.password) == (587, "starttls", "right")
    assert "right" not in repr(found)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"COCKPIT_SMTP_PORT": "seven"}, "COCKPIT_SMTP_PORT"),
        ({"COCKPIT_SMTP_TLS": "maybe"}, "COCKPIT_SMTP_TLS"),
        ({"COCKPIT_SMTP_FROM": "nobody"}, "COCKPIT_SMTP_FROM"),
        ({"COCKPIT_SMTP_TLS": "none", "COCKPIT_SMTP_USER": "u"}, "in the clear"),
        ({"COCKPIT_SMTP_USER": "u", "COCKPIT_SMTP_PASSWORD_FILE": "/nowhere/at/all"}, "PASSWORD_FILE"),
    ],
)
def test_a_wrong_setting_is_named(change, said):
    right = {"COCKPIT_SMTP_HOST": "mail.town.example", "COCKPIT_SMTP_FROM": "cockpit@town.example"}
    with pytest.raises(SettingsError, match=said):
        read_mail_settings(right | change)
