"""Why a text is refused; the codes are lasting."""

from comments.errors import Invalid


class BodyEmpty(Invalid):
    """Nothing that a reader could see."""

    code = "body-empty"


class BodyTooLong(Invalid):
    """More code points than a comment may have; `over` says how many too many."""

    code = "body-too-long"


class BodyTooComplex(Invalid):
    """Short enough, but made of what takes a parser too long (links, brackets, nesting)."""

    code = "body-too-complex"


class NameInvalid(Invalid):
    """Empty, too long, or nothing in it that can be read."""

    code = "name-invalid"


class WebsiteInvalid(Invalid):
    """Not an http(s) address of a host."""

    code = "website-invalid"


class EmailInvalid(Invalid):
    """Does not have the shape of an e-mail address."""

    code = "email-invalid"
