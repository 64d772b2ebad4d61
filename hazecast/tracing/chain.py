"""The links between a sentence of a bulletin and the files that came: areas, forecast, model, inputs with arrivals."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import Engine

from hazecast.archive.arrivals import arrivals_known
from hazecast.archive.bulletin_files import load_bulletin
from hazecast.archive.decisions import ORIGIN_FILE, Decisions, load_decisions, load_origin
from hazecast.archive.ledger import CycleStatus, State, cycle_states, recorded_products
from hazecast.archive.manifest import Product, differing_names, read_retired, verify_products
from hazecast.archive.memory import Memory
from hazecast.archive.observations.sources import sources_ever
from hazecast.archive.reading_back import ReadBack, UsedFile, read_back
from hazecast.config import Settings
from hazecast.errors import ArchiveError, CycleError
from hazecast.forecast.model_card import CARD_FILE, ModelCard, read_card
from hazecast.records import Bulletin, HazeWarning, InputRole, Note, WindowAssessment


@dataclass(frozen=True, slots=True)
class Sentence:
    """A line of a document of the bulletin, and the ids of the areas that it names."""

    document: str
    line: int
    text: str
    areas: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AreaLink:
    """What the cycle decided of an area."""

    area_id: str
    windows: tuple[WindowAssessment, ...]
    messages: tuple[HazeWarning, ...]


@dataclass(frozen=True, slots=True)
class InputLink:
    """A file that the cycle used, what became of it, and when it came: None where that was before anybody looked."""

    used: UsedFile
    arrived_at: datetime | None


@dataclass(frozen=True, slots=True, eq=False)
class Chain:
    """All links of one bulletin. `damaged` are files of the cycle that are not as they were stored, `retired` those removed for age."""

    bulletin: Bulletin
    status: CycleStatus
    sentences: tuple[Sentence, ...]
    areas: tuple[AreaLink, ...]
    products: tuple[Product, ...]
    damaged: tuple[str, ...]
    retired: tuple[str, ...]
    notes: tuple[Note, ...]
    model: ModelCard | None
    inputs: tuple[InputLink, ...]
    read_back: ReadBack

    @property
    def is_whole(self) -> bool:
        """Whether every link can be followed: all files are as they were."""
        return not self.damaged and self.read_back.is_whole


def chain_of(bulletin_or_cycle: str, settings: Settings, memory: Memory, sentence: str = "") -> Chain:
    """The chain of a bulletin, by its id or its cycle's key; of what it says the lines that hold `sentence`, whatever their letters' case.

    Raises CycleError where there is none of this name, or no line holds the sentence, ArchiveError where the archive cannot be read.
    """
    archive = settings.output.archive
    status = _cycle_of(bulletin_or_cycle, memory.ledger)
    folder = archive / status.cycle.key
    bulletin = load_bulletin(archive, status.cycle.key)
    if bulletin_or_cycle not in (bulletin.id, status.cycle.key):
        raise CycleError(
            f"The bulletin of cycle {status.cycle.key} is {bulletin.id}, not {bulletin_or_cycle}.", "Name that, or another cycle."
        )
    sentences = _sentences(bulletin, sentence, settings) if sentence else ()
    named = tuple(dict.fromkeys(area for one in sentences for area in one.areas))
    found = read_back(memory, status.cycle.key)
    return Chain(
        bulletin=bulletin,
        status=status,
        sentences=sentences,
        areas=_areas(load_decisions(folder), named),
        products=recorded_products(memory.ledger, status.cycle.key),
        damaged=_damaged(folder, memory.ledger, status.cycle.key),
        retired=tuple(product.name for product in read_retired(folder)),
        notes=load_origin(folder / ORIGIN_FILE).notes,
        model=_model(found),
        inputs=_inputs(found, memory),
        read_back=found,
    )


def _cycle_of(name: str, ledger: Engine) -> CycleStatus:
    done = [status for status in cycle_states(ledger) if status.state is State.DONE]
    fitting = [status for status in done if name == status.cycle.key or name.startswith(f"{status.cycle.key}-")]
    if not fitting:
        known = f"the newest is of cycle {done[-1].cycle.key}" if done else "no cycle is done yet"
        raise CycleError(f"There is no bulletin {name!r}; {known}.", "Name a bulletin as it stands at its foot, or a cycle's key.")
    return fitting[-1]


def _sentences(bulletin: Bulletin, wanted: str, settings: Settings) -> tuple[Sentence, ...]:
    names = {name: area.id for area in settings.areas for name in area.names.values()}
    texts = [d for d in bulletin.documents if d.media_type.startswith("text/plain")]
    found = tuple(
        Sentence(document.name, number, line.strip(), tuple(dict.fromkeys(id for name, id in names.items() if name in line)))
        for document in texts
        for number, line in enumerate(document.content.decode("utf-8").splitlines(), start=1)
        if wanted.casefold() in line.casefold()
    )
    if not found:
        raise CycleError(f"No line of bulletin {bulletin.id} holds {wanted!r}.", f"Look into {', '.join(d.name for d in texts)}.")
    return found


def _areas(decisions: Decisions, named: tuple[str, ...]) -> tuple[AreaLink, ...]:
    ids = named or tuple(dict.fromkeys(window.area_id for window in decisions.windows))
    return tuple(
        AreaLink(
            id,
            tuple(window for window in decisions.windows if window.area_id == id),
            tuple(message for message in decisions.messages if message.area_id == id),
        )
        for id in ids
    )


def _damaged(folder: Path, ledger: Engine, key: str) -> tuple[str, ...]:
    """What is in the folder against what the ledger says was made; files removed for their age are not damaged."""
    retired = {product.name for product in read_retired(folder)}
    recorded = tuple(product for product in recorded_products(ledger, key) if product.name not in retired)
    try:
        return differing_names(recorded, verify_products(folder))
    except ArchiveError as broken:
        return (broken.problem,)


def _model(found: ReadBack) -> ModelCard | None:
    """None where the cycle learnt for itself."""
    cards = [used.file.path for used in found.files if used.file.role == InputRole.MODEL and used.file.path.name == CARD_FILE]
    return read_card(cards[0].parent) if cards and cards[0].is_file() else None


def _inputs(found: ReadBack, memory: Memory) -> tuple[InputLink, ...]:
    came = {
        (arrival.role, arrival.sha256): None if arrival.assumed else arrival.first_seen_at
        for role in InputRole
        for arrival in arrivals_known(memory.ledger, role)
    }
    came |= {(InputRole.OBSERVATIONS, s.sha256): None if s.assumed else s.seen_at for s in sources_ever(memory.observations)}
    return tuple(InputLink(used, came.get((used.file.role, used.file.sha256))) for used in found.files)
