"""Where alerts go: mail, Telegram, a webhook, or anything else Apprise supports, from the secrets of the connection `news`.

Off by default. No part of an address is ever logged, stored or put in an error: it holds passwords and tokens.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from doisoat.connections import Connection
from doisoat.errors import ConfigurationError
from doisoat.news.texts import Message

CONNECTION_ID = "news"
#: These write addresses, and what is in them, to the log.
_TALKATIVE = ("apprise", "urllib3", "requests", "requests_oauthlib", "smtplib")


@dataclass(frozen=True)
class Sender:
    """One address.

    Attributes:
        name: kind and position, e.g. "mailtos 1": all that may be logged about it.
    """

    name: str
    _service: Any

    def __repr__(self) -> str:
        return f"Sender({self.name!r})"

    def send(self, message: Message) -> bool:
        """Send; returns whether it was accepted. The reason of a failure is dropped: it would contain addresses."""
        import apprise

        with _silence():
            box = apprise.Apprise()
            box.add(self._service)
            return bool(box.notify(title=message.title, body=message.body, body_format=apprise.NotifyFormat.TEXT))


def senders(connection: Connection) -> list[Sender]:
    """The senders of the connection `news`: the Apprise addresses in its password, separated by white space.

    Raises:
        ConfigurationError: there is none, or one is not an address that Apprise knows; it is named by its position only.
    """
    import apprise

    addresses = (connection.password or "").split()
    if not addresses:
        raise ConfigurationError(
            "connection 'news': its password holds no address; set AIRFLOW_CONN_NEWS in .env (docs/news.md), or news.enabled: "
            "false in the province file"
        )
    found, places = [], Counter[str]()
    for place, address in enumerate(addresses, 1):
        with _silence():
            service = apprise.Apprise.instantiate(address, suppress_exceptions=True)
        if service is None:
            raise ConfigurationError(
                f"connection 'news': address {place} of {len(addresses)} is not one that Apprise knows; see docs/news.md"
            )
        kind = address.split(":", 1)[0].lower()
        places[kind] += 1
        found.append(Sender(f"{kind} {places[kind]}", service))
    return found


@contextmanager
def _silence() -> Iterator[None]:
    loggers = [logging.getLogger(name) for name in _TALKATIVE]
    before = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.CRITICAL + 1)
    try:
        yield
    finally:
        for logger, level in zip(loggers, before, strict=True):
            logger.setLevel(level)
