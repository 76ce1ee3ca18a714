"""The letter that shows whether mails arrive."""

from datetime import datetime

from comments.notifications.letters import Letter, Link, Paragraph
from comments.web.templating import date_and_time


def trial_letter(base_url: str, at: datetime) -> Letter:
    """Return what an owner gets who asks whether the mail server works."""
    return Letter(
        subject="The mail server works",
        lang="en",
        heading="The mail server works",
        parts=[
            Paragraph(f"This test was asked for on {date_and_time(at)} UTC."),
            Paragraph("If you can read it, sign-in links, digests and notices of replies arrive too."),
        ],
        button=Link("Moderate", f"{base_url}/moderate"),
        foot=[[f"Sent by Comments on {base_url}."]],
    )
