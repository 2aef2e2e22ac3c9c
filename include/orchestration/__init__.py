"""The Airflow side of the library: code that Dags share and that cannot be in doisoat, which does not import Airflow."""
