"""What readers never open: the rooms of who moderates, owns a site, signs in, or does so by a program.

`app` imports this with the first request for one of them.
"""

from comments.exporters import routes as export_routes
from comments.identity import (
    account_pages,
    asking_pages,
    invitation_pages,
    passkey_pages,
    password_pages,
    ways_pages,
)
from comments.identity import pages as identity_pages
from comments.importers import job_routes as import_routes
from comments.moderation import ban_routes, order_routes, reply_routes, run_routes, trying_routes
from comments.moderation import pages as moderation_pages
from comments.moderation import routes as moderation_routes
from comments.moderation import thread_routes as moderated_threads
from comments.notifications import digest_routes
from comments.notifications import pages as mail_pages
from comments.outside import check_routes
from comments.outside import routes as webhook_routes
from comments.owner import outbox_routes, overview_routes, team_routes, token_routes
from comments.owner import pages as owner_pages
from comments.owner import routes as settings_routes
from comments.privacy import routes as privacy_routes
from comments.web.needs import DeclaredRoute

APIS = (
    moderation_routes.api,
    order_routes.api,
    ban_routes.api,
    moderated_threads.api,
    reply_routes.api,
    run_routes.api,
    trying_routes.api,
    webhook_routes.api,
    check_routes.api,
    settings_routes.api,
    token_routes.api,
    team_routes.api,
    digest_routes.api,
    outbox_routes.api,
    overview_routes.api,
    import_routes.api,
    privacy_routes.api,
    export_routes.api,
)


def routes() -> list[DeclaredRoute]:
    """Return every route of these rooms."""
    return [
        *(route for api in APIS for route in api.routes()),
        *passkey_pages.routes,
        *password_pages.routes,
        *identity_pages.routes,
        *account_pages.routes,
        *ways_pages.routes,
        *invitation_pages.routes,
        *asking_pages.routes,
        *moderation_pages.routes,
        *owner_pages.routes,
        *mail_pages.routes,
    ]
