"""Sessions of readers, in the memory of the page: a random number in a cookie, and who is behind it."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from fastapi import HTTPException, Request
from fastapi.responses import Response

from page.errors import NotLetInError

COOKIE = "doisoat_session"
#: A session ends with the working day.
SESSION_SECONDS = 12 * 3600
#: Sessions that are kept at once; the oldest ends first.
MOST_SESSIONS = 10_000


@dataclass(frozen=True, slots=True)
class _Session:
    account: str
    ends: float


@dataclass(slots=True)
class Sessions:
    """Who is behind which cookie. A login always begins a new one, so nobody can prepare a session for somebody else.

    Attributes:
        is_secure: whether browsers reach the page by https, whatever a proxy in between speaks; None: as the request came.
        clock: for tests; monotonic seconds.
    """

    is_secure: bool | None = None
    clock: Callable[[], float] = time.monotonic
    _known: dict[str, _Session] = field(default_factory=dict, repr=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def begin(self, request: Request, answer: Response, account: str) -> None:
        """Give the answer the cookie of a new session; one that the browser had ends."""
        self.end(request)
        name = secrets.token_urlsafe(32)
        now = self.clock()
        with self._lock:
            for gone in [each for each, session in self._known.items() if session.ends < now]:
                del self._known[gone]
            while len(self._known) >= MOST_SESSIONS:
                del self._known[next(iter(self._known))]
            self._known[name] = _Session(account, now + SESSION_SECONDS)
        give_cookie(request, answer, self.cookie(request), name, SESSION_SECONDS, is_secure=self.secure(request))

    def account_of(self, request: Request) -> str:
        """The account of the request's session.

        Raises:
            NotLetInError: it has none, or one that has ended.
        """
        session = self._known.get(self._name(request))
        if session is None or session.ends < self.clock():
            raise NotLetInError
        return session.account

    def knows(self, request: Request) -> bool:
        """Whether the request has a session."""
        return self._name(request) in self._known

    def end(self, request: Request) -> None:
        """End the request's session, if it has one."""
        with self._lock:
            self._known.pop(self._name(request), None)

    def form_token(self, request: Request) -> str:
        """What a form of the session must bring: follows from it, and says nothing about it."""
        return hmac.new(self._name(request).encode(), b"forms", hashlib.sha256).hexdigest()

    def secure(self, request: Request) -> bool:
        """Whether cookies go by https alone."""
        return request.url.scheme == "https" if self.is_secure is None else self.is_secure

    def cookie(self, request: Request) -> str:
        """The cookie's name: where the browser guarantees it, one that no other host and no plain http could have set."""
        return f"__Host-{COOKIE}" if self.secure(request) and root_of(request) == "/" else COOKIE

    def _name(self, request: Request) -> str:
        return request.cookies.get(self.cookie(request), "")


def give_cookie(request: Request, answer: Response, name: str, value: str, seconds: int, *, is_secure: bool) -> None:
    """Set a cookie that no script reads, and that no form of another site brings."""
    answer.set_cookie(
        name, value, max_age=seconds, httponly=True, samesite="lax", secure=is_secure, path=root_of(request)
    )


def take_cookie(request: Request, answer: Response, name: str, *, is_secure: bool) -> None:
    """Take it back."""
    answer.delete_cookie(name, httponly=True, samesite="lax", secure=is_secure, path=root_of(request))


def root_of(request: Request) -> str:
    """Where the page begins on its host."""
    return str(request.scope.get("root_path") or "/")


def refuse_other_sites(request: Request) -> None:
    """A browser says where a form stands; one of another site is refused, whatever it brings.

    Raises:
        HTTPException: 403.
    """
    if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        raise HTTPException(403)
