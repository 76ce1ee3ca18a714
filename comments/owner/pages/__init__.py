"""The owner's pages: one module a section. They work without a script.

A new section is a line in `frame.SECTIONS`, a module here, and a template `owner_KEY.html`.
"""

from comments.owner.pages import frame, importing, install, moderation, site, terms

routes = [
    *frame.routes,
    *install.routes,
    *site.routes,
    *moderation.routes,
    *terms.routes,
    *importing.routes,
]
