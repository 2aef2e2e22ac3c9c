"""Errors as pages in words: what to do, and nothing of what was asked or stored."""

from __future__ import annotations

import logging
from typing import Any
from urllib.parse import urlencode

import psycopg
from fastapi import FastAPI, Request
from fastapi.responses import Response
from psycopg_pool import PoolTimeout
from starlette.exceptions import HTTPException

from page.asking import language_of
from page.errors import (
    AskedWronglyError,
    NoOpenTableError,
    NoRecordError,
    NotLetInError,
    NotThereError,
    SeesNothingError,
    TooManyError,
)
from page.rendering import render
from page.words import Words

log = logging.getLogger(__name__)
#: The texts of errors that others than we raise.
_TEXTS = {401: "errors.log_in", 403: "errors.forbidden", 404: "errors.not_there", 405: "errors.not_there"}


class Complaints:
    """Answers to what an address asks for in vain.

    Args:
        province: its name.
        login: where one logs in, below the page's root; None: elsewhere.
    """

    def __init__(self, province: str, login: str | None) -> None:
        self._province, self._login = province, login

    def answer_of(self, app: FastAPI) -> None:
        """Let an app answer so."""
        for kind, answer in (
            (NotLetInError, self._not_let_in),
            (SeesNothingError, self._sees_nothing),
            (TooManyError, self._too_many),
            (NoRecordError, self._no_record),
            (NoOpenTableError, self._no_open_table),
            (NotThereError, self._not_there),
            (AskedWronglyError, self._asked_wrongly),
            (psycopg.OperationalError, self._no_answer),
            (PoolTimeout, self._no_answer),
            (HTTPException, self._http),
            (Exception, self._ours),
        ):
            app.add_exception_handler(kind, answer)

    def _said(self, request: Request, status: int, key: str, elsewhere: str | None = None, **named: Any) -> Response:
        words, root = Words(language_of(request)), str(request.scope.get("root_path") or "").rstrip("/")
        told = words(key, **named) if named else words(key)
        context = {"said": told, "status": status, "login": self._way_in(request, root), "elsewhere": elsewhere}
        text = render("error.html", words, self._province, root, **context)
        return Response(text, status, media_type="text/html; charset=utf-8")

    def _way_in(self, request: Request, root: str) -> str | None:
        """Where one logs in, and comes back to what was asked for, if that can be asked for again."""
        if self._login is None:
            return None
        path = request.url.path
        if request.method != "GET" or path.startswith((f"{root}{self._login}", f"{root}/left")):
            return f"{root}{self._login}"
        back = path + (f"?{request.url.query}" if request.url.query else "")
        return f"{root}{self._login}?{urlencode({'to': back})}"

    def _not_let_in(self, request: Request, error: Any) -> Response:
        key = error.key or ("errors.log_in_here" if self._login else "errors.anonymous")
        return self._said(request, 401, key, error.elsewhere)

    def _sees_nothing(self, request: Request, error: Any) -> Response:
        named = {"account": error.account, **({"agency": error.agency} if error.agency else {})}
        return self._said(request, 403, error.key, **named)

    def _too_many(self, request: Request, error: Any) -> Response:
        answer = self._said(request, 429, "errors.too_many", seconds=error.seconds)
        answer.headers["retry-after"] = str(error.seconds)
        return answer

    def _no_record(self, request: Request, error: Exception) -> Response:
        return self._said(request, 403, "errors.no_record")

    def _no_open_table(self, request: Request, error: Exception) -> Response:
        return self._said(request, 503, "errors.no_open_table")

    def _not_there(self, request: Request, error: Exception) -> Response:
        return self._said(request, 404, "errors.not_there")

    def _asked_wrongly(self, request: Request, error: Any) -> Response:
        return self._said(request, 400, error.key)

    def _no_answer(self, request: Request, error: Exception) -> Response:
        log.warning("page: the warehouse did not answer: %s", type(error).__name__)
        return self._said(request, 503, "errors.no_warehouse")

    def _http(self, request: Request, error: Any) -> Response:
        return self._said(request, error.status_code, _TEXTS.get(error.status_code, "errors.wrong"))

    def _ours(self, request: Request, error: Exception) -> Response:
        return self._said(request, 500, "errors.ours")
