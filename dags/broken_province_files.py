"""
### No Dag, but an import error as long as a province file cannot be read.

Each of the other files makes a Dag for every province whose file is in order, so that a broken one stops nobody else's nights;
this file says which is broken and why, where Airflow shows import errors.
"""

from __future__ import annotations

from orchestration.provinces import refuse_broken

refuse_broken()
