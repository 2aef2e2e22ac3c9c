"""An OpenID provider over HTTP that logs in at once whom a test says: discovery, authorization code with PKCE, RS256 keys.

`python -m support.openid_provider PORT ACCOUNT REDIRECT` runs one by itself. What it is told to do wrong, it does once.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import uvicorn
from fastapi import FastAPI, Form, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response
from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey

CLIENT_ID, SECRET = "doisoat", "the-client's-secret"


@dataclass
class OpenIdProvider:
    """What the provider is, and what it does next.

    Attributes:
        issuer: as it calls itself, known once it is served.
        redirect: the address that is registered for the client.
        claims: of whoever logs in; a value None is left out.
        key: with which it signs; another one means that it has changed its keys.
        sign_with: instead of the key that it publishes.
        wrong_issuer: whether discovery names another issuer.
        seen: the parameters of the last authorization request.
    """

    redirect: str
    claims: dict[str, Any] = field(default_factory=lambda: {"sub": "lan"})
    issuer: str = ""
    key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": secrets.token_hex(4), "use": "sig"}))
    sign_with: RSAKey | OctKey | None = None
    alg: str = "RS256"
    refuses: str | None = None
    wrong_issuer: bool = False
    seen: dict[str, str] = field(default_factory=dict)
    codes: dict[str, dict[str, str]] = field(default_factory=dict)

    def app(self) -> FastAPI:
        app = FastAPI()
        app.get("/.well-known/openid-configuration")(self.metadata)
        app.get("/authorize")(self.authorize)
        app.post("/token")(self.token)
        app.get("/keys")(lambda: {"keys": [self.key.as_dict(private=False)]})
        return app

    def metadata(self) -> dict[str, Any]:
        return {
            "issuer": "https://other.example" if self.wrong_issuer else self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
            "end_session_endpoint": f"{self.issuer}/leave",
            "id_token_signing_alg_values_supported": ["RS256", "HS256", "none"],  # more than we take
        }

    def authorize(self, request: Request) -> Response:
        self.seen = dict(request.query_params)
        wanted = (CLIENT_ID, self.redirect, "code", "S256")
        named = ("client_id", "redirect_uri", "response_type", "code_challenge_method")
        if tuple(self.seen.get(name) for name in named) != wanted:
            return JSONResponse({"error": "invalid_request"}, 400)
        answer = {"state": self.seen["state"]}
        if self.refuses:
            answer["error"] = self.refuses
        else:
            code = secrets.token_urlsafe(8)
            self.codes[code] = self.seen
            answer["code"] = code
        return RedirectResponse(f"{self.redirect}?{urlencode(answer)}", 302)

    def token(
        self, request: Request, code: str = Form(), code_verifier: str = Form(), redirect_uri: str = Form()
    ) -> Response:
        basic = base64.b64encode(f"{CLIENT_ID}:{SECRET}".encode()).decode()
        asked = self.codes.pop(code, None)
        challenge = base64.urlsafe_b64encode(hashlib.sha256(code_verifier.encode()).digest()).decode().rstrip("=")
        if request.headers.get("authorization") != f"Basic {basic}":
            return JSONResponse({"error": "invalid_client"}, 401)
        if asked is None or asked["code_challenge"] != challenge or redirect_uri != self.redirect:
            return JSONResponse({"error": "invalid_grant"}, 400)
        now = int(time.time())
        claims = {
            "iss": self.issuer,
            "aud": CLIENT_ID,
            "iat": now,
            "exp": now + 300,
            "nonce": asked["nonce"],
            **self.claims,
        }
        token = {"access_token": secrets.token_urlsafe(8), "token_type": "Bearer"}
        header = {"alg": self.alg, "kid": self.key.kid}
        told = {name: value for name, value in claims.items() if value is not None}
        signed = jwt.encode(header, told, self.sign_with or self.key, algorithms=[self.alg])
        return JSONResponse({**token, "id_token": signed})


@contextmanager
def provider_served(redirect: str) -> Iterator[OpenIdProvider]:
    """A provider at work, until the block ends."""
    provider = OpenIdProvider(redirect)
    ready = threading.Event()

    class Server(uvicorn.Server):
        async def startup(self, sockets: object = None) -> None:
            await super().startup()
            ready.set()

    server = Server(uvicorn.Config(provider.app(), port=0, log_level="warning"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    if not ready.wait(30) or not server.started:
        raise RuntimeError("the provider did not start")
    provider.issuer = f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    try:
        yield provider
    finally:
        server.should_exit = True
        thread.join(30)


if __name__ == "__main__":
    alone = OpenIdProvider(sys.argv[3], {"sub": sys.argv[2]}, f"http://localhost:{sys.argv[1]}")
    uvicorn.run(alone.app(), port=int(sys.argv[1]), log_level="warning")
