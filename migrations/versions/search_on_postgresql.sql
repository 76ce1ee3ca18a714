-- PostgreSQL's index of terms, and triggers that note whose terms must be made. Blank lines part them.

-- What is new must be found as quickly as the rest: no list of entries that are yet to be sorted in.
CREATE INDEX ix_comment_terms ON comment_terms USING gin (terms) WITH (fastupdate = off)

CREATE FUNCTION note_terms_due() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        DELETE FROM comment_terms WHERE comment_id = NEW.id;
    END IF;
    INSERT INTO terms_due (site_id, comment_id) VALUES (NEW.site_id, NEW.id);
    RETURN NULL;
END $$

CREATE FUNCTION note_edit_terms_due() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    edit revisions := CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
BEGIN
    DELETE FROM comment_terms WHERE comment_id = edit.comment_id;
    INSERT INTO terms_due (site_id, comment_id) VALUES (edit.site_id, edit.comment_id);
    RETURN NULL;
END $$

CREATE TRIGGER comments_terms_new AFTER INSERT ON comments
FOR EACH ROW EXECUTE FUNCTION note_terms_due()

CREATE TRIGGER comments_terms_changed
AFTER UPDATE OF thread_id, author_id, author_name, source, reasons, edited_at ON comments
FOR EACH ROW WHEN (
    new.thread_id IS DISTINCT FROM old.thread_id OR new.author_id IS DISTINCT FROM old.author_id
    OR new.author_name IS DISTINCT FROM old.author_name OR new.source IS DISTINCT FROM old.source
    OR new.reasons IS DISTINCT FROM old.reasons OR new.edited_at IS DISTINCT FROM old.edited_at
) EXECUTE FUNCTION note_terms_due()

CREATE TRIGGER revisions_terms_changed
AFTER INSERT OR UPDATE OF source, reasons OR DELETE ON revisions
FOR EACH ROW EXECUTE FUNCTION note_edit_terms_due()
