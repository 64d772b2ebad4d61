"""The exceptions that hazecast raises on purpose.

    HazecastError                 anything below; its text names the value, what was expected and the remedy
    ├── SettingsError             the settings file: an unknown key, a value out of range, a path that is not there
    ├── InputError                what was delivered
    │   ├── UnreadableInput       a file that is truncated, empty, or not of its format
    │   │   └── NothingReadable   … and so is every other file of that input
    │   ├── MissingVariable       a variable the forecast cannot do without
    │   ├── UnknownUnits          units that hazecast cannot convert
    │   └── NoDataInPeriod        nothing for the hours asked for
    ├── ArchiveError              the ledger or a stored product does not hold what its manifest says
    ├── ModelRefused              a stored model is of other versions, or not as it was stored
    ├── CycleError                the cycle asked for cannot be run
    ├── DeliveryFailed            a channel did not take a bulletin this time; it is tried again
    │   └── DeliveryRefused       … and never will: it is not tried again unless somebody asks for it
    ├── FetchError                a download cannot be had: its source is out of reach or refuses, or the disk is full
    │   └── WrongDelivery         a file of a download is not there, or is not what it should be; its neighbours may come
    └── MissingExtra              an optional part of hazecast is not installed

The commands turn each of them into one message and exit status 2. Anything else that escapes is a fault of ours.
"""


class HazecastError(Exception):
    """Base of every error that a user can do something about.

    `problem` says what was found and what was expected, `remedy` what to do about it.
    """

    def __init__(self, problem: str, remedy: str) -> None:
        super().__init__(problem, remedy)
        self.problem = problem
        self.remedy = remedy

    def __str__(self) -> str:
        return f"{self.problem} {self.remedy}"


class SettingsError(HazecastError):
    """The settings file is not right."""


class InputError(HazecastError):
    """An input is not right."""


class UnreadableInput(InputError):
    """A file is truncated, empty, or not of the format it was taken for."""


class NothingReadable(UnreadableInput):
    """None of the files of an input can be read; `problem` and `remedy` are those of the first, `names` are of all."""

    def __init__(self, problem: str, remedy: str, names: tuple[str, ...]) -> None:
        super().__init__(problem, remedy)
        self.names = names


class MissingVariable(InputError):
    """A variable is lacking without which there is no forecast."""


class UnknownUnits(InputError):
    """A variable comes in units that cannot be converted."""


class NoDataInPeriod(InputError):
    """An input holds nothing for the hours that are needed."""


class ArchiveError(HazecastError):
    """The ledger or a stored product is not what its manifest says."""


class ModelRefused(HazecastError):
    """A stored model cannot be used."""


class CycleError(HazecastError):
    """A cycle cannot be run as asked."""


class DeliveryFailed(HazecastError):
    """A bulletin did not arrive, or it is not known whether it did; `wait_seconds` is the least wait that the other side asked for."""

    def __init__(self, problem: str, remedy: str, wait_seconds: float | None = None) -> None:
        super().__init__(problem, remedy)
        self.wait_seconds = wait_seconds


class DeliveryRefused(DeliveryFailed):
    """A channel will never take this bulletin for this recipient."""


class FetchError(HazecastError):
    """A download cannot be had."""


class WrongDelivery(FetchError):
    """A file of a download is not there, or came and is not what it should be; its neighbours may still come."""


class MissingExtra(HazecastError):
    """An optional part of hazecast is needed and not installed."""

    def __init__(self, purpose: str, extra: str, debian_packages: str = "") -> None:
        problem = f"{purpose} needs the optional part '{extra}'"
        remedy = f"pip install 'hazecast[{extra}]'"
        if debian_packages:
            problem = f"{problem} and libraries of the machine, and not all of it is installed."
            remedy = f"Install them with: {remedy}; and on Debian or Ubuntu: apt-get install {debian_packages}"
        else:
            problem, remedy = f"{problem}, which is not installed.", f"Install it with: {remedy}"
        super().__init__(problem, remedy)
        self.extra = extra
