"""Pages to sign in, and the account page."""

from comments.identity.pages import (
    account,
    credentials,
    email_link,
    invitations,
    passkeys,
    passwords,
    sign_in,
)

routes = [
    *passkeys.routes,
    *passwords.routes,
    *sign_in.routes,
    *account.routes,
    *credentials.routes,
    *invitations.routes,
    *email_link.routes,
]
