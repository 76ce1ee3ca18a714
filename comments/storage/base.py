"""The declarative base: one metadata, in which every constraint and index has a name."""

from sqlalchemy import MetaData
from sqlalchemy.orm import DeclarativeBase

# Without names a migration cannot drop a constraint, and SQLite's table rebuild loses it.
NAMING_CONVENTION = {
    "pk": "pk_%(table_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
}


class Base(DeclarativeBase):
    metadata = MetaData(naming_convention=NAMING_CONVENTION)


WITHOUT_SYNC = {"synchronize_session": False}
"""For statements that change rows in bulk: no object of the session has to hear of it, and asking costs."""
