-- SQLite's index of terms, and triggers that keep it and note whose terms must be made. Blank lines part them.

-- Where a term stands in a text is not kept: it would double the index.
CREATE VIRTUAL TABLE comment_terms_fts USING fts5(
    terms, content='comment_terms', content_rowid='number', detail=none, columnsize=0,
    tokenize="ascii tokenchars '^#$@!~+'"
)

CREATE TRIGGER comment_terms_new AFTER INSERT ON comment_terms BEGIN
    INSERT INTO comment_terms_fts (rowid, terms) VALUES (new.number, new.terms);
END

CREATE TRIGGER comment_terms_gone AFTER DELETE ON comment_terms BEGIN
    INSERT INTO comment_terms_fts (comment_terms_fts, rowid, terms) VALUES ('delete', old.number, old.terms);
END

CREATE TRIGGER comments_terms_new AFTER INSERT ON comments BEGIN
    INSERT INTO terms_due (site_id, comment_id) VALUES (new.site_id, new.id);
END

CREATE TRIGGER comments_terms_changed
AFTER UPDATE OF thread_id, author_id, author_name, source, reasons, edited_at ON comments
WHEN new.thread_id IS NOT old.thread_id OR new.author_id IS NOT old.author_id
    OR new.author_name IS NOT old.author_name OR new.source IS NOT old.source
    OR new.reasons IS NOT old.reasons OR new.edited_at IS NOT old.edited_at
BEGIN
    DELETE FROM comment_terms WHERE comment_id = new.id;
    INSERT INTO terms_due (site_id, comment_id) VALUES (new.site_id, new.id);
END

CREATE TRIGGER revisions_terms_insert AFTER INSERT ON revisions BEGIN
    DELETE FROM comment_terms WHERE comment_id = new.comment_id;
    INSERT INTO terms_due (site_id, comment_id) VALUES (new.site_id, new.comment_id);
END

CREATE TRIGGER revisions_terms_update AFTER UPDATE OF source, reasons ON revisions
WHEN new.source IS NOT old.source OR new.reasons IS NOT old.reasons
BEGIN
    DELETE FROM comment_terms WHERE comment_id = new.comment_id;
    INSERT INTO terms_due (site_id, comment_id) VALUES (new.site_id, new.comment_id);
END

CREATE TRIGGER revisions_terms_delete AFTER DELETE ON revisions BEGIN
    DELETE FROM comment_terms WHERE comment_id = old.comment_id;
    INSERT INTO terms_due (site_id, comment_id) VALUES (old.site_id, old.comment_id);
END
