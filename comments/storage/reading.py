"""Sessions that only read."""

from sqlalchemy.orm import Session

from comments.storage.errors import WritingWhileReading


class ReadingSession(Session):
    """A session that refuses to write, before the database has to."""

    def flush(self, objects: object = None) -> None:
        self.refuse_unsaved()

    def refuse_unsaved(self) -> None:
        """Raise WritingWhileReading if the query left something behind that would have to be stored."""
        if self.new or self.dirty or self.deleted:
            raise WritingWhileReading("a query added, changed or deleted a row; that is an action's part")
