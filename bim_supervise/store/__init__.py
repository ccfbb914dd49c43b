"""The database: SQLModel tables, Alembic migrations, one transaction per batch."""
