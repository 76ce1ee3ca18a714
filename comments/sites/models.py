"""Tables of the installation and its sites."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, LargeBinary, Text, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from comments.storage import Base, CText, UtcTime


class InstallationFact(Base):
    """A fact about the whole database, such as the fingerprint of the key it is used with."""

    __tablename__ = "installation_facts"

    name: Mapped[str] = mapped_column(CText, primary_key=True)
    value: Mapped[str] = mapped_column(Text)


class Site(Base):
    """A site: one blog or newspaper, with the origins its pages live under."""

    __tablename__ = "sites"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    name: Mapped[str] = mapped_column(CText, unique=True)
    origins: Mapped[str] = mapped_column(Text)
    """A JSON list of origins as the owner wrote them."""
    settings: Mapped[str] = mapped_column(Text, default="{}")
    """A JSON object, read through `sites.settings`."""
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime] = mapped_column(UtcTime)


class SeenOrigin(Base):
    """An origin whose page asked for a site's discussion lately. Only for owners to see; not exported."""

    __tablename__ = "seen_origins"

    site_id: Mapped[UUID] = mapped_column(ForeignKey("sites.id", ondelete="CASCADE"), primary_key=True)
    origin: Mapped[str] = mapped_column(CText, primary_key=True)
    url: Mapped[str] = mapped_column(Text)
    """The last page, without its query; the origin where it said another."""
    at: Mapped[datetime] = mapped_column(UtcTime)


class Webhook(Base):
    """An address that is told what happens on a site. Its secret follows from its id and the key."""

    __tablename__ = "webhooks"
    __table_args__ = (
        # A site's own, in the order they were added.
        Index("ix_webhooks_site", "site_id", "id"),
    )

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    site_id: Mapped[UUID] = mapped_column(ForeignKey("sites.id", ondelete="CASCADE"))
    url: Mapped[str] = mapped_column(Text)
    events: Mapped[str] = mapped_column(Text)
    """A JSON list of what it wants to be told (`sites.webhooks.EVENTS`); an empty one means all."""
    created_at: Mapped[datetime] = mapped_column(UtcTime)


class OutsideCheck(Base):
    """Somebody outside who is asked about a site's comments before they are public; one of each `kind`.

    `akismet` has its owner's `key`, sealed. An `http` endpoint's secret follows from `id` and the key.
    """

    __tablename__ = "outside_checks"
    __table_args__ = (
        # A site's own, one of each kind.
        Index("uq_outside_checks_site", "site_id", "kind", unique=True),
    )

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    site_id: Mapped[UUID] = mapped_column(ForeignKey("sites.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(CText)
    url: Mapped[str] = mapped_column(Text)
    key: Mapped[bytes | None] = mapped_column(LargeBinary)
    sends_email: Mapped[bool] = mapped_column(default=False)
    """Whether the author's mail address goes along."""
    created_at: Mapped[datetime] = mapped_column(UtcTime)
