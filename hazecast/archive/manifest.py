"""The manifest of a folder of products: the name, hash and size of each file, and whether they are still what it says."""

import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path, PurePosixPath

from hazecast.errors import ArchiveError

MANIFEST_NAME = "manifest.json"
RESTORE_REMEDY = "Restore it from a backup, or run the cycle into another archive folder and copy what it makes."


@dataclass(frozen=True, slots=True)
class Product:
    """A stored file: its path inside the folder of its cycle, with `/` between parts, and what it holds."""

    name: str
    sha256: str
    size_bytes: int

    def __post_init__(self) -> None:
        require_product_name(self.name)


def require_product_name(name: str) -> None:
    """Raise ValueError unless `name` is a plain relative path that stays inside its folder."""
    parts = PurePosixPath(name).parts
    if not parts or name != "/".join(parts) or name.startswith("/") or ".." in parts or name == MANIFEST_NAME:
        raise ValueError(f"A product cannot be named {name!r}; expected a relative path such as bulletin/report.html.")


def describe(folder: Path) -> tuple[Product, ...]:
    """Every file in `folder` but the manifest, sorted by name."""
    files = [p for p in folder.rglob("*") if p.is_file() and p != folder / MANIFEST_NAME]
    return tuple(sorted((_describe_file(folder, p) for p in files), key=lambda product: product.name))


def write_manifest(folder: Path, products: tuple[Product, ...]) -> None:
    """Write the manifest into `folder`."""
    (folder / MANIFEST_NAME).write_text(manifest_text(products), encoding="utf-8")


def manifest_text(products: tuple[Product, ...], retired: tuple[Product, ...] = ()) -> str:
    """What a manifest says; `retired` are files that were there, and were removed for their age."""
    content = {"products": [asdict(p) for p in products]} | ({"retired": [asdict(p) for p in retired]} if retired else {})
    return json.dumps(content, ensure_ascii=False, indent=1) + "\n"


def read_manifest(folder: Path) -> tuple[Product, ...]:
    """The products that `folder` should hold; raises ArchiveError without a readable manifest."""
    return _listed(folder, "products")


def read_retired(folder: Path) -> tuple[Product, ...]:
    """The products that were removed from `folder` for their age; raises ArchiveError without a readable manifest."""
    return _listed(folder, "retired")


def _listed(folder: Path, part: str) -> tuple[Product, ...]:
    file = folder / MANIFEST_NAME
    try:
        listed = {"retired": [], **json.loads(file.read_text(encoding="utf-8"))}[part]
        return tuple(Product(p["name"], p["sha256"], p["size_bytes"]) for p in listed)
    except (OSError, ValueError, TypeError, KeyError) as broken:
        raise ArchiveError(
            f"{file} is not a readable manifest: {broken}.",
            RESTORE_REMEDY,
        ) from broken


def verify_products(folder: Path) -> tuple[Product, ...]:
    """Read every file in `folder` and hold it against the manifest; returns the products.

    Raises ArchiveError naming the files that changed, are lacking, or are not listed.
    """
    listed = read_manifest(folder)
    changed = differing_names(listed, describe(folder))
    if changed:
        raise ArchiveError(
            f"{folder} is not as it was stored; these files changed, are lacking or were added: {', '.join(changed)}.",
            RESTORE_REMEDY,
        )
    return listed


def differing_names(one: tuple[Product, ...], other: tuple[Product, ...]) -> tuple[str, ...]:
    """The names of files that are in one of the two alone, or differ between them, sorted."""
    return tuple(sorted({p.name for p in set(one) ^ set(other)}))


def _describe_file(folder: Path, file: Path) -> Product:
    with file.open("rb") as content:
        digest = hashlib.file_digest(content, "sha256").hexdigest()
    return Product(file.relative_to(folder).as_posix(), digest, file.stat().st_size)
