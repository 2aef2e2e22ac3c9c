# Airflow with the library and the Dags in it; docker-compose.yml runs it as every service but the databases. What is
# installed is pinned by requirements.txt, like everywhere else, without what only tests need. The base image names
# language and distribution; building anew takes their security updates.
FROM python:3.12-slim-bookworm

ARG PIP_INDEX_URL
ARG UV_DEFAULT_INDEX
# Compiled here once: a container may write to its volumes only, and would compile all of it at each start.
ENV UV_COMPILE_BYTECODE=1
RUN groupadd --gid 50000 doisoat && useradd --create-home --uid 50000 --gid 50000 doisoat
WORKDIR /opt/doisoat
COPY requirements.txt pyproject.toml ./
RUN pip install --no-cache-dir "$(grep '^uv==' requirements.txt)" \
    && uv pip install --system --no-cache --constraint requirements.txt --requirement pyproject.toml
COPY include ./include
RUN uv pip install --system --no-cache --no-deps --editable . && python -m compileall -q include
COPY config ./config
COPY dags ./dags
COPY plugins ./plugins
# Landings, logs and logins are their owner's only; a volume mounted here begins with these directories.
RUN install -d -o doisoat -g doisoat -m 700 /var/lib/doisoat /var/lib/doisoat/inbox

USER doisoat
ENV AIRFLOW_HOME=/var/lib/doisoat/airflow \
    DOISOAT_HOME=/var/lib/doisoat \
    DOISOAT_PROVINCE=/opt/doisoat/config/lang_son.yaml \
    AIRFLOW__CORE__DAGS_FOLDER=/opt/doisoat/dags \
    AIRFLOW__CORE__PLUGINS_FOLDER=/opt/doisoat/plugins \
    AIRFLOW__CORE__LOAD_EXAMPLES=False \
    GX_ANALYTICS_ENABLED=false \
    PYTHONUNBUFFERED=1
ENTRYPOINT ["python", "-m"]
CMD ["airflow", "version"]
