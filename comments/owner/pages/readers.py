"""The section on readers' own data: somebody is found, what is held about them given out, or erased."""

import json
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response

from comments.identity.accounts.team_queries import team
from comments.owner.pages.frame import OwnerVisit, lead_to_section, owning, owning_with_form, section_page
from comments.privacy.actions import OPERATOR, REPLAY, SCOPES, ErasureWish, ask_erasure
from comments.privacy.collect import collected, in_text
from comments.privacy.erase import copies_of
from comments.privacy.errors import ErasureUnknown, ReaderUnknown
from comments.privacy.models import Erasure
from comments.privacy.queries import MOST_FOUND, Reader, erasure_by_id, erasures, find_readers, reader_by_id
from comments.privacy.receipts import counts_in_words
from comments.web.access import owner, page_route
from comments.web.html.templating import page
from comments.web.routing import id_in_path
from comments.web.service import service

KEY = "readers"
AT = f"/moderate/{{site}}/settings/{KEY}"
LONGEST_WHO = 2_000


@page
async def show_readers(request: Request) -> Response:
    """Show where to ask for a reader, and what was erased."""
    return await _page(request, await owning(request))


@page
async def find(request: Request) -> Response:
    """Show whom an address, an id or a link may mean. It is posted, because addresses of pages are logged."""
    who, fields = await owning_with_form(request)
    asked = fields.get("who", "").strip()[:LONGEST_WHO]
    found = await service(request).db.scan(find_readers, who.site.id, asked)
    return await _page(request, who, asked=asked, found=found)


@page
async def give_json(request: Request) -> Response:
    """Send all that is held about a reader, for programs."""
    document = await _document(request)
    return _file(request, json.dumps(document, ensure_ascii=False, indent=2) + "\n", "reader", "json")


@page
async def give_text(request: Request) -> Response:
    """Send it for people to read."""
    return _file(request, in_text(await _document(request)), "reader", "txt")


@page
async def show_erasing(request: Request) -> Response:
    """Ask once more before somebody is erased, and say what goes and what stays."""
    return await _erasing_page(request, await owning(request))


@page
async def begin_erasing(request: Request) -> Response:
    """Begin to erase a reader; it is done in the background."""
    who, fields = await owning_with_form(request)
    scope = fields.get("scope", "")
    if scope not in SCOPES:
        return await _erasing_page(request, who, status=422, problem="Choose what is erased.")
    svc = service(request)
    wish = ErasureWish(who.site.id, _reader_id(request), scope, str(who.owner.account_id))
    await svc.db.write(ask_erasure, wish, svc.keys, at=svc.clock.now())
    return lead_to_section(request, KEY, "#erased")


@page
async def give_receipt(request: Request) -> Response:
    """Send the receipt of an erasure that is done."""
    who = await owning(request)
    erasure_id = id_in_path(request, ErasureUnknown("There is no such erasure here."))
    found = await service(request).db.read(erasure_by_id, who.site.id, erasure_id)
    if found.receipt is None:
        raise ErasureUnknown("This is still being erased; it has a receipt when it is done.")
    return _file(request, json.dumps(json.loads(found.receipt), indent=2) + "\n", "erased", "json")


async def _page(
    request: Request, who: OwnerVisit, *, asked: str = "", found: Sequence[Reader] = ()
) -> Response:
    svc = service(request)
    rows = await svc.db.read(erasures, who.site.id)
    members = await svc.db.read(team, who.site.id)
    names = {str(one.account.id): one.account.name for one in members}
    return section_page(
        request,
        who,
        KEY,
        reader=None,
        asked=asked,
        found=found,
        most_found=MOST_FOUND,
        erased=[_shown(one, names) for one in rows],
    )


async def _erasing_page(
    request: Request, who: OwnerVisit, *, status: int = 200, problem: str = ""
) -> Response:
    svc = service(request)
    reader = await _reader(request, who)
    copies = await copies_of(svc.db, svc.settings.data_dir, who.site.id, svc.clock.now())
    return section_page(
        request,
        who,
        KEY,
        status=status,
        reader=reader,
        problem=problem,
        copies=[one["name"] for one in copies],
    )


async def _reader(request: Request, who: OwnerVisit) -> Reader:
    return await service(request).db.scan(reader_by_id, who.site.id, _reader_id(request))


async def _document(request: Request) -> Mapping[str, Any]:
    who, svc = await owning(request), service(request)
    return await svc.db.scan(collected, who.site.id, _reader_id(request), at=svc.clock.now())


def _reader_id(request: Request) -> UUID:
    return id_in_path(request, ReaderUnknown("Nobody like this is known on the site."))


def _shown(one: Erasure, names: Mapping[str, str]) -> dict[str, Any]:
    others = {OPERATOR: "who runs the service", REPLAY: "itself, after a backup came back"}
    return {
        "row": one,
        "by": names.get(one.asked_by) or others.get(one.asked_by, "a former owner"),
        "counts": counts_in_words(json.loads(one.counts)),
    }


def _file(request: Request, written: str, name: str, ending: str) -> Response:
    """Return a file to keep; nobody on the way shall keep it, too."""
    kind = "application/json" if ending == "json" else "text/plain"
    file = f"{name}-{request.path_params['site']}-{request.path_params['id']}.{ending}"
    headers = {"content-disposition": f'attachment; filename="{file}"', "cache-control": "no-store"}
    return Response(written, media_type=kind, headers=headers)


routes = [
    page_route(AT, show_readers, needs=owner()),
    page_route(AT, find, needs=owner(), methods=["POST"]),
    page_route(f"{AT}/{{id}}/json", give_json, needs=owner()),
    page_route(f"{AT}/{{id}}/text", give_text, needs=owner()),
    page_route(f"{AT}/{{id}}/erase", show_erasing, needs=owner()),
    page_route(f"{AT}/{{id}}/erase", begin_erasing, needs=owner(), methods=["POST"]),
    page_route(f"{AT}/{{id}}/receipt", give_receipt, needs=owner()),
]
