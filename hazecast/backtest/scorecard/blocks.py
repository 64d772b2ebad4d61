"""What a scorecard is made of; the template knows nothing else."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of a table: a text, a smaller one below it, and a `tone`: good, bad, own or nothing."""

    text: str
    small: str = ""
    tone: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its header, a smaller text below that, and its cells.

    `first` begins a group, which a line sets off; `own` is the forecast's among baselines.
    """

    header: str
    cells: tuple[Cell, ...]
    small: str = ""
    first: bool = False
    own: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """A table with its caption; `columns` name the row headers and each column. A folded one opens when it is asked for."""

    caption: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    folded: str = ""

    def __post_init__(self) -> None:
        widths = {len(row.cells) + 1 for row in self.rows} - {len(self.columns)}
        if widths:
            raise ValueError(f"The table {self.caption!r} has {len(self.columns)} columns and rows of {sorted(widths)}.")


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture as a data URI: its title, what a reader sees who cannot see it, and its caption. A wide one takes the whole page."""

    title: str
    alt: str
    caption: str
    uri: str
    wide: bool = False

    def __post_init__(self) -> None:
        if not self.alt.strip() or not self.uri.startswith("data:image/"):
            raise ValueError(f"The picture {self.title!r} needs an alternative text and an image of its own.")


@dataclass(frozen=True, slots=True)
class Tile:
    """One number at the head of the page."""

    figure: str
    label: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the page under a heading of its own."""

    anchor: str
    title: str
    said: tuple[str, ...] = ()
    pictures: tuple[Picture, ...] = ()
    tables: tuple[Table, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Page:
    """The whole scorecard. `sentences` follow the headline; `provenance` are lines of name and value."""

    title: str
    subtitle: str
    exercise: bool
    headline: str
    sentences: tuple[str, ...]
    cautions: tuple[str, ...]
    tiles: tuple[Tile, ...]
    sections: tuple[Section, ...]
    provenance: tuple[tuple[str, str], ...] = field(default=())
