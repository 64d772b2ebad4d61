"""The mark on what a partner gets: a bulletin of somebody else's air, for information and not as a warning.

A PDF cannot be marked once it is made, so that a partner gets none. JSON, CAP and other documents for machines stay as they are: what they
say is no other for being read elsewhere.
"""

import html
from dataclasses import dataclass, replace
from types import MappingProxyType

from hazecast.delivery.channel import Channel, Parcel
from hazecast.delivery.choosing import MEDIA_TYPES, media_type, title_of
from hazecast.delivery.partners import Partner
from hazecast.records import Document


@dataclass(frozen=True, slots=True)
class Words:
    """How one language says whose bulletin it is, with the fields `theirs` and `reader`; what stands between sentences and names."""

    mark: str
    sentences: tuple[str, ...]
    space: str
    comma: str


WORDS = MappingProxyType(
    {
        "en": Words(
            "[For information: bulletin of a partner]",
            ("For information: this is the bulletin of {theirs}, a partner.", "It is no warning for {reader}."),
            " ",
            ", ",
        ),
        "zh": Words("【供参考：合作伙伴公报】", ("供参考：这是合作伙伴{theirs}的公报，不是对{reader}的预警。",), "", "、"),
        "ja": Words(
            "【参考：連携先の情報】", ("参考：これは連携先である{theirs}の情報です。", "{reader}に対する警報ではありません。"), "", "、"
        ),
    }
)
_OTHERWISE = "en"


def for_information(channel: Channel, partners: dict[str, Partner]) -> Channel:
    """A channel that marks what goes to `partners`, by the ids of recipients."""
    return lambda parcel: channel(parcel if parcel.recipient not in partners else marked(parcel, partners[parcel.recipient]))


def marked(parcel: Parcel, partner: Partner) -> Parcel:
    """The parcel with its title, its pages and its texts saying whose bulletin it is."""
    language = next((d.language for d in parcel.documents if d.language), partner.reader.language)
    documents = tuple(_marked(document, partner) for document in parcel.documents if media_type(document) != MEDIA_TYPES["pdf"])
    title = title_of(parcel.bulletin, language, _words(language).mark)
    return Parcel(parcel.delivery, replace(parcel.bulletin, documents=documents), title)


def sentences(partner: Partner, language: str) -> tuple[str, ...]:
    """Whose bulletin it is, and for whom it is no warning; each short enough for a line of text."""
    words = _words(language)
    theirs = words.comma.join(one.name_in(language) for one in partner.told_of)
    return tuple(said.format(theirs=theirs, reader=partner.reader.name_in(language)) for said in words.sentences)


def _words(language: str) -> Words:
    return WORDS.get(language, WORDS[_OTHERWISE])


def _marked(document: Document, partner: Partner) -> Document:
    said = sentences(partner, document.language)
    match media_type(document):
        case "text/plain":
            return replace(document, content="\n".join((*said, "", "")).encode() + document.content)
        case "text/html":
            return replace(document, content=_with_banner(document.content, _words(document.language).space.join(said)))
        case _:
            return document


def _with_banner(page: bytes, said: str) -> bytes:
    """The page with the sentence at the top of what is seen."""
    body = page.find(b"<body")
    after = page.find(b">", body) + 1 if body >= 0 else 0
    banner = f'\n<aside style="padding:.6rem 1rem;background:#0b4f7d;color:#fff;font-weight:700">{html.escape(said)}</aside>'
    return page[:after] + banner.encode() + page[after:]
