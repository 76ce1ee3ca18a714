"""The moderators' pages: a site's queues, what is done there, and the log. They work without a script."""

from starlette.routing import Route

from comments.moderation.pages import acting, log, queue

routes = [
    Route("/moderate", queue.choose_site),
    Route("/moderate/{site}", queue.show_queue),
    Route("/moderate/{site}/log", log.show_log),
    Route("/moderate/{site}/decisions", acting.post_decision, methods=["POST"]),
]
