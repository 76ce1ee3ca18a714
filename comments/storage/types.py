"""Column types that mean the same on both databases."""

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, DateTime, Dialect, Text
from sqlalchemy.types import TypeDecorator, TypeEngine

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


class UtcTime(TypeDecorator[datetime]):
    """An instant: aware datetimes go in, UTC with all six digits comes out, and it sorts by time.

    SQLite holds whole microseconds since 1970 (its own date functions keep three digits),
    PostgreSQL a timestamptz. Naive datetimes raise ValueError.
    """

    impl = BigInteger
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        if dialect.name == "postgresql":
            return dialect.type_descriptor(DateTime(timezone=True))
        return dialect.type_descriptor(BigInteger())

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("naive datetime; use comments.clock")
        if dialect.name == "postgresql":
            return value.astimezone(UTC)
        return (value - EPOCH) // MICROSECOND

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if isinstance(value, datetime):
            return value.astimezone(UTC)
        return EPOCH + timedelta(microseconds=value)


class CText(TypeDecorator[str]):
    """Text that is sorted or unique: by code point on both databases, whatever the server's locale."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        # SQLite's default collation compares bytes already; PostgreSQL's follows the locale of the cluster.
        return Text(collation="C") if dialect.name == "postgresql" else Text()
