"""Mail through a real server with STARTTLS and authentication."""

import email
import email.policy
import socket
import ssl
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from email.headerregistry import Address
from email.message import EmailMessage
from pathlib import Path

import pytest
import trustme
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from hazecast.config.delivery import SecretSettings, SmtpChannelSettings
from hazecast.delivery.mail_message import mail_message, mailbox
from hazecast.delivery.smtp import smtp_channel
from hazecast.errors import DeliveryFailed, DeliveryRefused
from hazecast.records import Document
from tests.left_open import drop_what_was_left_open
from tests.parcels import BULLETIN, DOCUMENTS, INIT, exercise, parcel

PASSWORD = "correct horse"
READERS = {
    "epb": mailbox("北京市\r\nBcc: all@example.org, <script>", "duty@example.org"),
    "gone": Address(addr_spec="gone@example.org"),
    "later": Address(addr_spec="later@example.org"),
}


@dataclass
class Mailboxes:
    """Takes mail for some, and remembers the envelopes."""

    got: list[Envelope] = field(default_factory=list)
    drop_answers: int = 0

    async def handle_RCPT(self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]) -> str:  # noqa: N802
        if address != "duty@example.org":
            return "550 no such user" if address.startswith("gone") else "451 greylisted"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        self.got.append(envelope)
        if self.drop_answers:
            self.drop_answers -= 1
            server.transport.get_extra_info("socket").shutdown(socket.SHUT_RDWR)
        return "250 taken"


@dataclass(frozen=True)
class MailServer:
    port: int
    mailboxes: Mailboxes
    ca_file: Path


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MailServer]:
    folder, authority = tmp_path_factory.mktemp("mail"), trustme.CA()
    authority.cert_pem.write_to_path(str(folder / "ca.pem"))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(context)
    mailboxes = Mailboxes()

    def check(_server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, told: LoginPassword) -> AuthResult:
        return AuthResult(success=(told.login, told.password) == (b"hazecast", PASSWORD.encode()), handled=False)

    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    controller = Controller(
        mailboxes, hostname="127.0.0.1", port=port, tls_context=context, require_starttls=True, auth_required=True, authenticator=check
    )
    controller.start()
    yield MailServer(port, mailboxes, folder / "ca.pem")
    controller.stop()
    drop_what_was_left_open()


@pytest.fixture
def settings(server: MailServer, monkeypatch: pytest.MonkeyPatch) -> SmtpChannelSettings:
    monkeypatch.setenv("MAIL_PASSWORD", PASSWORD)
    server.mailboxes.got.clear()
    return SmtpChannelSettings(
        kind="smtp",
        host="localhost",
        port=server.port,
        user="hazecast",
        password=SecretSettings(env="MAIL_PASSWORD"),
        sender="haze@example.org",
        ca_file=server.ca_file,
        timeout_seconds=5.0,
    )


def received(server: MailServer) -> list[EmailMessage]:
    return [email.message_from_bytes(e.content, policy=email.policy.default) for e in server.mailboxes.got]  # type: ignore[misc,arg-type]


def test_a_mail_goes_to_one_reader_over_a_verified_connection(server: MailServer, settings: SmtpChannelSettings) -> None:
    place = smtp_channel(settings, READERS, lambda: INIT)(parcel())
    (envelope,), (mail,) = server.mailboxes.got, received(server)
    assert (envelope.rcpt_tos, envelope.mail_from) == (["duty@example.org"], "haze@example.org")
    assert place == f"duty@example.org as <{parcel().key}@example.org>"
    assert [a.addr_spec for a in mail["To"].addresses] == ["duty@example.org"]
    assert (mail["Cc"], mail["Bcc"]) == (None, None)
    assert mail["Auto-Submitted"] == "auto-generated"


def test_text_html_with_its_picture_inside_and_the_rest_attached() -> None:
    mail = mail_message(parcel(), Address(addr_spec="haze@example.org"), READERS["epb"], INIT)
    text, page = mail.get_body(("plain",)), mail.get_body(("html",))
    assert text is not None
    assert page is not None
    assert text.get_content() == "霾橙色预警\n"
    assert f'src="cid:map.zh.png.{parcel().key}"' in page.get_content()
    inside = [p["Content-ID"] for p in mail.walk() if p["Content-ID"]]
    assert inside == [f"<map.zh.png.{parcel().key}>"]
    attached = {p.get_filename(): p.get_content_type() for p in mail.iter_attachments()}
    assert attached == {"bulletin.en.html": "text/html", "bulletin.en.txt": "text/plain", "alert.cap.xml": "application/cap+xml"}


def test_a_pdf_is_attached_beside_the_words() -> None:
    pdf = Document("bulletin.zh.pdf", "application/pdf", "zh", b"%PDF-1.7 \x00\xff")
    with_pdf = replace(BULLETIN, documents=(*DOCUMENTS[:2], pdf))
    mail = mail_message(parcel(bulletin=with_pdf), Address(addr_spec="haze@example.org"), READERS["epb"], INIT)
    assert mail.get_body(("html",)) is not None
    (attached,) = mail.iter_attachments()
    assert (attached.get_filename(), attached.get_content_type(), attached.get_content()) == (pdf.name, "application/pdf", pdf.content)


def test_names_with_tags_formulas_and_line_breaks_stay_text_in_headers() -> None:
    raw = mail_message(parcel(), Address(addr_spec="haze@example.org"), READERS["epb"], INIT).as_bytes()
    mail = email.message_from_bytes(raw, policy=email.policy.default)
    assert mail["Subject"] == "霾橙色预警 <script> =cmd() Bcc: all@example.org – Beijing"
    assert mail["Bcc"] is None
    (reader,) = mail["To"].addresses
    assert (reader.addr_spec, reader.display_name) == ("duty@example.org", "北京市 Bcc all example.org script")
    assert b"\nbcc" not in raw.partition(b"\r\n\r\n")[0].lower()


def test_an_exercise_is_marked_in_subject_and_headers() -> None:
    mail = mail_message(parcel(bulletin=exercise()), Address(addr_spec="haze@example.org"), READERS["epb"], INIT)
    assert mail["Subject"].startswith("[EXERCISE 演习 訓練] 霾")
    assert mail["X-Hazecast-Exercise"] == "yes"


def test_the_same_delivery_has_the_same_message_id_when_its_answer_was_lost(server: MailServer, settings: SmtpChannelSettings) -> None:
    channel, server.mailboxes.drop_answers = smtp_channel(settings, READERS), 1
    with pytest.raises(OSError, match=r"closed|reset"):
        channel(parcel())
    channel(parcel())
    assert len({mail["Message-ID"] for mail in received(server)}) == 1
    assert len(server.mailboxes.got) == 2


def test_a_reader_who_is_not_there_is_final_and_a_busy_server_is_not(settings: SmtpChannelSettings) -> None:
    channel = smtp_channel(settings, READERS)
    with pytest.raises(DeliveryRefused, match="550 no such user"):
        channel(parcel("gone"))
    with pytest.raises(DeliveryFailed, match="451 greylisted") as busy:
        channel(parcel("later"))
    assert not isinstance(busy.value, DeliveryRefused)


@pytest.mark.parametrize("wrong", [{"ca_file": None}, {"host": "127.0.0.1"}])
def test_a_certificate_that_is_not_trusted_or_of_another_name_ends_it(
    server: MailServer, settings: SmtpChannelSettings, wrong: dict[str, object]
) -> None:
    with pytest.raises(ssl.SSLCertVerificationError):
        smtp_channel(settings.model_copy(update=wrong), READERS)(parcel())
    assert server.mailboxes.got == []


def test_a_wrong_password_sends_nothing(server: MailServer, settings: SmtpChannelSettings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAIL_PASSWORD", "guessed")
    with pytest.raises(OSError, match="535"):
        smtp_channel(settings, READERS)(parcel())
    assert server.mailboxes.got == []
