"""Tables of the storage tests' own, apart from the product's."""

from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import Index, select, text, update
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from comments.storage import CText, UtcTime, announce


class TestBase(DeclarativeBase):
    pass


class Counter(TestBase):
    __tablename__ = "counters"

    name: Mapped[str] = mapped_column(CText, primary_key=True)
    value: Mapped[int] = mapped_column(default=0)


class Note(TestBase):
    __tablename__ = "notes"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    body: Mapped[str]
    at: Mapped[datetime | None] = mapped_column(UtcTime)


class Reply(TestBase):
    __tablename__ = "replies"
    __table_args__ = (
        # Named as the one in the product that it stands for: the replies below a root.
        Index(
            "ix_replies_branch",
            "root_id",
            "path",
            sqlite_where=text("root_id IS NOT NULL"),
            postgresql_where=text("root_id IS NOT NULL"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    root_id: Mapped[UUID | None]
    path: Mapped[bytes]
    shown: Mapped[bool] = mapped_column(default=True)


def make_tables(session: Session) -> None:
    TestBase.metadata.create_all(session.connection())
    session.add_all([Counter(name="a"), Counter(name="b")])


def add_note(session: Session, body: str) -> UUID:
    """Add a note, count it, and announce it: what a write of the product does, in small."""
    note = Note(id=uuid4(), body=body)
    session.add(note)
    session.execute(update(Counter).where(Counter.name == "a").values(value=Counter.value + 1))
    announce(session, body)
    return note.id


def add_and_fail(session: Session, body: str) -> None:
    add_note(session, body)
    session.flush()
    raise RuntimeError(body)


def increment_by_reading(session: Session, name: str) -> int:
    """Read, then write what was read plus one: the pattern that loses updates without a lock."""
    counter = session.scalars(select(Counter).where(Counter.name == name).with_for_update()).one()
    counter.value += 1
    return counter.value


def value_of(session: Session, name: str) -> int:
    return session.scalars(select(Counter.value).where(Counter.name == name)).one()


def bodies(session: Session) -> set[str]:
    return set(session.scalars(select(Note.body)))


def end_connections_at_commit(session: Session) -> None:
    """Have PostgreSQL end the connection of whoever commits a note."""
    session.execute(
        text("""
        CREATE FUNCTION hang_up() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NULL; END $$;
        CREATE CONSTRAINT TRIGGER hang_up AFTER INSERT ON notes DEFERRABLE INITIALLY DEFERRED
        FOR EACH ROW EXECUTE FUNCTION hang_up()
    """)
    )
