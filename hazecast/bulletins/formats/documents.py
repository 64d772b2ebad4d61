"""Every format for machines, in the order in which a bulletin lists them."""

from collections.abc import Sequence

from hazecast.bulletins.formats.atom import feed
from hazecast.bulletins.formats.cap import cap_documents
from hazecast.bulletins.formats.data import bulletin_data
from hazecast.bulletins.formats.json_documents import geojson_document, json_document
from hazecast.bulletins.formats.signature import Sign, unsigned
from hazecast.bulletins.formats.table import table
from hazecast.bulletins.telling import Telling
from hazecast.bulletins.wording import Wording
from hazecast.records import BulletinFacts, Document


def documents_for_machines(
    facts: BulletinFacts, bulletin_id: str, wordings: Sequence[Wording], sign: Sign = unsigned
) -> tuple[Document, ...]:
    """Those in every language at once, then those of each language; nothing without a language. `sign` signs CAP messages."""
    if not wordings:
        return ()
    data = bulletin_data(facts, bulletin_id)
    together = (json_document(data), geojson_document(data, facts.areas), *cap_documents(facts, wordings, sign))
    tellings = [Telling(facts, wording) for wording in wordings]
    return (*together, *(document for telling in tellings for document in (table(telling, bulletin_id), feed(telling))))
