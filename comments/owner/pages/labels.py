"""How the owner's pages call each setting: beside its field, in what is wrong, and in what was saved."""

from collections.abc import Mapping

LABELS: Mapping[str, str] = {
    "origins": "Where comments may stand",
    "title": "The site’s name in mails",
    "language": "Language of mails",
    "mail_note": "Your own line at the end of mails",
    "sort": "What readers see first",
    "edit_window_seconds": "Seconds in which an author can edit",
    "closed": "Take no new comments anywhere",
    "digest": "How often you are told what waits",
    "terms": "A line under the box that readers write in",
    "terms_url": "Where that line leads",
    "terms_consent": "Guests must agree to it",
    "hold_all": "Who is read before they appear",
    "first_comments_held": "Comments of a newcomer that are read first",
    "links_before_hold": "Links that a guest may set",
    "reports_before_hold": "Reports that put a comment back to waiting",
    "similar_days": "Days for which a text is known again",
    "learned": "What is like your spam",
    "proof_of_work": "Ask newcomers’ browsers for a proof of work",
    "hold_new_threads": "The first comment on a page waits",
    "close_after_days": "Days until a page’s comments close",
    "hold_after_days": "Days until new comments on a page wait",
    "hold_words": "Words that wait",
    "spam_words": "Words that are spam",
    "silent_words": "Words that are spam, silently",
    "refuse_words": "Words that are refused",
}
