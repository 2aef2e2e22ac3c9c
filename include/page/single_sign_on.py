"""The gate of a page that takes a province's single sign-on: /login, back from the provider, /logout."""

from __future__ import annotations

import hmac
import logging
import secrets
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from doisoat.province.readers import PageReaders
from fastapi import Request
from fastapi.responses import RedirectResponse, Response

from page.accounts import Account, Door, account_named
from page.errors import LoginFailedError, NotLetInError
from page.openid import Begun, Provider
from page.sessions import Sessions, give_cookie, root_of, take_cookie

log = logging.getLogger(__name__)
#: Says that it is the same browser that began a login.
COOKIE = "doisoat_login"
#: How long a login may take, and how many may be under way at once; the oldest is forgotten first.
LOGIN_SECONDS, MOST_LOGINS = 600, 5_000


@dataclass(frozen=True, slots=True)
class _Pending:
    begun: Begun
    browser: str
    back: str
    ends: float


@dataclass(slots=True)
class OpenIdGate:
    """Lets in whom the provider lets in; what an account sees, the province file says.

    Attributes:
        clock: for tests; monotonic seconds.
    """

    provider: Provider
    readers: PageReaders
    clock: Callable[[], float] = time.monotonic
    login: str | None = "/login"
    can_leave: bool = True
    _sessions: Sessions = field(init=False, repr=False)
    _pending: dict[str, _Pending] = field(default_factory=dict, repr=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def __post_init__(self) -> None:
        is_secure = urlsplit(self.provider.client.page).scheme == "https"
        self._sessions = Sessions(is_secure=is_secure, clock=self.clock)

    def account(self, request: Request) -> Account:
        """The account of the request's session."""
        return account_named(self._sessions.account_of(request), self.readers)

    def way_in(self, request: Request) -> Response | None:
        """None: one comes in by /login."""
        return None

    def form_token(self, request: Request) -> str | None:
        """Follows from the session, and says nothing about it."""
        return self._sessions.form_token(request)

    def doors(self) -> Sequence[Door]:
        """Login, back from the provider, logout."""
        return (
            ("/login", ("GET",), self._begin),
            ("/login/back", ("GET",), self._come_back),
            ("/logout", ("POST",), self._leave),
            ("/left", ("GET",), self._say_goodbye),
        )

    def _begin(self, request: Request) -> Response:
        """Send the browser to the provider."""
        begun = self.provider.begin()
        browser, now = secrets.token_urlsafe(24), self.clock()
        back = local_address(request.query_params.get("to", ""), root_of(request))
        with self._lock:
            for gone in [state for state, one in self._pending.items() if one.ends < now]:
                del self._pending[gone]
            while len(self._pending) >= MOST_LOGINS:
                del self._pending[next(iter(self._pending))]
            self._pending[begun.state] = _Pending(begun, browser, back, now + LOGIN_SECONDS)
        answer = RedirectResponse(begun.address, 303)
        give_cookie(request, answer, COOKIE, browser, LOGIN_SECONDS, is_secure=self._sessions.secure(request))
        return answer

    def _come_back(self, request: Request) -> Response:
        """From the provider: with a code, or with its refusal. A state is good once, and in the browser that got it."""
        given = request.query_params
        with self._lock:
            pending = self._pending.pop(given.get("state", ""), None)
        if pending is None or pending.ends < self.clock():
            raise LoginFailedError("errors.login_again")
        if not hmac.compare_digest(pending.browser.encode(), request.cookies.get(COOKIE, "").encode()):
            raise LoginFailedError("errors.login_again")
        if given.get("iss", self.provider.client.issuer) != self.provider.client.issuer:
            log.warning(
                "page_login: asked for an answer of the provider; got: one in another issuer's name; do: nothing, or see who"
            )
            raise LoginFailedError("errors.login_failed")
        code = given.get("code")
        if "error" in given or not code:
            raise LoginFailedError("errors.login_refused")
        account = self.provider.finish(code, pending.begun)
        answer = RedirectResponse(pending.back, 303)
        self._sessions.begin(request, answer, account)
        take_cookie(request, answer, COOKIE, is_secure=self._sessions.secure(request))
        log.info("page: %s logged in", account)
        return answer

    def _leave(self, request: Request) -> Response:
        """End the session: the form's token was looked at before."""
        self._sessions.end(request)
        answer = RedirectResponse(f"{root_of(request).rstrip('/')}/left", 303)
        take_cookie(request, answer, self._sessions.cookie(request), is_secure=self._sessions.secure(request))
        return answer

    def _say_goodbye(self, request: Request) -> Response:
        """That one has left, and where the provider's own session is ended: else the next one at this desk is still in."""
        raise NotLetInError("errors.left", self.provider.farewell())


def local_address(said: str, root: str) -> str:
    """An address of this page, as the reader asked for it before the login; the first page for any other.

    Browsers take `//host`, `/\\host` and addresses with control characters to other hosts.
    """
    top = root.rstrip("/") + "/"
    is_ours = said.startswith(top) and said.isprintable() and "\\" not in said and not said.startswith("//")
    return said if is_ours and not urlsplit(said).netloc and ".." not in said else top
