"""The page as a FastAPI app: addresses, who may ask, answers with ETags, errors without data."""

from __future__ import annotations

import logging
import threading
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

import psycopg
from fastapi import FastAPI, Request
from fastapi.responses import RedirectResponse, Response
from psycopg_pool import PoolTimeout
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException

from page import files
from page.accounts import Account, Gate
from page.asking import LANGUAGE_COOKIE, PATHS, Ask, address, day_of, filters_of, language_of
from page.deciding import Writer, actions_of, decided, same
from page.errors import AskedWronglyError, NotLetInError, NotThereError
from page.headers import SecurityHeaders
from page.kept import Kept, key_of
from page.reader import Reader, Row, Snapshot
from page.rendering import render
from page.tables import Table, csv_of, xlsx_of
from page.views import OF_ANOTHER_TIME, VIEWS
from page.views.shown import begin_to_draw
from page.words import LANGUAGES, Words

log = logging.getLogger(__name__)
FILES: dict[str, tuple[Callable[[Table], bytes], str]] = {
    "csv": (csv_of, "text/csv; charset=utf-8"),
    "xlsx": (xlsx_of, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
}
#: Stands in kept pages for the token of the reader's session.
FORM_TOKEN = b"{form token}"
#: How an error is answered, and the text that says so.
_ERRORS = {401: "errors.log_in", 403: "errors.forbidden", 404: "errors.not_there", 405: "errors.not_there"}


@dataclass(frozen=True)
class Page:
    """What an app shows, and to whom.

    Attributes:
        reader: of the warehouse.
        gate: who may read.
        province: its name.
        timezone: in which moments are shown.
        writer: stores what people decide; None: the page is read only.
        province_code: its code at the portal, by which it is found among all provinces; empty: unknown.
        answer_days: within how many working days units answer; None: no term is set.
    """

    reader: Reader
    gate: Gate
    province: str
    timezone: str
    kept: Kept = field(default_factory=Kept)
    writer: Writer | None = None
    remembered: dict[str, list[Row]] = field(default_factory=dict)
    province_code: str = ""
    answer_days: int | None = None


def make_app(page: Page, dependencies: Sequence[Any] = ()) -> FastAPI:
    """The app; its reader is opened when it starts.

    Args:
        dependencies: of every view and file with data, such as those that ask whoever embeds the app for the reader's rights.
    """

    @asynccontextmanager
    async def life(app: FastAPI) -> AsyncIterator[None]:
        page.reader.open()
        if page.writer:
            page.writer.open()
        threading.Thread(target=begin_to_draw, daemon=True).start()
        yield
        page.reader.close()
        if page.writer:
            page.writer.close()

    app = FastAPI(title="Đối Soát", lifespan=life, openapi_url=None, docs_url=None, redoc_url=None,
                  dependencies=dependencies)  # fmt: skip
    app.add_middleware(SecurityHeaders)
    for name, path in PATHS.items():
        app.add_api_route(path, _route(page, name), methods=["GET", "HEAD"], include_in_schema=False)
    app.add_api_route("/decisions", _decision_route(page), methods=["POST"])
    app.add_api_route("/export/{view}/{table}.{form}", _export_route(page), methods=["GET"])
    app.add_route("/static/{version}/{name}", files.answer, methods=["GET", "HEAD"])
    _answer_errors(app, page)
    return app


def _route(page: Page, view: str) -> Callable[[Request], Response]:
    def route(request: Request) -> Response:
        if (entered := page.gate.way_in(request)) is not None:
            return entered
        account = page.gate.account(request)
        words = Words(language_of(request))
        with page.reader.snapshot() as mart:
            answer = _answer(page, request, view, account, words, mart)
        if request.query_params.get("lang") in LANGUAGES:
            answer.set_cookie(LANGUAGE_COOKIE, words.language, max_age=31_536_000, httponly=True, samesite="lax",
                              path=request.scope.get("root_path") or "/")  # fmt: skip
        return answer

    return route


def _answer(page: Page, request: Request, view: str, account: Account, words: Words, mart: Snapshot) -> Response:
    ask = _ask(page, request, account, words, mart)
    if ask is None:
        waiting = mart.row("waiting", {})
        return _html(render("empty.html", words, page.province, _root(request), waiting=waiting))
    if view not in ask.views:
        if view == "tonight":
            return RedirectResponse(ask.link("gaps"), 303)
        raise NotThereError
    ask.view = view
    token = page.gate.form_token(request) if page.writer else None
    ask.actions = actions_of(account) if token is not None and ask.stamp["is_latest"] else ()
    key = key_of(
        files.VERSION, view, ask.actions, sorted(ask.given.items()), words.language, ask.root, account.agency_id,
        sorted(ask.stamp.items()),
    )  # fmt: skip
    if view in OF_ANOTHER_TIME:
        body = VIEWS[view](ask).html(ask)
        key = key_of(body)
    headers = {"etag": f'"{key_of(key, token)}"', "cache-control": "private, no-cache", "vary": "cookie"}
    if request.headers.get("if-none-match") == headers["etag"]:
        return Response(status_code=304, headers=headers)
    if view not in OF_ANOTHER_TIME:
        body = page.kept.get(key, lambda: VIEWS[view](ask).html(ask))
    if token is not None:
        body = body.replace(FORM_TOKEN, token.encode())
    return Response(body, media_type="text/html; charset=utf-8", headers=headers)


def _ask(page: Page, request: Request, account: Account, words: Words, mart: Snapshot) -> Ask | None:
    """The question; None if no night is published at all.

    Raises:
        NotThereError: the night asked about is not published.
    """
    given = filters_of(request)
    stamp = mart.row("stamp", {"night": (night := day_of(given.get("night")))})
    if stamp is None:
        if night is not None and mart.row("stamp", {"night": None}):
            raise NotThereError
        return None
    return Ask(words, account, mart, stamp, given, _root(request), page.timezone, page.province, kept=page.remembered,
               province_code=page.province_code, answer_days=page.answer_days)  # fmt: skip


def _decision_route(page: Page) -> Callable[..., Any]:
    async def route(request: Request) -> Response:
        """One form: gaps that were ticked, and what is said of them; then the list again."""
        account = page.gate.account(request)
        token = page.gate.form_token(request)
        if page.writer is None or token is None:
            raise NotThereError
        form = await request.form(max_files=0, max_fields=1000, max_part_size=64 * 1024)
        fields = {name: value for name, value in form.items() if isinstance(value, str)}
        if not same(fields.get("token", ""), token):
            raise HTTPException(403)
        gaps = [gap for gap in form.getlist("gap") if isinstance(gap, str)]
        stored = await run_in_threadpool(_decide, page, account, fields, gaps)
        back = fields.get("back", "")
        given = dict(parse_qsl(back)) if len(back) < 4000 else {}
        return RedirectResponse(address(_root(request), "gaps", {**given, "stored": stored}), 303)

    return route


def _decide(page: Page, account: Account, fields: dict[str, str], gaps: list[str]) -> int:
    """Store what a form says; returns on how many gaps."""
    assert page.writer is not None  # noqa: S101 - the route asked
    with page.reader.snapshot() as mart:
        stamp = mart.row("stamp", {"night": None})
    if stamp is None:
        raise NotThereError
    said = decided(account, fields, gaps, stamp["night"])
    stored = page.writer.store(account, gaps, said)
    log.info("page: %s said %s of %d gaps of night %s", account.name, said.action, stored, stamp["night"])
    return stored


def _export_route(page: Page) -> Callable[..., Response]:
    def route(request: Request, view: str, table: str, form: str) -> Response:
        account = page.gate.account(request)
        words = Words(language_of(request))
        if view not in VIEWS or form not in FILES:
            raise NotThereError
        with page.reader.snapshot() as mart:
            ask = _ask(page, request, account, words, mart)
            if ask is None or view not in ask.views:
                raise NotThereError
            ask.view = view
            found = VIEWS[view](ask).tables.get(table)
            if found is None:
                raise NotThereError
            write, media_type = FILES[form]
            body = write(found)
        log.info("page: %s took %s.%s of night %s", account.name, table, form, ask.night)
        name = f"doi-soat-{table}-{ask.night}.{form}"
        return Response(body, media_type=media_type, headers={"content-disposition": f'attachment; filename="{name}"'})

    return route


def _root(request: Request) -> str:
    return str(request.scope.get("root_path") or "").rstrip("/")


def _html(text: bytes, status: int = 200) -> Response:
    return Response(text, status, media_type="text/html; charset=utf-8")


def _answer_errors(app: FastAPI, page: Page) -> None:
    """Every error is a page in words: what to do, and nothing of what was asked or stored."""

    def said(request: Request, status: int, key: str) -> Response:
        words = Words(language_of(request))
        return _html(render("error.html", words, page.province, _root(request), said=words(key), status=status), status)

    def not_let_in(request: Request, error: Exception) -> Response:
        return said(request, 401, "errors.anonymous")

    def not_there(request: Request, error: Exception) -> Response:
        return said(request, 404, "errors.not_there")

    def asked_wrongly(request: Request, error: Any) -> Response:
        return said(request, 400, error.key)

    def no_answer(request: Request, error: Exception) -> Response:
        log.warning("page: the warehouse did not answer: %s", type(error).__name__)
        return said(request, 503, "errors.no_warehouse")

    def http(request: Request, error: Any) -> Response:
        return said(request, error.status_code, _ERRORS.get(error.status_code, "errors.wrong"))

    def ours(request: Request, error: Exception) -> Response:
        return said(request, 500, "errors.ours")

    app.add_exception_handler(NotLetInError, not_let_in)
    app.add_exception_handler(NotThereError, not_there)
    app.add_exception_handler(AskedWronglyError, asked_wrongly)
    app.add_exception_handler(psycopg.OperationalError, no_answer)
    app.add_exception_handler(PoolTimeout, no_answer)
    app.add_exception_handler(HTTPException, http)
    app.add_exception_handler(Exception, ours)
