# Airflow with the library and the Dags in it; docker-compose.yml runs it as three services. Pinned like everywhere else.
FROM python:3.12-slim-bookworm

RUN useradd --create-home --uid 50000 doisoat
WORKDIR /opt/doisoat
COPY requirements.txt pyproject.toml ./
RUN pip install --no-cache-dir "$(grep '^uv==' requirements.txt)" \
    && uv pip install --system --no-cache -r requirements.txt
COPY include ./include
RUN uv pip install --system --no-cache --no-deps --editable .
COPY config ./config
COPY dags ./dags
COPY plugins ./plugins
RUN install -d -o doisoat /var/lib/doisoat /var/lib/doisoat/landing /var/lib/doisoat/airflow /var/lib/doisoat/inbox

USER doisoat
ENV AIRFLOW_HOME=/var/lib/doisoat/airflow \
    DOISOAT_HOME=/var/lib/doisoat \
    DOISOAT_PROVINCE=/opt/doisoat/config/lang_son.yaml \
    AIRFLOW__CORE__DAGS_FOLDER=/opt/doisoat/dags \
    AIRFLOW__CORE__PLUGINS_FOLDER=/opt/doisoat/plugins \
    AIRFLOW__CORE__LOAD_EXAMPLES=False \
    AIRFLOW__CORE__EXECUTOR=LocalExecutor \
    GX_ANALYTICS_ENABLED=false \
    PYTHONUNBUFFERED=1
ENTRYPOINT ["python", "-m"]
CMD ["airflow", "version"]
