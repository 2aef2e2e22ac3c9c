"""Imports what every task needs once, in the scheduler, before it forks the processes that run tasks.

Airflow imports a module of this name if it finds one; only the scheduler's PYTHONPATH contains this directory. With
LocalExecutor a task is a fork of the scheduler: what is imported here costs it nothing, whereas importing pandas and
Great Expectations costs up to seven seconds per task. Without this module everything works the same, only slower.
"""

import doisoat.collect
import doisoat.nights.steps
import doisoat.quality
import doisoat.reconcile  # noqa: F401
import great_expectations  # noqa: F401
import pandas  # noqa: F401
