"""Who reads the page within Airflow: imported when the page is made, since it imports Airflow's API server."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence
from typing import Annotated

from airflow.api_fastapi.app import get_auth_manager
from airflow.api_fastapi.auth.managers.models.base_user import BaseUser
from airflow.api_fastapi.auth.managers.models.resource_details import AccessView, DagAccessEntity, DagDetails
from airflow.api_fastapi.core_api.security import get_user, requires_access_view
from airflow.configuration import conf
from airflow.models.dag import DagModel
from doisoat.province.readers import PageReaders
from fastapi import Depends, Request
from page.accounts import Account, Door, account_named

#: Who may answer this Dag's approvals may decide about gaps: both are a person's word on a night.
DAG = "nightly_reconciliation"


def known(request: Request, user: Annotated[BaseUser, Depends(get_user)]) -> None:
    """Keep the account of whoever is logged in, and whether it may decide; an anonymous request is answered with 401 before."""
    request.state.reader = str(user.get_name())
    request.state.may_decide = get_auth_manager().is_authorized_dag(
        method="PUT",
        access_entity=DagAccessEntity.HITL_DETAIL,
        details=DagDetails(id=DAG, team_name=DagModel.get_team_name(DAG)),
        user=user,
    )


#: Of every view: somebody is logged in, and may see plugins.
DEPENDENCIES = [Depends(requires_access_view(AccessView.PLUGINS)), Depends(known)]


class AirflowsGate:
    """Lets in whom Airflow has let in; what an account sees, the province file says."""

    #: One logs in to Airflow, and out of it.
    login: str | None = None
    can_leave = False

    def __init__(self, readers: PageReaders) -> None:
        self._readers = readers
        secret = conf.get_mandatory_value("api", "secret_key")
        self._key = hmac.new(secret.encode(), b"forms of the page", hashlib.sha256).digest()

    def account(self, request: Request) -> Account:
        """The account that Airflow knows."""
        return account_named(request.state.reader, self._readers)

    def way_in(self, request: Request) -> None:
        """None: one logs in to Airflow."""
        return

    def form_token(self, request: Request) -> str | None:
        """Follows from the account and a secret of Airflow's, the same in each of its processes; None: it may only read."""
        if not request.state.may_decide:
            return None
        return hmac.new(self._key, request.state.reader.encode(), hashlib.sha256).hexdigest()

    def doors(self) -> Sequence[Door]:
        """None: Airflow's own."""
        return ()
