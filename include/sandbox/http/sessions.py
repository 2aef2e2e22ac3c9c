"""Who may log in, and what a login returns: OAuth tokens (Keycloak, the integration platform) and adapter sessions."""

from __future__ import annotations

import base64
import secrets
import time
from dataclasses import dataclass, field

from sandbox.http.wire import Answer, Request, json_answer


@dataclass(frozen=True)
class Credentials:
    """Who may log in; never fixed: given or generated at start.

    Attributes:
        client_id, client_secret: for the token endpoints, and user name and password of the systems with sessions.
        username, password: iGate's password grant; without a username there is none.
        api_key: the key for systems that need one besides the token.
    """

    client_id: str
    client_secret: str = field(repr=False)
    username: str = ""
    password: str = field(default="", repr=False)
    api_key: str = field(default="", repr=False)


class Tokens:
    """An OAuth token endpoint, refusing as Keycloak does.

    Args:
        credentials: who may log in.
        life: lifetime of a token in seconds, in real time.
    """

    def __init__(self, credentials: Credentials, life: float = 300) -> None:
        self._credentials, self._life = credentials, life
        self._valid: dict[str, float] = {}
        self._refresh: set[str] = set()

    def answer(self, request: Request) -> Answer:
        """Issue a token, or refuse as Keycloak does."""
        form = request.form()
        client = form.get("client_id", ""), form.get("client_secret", "")
        basic = request.headers.get("authorization", "")
        if basic.lower().startswith("basic "):
            client_id, _, secret = base64.b64decode(basic[6:] + "==").decode("utf-8", "replace").partition(":")
            client = client_id, secret
        known = self._credentials
        if not is_same(client[0], known.client_id) or not is_same(client[1], known.client_secret):
            return _refused("unauthorized_client", "Invalid client or Invalid client credentials", 401)
        grant = form.get("grant_type", "")
        if grant == "password":
            right = is_same(form.get("username", ""), known.username) and is_same(
                form.get("password", ""), known.password
            )
            if not known.username or not right:
                return _refused("invalid_grant", "Invalid user credentials", 401)
        elif grant == "refresh_token":
            if form.get("refresh_token", "") not in self._refresh:
                return _refused("invalid_grant", "Invalid refresh token", 400)
            self._refresh.discard(form["refresh_token"])
        elif grant != "client_credentials":
            return _refused("unsupported_grant_type", "Unsupported grant_type", 400)
        return self._give(with_refresh=grant != "client_credentials")

    def _give(self, with_refresh: bool) -> Answer:
        token = secrets.token_urlsafe(48)
        self._valid = {old: end for old, end in self._valid.items() if end > time.monotonic()}
        self._valid[token] = time.monotonic() + self._life
        content = {"access_token": token, "expires_in": int(self._life), "refresh_expires_in": 0}
        content |= {"token_type": "Bearer", "not-before-policy": 0, "scope": "profile email"}
        if with_refresh:
            content["refresh_token"] = secrets.token_urlsafe(48)
            content["refresh_expires_in"] = int(self._life) * 6
            self._refresh.add(str(content["refresh_token"]))
        return json_answer(content)

    def is_valid(self, request: Request) -> bool:
        """Whether the request has a token that is still valid."""
        bearer = request.headers.get("authorization", "")
        token = bearer[7:] if bearer.lower().startswith("bearer ") else ""
        return self._valid.get(token, 0.0) > time.monotonic()

    def revoke_all(self) -> None:
        """Invalidate every token."""
        self._valid.clear()


class Sessions:
    """Sessions of the adapter kind: `mapi/login {username, password}` -> a session (CONTRACTS sections 1 and 4).

    Args:
        credentials: client id and secret are the user name and the password.
        life: lifetime of a session in seconds, in real time; each system keeps it a secret.
    """

    def __init__(self, credentials: Credentials, life: float = 300) -> None:
        self._credentials, self._life = credentials, life
        self._valid: dict[str, float] = {}

    def open(self, username: object, password: object) -> str | None:
        """A new session, None if user name or password is wrong."""
        known = self._credentials
        right = is_same(str(username), known.client_id) and is_same(str(password), known.client_secret)
        if not right:
            return None
        session = secrets.token_urlsafe(32)
        self._valid = {old: end for old, end in self._valid.items() if end > time.monotonic()}
        self._valid[session] = time.monotonic() + self._life
        return session

    def is_valid(self, session: object) -> bool:
        """Whether a session is still valid."""
        return self._valid.get(str(session), 0.0) > time.monotonic()

    def revoke_all(self) -> None:
        """End every session."""
        self._valid.clear()


def is_same(given: str, known: str) -> bool:
    """Whether a secret is the known one, in constant time."""
    return secrets.compare_digest(given.encode(), known.encode())


def _refused(error: str, text: str, status: int) -> Answer:
    return json_answer({"error": error, "error_description": text}, status)
