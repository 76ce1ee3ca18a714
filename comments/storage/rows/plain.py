"""Rows as plain JSON values and back, the same from both databases."""

import base64
import binascii
from collections.abc import Callable, Collection, Mapping
from datetime import UTC, datetime
from functools import cache
from typing import Any, cast
from uuid import UUID

from sqlalchemy import BigInteger, Boolean, Column, Integer, LargeBinary, Table, Text, Uuid
from sqlalchemy.sql.schema import ScalarElementColumnDefault
from sqlalchemy.types import TypeEngine

from comments.storage.base import Base
from comments.storage.types import CText, UtcTime

Plain = dict[str, Any]


class PlainValueRefused(ValueError):
    """A value that the column cannot have; the message names both."""


def plain_row(entity: type[Base], row: Mapping[str, Any], *, without: Collection[str]) -> Plain:
    """Return the columns of a row, in the order of the table, as values that JSON has.

    Ids are text, times ISO 8601 in UTC with six digits, bytes base64.
    """
    return {
        name: None if row[name] is None else written(row[name])
        for name, (written, _, _) in _columns(entity).items()
        if name not in without
    }


def row_from_plain(entity: type[Base], plain: Mapping[str, Any], *, without: Collection[str]) -> Plain:
    """Return the values for a row; a column that is not named has its default. Raises PlainValueRefused."""
    columns = _columns(entity)
    unknown = plain.keys() - columns.keys()
    if unknown:
        raise PlainValueRefused(f"{entity.__tablename__} has no column {min(unknown)!r}")
    return {
        name: _value(entity, columns[name][2], columns[name][1], plain)
        for name in columns
        if name not in without
    }


def _value(
    entity: type[Base], column: Column[Any], read: Callable[[Any], Any], plain: Mapping[str, Any]
) -> Any:
    if column.name not in plain:
        return _default(column)
    value = plain[column.name]
    if value is None:
        if not column.nullable:
            raise PlainValueRefused(f"{entity.__tablename__}.{column.name} is needed")
        return None
    try:
        return read(value)
    except (ValueError, TypeError, binascii.Error, OverflowError):
        raise PlainValueRefused(
            f"{entity.__tablename__}.{column.name} cannot be {str(value)[:60]!r}"
        ) from None


def defaults_of(entity: type[Base]) -> Plain:
    """Return what the model puts into columns that nobody names, None where it has nothing to put."""
    return {name: _default(column) for name, (_, _, column) in _columns(entity).items()}


def _default(column: Column[Any]) -> Any:
    default = column.default
    return default.arg if isinstance(default, ScalarElementColumnDefault) else None


@cache
def _columns(entity: type[Base]) -> dict[str, tuple[Callable[[Any], Any], Callable[[Any], Any], Column[Any]]]:
    return {
        column.name: (*_CODECS[type(column.type)], column) for column in cast(Table, entity.__table__).columns
    }


def _time_written(value: datetime) -> str:
    return value.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def _time_read(value: Any) -> datetime:
    found = datetime.fromisoformat(value)
    if found.tzinfo is None:
        raise ValueError("a time without a zone")
    return found.astimezone(UTC)


def _text(value: Any) -> str:
    # What no database of ours takes, or only one of them.
    if type(value) is not str or "\x00" in value:
        raise ValueError("not text")
    value.encode()
    return value


def _whole_number(value: Any) -> int:
    if type(value) is not int or not -(2**31) <= value < 2**31:
        raise ValueError("not a whole number of four bytes")
    return value


def _big_number(value: Any) -> int:
    if type(value) is not int or not -(2**63) <= value < 2**63:
        raise ValueError("not a whole number of eight bytes")
    return value


def _yes_or_no(value: Any) -> bool:
    if type(value) is not bool:
        raise ValueError("neither true nor false")
    return value


def _same(value: Any) -> Any:
    return value


_CODECS: dict[type[TypeEngine[Any]], tuple[Callable[[Any], Any], Callable[[Any], Any]]] = {
    Uuid: (str, UUID),
    UtcTime: (_time_written, _time_read),
    LargeBinary: (
        lambda value: base64.b64encode(value).decode(),
        lambda value: base64.b64decode(value, validate=True),
    ),
    Text: (_same, _text),
    CText: (_same, _text),
    Integer: (_same, _whole_number),
    BigInteger: (_same, _big_number),
    Boolean: (_same, _yes_or_no),
}
