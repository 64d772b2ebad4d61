"""All pictures of one bulletin, in every language."""

from collections.abc import Iterator, Sequence

from hazecast.bulletins.pictures import curves, level_map, meteogram, source_stacks, value_maps
from hazecast.bulletins.pictures.picture import Copy, Picture
from hazecast.records import BulletinFacts


def draw_all(facts: BulletinFacts, copies: Sequence[Copy]) -> Iterator[Picture]:
    """The level map, the maps of PM2.5 and visibility, the curves, the sources where they are known, and a meteogram of each area."""
    yield from level_map.draw(facts, copies)
    yield from value_maps.draw(facts, copies)
    yield from curves.draw(facts, copies)
    if facts.attribution is not None:
        yield from source_stacks.draw(facts, copies)
    yield from meteogram.draw(facts, copies)
