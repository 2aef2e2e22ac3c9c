"""Who reads the page within Airflow: imported when the page is made, since it imports Airflow's API server."""

from __future__ import annotations

from typing import Annotated

from airflow.api_fastapi.auth.managers.models.base_user import BaseUser
from airflow.api_fastapi.auth.managers.models.resource_details import AccessView
from airflow.api_fastapi.core_api.security import get_user, requires_access_view
from fastapi import Depends, Request
from page.accounts import Account


def known(request: Request, user: Annotated[BaseUser, Depends(get_user)]) -> None:
    """Keep the account of whoever is logged in; an anonymous request is answered with 401 before."""
    request.state.reader = Account(str(user.get_name()))


#: Of every view: somebody is logged in, and may see plugins.
DEPENDENCIES = [Depends(requires_access_view(AccessView.PLUGINS)), Depends(known)]


class AirflowsGate:
    """Lets in whom Airflow has let in."""

    def account(self, request: Request) -> Account:
        """The account that Airflow knows."""
        account: Account = request.state.reader
        return account

    def way_in(self, request: Request) -> None:
        """None: one logs in to Airflow."""
        return

    def form_token(self, request: Request) -> None:
        """None: within Airflow the page is read only."""
        return
