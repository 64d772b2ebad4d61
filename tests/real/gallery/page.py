"""The page of an episode in Markdown, with its pictures and its bulletins beside it."""

import math
import shutil
from pathlib import Path

from PIL import Image

from hazecast.records import Level
from tests.real.gallery.life_picture import draw_life
from tests.real.gallery.story import AreaDay, Story, StoryDay

LANGUAGES = ("en", "zh", "ja")
NAMES = {"en": "English", "zh": "中文", "ja": "日本語"}
MAP = "map.en.png"
MAP_PIXELS = 760
LEVEL_LIFE, PAGE = "life.png", "index.md"
REASONS = "Why"  # the heading in the English text


def write_page(story: Story, out: Path) -> None:
    """Write the page of a story into the folder `out`, in place of one that is there."""
    if out.exists():
        shutil.rmtree(out)
    out.mkdir(parents=True)
    draw_life(story, out / LEVEL_LIFE)
    parts = [_head(story), *(_day(day, day.day in story.episode.shown, out) for day in story.days)]
    (out / PAGE).write_text("\n".join(parts), encoding="utf-8")


def _head(story: Story) -> str:
    episode = story.episode
    return (
        f"# {episode.title}, day by day\n\n{episode.told}\n\n"
        f"Each morning at eight, Beijing time, one cycle was run (`hazecast run`), by a model that had learnt until "
        f"{episode.learnt_until:%-d %B %Y} and by what had arrived since. Standard: `{episode.edition}`. One command makes this page:\n\n"
        "```sh\nmake gallery DATA=/path/to/the/real/cases\n```\n\n"
        f"![What was measured in each area hour by hour, and under it the warning in force each day]({LEVEL_LIFE})\n\n"
        "*Black: PM2.5 as measured; dotted: 150 and 250 µg/m³. The strip below: the warning in force from eight to eight; + where it was "
        "issued that morning, ▲ where it was raised, ▼ where it was lowered.*\n"
    )


def _day(day: StoryDay, shown: bool, out: Path) -> str:
    lines = [f"## {day.day:%-d %B}\n", f"**{day.headline}**\n"]
    if shown:
        lines += [_picture(day, out), _reasons(day), _bulletins(day, out)]
    telling = [a for a in day.areas if shown or a.action or a.level != Level.NONE]
    lines += [_table(telling), _left_out(day, telling)] if telling else [_left_out(day, telling)]
    return "\n".join(lines)


def _picture(day: StoryDay, out: Path) -> str:
    found = day.bulletin / MAP
    name = f"{day.day}.png"
    with Image.open(found) as picture:
        small = picture.convert("RGB")
        small.thumbnail((MAP_PIXELS, MAP_PIXELS))
        small.quantize(256, Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE).save(out / name, optimize=True)
    return f"![The levels foretold for {day.day:%-d %B}]({name})\n"


def _reasons(day: StoryDay) -> str:
    """The section of the bulletin that says why, as it stands there."""
    lines = (day.bulletin / "bulletin.en.txt").read_text(encoding="utf-8").splitlines()
    begin = lines.index(REASONS)
    end = next((i - 1 for i in range(begin + 2, len(lines)) if set(lines[i]) == {"-"}), len(lines))
    told = "\n".join(lines[begin + 2 : end]).strip()
    return f"<details><summary>Why, as the bulletin says it</summary>\n\n```text\n{told}\n```\n\n</details>\n"


def _bulletins(day: StoryDay, out: Path) -> str:
    links = []
    for language in LANGUAGES:
        name = f"{day.day}.{language}.txt"
        shutil.copyfile(day.bulletin / f"bulletin.{language}.txt", out / name)
        links.append(f"[{NAMES[language]}]({name})")
    return f"The whole bulletin, as text: {', '.join(links)}\n"


def _table(areas: list[AreaDay]) -> str:
    rows = [
        "| | warning | its chance | peak foretold (90 % band) | measured: highest, mean | hours above 150 |",
        "|" + "---|" * 6,
        *(_row(a) for a in areas),
    ]
    return "\n".join(rows) + "\n"


def _row(a: AreaDay) -> str:
    warned = f"**{a.level.name.lower()}**" if a.level > Level.NONE else a.level.name.lower()
    chance = "–" if a.chance is None else f"{100 * a.chance:.0f} %"
    expected = "unknown" if a.expected is None else f"{a.expected[0]:.0f} ({a.expected[1]:.0f}–{a.expected[2]:.0f})"
    came = "not measured" if math.isnan(a.highest) else f"{a.highest:.0f}, {a.mean:.0f}"
    hours = f"{a.hours_above_150} of {a.hours_measured}" if a.hours_measured else "–"
    return f"| {a.name} | {f'{warned}, {a.action}' if a.action else warned} | {chance} | {expected} | {came} | {hours} |"


def _left_out(day: StoryDay, told: list[AreaDay]) -> str:
    missed = [a for a in day.areas if a not in told and a.hours_above_150 >= 3]
    if not missed:
        return ""
    named = "; ".join(f"{a.name} {a.hours_above_150} hours above 150, highest {a.highest:.0f}" for a in missed)
    return f"Not warned of: {named}.\n"
