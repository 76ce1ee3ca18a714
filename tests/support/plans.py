"""How a database goes about a statement."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import Executable, event, text
from sqlalchemy.orm import Session


def analyse(session: Session) -> None:
    """Gather statistics where the database does so by itself; nobody does on a SQLite file."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("ANALYZE"))


def plan_of(session: Session, statement: Executable) -> str:
    """Return the plan of a statement, one step a line."""
    (plan,) = plans_of(session, lambda asked: asked.execute(statement).all()).values()
    return plan


def plans_of(session: Session, ask: Callable[[Session], Any]) -> dict[str, str]:
    """Run `ask` and return the plans of the very statements and values that the driver got, by statement."""
    connection = session.connection()
    sent: list[tuple[str, Any]] = []

    def remember(*arguments: Any) -> None:
        sent.append((arguments[2], arguments[3]))

    event.listen(connection, "before_cursor_execute", remember)
    try:
        ask(session)
    finally:
        event.remove(connection, "before_cursor_execute", remember)
    on_server = connection.dialect.name == "postgresql"
    plans = {}
    for sql, values in sent:
        if on_server:
            plans[sql] = "\n".join(connection.exec_driver_sql(f"EXPLAIN {sql}", values).scalars())
        else:
            steps = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", values)
            plans[sql] = "\n".join(step.detail for step in steps)
    return plans
