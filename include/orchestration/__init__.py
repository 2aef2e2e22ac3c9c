"""Airflow's side of the library: what Dags share and doisoat, which imports no Airflow, cannot hold itself."""
