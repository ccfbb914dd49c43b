"""The base of all tables: their own metadata, so that a host application's tables are left alone."""

from __future__ import annotations

from typing import cast

from sqlalchemy import MetaData, Table
from sqlalchemy.orm import registry
from sqlmodel import SQLModel

_NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(SQLModel, registry=registry(metadata=MetaData(naming_convention=_NAMES))):
    """Every table of a project."""


def table_of(model: type[Base]) -> Table:
    """The SQLAlchemy table behind a model, for statements without the ORM."""
    return cast(Table, model.__table__)  # type: ignore[attr-defined]
