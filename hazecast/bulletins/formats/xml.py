"""XML made of elements, never of text: what a name holds cannot become markup."""

import xml.etree.ElementTree as ET

from hazecast.bulletins.text_layout import plain

Element = ET.Element


def child(parent: Element, tag: str, text: str | None = None, **attributes: str) -> Element:
    """A new last child of `parent` in the parent's namespace; without `text` or attributes it is there to hold others."""
    namespace = parent.tag.rpartition("}")[0]
    made = ET.SubElement(parent, f"{namespace}}}{tag}", attributes)
    if text is not None:
        made.text = "\n".join(plain(line) for line in text.splitlines())
    return made


def written(root: Element, namespace: str) -> bytes:
    """The document in UTF-8, its own namespace without a prefix."""
    ET.register_namespace("", namespace)
    ET.indent(root)
    return bytes(ET.tostring(root, encoding="utf-8", xml_declaration=True)) + b"\n"
