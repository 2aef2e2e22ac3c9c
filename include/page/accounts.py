"""Who reads: an account, and the ways in. Alone, the page lets in who brings the one-time token that its start printed."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from fastapi import Request
from fastapi.responses import RedirectResponse, Response

from page.errors import NotLetInError

COOKIE = "doisoat_session"
#: A session ends with the working day.
SESSION_SECONDS = 12 * 3600


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody who reads.

    Attributes:
        name: of the account, as it is kept with what it exports.
        agency_id: sees this agency and what is below it, and nothing else; None: the whole province.
    """

    name: str
    agency_id: str | None = None


class Gate(Protocol):
    """Decides who may read."""

    def account(self, request: Request) -> Account:
        """The account of a request.

        Raises:
            NotLetInError: it has none.
        """
        ...

    def way_in(self, request: Request) -> Response | None:
        """The answer to a request that brings a proof of who it is; None if it brings none."""
        ...

    def form_token(self, request: Request) -> str | None:
        """What a form of this reader's session must bring, so that no other site can send it; None: the reader sends none."""
        ...


@dataclass(slots=True)
class _Session:
    account: Account
    ends: float


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
    _sessions: dict[str, _Session] = field(default_factory=dict, repr=False)
    _is_used: bool = False
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def account(self, request: Request) -> Account:
        """The account of the request's session."""
        session = self._sessions.get(request.cookies.get(COOKIE, ""))
        if session is None or session.ends < self.clock():
            raise NotLetInError
        return session.account

    def way_in(self, request: Request) -> Response | None:
        """A session for the token's bearer, and the same address without the token: it stays in no history."""
        given = request.query_params.get("token")
        if given is None:
            return None
        with self._lock:
            if self._is_used or not hmac.compare_digest(given.encode(), self.token.encode()):
                if request.cookies.get(COOKIE) in self._sessions:
                    return _without_token(request)  # the address that was printed, opened again by the same browser
                raise NotLetInError
            self._is_used = True
            name = secrets.token_urlsafe(32)
            self._sessions[name] = _Session(Account(self.account_name), self.clock() + SESSION_SECONDS)
        answer = _without_token(request)
        answer.set_cookie(
            COOKIE, name, max_age=SESSION_SECONDS, httponly=True, samesite="lax",
            secure=request.url.scheme == "https", path=request.scope.get("root_path") or "/",
        )  # fmt: skip
        return answer

    def form_token(self, request: Request) -> str | None:
        """Follows from the session, and says nothing about it."""
        session = request.cookies.get(COOKIE, "")
        return hmac.new(session.encode(), b"forms", hashlib.sha256).hexdigest()


def _without_token(request: Request) -> Response:
    url = request.url.remove_query_params("token")
    return RedirectResponse(url.path + (f"?{url.query}" if url.query else ""), status_code=303)
