"""What all parts of a unit of work share: the connection, and rows to records and back."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass
from enum import Enum
from functools import cache
from pathlib import Path
from typing import Any, TypeVar, cast

import msgspec
from sqlalchemy import Connection, Executable, delete, func, insert, select
from sqlalchemy.dialects import postgresql, sqlite

from bim_supervise.store.tables_base import Base, table_of

T = TypeVar("T")
Row = Mapping[str, Any]
"""A row by the names of its columns."""

IN_CHUNK = 500
"""How many values one IN list holds; SQLite and PostgreSQL both bound the parameters of a statement."""


class WorkBase:
    """One transaction; the parts of ``Work`` add what can be done in it."""

    def __init__(self, connection: Connection, attachments: Path | None) -> None:
        self._connection = connection
        self._attachments = attachments

    def _rows(self, statement: Executable) -> Sequence[Row]:
        return cast(Sequence[Row], self._connection.execute(statement).mappings().all())

    def raw_rows(self, statement: Executable) -> Iterator[Sequence[Any]]:
        """Rows of a statement one by one, as they lie in the tables; for dumps and checks of the store."""
        yield from self._connection.execute(statement)

    def _row(self, statement: Executable) -> Row | None:
        return cast(Row | None, self._connection.execute(statement).mappings().first())

    def _insert(self, model: type[Base], rows: Iterable[Mapping[str, Any]]) -> None:
        listed = [dict(row) for row in rows]
        if listed:
            self._connection.execute(insert(table_of(model)), listed)

    def _insert_one(self, model: type[Base], row: Mapping[str, Any]) -> int:
        """Insert one row and return the number that the database gave it."""
        result = self._connection.execute(insert(table_of(model)), dict(row))
        assert result.inserted_primary_key is not None
        return int(result.inserted_primary_key[0])

    def _upsert(self, model: type[Base], rows: Iterable[Mapping[str, Any]]) -> None:
        """Insert rows, or overwrite those of the same primary key."""
        listed = [dict(row) for row in rows]
        if not listed:
            return
        table = table_of(model)
        keys = [column.name for column in table.primary_key]
        dialect = postgresql if self._connection.dialect.name == "postgresql" else sqlite
        statement = dialect.insert(table)
        others = {name: statement.excluded[name] for name in listed[0] if name not in keys}
        self._connection.execute(statement.on_conflict_do_update(index_elements=keys, set_=others), listed)

    def _replace_all(self, model: type[Base], rows: Iterable[Mapping[str, Any]]) -> None:
        self._connection.execute(delete(table_of(model)))
        self._insert(model, rows)

    def _next(self, model: type[Base], column: str) -> int:
        table = table_of(model)
        highest = self._connection.execute(select(func.max(table.c[column]))).scalar()
        return 1 if highest is None else int(highest) + 1


def in_chunks(values: Iterable[T], size: int = IN_CHUNK) -> Iterator[list[T]]:
    """Values in lists of at most ``size``."""
    chunk: list[T] = []
    for value in values:
        chunk.append(value)
        if len(chunk) == size:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


def to_row(record: Any, *, without: Collection[str] = (), **more: Any) -> dict[str, Any]:
    """A frozen record as a row: fields are columns, what is nested becomes plain data for a JSON column.

    ``without`` names fields that have tables of their own; ``more`` are columns beside the fields.
    """
    row = {
        name: _plain(getattr(record, name))
        for name in _names(cast(Hashable, type(record)))
        if name not in without
    }
    row.update(more)
    return row


def to_record(row: Mapping[str, Any], kind: type[T]) -> T:
    """A row back to its record; columns that the record does not have are left out."""
    return msgspec.convert(dict(row), kind)


@cache
def _names(kind: Hashable) -> tuple[str, ...]:
    return tuple(field.name for field in fields(cast(Any, kind)))


def _plain(value: Any) -> Any:
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Mapping):
        return msgspec.to_builtins(dict(value)) if value else {}
    if isinstance(value, (tuple, list)) or is_dataclass(value):
        return msgspec.to_builtins(cast(Any, value))
    return value
