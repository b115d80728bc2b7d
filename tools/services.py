"""Ask PostgreSQL, MariaDB and Redis whether they are there; name those that are not."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable

SECONDS = 5


def postgresql() -> None:
    """Connect as the tests do."""
    import psycopg

    psycopg.connect(
        host=os.environ.get("PGHOST", "127.0.0.1"),
        port=os.environ.get("PGPORT", "5432"),
        user=os.environ.get("PGUSER", "postgres"),
        password=os.environ.get("PGPASSWORD", ""),
        dbname="postgres",
        connect_timeout=SECONDS,
    ).close()


def mariadb() -> None:
    """Connect as the tests do."""
    import pymysql

    pymysql.connect(
        host=os.environ.get("MYSQL_HOST", "127.0.0.1"),
        port=int(os.environ.get("MYSQL_PORT", "3306")),
        user=os.environ.get("MYSQL_USER", "root"),
        password=os.environ.get("MYSQL_PASSWORD", ""),
        connect_timeout=SECONDS,
    ).close()


def redis() -> None:
    """Connect as the tests do."""
    from redis import Redis

    url = os.environ.get("REDIS_URL", "redis://127.0.0.1:6379/9")
    client = Redis.from_url(url, socket_connect_timeout=SECONDS)
    client.ping()
    client.close()


SERVICES: list[tuple[Callable[[], None], str]] = [
    (postgresql, "start it, or set PGHOST, PGPORT, PGUSER, PGPASSWORD"),
    (mariadb, "start it, or set MYSQL_HOST, MYSQL_PORT, MYSQL_USER, MYSQL_PASSWORD"),
    (redis, "start it, or set REDIS_URL"),
]


def main(names: list[str]) -> int:
    """Return how many of the named services, or of all, do not answer."""
    missing = 0
    for service, remedy in SERVICES:
        if names and service.__name__ not in names:
            continue
        try:
            service()
        except Exception as error:  # noqa: BLE001  # each client has its own tree
            missing += 1
            print(f"{service.__name__} does not answer: {error}", file=sys.stderr)
            print(f"  {remedy}.", file=sys.stderr)
    return missing


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
