"""The moderators' pages: a site's queues, what is done there, and the log. They work without a script."""

from comments.moderation.pages import acting, banning, log, news, placing, queue, runs, thread
from comments.web.needs import SIGNED_IN, moderator, page_route

routes = [
    page_route("/moderate", queue.choose_site, needs=SIGNED_IN),
    page_route("/moderate/{site}", queue.show_queue, needs=moderator()),
    page_route("/moderate/{site}/news", news.show_news, needs=moderator()),
    page_route("/moderate/{site}/log", log.show_log, needs=moderator()),
    page_route("/moderate/{site}/bans", banning.show_bans, needs=moderator()),
    page_route("/moderate/{site}/bans", banning.post_ban, needs=moderator(), methods=["POST"]),
    page_route("/moderate/{site}/bans/new", banning.show_form, needs=moderator()),
    page_route("/moderate/{site}/bans/lift", banning.post_lift, needs=moderator(), methods=["POST"]),
    page_route("/moderate/{site}/thread", thread.show_thread, needs=moderator()),
    page_route("/moderate/{site}/thread/set", thread.post_thread, needs=moderator(), methods=["POST"]),
    page_route("/moderate/{site}/thread/rename", placing.post_rename, needs=moderator(), methods=["POST"]),
    page_route("/moderate/{site}/thread/merge", placing.show_merge, needs=moderator()),
    page_route("/moderate/{site}/thread/merge", placing.post_merge, needs=moderator(), methods=["POST"]),
    page_route("/moderate/{site}/move", placing.show_move, needs=moderator()),
    page_route("/moderate/{site}/move", placing.post_move, needs=moderator(), methods=["POST"]),
    page_route("/moderate/{site}/all", runs.post_run, needs=moderator(), methods=["POST"]),
    page_route("/moderate/{site}/all/{id}", runs.show_run, needs=moderator()),
    page_route("/moderate/{site}/all/{id}", runs.post_run_set, needs=moderator(), methods=["POST"]),
    page_route("/moderate/{site}/decisions", acting.post_decision, needs=moderator(), methods=["POST"]),
]
