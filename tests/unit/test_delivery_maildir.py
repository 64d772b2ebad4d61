"""Mail into a Maildir: what a mail server would have carried, once."""

import mailbox as standard
from datetime import timedelta
from email.parser import BytesParser
from email.policy import default
from pathlib import Path

import pytest

from hazecast.config.delivery import MailboxChannelSettings
from hazecast.delivery.channel import Channel
from hazecast.delivery.mail_message import mail_message, mailbox
from hazecast.delivery.maildir import mailbox_channel
from hazecast.desk.mails import mail_of, newest_heads
from hazecast.errors import SettingsError
from tests.parcels import INIT, parcel

SENDER, READERS = mailbox("hazecast", "haze@example.org"), {"epb": mailbox("北京", "duty@example.org")}


@pytest.fixture
def channel(tmp_path: Path) -> Channel:
    settings = MailboxChannelSettings(kind="mailbox", path=tmp_path / "mail", sender=SENDER.addr_spec)
    return mailbox_channel(settings, READERS, lambda: INIT + timedelta(hours=1))


def test_a_mail_is_there_as_a_server_would_bring_it(channel: Channel, tmp_path: Path) -> None:
    place = channel(parcel())
    (name,) = standard.Maildir(tmp_path / "mail" / "epb", create=False).keys()
    assert Path(place).name == name
    got = BytesParser(policy=default).parsebytes(Path(place).read_bytes())
    expected = mail_message(parcel(), SENDER, READERS["epb"], INIT + timedelta(hours=1))
    for header in ("From", "To", "Subject", "Date", "Message-ID", "Expires", "X-Hazecast-Exercise"):
        assert str(got[header]) == str(expected[header])
    assert [part.get_content_type() for part in got.walk()] == [part.get_content_type() for part in expected.walk()]


def test_a_second_delivery_leaves_one_mail_also_when_the_first_was_read(channel: Channel, tmp_path: Path) -> None:
    first, folder = Path(channel(parcel())), tmp_path / "mail" / "epb"
    assert channel(parcel()) == str(first)
    read = first.rename(folder / "cur" / f"{first.name}:2,S")
    assert channel(parcel()) == str(read)
    assert [file for file in folder.rglob("*") if file.is_file()] == [read]
    with pytest.raises(SettingsError, match="no recipient 'gone'"):
        channel(parcel("gone"))


def test_a_mail_is_read_back_with_its_pictures_at_an_address_and_nothing_of_another_name(channel: Channel, tmp_path: Path) -> None:
    channel(parcel())
    folders = (tmp_path / "mail" / "epb", tmp_path / "mail" / "nothing-came")
    (folders[0] / "new" / "stray").write_bytes(b"")
    (head,) = newest_heads(folders, 9)
    assert (head.key, head.reader, head.sent_at) == (parcel().key, "北京 <duty@example.org>", INIT + timedelta(hours=1))
    mail = mail_of(folders, head.key, "/mail/x")
    assert mail is not None
    assert mail.page is not None
    (picture,) = (part for part in mail.parts if part.media_type == "image/png")
    assert f'<img src="/mail/x/{picture.number}">'.encode() in mail.page.content
    assert picture.content == b"\x89PNG-zh"
    assert {part.name for part in mail.attachments} == {"bulletin.en.html", "bulletin.en.txt", "alert.cap.xml"}
    assert mail_of(folders, "../epb", "/mail/x") is None
