"""What settings are made of: the base of every section, and the kinds of values that several sections have."""

from typing import Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, Strict


class Section(BaseModel):
    """One section of the settings file; a key that it does not have is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


def _known_time_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as missing:
        raise ValueError(f"{name!r} is not a time zone; expected a name such as Asia/Shanghai") from missing
    return name


def distinct(items: tuple[str, ...]) -> tuple[str, ...]:
    """The items; raises ValueError where one is there twice."""
    if repeated := sorted({i for i in items if items.count(i) > 1}):
        raise ValueError(f"{', '.join(map(repr, repeated))} is there more than once")
    return items


TimeZone = Annotated[str, AfterValidator(_known_time_zone)]
Filled = Annotated[str, Field(min_length=1)]
Distinct = Annotated[tuple[Filled, ...], Field(min_length=1), AfterValidator(distinct)]
OneOrMore = Annotated[Distinct, BeforeValidator(lambda given: (given,) if isinstance(given, str) else given)]
Whole = Annotated[int, Strict()]
Number = Annotated[float, Strict()]
YesOrNo = Annotated[bool, Strict()]
LocalHour = Annotated[Whole, Field(ge=0, le=23)]
