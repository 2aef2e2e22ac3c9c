"""Below a request: whom to trust, and why there was no answer. Never the cause's own text, which contains the address."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from pathlib import Path

import requests
import urllib3

from doisoat.connections import Connection
from doisoat.errors import ConfigurationError

#: OpenSSL's numbers for what is wrong with a certificate.
_EXPIRED, _OTHER_NAME = 10, 62
_LATER = "wait; it is asked again later"
_ALLOWED = "check host and port of the connection, and whether a firewall or an allow-list keeps this machine out"


def trusted(connection: Connection) -> bool | str:
    """Whose certificates are trusted: True for the public ones, or the file that the connection names.

    Raises:
        ConfigurationError: the file cannot be read, or the connection turns verification off.
    """
    verify = connection.extra.get("verify", True)
    if verify in (False, "false", "False", "0"):
        raise ConfigurationError(f"connection {connection.connection_id!r}: verify=false is refused; name the CA file")
    if verify in (True, "true", "True", "1"):
        return True
    path = Path(str(verify))
    try:
        ssl.create_default_context(cafile=path if not path.is_dir() else None, capath=path if path.is_dir() else None)
    except OSError:  # ssl.SSLError is one too
        raise ConfigurationError(
            f"connection {connection.connection_id!r}: extra verify: {path} is not a file of certificates (PEM) that "
            "this machine can read; give the path of the CA file"
        ) from None
    return str(path)


def no_answer(error: requests.exceptions.RequestException) -> tuple[str, str]:
    """What came and what to do if there was no connection or no answer."""
    causes = list(_causes(error))
    if isinstance(error, requests.exceptions.ProxyError):
        return "no connection through the proxy", "check extra proxy of the connection"
    if _any(causes, urllib3.exceptions.NameResolutionError):
        return "a host name that nobody knows", "check host of the connection, and this machine's name server"
    if isinstance(error, requests.exceptions.ConnectTimeout):
        return "no connection in time", _ALLOWED
    if _any(causes, urllib3.exceptions.NewConnectionError):
        return "no connection (refused, or no way there)", _ALLOWED
    if isinstance(error, requests.exceptions.ReadTimeout):
        return "no answer in time", _LATER
    return f"no answer ({type(error).__name__})", _LATER


def no_tls(error: requests.exceptions.SSLError) -> tuple[str, str]:
    """What came and what to do if TLS failed."""
    refused = next((cause for cause in _causes(error) if isinstance(cause, ssl.SSLCertVerificationError)), None)
    if refused is None:
        return "no TLS", "check port of the connection; write http:// before its host if it speaks plain HTTP"
    if refused.verify_code == _OTHER_NAME:
        return "a TLS certificate for another name", "give host of the connection as the certificate names it"
    if refused.verify_code == _EXPIRED:
        return "a TLS certificate that has expired", "ask the source's owner to renew it"
    return "a TLS certificate that is not trusted", "name the CA file in extra verify of the connection"


def _any(causes: list[object], kind: type[Exception]) -> bool:
    return any(isinstance(cause, kind) for cause in causes)


def _causes(error: BaseException) -> Iterator[object]:
    """The error and what it wraps: requests and urllib3 pass the cause on as an argument or as `reason`."""
    seen: list[object] = []
    waiting: list[object] = [error]
    while waiting:
        cause = waiting.pop()
        if isinstance(cause, BaseException) and cause not in seen:
            seen.append(cause)
            waiting += [*cause.args, getattr(cause, "reason", None), cause.__cause__]
            yield cause
