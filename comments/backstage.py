"""What readers never open: the rooms of who moderates, owns a site, signs in, or does so by a program.

`app` imports this with the first request for one of them.
"""

from comments.exporters import routes as export_routes
from comments.identity.pages import account, credentials, email_link, invitations, passkeys, passwords
from comments.identity.pages import sign_in as identity_pages
from comments.importers.jobs import routes as import_routes
from comments.moderation import pages as moderation_pages
from comments.moderation import routes as moderation_routes
from comments.moderation.authors import reply_routes
from comments.moderation.bans import routes as bans_routes
from comments.moderation.decisions import routes as decisions_routes
from comments.moderation.sweeps import routes as sweeps_routes
from comments.moderation.threads import routes as moderated_threads
from comments.moderation.trials import routes as trials_routes
from comments.notifications import pages as mail_pages
from comments.notifications.digests import routes as digests_routes
from comments.outside import check_routes
from comments.outside import routes as webhook_routes
from comments.owner import outbox_routes, overview_routes, team_routes, token_routes
from comments.owner import pages as owner_pages
from comments.owner import routes as settings_routes
from comments.privacy import routes as privacy_routes
from comments.web.access import DeclaredRoute

APIS = (
    moderation_routes.api,
    decisions_routes.api,
    bans_routes.api,
    moderated_threads.api,
    reply_routes.api,
    sweeps_routes.api,
    trials_routes.api,
    webhook_routes.api,
    check_routes.api,
    settings_routes.api,
    token_routes.api,
    team_routes.api,
    digests_routes.api,
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
        *passkeys.routes,
        *passwords.routes,
        *identity_pages.routes,
        *account.routes,
        *credentials.routes,
        *invitations.routes,
        *email_link.routes,
        *moderation_pages.routes,
        *owner_pages.routes,
        *mail_pages.routes,
    ]
