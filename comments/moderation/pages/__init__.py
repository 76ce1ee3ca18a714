"""The moderators' pages: a site's queues, what is done there, and the log. They work without a script."""

from comments.moderation.pages import acting, log, news, queue
from comments.web.needs import SIGNED_IN, moderator, page_route

routes = [
    page_route("/moderate", queue.choose_site, needs=SIGNED_IN),
    page_route("/moderate/{site}", queue.show_queue, needs=moderator()),
    page_route("/moderate/{site}/news", news.show_news, needs=moderator()),
    page_route("/moderate/{site}/log", log.show_log, needs=moderator()),
    page_route("/moderate/{site}/decisions", acting.post_decision, needs=moderator(), methods=["POST"]),
]
