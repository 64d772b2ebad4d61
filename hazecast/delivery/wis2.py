"""A notification of WIS2: what there is, where, and what its content must hash to (WMO's WIS2 Notification Message, version 4)."""

import base64
import hashlib
import json
import uuid
from datetime import datetime
from urllib.parse import quote

from hazecast.delivery.channel import Parcel
from hazecast.delivery.choosing import media_type
from hazecast.records import Document

CONFORMS_TO = "http://wis.wmo.int/spec/wnm/1/conf/core"
MOST_EMBEDDED_BYTES = 4096


def notification(parcel: Parcel, document: Document, public_url: str, published_at: datetime) -> bytes:
    """The message about one document; its id is the same at each attempt. Small content comes along, in base64."""
    name = f"{quote(parcel.bulletin.id)}/{quote(document.name)}"
    digest = base64.b64encode(hashlib.sha512(document.content).digest()).decode()
    properties: dict[str, object] = {
        "data_id": f"hazecast/{name}",
        "pubtime": f"{published_at:%Y-%m-%dT%H:%M:%SZ}",
        "integrity": {"method": "sha512", "value": digest},
        "title": parcel.title,
        "exercise": parcel.bulletin.exercise,
        "expires": f"{parcel.delivery.expires_at:%Y-%m-%dT%H:%M:%SZ}",
    }
    encoded = base64.b64encode(document.content).decode()
    if len(encoded) <= MOST_EMBEDDED_BYTES:
        properties["content"] = {"encoding": "base64", "size": len(encoded), "value": encoded}
    link = {
        "rel": "canonical",
        "href": f"{public_url.rstrip('/')}/{name}",
        "type": media_type(document),
        "length": len(document.content),
    }
    message = {
        "id": str(uuid.uuid5(uuid.NAMESPACE_URL, f"{parcel.key}/{document.name}")),
        "type": "Feature",
        "version": "v04",
        "conformsTo": [CONFORMS_TO],
        "geometry": None,
        "properties": properties,
        "links": [link],
    }
    return json.dumps(message, ensure_ascii=False, separators=(",", ":")).encode()
