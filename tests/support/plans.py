"""How a database goes about a statement."""

from typing import Any

from sqlalchemy import Executable, event
from sqlalchemy.orm import Session


def plan_of(session: Session, statement: Executable) -> str:
    """Return the plan, one step a line, of the very statement and values that the driver gets."""
    connection = session.connection()
    sent: list[tuple[str, Any]] = []

    def remember(*arguments: Any) -> None:
        sent.append((arguments[2], arguments[3]))

    event.listen(connection, "before_cursor_execute", remember)
    try:
        session.execute(statement).all()
    finally:
        event.remove(connection, "before_cursor_execute", remember)
    sql, values = sent[-1]
    if connection.dialect.name == "postgresql":
        return "\n".join(connection.exec_driver_sql(f"EXPLAIN {sql}", values).scalars())
    steps = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", values)
    return "\n".join(step.detail for step in steps)
