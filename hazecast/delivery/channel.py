"""What a channel is given, and what it promises."""

from dataclasses import dataclass
from typing import Protocol

from hazecast.archive.deliveries import Delivery
from hazecast.records import Bulletin, Document


@dataclass(frozen=True, slots=True)
class Parcel:
    """One bulletin on its way to one recipient: of its documents those that the recipient gets, and a line that says it all."""

    delivery: Delivery
    bulletin: Bulletin
    title: str

    @property
    def recipient(self) -> str:
        """The recipient's id."""
        return self.delivery.recipient

    @property
    def key(self) -> str:
        """What a receiver can know a second copy by: 32 hexadecimal digits, the same at each attempt."""
        return self.delivery.idempotency_key

    @property
    def documents(self) -> tuple[Document, ...]:
        """Those that the recipient gets, the main language first."""
        return self.bulletin.documents


class Channel(Protocol):
    """Brings a parcel to its recipient and says where it is now; raises OSError or HazecastError when it cannot.

    A DeliveryRefused is final. Where it is not known whether a parcel arrived, the channel fails too: a second copy with the same key
    does less harm than none.
    """

    def __call__(self, parcel: Parcel) -> str:
        """Deliver once; doing it again after a run that died must do no harm."""
        ...
