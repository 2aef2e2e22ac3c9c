# Airflow with the library and the Dags; docker-compose.yml runs it as every service but the databases. Packages are pinned
# by requirements.txt with their hashes, as everywhere, without those that only tests need. The base image names only language and
# distribution, so each new build gets their security updates.
FROM python:3.12-slim-bookworm

ARG PIP_INDEX_URL
ARG UV_DEFAULT_INDEX
# Compiled once here: a container can write only to its volumes, and would compile everything at each start.
ENV UV_COMPILE_BYTECODE=1
RUN groupadd --gid 50000 doisoat && useradd --create-home --uid 50000 --gid 50000 doisoat
WORKDIR /opt/doisoat
COPY requirements.txt pyproject.toml ./
RUN sed -n '/^uv==/,/[^\\]$/p' requirements.txt | pip install --no-cache-dir --require-hashes --requirement /dev/stdin \
    && uv pip install --system --no-cache --constraint requirements.txt --requirement pyproject.toml
COPY include ./include
RUN uv pip install --system --no-cache --no-deps --editable . && python -m compileall -q include
COPY config ./config
COPY docker/postgres/close_warehouse.sql ./docker/postgres/close_warehouse.sql
COPY docs/queries/national ./docs/queries/national
COPY dags ./dags
COPY plugins ./plugins
# Only their owner may read landings, logs and logins; a volume mounted here starts with these directories.
RUN install -d -o doisoat -g doisoat -m 700 /var/lib/doisoat /var/lib/doisoat/inbox

USER doisoat
ENV AIRFLOW_HOME=/var/lib/doisoat/airflow \
    DOISOAT_HOME=/var/lib/doisoat \
    DOISOAT_PROVINCE=/opt/doisoat/config/lang_son.yaml \
    DOISOAT_PROVINCES=/opt/doisoat/config/provinces \
    AIRFLOW__CORE__DAGS_FOLDER=/opt/doisoat/dags \
    AIRFLOW__CORE__PLUGINS_FOLDER=/opt/doisoat/plugins \
    AIRFLOW__CORE__LOAD_EXAMPLES=False \
    GX_ANALYTICS_ENABLED=false \
    PYTHONUNBUFFERED=1
ENTRYPOINT ["python", "-m"]
CMD ["airflow", "version"]
