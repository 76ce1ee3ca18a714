"""Find phrases of frequent words by what stands together

A phrase was looked for by its words, and every comment that has them all was read: for two words of every
second text, half a site. Now a comment's terms also say which words stand beside each other, and all terms
are made anew in the background, as after the first time (0009). Until then phrases, like every search, find
what is done, and the page says that some comments are still missing.

The terms of neighbours begin with a sign that SQLite's index took for a space.

The previous release goes on working. Where it makes terms meanwhile, they are without neighbours: it should
not run for long beside this one.
"""

from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None


def upgrade() -> None:
    make_all_anew("^#$@!~+")


def downgrade() -> None:
    make_all_anew("^#$@!~")


def make_all_anew(signs: str) -> None:
    """Empty the index of terms, and note every comment; `signs` are what words of SQLite's index may have."""
    op.execute("DELETE FROM terms_due")
    op.execute("INSERT INTO terms_due (site_id, comment_id) SELECT site_id, id FROM comments ORDER BY id")
    if op.get_bind().dialect.name == "postgresql":
        # Last, for it holds back who changes a text, if only for a moment.
        op.execute("TRUNCATE comment_terms")
        return
    op.execute("DROP TRIGGER comment_terms_new")
    op.execute("DROP TRIGGER comment_terms_gone")
    op.execute("DROP TABLE comment_terms_fts")
    op.execute("DELETE FROM comment_terms")
    op.execute(
        "CREATE VIRTUAL TABLE comment_terms_fts USING fts5(terms, content='comment_terms', "
        f"content_rowid='number', detail=none, columnsize=0, tokenize=\"ascii tokenchars '{signs}'\")"
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
