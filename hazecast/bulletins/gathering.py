"""Areas as the evening news names them: by province, and a province by its name alone where all of it is meant."""

from collections.abc import Mapping, Sequence

from hazecast.bulletins.text_layout import plain
from hazecast.bulletins.wording import Wording

LEAST_FOR_ALL = 3  # areas of a region: fewer do not stand for the whole of it


def areas_in_words(area_ids: Sequence[str], names: Mapping[str, str], regions: Mapping[str, str], wording: Wording) -> str:
    """A list in a sentence, in the order of `area_ids`; `names` and `regions` are by id, and who is in no region stands alone.

    A region of which all areas are in the list is told by its name, if it has LEAST_FOR_ALL; of another its areas follow in brackets.
    """
    gathered: dict[tuple[str, str], list[str]] = {}
    for id in area_ids:
        region = regions.get(id, "")
        gathered.setdefault((region, "" if region else id), []).append(id)
    return wording.listing([_group(region, ids, names, regions, wording) for (region, _), ids in gathered.items()])


def _group(region: str, ids: Sequence[str], names: Mapping[str, str], regions: Mapping[str, str], wording: Wording) -> str:
    told = wording.listing([names.get(id, plain(id)) for id in ids])
    if not region:
        return told
    everywhere = {id for id, its in regions.items() if its == region}
    if len(everywhere) >= LEAST_FOR_ALL and everywhere <= set(ids):
        return wording.say("all of %(region)s", region=region)
    return wording.say("%(region)s (%(areas)s)", region=region, areas=told)
