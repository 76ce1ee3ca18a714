"""Keep the terms of every comment, so that searches of moderators find words at once

A search read the texts of 20,000 comments and then stopped. The terms are made by the service (`text.terms`),
never by the database: neither database's own way finds Chinese or Japanese words.

Triggers note in `terms_due` whose terms must be made, in the transaction of whatever changed a text, an edit
that waits, a name or a reason; old terms go at once, so that no word stays findable that somebody had erased.
The upkeep makes them after the commit, and every comment that is here already; until then searches read the
texts of what is due.

Only adds tables and triggers: the previous release goes on working, and what it writes is noted too.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
SEARCHED = ("thread_id", "author_id", "author_name", "source", "reasons", "edited_at")
EDITED = ("source", "reasons")


def upgrade() -> None:
    op.create_table(
        "comment_terms",
        sa.Column("number", NUMBER, autoincrement=False, nullable=False),
        sa.Column("comment_id", sa.Uuid(), nullable=False),
        sa.Column("terms", sa.Text().with_variant(postgresql.TSVECTOR(), "postgresql"), nullable=False),
        sa.ForeignKeyConstraint(
            ["comment_id"], ["comments.id"], name="fk_comment_terms_comment_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("number", name="pk_comment_terms"),
    )
    # The terms of a comment, when a search walks along a queue.
    op.create_index("uq_comment_terms_comment", "comment_terms", ["comment_id"], unique=True)
    op.create_table(
        "terms_due",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("site_id", sa.Uuid(), nullable=False),
        sa.Column("comment_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_terms_due"),
        sqlite_autoincrement=True,
    )
    # What a site's searches have to read themselves, the newest first.
    op.create_index("ix_terms_due_site", "terms_due", ["site_id", "id"])
    op.execute("INSERT INTO terms_due (site_id, comment_id) SELECT site_id, id FROM comments ORDER BY id")
    if op.get_bind().dialect.name == "postgresql":
        on_postgresql()
    else:
        on_sqlite()


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP TRIGGER comments_terms_new ON comments")
        op.execute("DROP TRIGGER comments_terms_changed ON comments")
        op.execute("DROP TRIGGER revisions_terms_changed ON revisions")
        op.execute("DROP FUNCTION note_terms_due()")
        op.execute("DROP FUNCTION note_edit_terms_due()")
    else:
        triggers = ["comments_terms_new", "comments_terms_changed"]
        triggers += [f"revisions_terms_{event}" for event in ("insert", "update", "delete")]
        for trigger in triggers:
            op.execute(f"DROP TRIGGER {trigger}")
        op.execute("DROP TABLE comment_terms_fts")
    op.drop_table("terms_due")
    op.drop_table("comment_terms")


def on_sqlite() -> None:
    # Where a term stands in a text is not kept: it would double the index.
    op.execute(
        "CREATE VIRTUAL TABLE comment_terms_fts USING fts5(terms, content='comment_terms', "
        "content_rowid='number', detail=none, columnsize=0, tokenize=\"ascii tokenchars '^#$@!~'\")"
    )
    op.execute(
        "CREATE TRIGGER comment_terms_new AFTER INSERT ON comment_terms BEGIN "
        "INSERT INTO comment_terms_fts (rowid, terms) VALUES (new.number, new.terms); END"
    )
    op.execute(
        "CREATE TRIGGER comment_terms_gone AFTER DELETE ON comment_terms BEGIN "
        "INSERT INTO comment_terms_fts (comment_terms_fts, rowid, terms) "
        "VALUES ('delete', old.number, old.terms); END"
    )
    op.execute(
        "CREATE TRIGGER comments_terms_new AFTER INSERT ON comments BEGIN "
        "INSERT INTO terms_due (site_id, comment_id) VALUES (new.site_id, new.id); END"
    )
    note = (
        "DELETE FROM comment_terms WHERE comment_id = {row}.{id}; "
        "INSERT INTO terms_due (site_id, comment_id) VALUES ({row}.site_id, {row}.{id});"
    )
    op.execute(
        f"CREATE TRIGGER comments_terms_changed AFTER UPDATE OF {', '.join(SEARCHED)} ON comments "
        f"WHEN {differs(SEARCHED, 'IS NOT')} BEGIN {note.format(row='new', id='id')} END"
    )
    edited = {
        "insert": ("INSERT", "", "new"),
        "update": (f"UPDATE OF {', '.join(EDITED)}", f"WHEN {differs(EDITED, 'IS NOT')} ", "new"),
        "delete": ("DELETE", "", "old"),
    }
    for name, (event, when, row) in edited.items():
        op.execute(
            f"CREATE TRIGGER revisions_terms_{name} AFTER {event} ON revisions {when}"
            f"BEGIN {note.format(row=row, id='comment_id')} END"
        )


def on_postgresql() -> None:
    # What is new must be found as quickly as the rest: no list of entries that are yet to be sorted in.
    op.execute("CREATE INDEX ix_comment_terms ON comment_terms USING gin (terms) WITH (fastupdate = off)")
    op.execute(
        "CREATE FUNCTION note_terms_due() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "IF TG_OP = 'UPDATE' THEN DELETE FROM comment_terms WHERE comment_id = NEW.id; END IF; "
        "INSERT INTO terms_due (site_id, comment_id) VALUES (NEW.site_id, NEW.id); RETURN NULL; END $$"
    )
    op.execute(
        "CREATE FUNCTION note_edit_terms_due() RETURNS trigger LANGUAGE plpgsql AS $$ "
        "DECLARE edit revisions := CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END; BEGIN "
        "DELETE FROM comment_terms WHERE comment_id = edit.comment_id; "
        "INSERT INTO terms_due (site_id, comment_id) VALUES (edit.site_id, edit.comment_id); "
        "RETURN NULL; END $$"
    )
    op.execute(
        "CREATE TRIGGER comments_terms_new AFTER INSERT ON comments "
        "FOR EACH ROW EXECUTE FUNCTION note_terms_due()"
    )
    op.execute(
        f"CREATE TRIGGER comments_terms_changed AFTER UPDATE OF {', '.join(SEARCHED)} ON comments "
        f"FOR EACH ROW WHEN ({differs(SEARCHED, 'IS DISTINCT FROM')}) EXECUTE FUNCTION note_terms_due()"
    )
    op.execute(
        f"CREATE TRIGGER revisions_terms_changed AFTER INSERT OR UPDATE OF {', '.join(EDITED)} OR DELETE "
        "ON revisions FOR EACH ROW EXECUTE FUNCTION note_edit_terms_due()"
    )


def differs(columns: tuple[str, ...], operator: str) -> str:
    return " OR ".join(f"new.{column} {operator} old.{column}" for column in columns)
