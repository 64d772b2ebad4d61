"""Who sends the messages of a cycle, and in which zone their times are written: what names them for ever, whatever settings say later."""

from dataclasses import replace

from hazecast.records import Assessment, HazeWarning


def sent_by(assessment: Assessment, sender: str, time_zone: str) -> Assessment:
    """The assessment whose new messages bear their sender; those sent before keep theirs."""
    new = {message.id for message in assessment.messages}

    def signed(warning: HazeWarning) -> HazeWarning:
        return replace(warning, sender=sender, time_zone=time_zone) if warning.id in new else warning

    return replace(assessment, messages=tuple(map(signed, assessment.messages)), in_force=tuple(map(signed, assessment.in_force)))
