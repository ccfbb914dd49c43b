"""The database: SQLModel tables, Alembic migrations, one transaction per batch."""

from bim_supervise.store.store import Store
from bim_supervise.store.work import Work

__all__ = ["Store", "Work"]
