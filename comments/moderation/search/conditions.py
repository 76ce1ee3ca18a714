"""Terms in the databases' own words: does a comment have them, and which comments do."""

from dataclasses import replace
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    cast,
    column,
    func,
    literal,
    literal_column,
    not_,
    select,
    table,
    true,
)

from comments.moderation.search.models import CommentTerms
from comments.moderation.search.terms import Criteria, site_term
from comments.text.terms import Term

_FTS = table("comment_terms_fts", column("rowid"))


def has_terms(wanted: Criteria, dialect: str, terms: ColumnElement[Any] | None = None) -> ColumnElement[bool]:
    """Return the condition that a row of `comment_terms`, or its `terms`, has the terms; of single rows."""
    line: Any = CommentTerms.terms if terms is None else terms
    if not wanted.all_of and not wanted.none_of:
        return true()
    if dialect == "postgresql":
        # By the operator's function, which no index answers: the planner takes words that stand together for
        # seldomer than they are, and would look for all of the site that have them.
        fits: ColumnElement[bool] = func.ts_match_vq(line, _query_cast(_tsquery(wanted, ())))
        return fits
    every = [_in_line(line, term) for term in wanted.all_of]
    none = [not_(and_(*(_in_line(line, term) for term in group))) for group in wanted.none_of]
    return and_(*every, *none)


def numbers_with_terms(
    dialect: str,
    site_id: UUID | None,
    wanted: Criteria,
    *,
    least: int | None,
    below: int | None,
    newest_first: bool,
) -> Select[*tuple[Any, ...]]:
    """Return the query for the numbers, from `least` to `below`, of a site's comments that have the terms.

    `wanted` has terms that must be there; `site_id` None is all sites. SQLite's come in order, as its index
    has them so; PostgreSQL's in none, with their comments' ids.
    """
    of_site = (site_term(site_id),) if site_id else ()
    if dialect == "postgresql":
        # Added to nothing, so that the index of terms is asked and not that of the numbers.
        number: Any = CommentTerms.number + 0
        told = tuple(term for term in wanted.all_of if term not in wanted.implied)
        asked = replace(wanted, all_of=told or wanted.all_of)
        query = select(CommentTerms.number, CommentTerms.comment_id).where(
            _vector_matches(_tsquery(asked, of_site))
        )
        if asked != wanted:
            # What is implied is read from the rows: long lists of the index would be gone through for it.
            query = query.where(has_terms(wanted, dialect))
    else:
        number = _FTS.c.rowid
        matches = literal_column("comment_terms_fts").op("MATCH")(_fts_query(wanted, of_site))
        query = select(number.label("number")).select_from(_FTS).where(matches)
        query = query.order_by(number.desc() if newest_first else number)
    if least is not None:
        query = query.where(number >= least)
    if below is not None:
        query = query.where(number < below)
    return query


def _in_line(line: ColumnElement[Any], term: Term) -> ColumnElement[bool]:
    wanted = f" {term.text}" if term.begins else f" {term.text} "
    found: ColumnElement[bool] = func.instr(line, literal(wanted)) > 0
    return found


def _vector_matches(query: str) -> ColumnElement[bool]:
    matches: ColumnElement[bool] = CommentTerms.terms.op("@@", is_comparison=True)(_query_cast(query))
    return matches


def _query_cast(query: str) -> ColumnElement[Any]:
    from sqlalchemy.dialects.postgresql import TSQUERY

    return cast(literal(query), TSQUERY)


def _tsquery(wanted: Criteria, more: tuple[Term, ...]) -> str:
    # No term has a quotation mark or a backslash in it.
    def lexemes(terms: tuple[Term, ...]) -> str:
        return " & ".join(f"'{term.text}'{':*' if term.begins else ''}" for term in terms)

    every = [lexemes(terms) for terms in [(*wanted.all_of, *more)] if terms]
    return " & ".join([*every, *(f"!({lexemes(group)})" for group in wanted.none_of)])


def _fts_query(wanted: Criteria, more: tuple[Term, ...]) -> str:
    def quoted(terms: tuple[Term, ...]) -> str:
        return " AND ".join(f'"{term.text}"{" *" if term.begins else ""}' for term in terms)

    return " NOT ".join([f"({quoted((*wanted.all_of, *more))})", *(f"({quoted(g)})" for g in wanted.none_of)])
