"""What a laptop needs to see the nights run: PostgreSQL, Airflow and the sandbox as child processes (`make run`, `up`).

Imports no Airflow. In production none of this is used: there PostgreSQL and Airflow run already (docker-compose.yml).
"""
