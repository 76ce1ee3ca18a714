"""Tables of the people: authors of comments, and the accounts that moderate."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, LargeBinary, Text, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from comments.storage import Base, CText, UtcTime, partial_index


class Author(Base):
    """Somebody who wrote, voted or reported on one site. Only their own token changes a row.

    `kind` is `guest`, `moderator` (has an `account_id`) or `imported` (nobody can be it any more).
    """

    __tablename__ = "authors"
    __table_args__ = (
        # An import run twice finds the authors it made the first time.
        partial_index(
            "uq_authors_source",
            "site_id",
            "source_system",
            "source_id",
            where="source_id IS NOT NULL",
            unique=True,
        ),
        # A moderator's posts on a site share one author.
        partial_index(
            "uq_authors_account", "site_id", "account_id", where="account_id IS NOT NULL", unique=True
        ),
    )

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    site_id: Mapped[UUID] = mapped_column(ForeignKey("sites.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(Text, default="guest")
    account_id: Mapped[UUID | None] = mapped_column(ForeignKey("accounts.id", ondelete="SET NULL"))
    name: Mapped[str | None] = mapped_column(Text)
    email: Mapped[str | None] = mapped_column(Text)
    website: Mapped[str | None] = mapped_column(Text)
    approved_name: Mapped[str | None] = mapped_column(Text)
    """The name under which a comment was last approved: a trusted author who changes it is new again."""
    approved_count: Mapped[int] = mapped_column(default=0)
    trusted: Mapped[bool] = mapped_column(default=False)
    source_system: Mapped[str | None] = mapped_column(CText)
    source_id: Mapped[str | None] = mapped_column(CText)
    created_at: Mapped[datetime] = mapped_column(UtcTime)


class GuestToken(Base):
    """A guest's token, kept as a hash; it ends twelve months after its last use."""

    __tablename__ = "guest_tokens"

    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    site_id: Mapped[UUID] = mapped_column(ForeignKey("sites.id", ondelete="CASCADE"))
    # Deleting an author looks for their tokens.
    author_id: Mapped[UUID] = mapped_column(ForeignKey("authors.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime] = mapped_column(UtcTime)
    # Upkeep removes the tokens that have ended.
    used_at: Mapped[datetime] = mapped_column(UtcTime, index=True)


class Account(Base):
    """A person who may sign in; what they may do is in their memberships."""

    __tablename__ = "accounts"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    email: Mapped[str] = mapped_column(CText, unique=True)
    """Folded (NFKC, casefold)."""
    name: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UtcTime)
    email_proved_at: Mapped[datetime | None] = mapped_column(UtcTime)
    """When a sign-in link, which only the mailbox or the machine gives, first showed whose the address is."""


class Membership(Base):
    """What an account is on a site: `owner` or `moderator`, of the whole site or of sections."""

    __tablename__ = "memberships"

    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True)
    # The names of a site's team are looked up at each post by a newcomer.
    site_id: Mapped[UUID] = mapped_column(
        ForeignKey("sites.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    role: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UtcTime)
    sections: Mapped[str | None] = mapped_column(Text)
    """A JSON list of path prefixes (`identity.sections`); NULL is the whole site."""
    digest: Mapped[str] = mapped_column(Text, default="hourly", server_default="hourly")
    """How often they are mailed what waits: `hourly`, `daily` or `never`."""
    digest_at: Mapped[datetime | None] = mapped_column(UtcTime)
    """When that was last."""


class ApiToken(Base):
    """A moderator's token for the API of one site, kept as a hash."""

    __tablename__ = "api_tokens"

    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    site_id: Mapped[UUID] = mapped_column(ForeignKey("sites.id", ondelete="CASCADE"))
    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"))
    created_at: Mapped[datetime] = mapped_column(UtcTime)
    name: Mapped[str] = mapped_column(Text, default="", server_default="")
    scopes: Mapped[str | None] = mapped_column(Text)
    """A JSON list of `web.needs.SCOPES`; NULL for a token from before there were any: read and moderate."""
    used_at: Mapped[datetime | None] = mapped_column(UtcTime)
    """To the day: noted once a day."""


class SignInLink(Base):
    """A link that signs in once, kept as the hash of its secret."""

    __tablename__ = "sign_in_links"

    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"))
    created_at: Mapped[datetime] = mapped_column(UtcTime)
    expires_at: Mapped[datetime] = mapped_column(UtcTime)
    used_at: Mapped[datetime | None] = mapped_column(UtcTime)


class BrowserSession(Base):
    """A signed-in browser on our own pages, kept as the hash of its cookie."""

    __tablename__ = "browser_sessions"

    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"))
    created_at: Mapped[datetime] = mapped_column(UtcTime)
    expires_at: Mapped[datetime] = mapped_column(UtcTime)
    device: Mapped[str] = mapped_column(Text, default="", server_default="")
    """The browser in words (`identity.devices`)."""
    seen_at: Mapped[datetime | None] = mapped_column(UtcTime)
    """To the day: noted once a day."""


class Credential(Base):
    """What an account signs in with beside links: a password, and a second factor that goes with it.

    `factor_nonce` makes the authenticator's secret together with the service's key, so that the database
    alone gives no codes away. `factor_step` is the newest code used: none is good twice.
    """

    __tablename__ = "credentials"

    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True)
    password_hash: Mapped[str | None] = mapped_column(Text)
    password_at: Mapped[datetime | None] = mapped_column(UtcTime)
    factor_nonce: Mapped[bytes | None] = mapped_column(LargeBinary(16))
    factor_on: Mapped[bool] = mapped_column(default=False)
    factor_step: Mapped[int] = mapped_column(BigInteger, default=0)


class RecoveryCode(Base):
    """A code that stands in for the second factor once, kept as a hash."""

    __tablename__ = "recovery_codes"

    code_hash: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    # All of an account's go when new ones are made.
    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"), index=True)


class Passkey(Base):
    """A key on somebody's device that signs in; only its public half is here."""

    __tablename__ = "passkeys"

    credential_id: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    # An account's are listed.
    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"), index=True)
    public_key: Mapped[bytes] = mapped_column(LargeBinary)
    """A COSE key (RFC 9052)."""
    sign_count: Mapped[int] = mapped_column(BigInteger)
    """How often the key said it was used, when last it was; 0 for ever if it does not count."""
    name: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UtcTime)
    used_at: Mapped[datetime | None] = mapped_column(UtcTime)


class PasskeyQuestion(Base):
    """What a browser was asked, good once: the hash of its secret, and for whom a key is to be made."""

    __tablename__ = "passkey_questions"

    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    account_id: Mapped[UUID | None] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"))
    expires_at: Mapped[datetime] = mapped_column(UtcTime)


class Invitation(Base):
    """A part on a site that waits for somebody to take it: the hash of a link's secret, and what it gives."""

    __tablename__ = "invitations"

    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    # A site's open invitations are listed.
    site_id: Mapped[UUID] = mapped_column(ForeignKey("sites.id", ondelete="CASCADE"), index=True)
    email: Mapped[str] = mapped_column(CText)
    role: Mapped[str] = mapped_column(Text)
    sections: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UtcTime)
    expires_at: Mapped[datetime] = mapped_column(UtcTime)
