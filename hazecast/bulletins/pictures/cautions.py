"""What a picture itself must say of its inputs, for it is passed on without the bulletin that it belongs to."""

from hazecast.bulletins.remarks import has_emission_proxy, is_perfect_prognosis, note_in_words
from hazecast.bulletins.wording import Wording
from hazecast.records import BulletinFacts, Note, NoteCode


def cautions(facts: BulletinFacts, wording: Wording) -> tuple[str, ...]:
    """A short sentence for each input in whose place something else stands."""
    said: list[str] = []
    if is_perfect_prognosis(facts):
        said.append(wording.say("Made with the weather that came (perfect prognosis), not with a forecast of it."))
    if has_emission_proxy(facts):
        said.append(note_in_words(Note(NoteCode.EMISSIONS_ARE_PROXY), wording))
    return tuple(said)
