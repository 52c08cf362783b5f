"""A transaction on a connection that is otherwise in autocommit."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator


@contextlib.contextmanager
def together(database: sqlite3.Connection) -> Iterator[None]:
    """What is done inside is kept whole or not at all. No `await` belongs inside."""
    database.execute("begin")
    try:
        yield
    except BaseException:
        database.execute("rollback")
        raise
    database.execute("commit")
