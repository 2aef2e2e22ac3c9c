"""Runs the nights on a laptop: PostgreSQL, Airflow and the sandbox as child processes (`make run`, `make up`).

Does not import Airflow. None of this is used in production, where PostgreSQL and Airflow already run (docker-compose.yml).
"""
