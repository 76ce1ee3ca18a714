"""The owner's pages: one module a section. They work without a script.

A new section is a line in `frame.SECTIONS`, a module here, and a template `owner_KEY.html`. The team's page
is like one, and has kept its own address.
"""

from comments.owner.pages import (
    checks,
    exports,
    frame,
    imports,
    install,
    outbox,
    overview,
    readers,
    team,
    tokens,
    webhooks,
)
from comments.owner.pages.settings import mail, moderation, retention, site, terms

routes = [
    *frame.routes,
    *overview.routes,
    *install.routes,
    *site.routes,
    *moderation.routes,
    *checks.routes,
    *mail.routes,
    *terms.routes,
    *retention.routes,
    *imports.routes,
    *exports.routes,
    *readers.routes,
    *tokens.routes,
    *webhooks.routes,
    *outbox.routes,
    *team.routes,
]
