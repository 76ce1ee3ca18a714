"""The HTTP API of exports, for owners' API tokens that may change the site."""

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from comments.exporters.stream import ExportUnderWay, exported_pieces
from comments.identity.errors import ModeratorsOnly, OwnersOnly, TokenMissing, TokenUnknown
from comments.identity.routes import MalformedToken
from comments.sites.errors import SiteUnknown
from comments.web.access import owner
from comments.web.routing import Api
from comments.web.service import service

api = Api("/api/v1/sites/{site}", tag="Imports and exports")

MEDIA_TYPE = "application/gzip"
_WHO = (SiteUnknown, TokenMissing, TokenUnknown, MalformedToken, ModeratorsOnly, OwnersOnly)


@api.endpoint(
    "GET",
    "/export",
    answers={200: None},
    errors=(*_WHO, ExportUnderWay),
    needs=owner("admin"),
    gives=MEDIA_TYPE,
)
async def get_export(request: Request) -> Response:
    """Everything the site has, losslessly: what `comments export` writes, packed with gzip.

    It holds e-mail addresses, and comments that wait. A file that was cut off on its way is refused whole by
    the import.
    """
    return await download(request)


async def download(request: Request) -> Response:
    """Return the site's export as a file to keep. Raises ExportUnderWay."""
    svc, site = service(request), request.path_params["site"]
    pieces = await exported_pieces(svc.db, site, svc.settings.data_dir)
    name = f"{site}-{svc.clock.now():%Y-%m-%d}.jsonl.gz"
    headers = {"content-disposition": f'attachment; filename="{name}"', "cache-control": "no-store"}
    return StreamingResponse(pieces, media_type=MEDIA_TYPE, headers=headers)
