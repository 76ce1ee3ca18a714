"""What of the decisions about comments can be taken back."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.orm import Session

from comments.moderation.audit.history import histories
from comments.moderation.authors.message import MESSAGE_MAIL
from comments.moderation.authors.message_state import said
from comments.moderation.decisions.requests import last_standing
from comments.outbox.queries import keys_waiting


def undoable(session: Session, comment_ids: Sequence[UUID]) -> set[UUID]:
    """Return the decisions that can be taken back: of each comment the last that stands, its notes, and what
    was written to its author and lies in the outbox still."""
    decided = histories(session, comment_ids).values()
    last = {past.id for history in decided if (past := last_standing(history)) is not None}
    spoken = [past for history in decided for past in said(history)]
    written = {str(past.id): past.id for past in spoken if past.choice == "message"}
    unsent = keys_waiting(session, MESSAGE_MAIL, list(written)) if written else []
    noted = {past.id for past in spoken if past.choice == "note"}
    return last | noted | {written[key] for key in unsent}
