"""Sees to a database before anything asks for one."""

from collections.abc import MutableMapping
from pathlib import Path
from urllib.parse import quote

import psycopg
from psycopg import sql

from .embedded_postgres import Cluster, default_home
from .errors import SettingError

PROJECT = Path(__file__).resolve().parents[2]
NAME = "tessera"

# What `accounts.public_role.checks` asks of every server: no value in PostgreSQL's own log.
QUIET = [
    "log_error_verbosity=terse",
    "log_parameter_max_length=0",
    "log_parameter_max_length_on_error=0",
    "log_min_error_statement=panic",
    "log_statement=none",
]


def see_to_a_database(environment: MutableMapping[str, str]) -> None:
    """Where DATABASE_URL names none, start the embedded PostgreSQL or join the one that runs, and name it.

    The server lives as long as some process that called this does; children find the address in their
    environment. In production nothing is started: the settings refuse a missing DATABASE_URL.
    """
    if environment.get("DATABASE_URL", "").strip() or environment.get("DEPLOYMENT", "").strip() == "production":
        return
    if environment.get("DEPLOYMENT", "").strip() == "test":
        cluster = Cluster(settings=QUIET, throwaway=True)
    else:
        cluster = Cluster(default_home(NAME, PROJECT), settings=QUIET)
    try:
        cluster.start()  # held, on purpose, until this process ends
    except (OSError, RuntimeError) as error:
        raise SettingError(
            f"DATABASE_URL is not set, and the embedded PostgreSQL did not start ({error}). "
            "For example: DATABASE_URL=postgresql://tessera:secret@127.0.0.1:5432/tessera"
        ) from error
    _make_database(cluster)
    environment["DATABASE_URL"] = f"postgresql://postgres@:5432/{NAME}?host={quote(str(cluster.sockets()), safe='')}"


def _make_database(cluster: Cluster) -> None:
    with psycopg.connect(
        host=str(cluster.sockets()), port=5432, user="postgres", dbname="postgres", autocommit=True
    ) as connection:
        # Two processes may come to this at the same time.
        connection.execute("SELECT pg_advisory_lock(1)")
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [NAME]).fetchone():
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(NAME)))
