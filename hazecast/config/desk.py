"""The section `[desk]` of the settings: the forecaster's page, and whether a bulletin waits for a person."""

from typing import Annotated

from pydantic import AfterValidator, Field, model_validator

from hazecast.config.fields import Section, Whole, YesOrNo
from hazecast.config.openid import OpenIdSettings


def _host_and_port(text: str) -> str:
    host, _, port = text.rpartition(":")
    if not host or not port.isdigit() or not 0 <= int(port) <= 65535:
        raise ValueError(f"{text!r} is no address to listen at; expected a host and a port such as 127.0.0.1:8321")
    return text


def _hour_of_day(text: str) -> str:
    hour, colon, minute = text.partition(":")
    if not (colon and len(hour) == 2 and len(minute) == 2 and text.replace(":", "").isdigit() and int(hour) < 24 and int(minute) < 60):
        raise ValueError(f"{text!r} is no time of day; expected hours and minutes such as 07:30")
    return text


class DeskSettings(Section):
    """The forecaster's page; see docs/desk.md."""

    address: Annotated[str, AfterValidator(_host_and_port)] = Field(
        "127.0.0.1:8321", description="Host and port `hazecast serve` answers at."
    )
    show: YesOrNo = Field(True, description="false: nothing but /healthz and /metrics.")
    review: YesOrNo = Field(False, description="true: a bulletin waits for a forecaster, no longer than the two settings that follow.")
    release_after: Annotated[str, AfterValidator(_hour_of_day)] = Field(
        "07:30", description="Local time at which a bulletin that waits goes out as it is."
    )
    longest_wait_minutes: Whole = Field(180, ge=5, le=1440, description="A bulletin waits so long at most, whatever the time of day.")
    session_hours: Whole = Field(12, ge=1, le=168, description="Who has logged in must do so again after this.")
    https: YesOrNo = Field(False, description="true behind a proxy that speaks HTTPS: cookies then go over nothing else.")
    password_login: YesOrNo = Field(True, description="false: nobody logs in by a password, but by `[desk.openid]` alone.")
    openid: OpenIdSettings | None = Field(None, description="Login by an OpenID Connect provider.")

    @model_validator(mode="after")
    def _lets_somebody_in(self) -> "DeskSettings":
        if not self.password_login and self.openid is None:
            raise ValueError("password_login is false and there is no [desk.openid], so that nobody could log in; expected one of them")
        return self
