"""What an address may ask for in vain; each is answered with a page in words (page.app)."""

from __future__ import annotations


class AskedWronglyError(Exception):
    """Raised when an address asks for something that makes no sense; `key` names the text that says so."""

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key


class NotThereError(Exception):
    """Raised when what an address asks for is not there, or not for this reader: nobody learns which."""


class NotLetInError(Exception):
    """Raised when a request comes from nobody we know: it is answered with 401. `key` names the text that says what to do,
    `elsewhere` is an address outside that helps."""

    def __init__(self, key: str | None = None, elsewhere: str | None = None) -> None:
        super().__init__(key)
        self.key, self.elsewhere = key, elsewhere


class LoginFailedError(NotLetInError):
    """Raised when somebody tried to log in and did not get through."""


class SeesNothingError(Exception):
    """Raised when an account that we know sees nothing; `key` names the text that says why, to the account itself."""

    def __init__(self, key: str, account: str, agency: str | None = None) -> None:
        super().__init__(key)
        self.key, self.account, self.agency = key, account, agency


class TooManyError(Exception):
    """Raised when somebody tries too often; `seconds` until it makes sense again."""

    def __init__(self, seconds: int) -> None:
        super().__init__(seconds)
        self.seconds = seconds


class NoOpenTableError(Exception):
    """Raised when the open table of all provinces cannot be read."""


class NoRecordError(Exception):
    """Raised when a file cannot be given, because who took it could not be kept."""
