"""What can go wrong with who is asking."""

from comments.errors import Conflict, Invalid, NotAllowed, NotFound, NotSignedIn


class AccountUnknown(NotFound):
    """Nobody with this address moderates here."""

    code = "account-unknown"


class EmailRefused(Invalid):
    code = "email-refused"


class NameRefused(Invalid):
    code = "name-refused"


class RoleRefused(Invalid):
    code = "role-refused"


class PasswordRefused(Invalid):
    code = "password-refused"


class PasskeyRefused(Invalid):
    """A browser's answer that holds no passkey that is good here; which part of it fails is not told."""

    code = "passkey-refused"


class CodeWrong(Invalid):
    """A code of the second factor that is not right, or was used before."""

    code = "code-wrong"


class LastOwner(Conflict):
    """Without this owner the site would have none."""

    code = "last-owner"


class FactorOn(Conflict):
    """The second factor is on already; its secret is never shown again."""

    code = "factor-on"


class InvitationUsedUp(Conflict):
    """An invitation that was never made, has been taken, was taken back, or is too old."""

    code = "invitation-used-up"
    DETAIL = "This invitation has been used or taken back, or is older than a week."


class InvitationUnknown(NotFound):
    """The site has no open invitation of this id."""

    code = "invitation-unknown"


class SignInNeeded(NotSignedIn):
    """This is for who is signed in on our own pages."""

    code = "sign-in-needed"


class InvitationForOther(NotAllowed):
    """The invited address has an account, and somebody else shows the link."""

    code = "invitation-for-other"


class ScopeRefused(Invalid):
    code = "scope-refused"


class ScopeMissing(NotAllowed):
    """The API token is good here, and not allowed to do this."""

    code = "scope-missing"


class SectionRefused(Invalid):
    code = "section-refused"


class LinkUsedUp(Conflict):
    """A sign-in link that was never made, has been used, or is too old; which of them is not told."""

    code = "link-used-up"
    DETAIL = "This link has been used, or is too old. Ask for another one."


class TokenUnknown(NotSignedIn):
    """A bearer token that was never given on this site, or has ended."""

    code = "token-unknown"


class ApiTokenUnknown(NotFound):
    """The site, or the account, has no API token of this id."""

    code = "api-token-unknown"


class TokenMissing(NotSignedIn):
    """Nobody is known, and somebody must be."""

    code = "token-missing"


class ModeratorsOnly(NotAllowed):
    """Somebody is known, and does not moderate this site."""

    code = "moderators-only"


class OwnersOnly(NotAllowed):
    """Somebody moderates this site, and does not own it."""

    code = "owners-only"
