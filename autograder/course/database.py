"""Open the gradebook's database: a file, or a server that several coordinators share.

How it works: nbgrader looks whether an entry is there and makes it if it is not. Where two
coordinators do that at once, one of them fails. Each therefore waits for its turn before it
enters an assignment or makes the tables of a new gradebook: PostgreSQL's advisory locks last as
long as the connection that took them, so that nobody waits for a coordinator that is gone.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from nbgrader.api import Gradebook
from nbgrader.coursedir import CourseDirectory
from sqlalchemy import URL, Engine, NullPool, create_engine, inspect, make_url, text
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError

from autograder.model.errors import GraderError

TURN = 0x67726164  # the number of the lock: any, but the same for all coordinators
DRIVER = "pip install 'nbgrader-autograder[postgresql]'"


@contextlib.contextmanager
def open_gradebook(directory: CourseDirectory) -> Iterator[Gradebook]:
    """nbgrader's gradebook of a course; raises GraderError where it can't be used."""
    url_of(directory)
    with naming_errors(), Gradebook(directory.db_url, directory.course_id) as book:
        yield book


@contextlib.contextmanager
def waiting_for_turn(directory: CourseDirectory) -> Iterator[None]:
    """Have other coordinators of a shared gradebook wait; raises GraderError."""
    if url_of(directory).get_backend_name() != "postgresql":
        yield
        return
    with naming_errors(), connecting(directory) as engine, engine.connect() as connection:
        connection.execute(text("SELECT pg_advisory_lock(:turn)"), {"turn": TURN})
        yield


def has_tables(directory: CourseDirectory) -> bool:
    """Whether the database is a gradebook already; raises GraderError where it can't be used."""
    with naming_errors(), connecting(directory) as engine:
        return inspect(engine).has_table("assignment")


def url_of(directory: CourseDirectory) -> URL:
    """Where the gradebook is; raises GraderError for what is no URL."""
    try:
        return make_url(directory.db_url)
    except (ArgumentError, ValueError):
        raise GraderError(
            "the gradebook can't be used: c.CourseDirectory.db_url is no URL of a database. In a "
            "password, urllib.parse.quote_plus writes what has a meaning in URLs."
        ) from None  # the error may show a part of the password


@contextlib.contextmanager
def connecting(directory: CourseDirectory) -> Iterator[Engine]:
    """The database itself, without nbgrader's tables."""
    # no transaction: a server may end those that do nothing for long
    engine = create_engine(directory.db_url, poolclass=NullPool, isolation_level="AUTOCOMMIT")
    try:
        yield engine
    finally:
        engine.dispose()


@contextlib.contextmanager
def naming_errors() -> Iterator[None]:
    """Say what is wrong with the database; its URL, which may hold a password, is left out."""
    try:
        yield
    except DBAPIError as error:
        raise GraderError(f"the gradebook can't be used: {error.orig}") from error
    except ModuleNotFoundError as error:
        raise GraderError(
            f"the gradebook can't be used: its driver {error.name} is not installed. "
            f"For PostgreSQL: {DRIVER}"
        ) from error
    except NoSuchModuleError as error:
        raise GraderError(f"the gradebook can't be used: {error}") from error
