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
    """Raised when a request comes from nobody we know: it is answered with 401."""
