"""What a person sees when one of these pages cannot be shown, or a form of theirs is not taken."""

from functools import wraps

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from comments.errors import CommentsError
from comments.identity.errors import TokenUnknown
from comments.threads import words
from comments.threads.errors import PageRefused
from comments.threads.pages.visiting import forget
from comments.web.forms import FormOutdated
from comments.web.problems import NoSuchAddress, status_of
from comments.web.templating import NOT_UNDERSTOOD, PageHandler, heading_of, html_page, say_when


def plain_page(handler: PageHandler) -> PageHandler:
    """Answer expected failures of a page with a page."""

    @wraps(handler)
    async def serve(request: Request) -> Response:
        try:
            return await handler(request)
        except TokenUnknown as ended:
            answer = problem_page(request, ended, detail=words.TOKEN_ENDED)
            forget(request, answer)
            return answer
        except FormOutdated as outdated:
            detail = f"{words.FORM_OUTDATED} Go back, reload the page, and try again."
            return problem_page(request, outdated, detail=detail)
        except CommentsError as error:
            return problem_page(request, error)
        except HTTPException as refused:
            return _page(request, refused.status_code, NOT_UNDERSTOOD, "This form cannot be read.")

    return serve


def problem_page(request: Request, error: CommentsError, *, detail: str = "") -> Response:
    """Return an expected failure as a page."""
    heading = "No comments for this page" if isinstance(error, PageRefused) else heading_of(error)
    answer = _page(request, status_of(error), heading, detail or plain_detail(error))
    say_when(answer, error)
    return answer


def plain_detail(error: CommentsError) -> str:
    """Return what went wrong, in words; who is told to wait is asked for patience in the heading already."""
    return error.detail.removeprefix("A moment, please. ")


@plain_page
async def nothing_here(request: Request) -> Response:
    raise NoSuchAddress("There is no page at this address.")


def _page(request: Request, status: int, heading: str, detail: str) -> Response:
    return html_page(request, "problem.html", status=status, heading=heading, detail=detail)
