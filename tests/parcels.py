"""A bulletin on its way, small and with everything that can go wrong in a header."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hazecast.archive.deliveries import Delivery
from hazecast.delivery.channel import Parcel
from hazecast.delivery.choosing import title_of
from hazecast.records import Bulletin, Document, Level

INIT = datetime(2018, 4, 27, 0, tzinfo=UTC)
TITLE = "霾橙色预警 &lt;script&gt; =cmd()\r\nBcc: all@example.org – Beijing"
DOCUMENTS = (
    Document("bulletin.zh.html", "text/html; charset=utf-8", "zh", f'<title>{TITLE}</title><img src="map.zh.png">霾'.encode()),
    Document("bulletin.zh.txt", "text/plain; charset=utf-8", "zh", "霾橙色预警\n".encode()),
    Document("map.zh.png", "image/png", "zh", b"\x89PNG-zh"),
    Document("bulletin.en.html", "text/html; charset=utf-8", "en", b'<title>Haze</title><img src="map.en.png">haze'),
    Document("bulletin.en.txt", "text/plain; charset=utf-8", "en", b"Haze\n"),
    Document("alert.cap.xml", "application/cap+xml", "", b"<alert/>"),
)
BULLETIN = Bulletin("20180427T00Z-1", "20180427T00Z", INIT + timedelta(hours=12), DOCUMENTS)


def parcel(recipient: str = "epb", channel: str = "mail", bulletin: Bulletin = BULLETIN) -> Parcel:
    delivery = Delivery(
        key=f"{bulletin.id}/{channel}/{recipient}",
        bulletin_id=bulletin.id,
        cycle_key=bulletin.cycle_key,
        recipient=recipient,
        channel=channel,
        expires_at=bulletin.expires_at,
        level=Level.ORANGE,
        exercise=bulletin.exercise,
    )
    return Parcel(delivery, bulletin, title_of(bulletin, "zh"))


def exercise() -> Bulletin:
    return replace(BULLETIN, exercise=True)
