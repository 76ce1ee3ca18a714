"""What can go wrong with sites and the installation."""

from comments.errors import Conflict, Invalid, NotFound


class SiteUnknown(NotFound):
    """No site has this name."""

    code = "site-unknown"


class SiteExists(Conflict):
    code = "site-exists"


class SiteChangedMeanwhile(Conflict):
    """Somebody else has changed the site since it was looked at; nothing of this is stored."""

    code = "site-changed"


class SiteNameRefused(Invalid):
    """A site's name stands in addresses and in the embed tag, so not every character may be in it."""

    code = "site-name-refused"


class OriginsRefused(Invalid):
    """A list of origins that is empty, or in which something is no origin."""

    code = "origins-refused"


class SettingRefused(Invalid):
    """A setting that does not exist, or a value it cannot have."""

    code = "setting-refused"


class WrongKey(Conflict):
    """The database was made with another secret key: every hash in it would be strange to this one."""

    code = "wrong-key"


class WebhookUnknown(NotFound):
    """No webhook of this site has this id, or nothing was sent to it under that one."""

    code = "webhook-unknown"


class WebhookRefused(Invalid):
    """An address that cannot be a webhook, an event that there is not, or one webhook too many."""

    code = "webhook-refused"


class CheckUnknown(NotFound):
    """The site has no outside check of this kind."""

    code = "check-unknown"


class CheckRefused(Invalid):
    """An outside check of an unknown kind, without its key, or with an address that is not called."""

    code = "check-refused"
