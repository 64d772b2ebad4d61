"""Why the desk does not do what was asked."""


class Refusal(Exception):
    """What is answered instead: a status of HTTP, and a sentence in English that is translated where it is shown."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason


class LoginNeeded(Exception):
    """Nobody is logged in; where somebody can be, the login page is shown."""
