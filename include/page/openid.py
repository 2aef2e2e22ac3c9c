"""A province's single sign-on: OpenID Connect's authorization code flow with PKCE, as a client of one provider (Authlib).

Whatever a provider answers, the reader gets one of our texts and the log one line: what was asked, what came, what to do. Nothing
that it says is repeated, and no token is kept.
"""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

import requests
from authlib.common.security import generate_token
from authlib.integrations.base_client import OAuthError
from authlib.integrations.requests_client import OAuth2Session
from authlib.oidc.core import CodeIDToken
from doisoat.connections import Connection
from doisoat.errors import ConfigurationError
from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet
from joserfc.jws import JWSRegistry

from page.errors import LoginFailedError

log = logging.getLogger(__name__)
CONNECTION_ID = "page_login"
#: Signatures that only the provider can make: none, and none by a secret that we know too.
ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512"]
ENDPOINTS = ("authorization_endpoint", "token_endpoint", "jwks_uri")
#: How far the provider's clock may be from ours, and how long we wait for it, in seconds.
LEEWAY, TIMEOUT = 60, 15
#: How long what a provider says of itself is believed.
METADATA_SECONDS = 3600
_OUR_MACHINE = ("localhost", "127.0.0.1", "::1")
_ERROR = re.compile(r"[a-z_]{1,40}")


@dataclass(frozen=True, slots=True)
class Client:
    """What the provider knows us by.

    Attributes:
        issuer: its address, exactly as it calls itself.
        claim: of the ID token, that names the account.
        page: the address at which browsers reach the page.
        verify: the file of a private authority; True: those that the system trusts.
    """

    issuer: str
    client_id: str
    page: str
    claim: str = "sub"
    secret: str | None = field(default=None, repr=False)
    verify: bool | str = True
    proxy: str | None = None

    @property
    def redirect(self) -> str:
        """Where the provider sends browsers back to."""
        return f"{self.page}/login/back"

    @property
    def scope(self) -> str:
        """As little of a person as the claim needs."""
        wanted = {"sub": "openid", "email": "openid email"}
        return wanted.get(self.claim, "openid profile")


def client_of(connection: Connection, page: str | None) -> Client:
    """The client that a connection describes: login and password are its id and secret; extra: issuer, claim, secret_file,
    verify, proxy.

    Args:
        page: DOISOAT_PAGE_URL.

    Raises:
        ConfigurationError: something is missing, or would be sent so that others can read it.
    """
    extra = connection.extra
    asked = f"connection {connection.connection_id!r}"
    if unknown := set(extra) - {"issuer", "claim", "secret_file", "verify", "proxy"}:
        raise ConfigurationError(
            f"{asked}: extra has {', '.join(sorted(unknown))}, which is not known; see .env.example"
        )
    issuer, claim = str(extra.get("issuer") or ""), str(extra.get("claim") or "sub")
    if not issuer or not connection.login:
        raise ConfigurationError(
            f"{asked}: asked for a login (the client's id) and extra.issuer; got: not both; see .env.example"
        )
    if not page:
        raise ConfigurationError(
            f"{asked} is configured, so the provider has to send browsers back; do: set DOISOAT_PAGE_URL to the page's address"
        )
    for what, address in (("extra.issuer", issuer), ("DOISOAT_PAGE_URL", page)):
        if not _is_safe(address) or urlsplit(address).query or urlsplit(address).fragment:
            raise ConfigurationError(
                f"{asked}: {what}: asked for an https address, or one of this machine; got: another"
            )
    if urlsplit(page).path.strip("/"):
        raise ConfigurationError(
            "DOISOAT_PAGE_URL: asked for an address without a path: the page stands at the top of its host"
        )
    return Client(
        issuer, connection.login, page.rstrip("/"), claim, _secret(connection), _verify(extra), extra.get("proxy")
    )


def _secret(connection: Connection) -> str | None:
    file = connection.extra.get("secret_file")
    if not file:
        return connection.password
    try:
        return Path(str(file)).read_text(encoding="utf-8").strip() or None
    except OSError as error:
        raise ConfigurationError(
            f"connection {connection.connection_id!r}: extra.secret_file: {error.strerror}; do: name one that the page may read"
        ) from None


def _verify(extra: Mapping[str, Any]) -> bool | str:
    verify = extra.get("verify", True)
    if verify is not True and (not isinstance(verify, str) or not Path(verify).is_file()):
        raise ConfigurationError(
            f"connection {CONNECTION_ID!r}: extra.verify: asked for the path of a CA file; got: none"
        )
    return verify


def _is_safe(address: str) -> bool:
    """Whether what is sent there is read by nobody on the way."""
    parts = urlsplit(address)
    return parts.hostname is not None and (parts.scheme == "https" or parts.hostname in _OUR_MACHINE)


@dataclass(frozen=True, slots=True)
class Begun:
    """A login that has begun: what its end must fit."""

    address: str
    state: str
    nonce: str
    verifier: str = field(repr=False)


class Provider:
    """The provider of a client. What it says of itself is asked for when somebody first logs in, and again every hour."""

    def __init__(self, client: Client, clock: Callable[[], float] = time.time) -> None:
        self.client, self._clock = client, clock
        self._metadata: dict[str, Any] = {}
        self._keys: dict[str, Any] | None = None
        self._asked_at = 0.0

    def begin(self) -> Begun:
        """The address at which the reader logs in.

        Raises:
            LoginFailedError: the provider does not answer, or not as one.
        """
        endpoint = self._told()["authorization_endpoint"]
        nonce, verifier = generate_token(32), generate_token(64)
        with self._session() as session:
            address, state = session.create_authorization_url(
                endpoint, state=generate_token(32), nonce=nonce, code_verifier=verifier
            )
        return Begun(address, state, nonce, verifier)

    def finish(self, code: str, begun: Begun) -> str:
        """The name of the account that logged in.

        Raises:
            LoginFailedError: the provider does not give a token for the code, or not one for us, or it names no account.
        """
        endpoint = self._told()["token_endpoint"]
        try:
            with self._session() as session:
                token = session.fetch_token(
                    endpoint, grant_type="authorization_code", code=code, code_verifier=begun.verifier,
                    timeout=TIMEOUT, allow_redirects=False,
                )  # fmt: skip
        except OAuthError as error:
            raise _failed("a token for a login", f"the refusal {_named(error.error)}") from None
        except (requests.RequestException, ValueError) as error:
            raise _failed("a token for a login", type(error).__name__, "errors.login_unreachable") from None
        return self._account(self._claims(dict(token), begun))

    def farewell(self) -> str | None:
        """Where the provider ends its own session; None if it says none, or does not answer."""
        try:
            endpoint = self._told().get("end_session_endpoint")
        except LoginFailedError:
            return None
        if not isinstance(endpoint, str) or not _is_safe(endpoint):
            return None
        given = {"client_id": self.client.client_id, "post_logout_redirect_uri": f"{self.client.page}/"}
        return f"{endpoint}{'&' if '?' in endpoint else '?'}{urlencode(given)}"

    def _claims(self, token: dict[str, Any], begun: Begun) -> CodeIDToken:
        """What an ID token says, if it is the provider's, for us, of now, and of this login."""
        text = token.get("id_token")
        if not isinstance(text, str):
            raise _failed("an ID token", "none")
        options = {
            "iss": {"essential": True, "value": self.client.issuer},
            "aud": {"essential": True, "value": self.client.client_id},
        }
        known = {"nonce": begun.nonce, "client_id": self.client.client_id, "access_token": token.get("access_token")}
        try:
            try:
                found = self._decoded(text)
            except InvalidKeyIdError:  # the provider has changed its keys
                self._keys = None
                found = self._decoded(text)
            claims = CodeIDToken(found.claims, found.header, options, known)
            claims.validate(now=int(self._clock()), leeway=LEEWAY)
        except JoseError as error:
            claim = getattr(error, "claim", None)
            raise _failed("an ID token for us", f"{_named(error.error)}{f' ({claim})' if claim else ''}") from None
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise _failed("an ID token for us", type(error).__name__) from None
        return claims

    def _decoded(self, text: str) -> jwt.Token:
        if self._keys is None:
            self._keys = self._json(self._told()["jwks_uri"], "its keys")
        registry = JWSRegistry(algorithms=ALGORITHMS, strict_check_header=False)
        return jwt.decode(text, key=KeySet.import_key_set(self._keys), registry=registry)  # type: ignore[arg-type]

    def _account(self, claims: Mapping[str, Any]) -> str:
        name = claims.get(self.client.claim)
        if not isinstance(name, str) or not name.strip() or not name.isprintable() or len(name) > 200:
            raise _failed(f"the claim {self.client.claim}, which names the account", "none, or no text")
        if self.client.claim == "email" and claims.get("email_verified") is not True:
            raise _failed("an e-mail address that the provider has verified (email_verified)", "one that it has not")
        return name

    def _told(self) -> dict[str, Any]:
        """What the provider says of itself."""
        if not self._metadata or self._clock() - self._asked_at > METADATA_SECONDS:
            address = f"{self.client.issuer.rstrip('/')}/.well-known/openid-configuration"
            told = self._json(address, "what it offers")
            if told.get("issuer") != self.client.issuer:
                raise _failed("the issuer that page_login names", "another one")
            if missing := [name for name in ENDPOINTS if not _is_safe(str(told.get(name) or ""))]:
                raise _failed(f"an https address as {', '.join(missing)}", "none")
            self._metadata, self._keys, self._asked_at = told, None, self._clock()
        return self._metadata

    def _json(self, address: str, what: str) -> dict[str, Any]:
        try:
            with self._session() as session:
                answer = session.get(address, withhold_token=True, timeout=TIMEOUT, allow_redirects=False)
                answer.raise_for_status()
                told = answer.json()
        except (requests.RequestException, ValueError) as error:
            raise _failed(what, type(error).__name__, "errors.login_unreachable") from None
        if not isinstance(told, dict):
            raise _failed(what, "no object", "errors.login_unreachable")
        return told

    def _session(self) -> OAuth2Session:
        """A session of requests that sends nothing but what the connection says."""
        client = self.client
        session = OAuth2Session(
            client.client_id, client.secret, token_endpoint_auth_method=self._way(), scope=client.scope,
            redirect_uri=client.redirect, code_challenge_method="S256",
        )  # fmt: skip
        session.trust_env, session.verify = False, client.verify
        if client.proxy:
            session.proxies = {"http": client.proxy, "https": client.proxy}
        return session

    def _way(self) -> str:
        """How we prove at the token endpoint who we are."""
        if not self.client.secret:
            return "none"
        known = self._metadata.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
        return "client_secret_basic" if "client_secret_basic" in known else "client_secret_post"


def _named(error: Any) -> str:
    """An error's code; whatever else a provider writes there is not repeated."""
    return error if isinstance(error, str) and _ERROR.fullmatch(error) else "without a code"


def _failed(asked: str, got: str, key: str = "errors.login_failed") -> LoginFailedError:
    log.warning("page_login: asked the provider for %s; got: %s; do: see docs/operations.md, The page", asked, got)
    return LoginFailedError(key)
