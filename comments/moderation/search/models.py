"""The terms that searches go by."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Dialect, ForeignKey, Index, Integer, Text, Uuid
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import TypeDecorator, TypeEngine

from comments.storage import Base, index_with

NUMBER = BigInteger().with_variant(Integer(), "sqlite")


class Terms(TypeDecorator[Collection[str]]):
    """Terms, none of which has a space or a quotation mark: a line of them, on PostgreSQL a tsvector."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        if dialect.name != "postgresql":
            return dialect.type_descriptor(Text())
        from sqlalchemy.dialects.postgresql import TSVECTOR

        return dialect.type_descriptor(TSVECTOR())

    def process_bind_param(self, value: Collection[str] | None, dialect: Dialect) -> Any:
        if value is None:
            return None
        if dialect.name == "postgresql":
            return " ".join(f"'{term}'" for term in value)
        return f" {' '.join(sorted(value))} "


class CommentTerms(Base):
    """The terms under which a comment is found (`moderation.finding`).

    `number` rises with the comment's time (`moderation.queries.numbers`). The migration that made this table
    has the triggers which fill `terms_due` and SQLite's index of the terms, `comment_terms_fts`. What is in
    these tables is made again from the comments, and travels in no export.
    """

    __tablename__ = "comment_terms"
    __table_args__ = (
        # The terms of a comment, when a search walks along a queue.
        Index("uq_comment_terms_comment", "comment_id", unique=True),
        # The comments that have some terms; SQLite has its own table for that.
        index_with(
            "ix_comment_terms", "terms", postgresql_using="gin", postgresql_with={"fastupdate": "off"}
        ).ddl_if(dialect="postgresql"),
    )

    number: Mapped[int] = mapped_column(NUMBER, primary_key=True, autoincrement=False)
    comment_id: Mapped[UUID] = mapped_column(ForeignKey("comments.id", ondelete="CASCADE"))
    terms: Mapped[Collection[str]] = mapped_column(Terms)


class TermsDue(Base):
    """A comment whose terms must be made; there may be several notes about one, and some about none."""

    __tablename__ = "terms_due"
    __table_args__ = (
        # What a site's searches have to read themselves, the newest first.
        Index("ix_terms_due_site", "site_id", "id"),
        # An id that was used is not used again: who has read a note removes just that one.
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(NUMBER, primary_key=True)
    site_id: Mapped[UUID] = mapped_column(Uuid)
    comment_id: Mapped[UUID] = mapped_column(Uuid)
