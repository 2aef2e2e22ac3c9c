"""A stand-in for a Docker engine: reads docker-compose.yml and the Dockerfile as Docker does, and runs them as processes.

    files        the Compose file with its variables filled in, checked against the Compose specification; the Dockerfile
    container    one container: a file system of its own (an overlay over ours), its mounts, its user, its name
    images       what PostgreSQL's and Redis' images do, with the same programs from packages
    __main__     `docker compose up|exec|run|stop|...`, as far as our documents use it
    host         a machine of its own for all that: network, processes, `docker` on its PATH

Limits of memory and processors, restart policies and capabilities are read, and not enforced.
"""
