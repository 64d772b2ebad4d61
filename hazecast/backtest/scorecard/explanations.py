"""What a reader must know to read a section, in plain words."""

from typing import Final

INTERVALS: Final = (
    "Intervals hold the score with {confidence:.0f} % probability: blocks of {block_days} days are drawn again and again, all "
    "stations together. CRPS of a baseline is its mean absolute error. All forecasts are scored on the same pairs."
)
LEVELS: Final = (
    "POD: share of {counted}s at the level that were forecast. FAR: share of forecast {counted}s that stayed below. CSI: hits among all "
    "{counted}s forecast or observed. ETS, HSS, PSS: skill over chance, 1 is perfect and 0 is none. SEDI stays meaningful for rare levels "
    "(Ferro and Stephenson 2011). Gerrity and FIRM judge all levels together."
)
ON_DAYS: Final = (
    "The edition decides on days: each day of a station is counted once, by the lead time of its last hour. A day's level may depend "
    "on the days after it, and is unknown where one that was not observed could change it. An event is days on end."
)
PERFORMANCE: Final = "Curves are lines of equal CSI, dashed rays of equal frequency bias; the upper right corner is perfect (Roebber 2009)."
PROBABILITIES: Final = (
    "A band is right when it holds as many observations as its name says. Brier score = reliability − resolution + uncertainty + what"
    " forecasts differ by within a bin; its skill is over the base rate."
)
RELIABILITY: Final = "On the diagonal, probabilities come true. Shaded: better than the base rate. Below: how often each was given."
EVENTS: Final = (
    "An event: hours at or above the level at a station, at least {least}, those with at most {gap} hours below between them taken "
    "together. An observed event that overlaps a forecast one is hit; with at most {near} h between the two it is nearly hit; a "
    "forecast event without either is a false alarm. All that belong together are one episode. Onset and end errors are forecast "
    "minus observed, positive is too late. Day 1 is lead times 1–24 h of one cycle a day, day 2 25–48 h, and so on. Hours that were "
    "not observed or not forecast count for nothing."
)
LEAD_GAINED: Final = (
    "Lead time gained: from the first cycle that foresaw the event to its onset; held: from the cycle since which every one did."
)
FLIP_FLOP: Final = (
    "Flip-flop: how the level of a day changed from cycle to cycle; the index is what was revised for nothing, in steps of the level "
    "(Griffiths and others 2019), 0 where forecasts close in steadily."
)
CONTROL: Final = (
    "On control days nobody knows whether a warning was wrong or worked: false alarms that touch one are counted apart, and hourly "
    "scores are given with those days and without."
)
VALUE: Final = (
    "Whoever acts pays a cost; whoever does not, and is hit, pays a loss. Value 1 is a perfect forecast, 0 is no better than always "
    "or never acting (Richardson 2000). Each hour at a station is one decision. Acting at one's own ratio is right where "
    "probabilities are true; turn the dial with --cost-ratio."
)
PAIRED: Final = (
    "Same cycles, stations, hours and leads. Significance by the test of Diebold and Mariano on losses of days, with the small-sample"
    " correction of Harvey, Leybourne and Newbold, a variance that allows for days that hang together, and Holm's adjustment for "
    "several tests of a kind. A difference is told from chance when p is below 0.05."
)
APART: Final = (
    "The two share no cycles, stations or leads; what is compared is the skill of each over persistence. Significance by drawing "
    "blocks of days of each anew, with Holm's adjustment. A difference is told from chance when p is below 0.05."
)
OBSERVED_LEVEL: Final = (
    "By observed level, a bias is in the nature of things: of the highest hours some were high by chance, which no forecast knows."
)
