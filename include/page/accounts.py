"""Who reads: an account and what it sees; the ways in, of which the one-time token is one."""

from __future__ import annotations

import hmac
import logging
import secrets
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from doisoat.province.readers import PageReaders
from fastapi import Request
from fastapi.responses import RedirectResponse, Response

from page.errors import NotLetInError, SeesNothingError, TooManyError
from page.sessions import Sessions

log = logging.getLogger(__name__)
#: Wrong tokens in a minute, after which none is looked at until the minute is over.
MOST_GUESSES, GUESSES_SECONDS = 10, 60.0


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody who reads.

    Attributes:
        name: of the account, as it is kept with what it exports and decides.
        agency_id: sees this agency and what is below it, and nothing else; None: the whole province.
        sees_all_provinces: sees the other provinces too, as the open table shows them.
    """

    name: str
    agency_id: str | None = None
    sees_all_provinces: bool = False


def account_named(name: str, readers: PageReaders) -> Account:
    """What an account sees, as the province file says.

    Raises:
        SeesNothingError: it is in neither list there, and `others` see nothing.
    """
    agency_id = readers.agency_of(name)
    if agency_id is None and not readers.sees_everything(name):
        raise SeesNothingError("errors.sees_nothing", name)
    return Account(name, agency_id, name in readers.all_provinces)


#: An address of a gate's own: path, methods, and what answers.
Door = tuple[str, tuple[str, ...], Callable[[Request], Response]]


class Gate(Protocol):
    """Decides who may read."""

    #: Where one logs in, below the page's root; None: one does so elsewhere.
    login: str | None
    #: Whether a reader of it can leave, by a form to /logout.
    can_leave: bool

    def account(self, request: Request) -> Account:
        """The account of a request.

        Raises:
            NotLetInError: it has none.
            SeesNothingError: it has one that sees nothing.
        """
        ...

    def way_in(self, request: Request) -> Response | None:
        """The answer to a request that brings a proof of who it is; None if it brings none."""
        ...

    def form_token(self, request: Request) -> str | None:
        """What a form of this reader's session must bring, so that no other site can send it; None: the reader sends none."""
        ...

    def doors(self) -> Sequence[Door]:
        """The addresses by which one comes in and leaves, if it has its own."""
        ...


@dataclass(slots=True)
class TokenGate:
    """Lets in who brings the token: it works once, and its bearer gets a session, as with Jupyter.

    Attributes:
        token: as printed in the address.
        clock: for tests; monotonic seconds.
    """

    token: str = field(default_factory=lambda: secrets.token_urlsafe(24), repr=False)
    account_name: str = "local"
    clock: Callable[[], float] = time.monotonic
    login: str | None = None
    can_leave: bool = False
    _sessions: Sessions = field(init=False, repr=False)
    _is_used: bool = False
    _wrong: list[float] = field(default_factory=list, repr=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def __post_init__(self) -> None:
        self._sessions = Sessions(clock=self.clock)

    def account(self, request: Request) -> Account:
        """The account of the request's session: who may start the page sees all of it, and what else its machine can read."""
        return Account(self._sessions.account_of(request), sees_all_provinces=True)

    def way_in(self, request: Request) -> Response | None:
        """A session for the token's bearer, and the same address without the token: it stays in no history.

        Raises:
            NotLetInError: it is another token, or was used.
            TooManyError: too many wrong ones came within a minute.
        """
        given = request.query_params.get("token")
        if given is None:
            return None
        with self._lock:
            self._refuse_guessing()
            if self._is_used or not hmac.compare_digest(given.encode(), self.token.encode()):
                if self._sessions.knows(request):
                    return _without_token(request)  # the address that was printed, opened again by the same browser
                self._wrong.append(self.clock())
                raise NotLetInError
            self._is_used = True
        answer = _without_token(request)
        self._sessions.begin(request, answer, self.account_name)
        return answer

    def _refuse_guessing(self) -> None:
        now = self.clock()
        self._wrong = [at for at in self._wrong if now - at < GUESSES_SECONDS]
        if len(self._wrong) >= MOST_GUESSES:
            log.warning("page: %d wrong tokens within a minute: none is looked at for a while", len(self._wrong))
            raise TooManyError(int(GUESSES_SECONDS - (now - self._wrong[0])) + 1)

    def form_token(self, request: Request) -> str | None:
        """Follows from the session, and says nothing about it."""
        return self._sessions.form_token(request)

    def doors(self) -> Sequence[Door]:
        """None: the page ends with the command that started it."""
        return ()


def _without_token(request: Request) -> Response:
    url = request.url.remove_query_params("token")
    return RedirectResponse(url.path + (f"?{url.query}" if url.query else ""), status_code=303)
