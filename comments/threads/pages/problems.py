"""What a person sees when one of these pages cannot be shown, or a form of theirs is not taken."""

from functools import wraps

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from comments.errors import CommentsError
from comments.identity.errors import TokenUnknown
from comments.threads.pages.messages import words_here
from comments.threads.pages.refusals import heading_of, reason_of
from comments.threads.pages.visitors import forget
from comments.web.forms import FormOutdated
from comments.web.html.templating import PageHandler, html_page, say_when
from comments.web.problems import NoSuchAddress, status_of


def plain_page(handler: PageHandler) -> PageHandler:
    """Answer expected failures of a page with a page."""

    @wraps(handler)
    async def serve(request: Request) -> Response:
        try:
            return await handler(request)
        except TokenUnknown as ended:
            answer = await problem_page(request, ended)
            forget(request, answer)
            return answer
        except CommentsError as error:
            return await problem_page(request, error)
        except HTTPException as refused:
            words = await words_here(request)
            heading = words.say("not_understood")
            return html_page(
                request, "refused.html", status=refused.status_code, words=words, heading=heading, detail=""
            )

    return serve


async def problem_page(request: Request, error: CommentsError) -> Response:
    """Return an expected failure as a page."""
    words = await words_here(request)
    answer = html_page(
        request,
        "refused.html",
        status=status_of(error),
        words=words,
        heading=heading_of(words, error),
        # Here the form itself is not shown again.
        detail=words.say("reload") if isinstance(error, FormOutdated) else reason_of(words, error),
    )
    say_when(answer, error)
    return answer


@plain_page
async def nothing_here(request: Request) -> Response:
    raise NoSuchAddress("There is no page at this address.")
