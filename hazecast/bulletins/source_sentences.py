"""Where the haze comes from, in sentences: one for each area, and what they rest on."""

from collections.abc import Mapping, Sequence
from functools import reduce
from types import MappingProxyType

from hazecast.bulletins.remarks import has_emission_proxy
from hazecast.bulletins.sources import NEAR_HOURS, PeakSources, Share, peak_sources
from hazecast.bulletins.telling import Telling
from hazecast.bulletins.text_layout import plain
from hazecast.bulletins.wording import N_, Wording
from hazecast.records import Area, Attribution, Source, name_in
from hazecast.records.sources import EDGES, ELSEWHERE, INITIAL

_CLAUSES: Mapping[str, str] = MappingProxyType(
    {
        EDGES: N_("%(share)s came over the edges of the domain"),
        INITIAL: N_("%(share)s was in the air when the forecast started"),
        ELSEWHERE: N_("%(share)s is from elsewhere in the domain"),
    }
)
_NAMES: Mapping[str, str] = MappingProxyType(
    {EDGES: N_("over the edges of the domain"), INITIAL: N_("in the air at the start"), ELSEWHERE: N_("elsewhere in the domain")}
)
LACKING = N_("No peak is forecast for %(areas)s, so nothing can be told of the sources there.")


def source_name(source: Source, wording: Wording) -> str:
    """The name of a region, or the words for where else PM2.5 comes from."""
    return wording.say(_NAMES[source.id]) if source.id in _NAMES else plain(name_in(wording.language, source.names))


def source_sentences(telling: Telling) -> tuple[str, ...]:
    """Where PM2.5 comes from at the peak of each area, then those without a peak; nothing where there is no attribution."""
    attribution = telling.facts.attribution
    if attribution is None:
        return ()
    told = [(view.area, sources_of(view.area, attribution, telling)) for view in telling.views]
    without = [area.id for area, peak in told if peak is None]
    sentences = [_sentence(area, peak, telling) for area, peak in told if peak is not None]
    return (*sentences, *([telling.wording.say(LACKING, areas=telling.areas(without))] if without else []))


def source_sentence(area: Area, telling: Telling) -> str:
    """The same of one area, or why nothing can be told of it."""
    attribution = telling.facts.attribution
    if attribution is None:
        return no_sources(telling.wording)
    peak = sources_of(area, attribution, telling)
    return telling.wording.say(LACKING, areas=telling.area(area)) if peak is None else _sentence(area, peak, telling)


def sources_of(area: Area, attribution: Attribution, telling: Telling) -> PeakSources | None:
    """Where PM2.5 of an area comes from at its peak; None where no peak is forecast."""
    windows = [window for window in telling.facts.assessment.windows if window.area_id == area.id]
    return peak_sources(area.id, windows, attribution)


def _sentence(area: Area, peak: PeakSources, telling: Telling) -> str:
    say = telling.wording.say
    values = {"peak": telling.concentration(peak.window.peak_pm25), "place": _place(area, peak, telling)}
    if not peak.shares:
        sentence = N_(
            "Where the %(peak)s µg/m³ expected in %(place)s come from cannot be told: the transport model does not know these hours."
        )
        return say(sentence, **values)
    shares = _listed([clause(share, area, telling) for share in peak.shares], telling.wording)
    if peak.secondary is None:
        return say("Of the %(peak)s µg/m³ expected in %(place)s, %(shares)s.", shares=shares, **values)
    sentence = N_("Of the %(peak)s µg/m³ expected in %(place)s, %(shares)s; of all this %(secondary)s was formed on the way.")
    return say(sentence, shares=shares, secondary=percent_in_words(peak.secondary, telling.wording), **values)


def _place(area: Area, peak: PeakSources, telling: Telling) -> str:
    """Where and when: a peak after the first window is not the one that the table of areas shows."""
    first, later = N_("%(area)s at the peak (%(moment)s)"), N_("%(area)s at the highest peak after the first window (%(moment)s)")
    return telling.wording.say(later if peak.later else first, area=telling.area(area), moment=telling.moment(peak.window.peak_time))


def _listed(clauses: Sequence[str], wording: Wording) -> str:
    comma, last = wording.say_as("between shares", ", "), wording.say_as("before the last share", " and ")
    return last.join(part for part in (comma.join(clauses[:-1]), clauses[-1]) if part)


def clause(share: Share, area: Area, telling: Telling) -> str:
    """What one source has in the PM2.5 of an area."""
    wording, text = telling.wording, share_in_words(share, telling.wording)
    if share.source is None:
        return wording.say("%(share)s is from other sources", share=text)
    if share.source.id in _CLAUSES:
        return wording.say(_CLAUSES[share.source.id], share=text)
    if share.own and is_of_area(share.source, area) and area.territory is None:
        return wording.say("%(share)s is of the city itself", share=text)
    sentence = N_("%(share)s is from within %(region)s") if share.own else N_("%(share)s is from %(region)s")
    return wording.say(sentence, share=text, region=source_name(share.source, wording))


def is_of_area(source: Source, area: Area) -> bool:
    """Whether a source region is the area itself, and not a wider region that it lies in."""
    return source.id == area.id or bool(set(source.names) & set(area.names))


def share_in_words(share: Share, wording: Wording) -> str:
    """A share with its range where that is known."""
    percent = percent_in_words(share.percent, wording)
    if share.low is None or share.high is None:
        return percent
    return wording.say("%(percent)s (%(low)d–%(high)d%%)", percent=percent, low=share.low, high=share.high)


def percent_in_words(percent: int, wording: Wording) -> str:
    """A whole percent; what is there, but too little for one, is not called nothing."""
    return wording.say("%(percent)d%%", percent=percent) if percent else wording.say("<1%%")


def sources_basis(telling: Telling) -> str:
    """What the shares rest on, and how far they can be trusted; nothing where there is no attribution."""
    attribution, say = telling.facts.attribution, telling.wording.say
    if attribution is None:
        return ""
    sentences = [
        say(
            "The shares are those of the transport model with its emissions, within %(hours)d hours of the peak; "
            "the strength of the emissions is fitted to past observations where these allow it.",
            hours=NEAR_HOURS,
        ),
        _proxy(telling),
        _spread(attribution, telling.wording),
        say("Formed on the way: sulfate and nitrate made of gases."),
    ]
    return reduce(lambda first, second: say("%(first)s %(second)s", first=first, second=second), filter(None, sentences))


def _proxy(telling: Telling) -> str:
    if not has_emission_proxy(telling.facts):
        return ""
    return telling.wording.say("A proxy stands in for an emission inventory, and the shares of single regions are no better than it.")


def _spread(attribution: Attribution, wording: Wording) -> str:
    if attribution.members < 2:
        return wording.say("How far off they may be is not known, for the model ran only once.")
    sentence = N_("In brackets: the range of four in five of %(members)d runs with winds and emissions changed at random.")
    return wording.say(sentence, members=attribution.members)


def no_sources(wording: Wording) -> str:
    """That there are no shares at all, and why."""
    return wording.say("Where the haze comes from cannot be told: the transport model could not run.")
