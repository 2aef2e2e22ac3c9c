"""Airflow connections for the library, from whichever secrets backend this Airflow uses.

The library asks for a connection by id and knows nothing about Airflow (doisoat.connections.ConnectionLookup). Its own
lookup reads only AIRFLOW_CONN_*; inside a task, this one also finds what an operator entered in Airflow's UI or keeps
in a vault.
"""

from __future__ import annotations

import os

from airflow.sdk import Connection as AirflowConnection
from airflow.sdk.exceptions import AirflowNotFoundException
from doisoat.connections import Connection, connection_from_environment
from doisoat.errors import ConfigurationError


def airflow_connection(connection_id: str) -> Connection:
    """The connection with that id, read through Airflow; call it inside a running task.

    Raises:
        ConfigurationError: Airflow has no such connection, or it cannot be read.
    """
    try:
        found = AirflowConnection.get(connection_id)  # from here on Airflow masks its secrets in the task's log
    except AirflowNotFoundException:
        raise ConfigurationError(
            f"connection {connection_id!r} is not known to Airflow; set AIRFLOW_CONN_{connection_id.upper()} in .env, "
            "or add it under Admin, Connections"
        ) from None
    name = f"AIRFLOW_CONN_{connection_id.upper()}"
    if (
        name in os.environ or "DOISOAT_CONNECTIONS" in os.environ
    ):  # read here, because Airflow's connection forgets whether its URI said http or https
        return connection_from_environment(connection_id)
    return connection_from_environment(connection_id, {name: found.as_json()})
