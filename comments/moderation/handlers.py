"""What moderation does after a commit of the threads."""

from collections.abc import Mapping
from datetime import timedelta
from uuid import UUID

from comments.moderation.report_weights import hold_if_reported
from comments.moderation.sweeps.actions import RUN_GOES_ON
from comments.moderation.sweeps.worker import run_handler
from comments.moderation.threads.merging import merge_handler
from comments.moderation.training import worker
from comments.outbox import Handler, Task
from comments.threads.outbox_jobs import GOES_ON_MERGING, REPORTED
from comments.web.service import Service

LANE = "moderation"
LIMIT = timedelta(seconds=30)


def handlers(svc: Service) -> Mapping[str, Handler]:
    """Return who weighs reports, and who learns from decisions."""

    async def weigh(task: Task) -> None:
        comment_id = UUID(task.payload["comment"])
        if task.site_id is not None:
            await svc.db.write(hold_if_reported, svc.keys, task.site_id, comment_id, at=svc.clock.now())

    return {
        REPORTED: Handler(weigh, LANE, LIMIT),
        RUN_GOES_ON: run_handler(svc),
        GOES_ON_MERGING: merge_handler(svc.db, svc.clock),
        **worker.handlers(svc.db),
    }
