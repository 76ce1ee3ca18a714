"""Somebody on our own pages, for tests of what they do there."""

import re
from typing import Any

from starlette.testclient import TestClient

from comments.identity.accounts import actions
from comments.identity.sign_in import email_link_actions
from comments.sites.actions import add_site
from comments.web.service import Service

ORIGIN = "https://talk.example"
OURS = {"origin": ORIGIN}


class Visitor:
    """Somebody on our own pages, and the service behind them."""

    def __init__(self, client: TestClient, service: Service) -> None:
        self.client = client
        self.service = service

    def write(self, action: Any, *arguments: Any, **more: Any) -> Any:
        assert self.client.portal is not None
        return self.client.portal.call(
            lambda: self.service.db.write(action, *arguments, at=self.service.clock.now(), **more)
        )

    def read(self, query: Any, *arguments: Any) -> Any:
        assert self.client.portal is not None
        return self.client.portal.call(lambda: self.service.db.read(query, *arguments))

    def new_link(self, name: str = "Ana <b>") -> str:
        """Make somebody a moderator; return the path of a link that signs them in."""
        if not hasattr(self, "site"):
            self.site = self.write(add_site, "blog", ["https://blog.example"])
        account = self.write(actions.add_moderator, self.site.id, "ana@mail.example", role="owner", name=name)
        return f"/sign-in/{self.write(email_link_actions.make_sign_in_link, self.service.keys, account.id)}"

    def press(self, link: str, *, to: str = "", **headers: str) -> Any:
        """Press the button of a sign-in page."""
        secret = link.rpartition("/")[2]
        return self.client.post(
            "/sign-in",
            data={"secret": secret, "next": to},
            headers={**OURS, **headers},
            follow_redirects=False,
        )

    def sign_in(self, **headers: str) -> None:
        assert self.press(self.new_link(), **headers).status_code == 303

    def account(self) -> str:
        page = self.client.get("/account")
        assert page.status_code == 200, page.text
        return page.text

    def post(self, path: str, **fields: Any) -> Any:
        """Post a form of the account page."""
        found = re.search(r'name="token" value="([0-9a-f]+)"', self.client.get("/account").text)
        assert found
        data = {"token": found[1], **fields}
        return self.client.post(path, data=data, headers=OURS, follow_redirects=False)
