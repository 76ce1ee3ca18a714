"""The moderators' pages: a site's queues, what is done there, and the log. They work without a script."""

from comments.moderation.pages import bans, changes, decisions, log, moves, queue, sweeps, thread
from comments.web.access import SIGNED_IN, moderator, page_route

routes = [
    page_route("/moderate", queue.choose_site, needs=SIGNED_IN),
    page_route("/moderate/{site}", queue.show_queue, needs=moderator()),
    page_route("/moderate/{site}/news", changes.show_news, needs=moderator()),
    page_route("/moderate/{site}/log", log.show_log, needs=moderator()),
    page_route("/moderate/{site}/bans", bans.show_bans, needs=moderator()),
    page_route("/moderate/{site}/bans", bans.post_ban, needs=moderator(), methods=["POST"]),
    page_route("/moderate/{site}/bans/new", bans.show_form, needs=moderator()),
    page_route("/moderate/{site}/bans/lift", bans.post_lift, needs=moderator(), methods=["POST"]),
    page_route("/moderate/{site}/thread", thread.show_thread, needs=moderator()),
    page_route("/moderate/{site}/thread/set", thread.post_thread, needs=moderator(), methods=["POST"]),
    page_route("/moderate/{site}/thread/rename", moves.post_rename, needs=moderator(), methods=["POST"]),
    page_route("/moderate/{site}/thread/merge", moves.show_merge, needs=moderator()),
    page_route("/moderate/{site}/thread/merge", moves.post_merge, needs=moderator(), methods=["POST"]),
    page_route("/moderate/{site}/move", moves.show_move, needs=moderator()),
    page_route("/moderate/{site}/move", moves.post_move, needs=moderator(), methods=["POST"]),
    page_route("/moderate/{site}/all", sweeps.post_run, needs=moderator(), methods=["POST"]),
    page_route("/moderate/{site}/all/{id}", sweeps.show_run, needs=moderator()),
    page_route("/moderate/{site}/all/{id}", sweeps.post_run_set, needs=moderator(), methods=["POST"]),
    page_route("/moderate/{site}/decisions", decisions.post_decision, needs=moderator(), methods=["POST"]),
]
