"""Passkeys in a real browser, whose authenticator is a virtual one (of the DevTools protocol)."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import pytest
from playwright.async_api import CDPSession, Page, expect
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from comments.identity.models import Credential, Passkey
from comments.identity.sign_in.passkeys import REFUSED
from tests.browser.looks import axe_faults, sideways_scroll
from tests.browser.moderating import Desk, running_desk
from tests.support import databases
from tests.support.browser import PageFaults

DEVICE = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}
STICK = {**DEVICE, "transport": "usb", "hasUserVerification": False, "isUserVerified": False}
"""A key that asks nobody who they are."""

pytestmark = [pytest.mark.anyio, pytest.mark.browser]


@dataclass
class Seat:
    """Somebody with a device for passkeys, signed in at `base`: localhost, for passkeys want a name."""

    desk: Desk
    page: Page
    base: str
    cdp: CDPSession
    authenticator: str

    async def add(self, name: str) -> None:
        await self.page.goto(f"{self.base}/account")
        await self.page.get_by_label("What you call this device").fill(name)
        await self.page.get_by_role("button", name="Add a passkey").click()
        await expect(self.page.get_by_text("Your passkey signs you in from now on.")).to_be_visible()

    async def move_to_stick(self) -> str:
        """Move the passkey to a device that asks nobody who they are; return its id in base64url."""
        held = {"authenticatorId": self.authenticator}
        [key] = (await self.cdp.send("WebAuthn.getCredentials", held))["credentials"]
        await self.cdp.send("WebAuthn.removeVirtualAuthenticator", held)
        made = await self.cdp.send("WebAuthn.addVirtualAuthenticator", {"options": STICK})
        await self.cdp.send("WebAuthn.addCredential", {**made, "credential": key})
        return str(key["credentialId"]).translate(str.maketrans("+/", "-_", "="))

    async def leave(self) -> None:
        await self.page.context.clear_cookies()

    async def sign_in(self) -> None:
        await self.page.goto(f"{self.base}/sign-in?next=/account")
        await self.page.get_by_role("button", name="Sign in with a passkey").click()

    async def question(self) -> Any:
        """Return what the service asks a browser that wants to sign in."""
        asked = await self.post("/sign-in/passkey/options", {})
        return await asked.json()

    async def answer(self, options: Any) -> str:
        """Let the device answer, on whichever page this is."""
        given: str = await self.page.evaluate(
            """async (options) => {
                const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(options);
                return JSON.stringify(await navigator.credentials.get({ publicKey }));
            }""",
            options,
        )
        return given

    async def post(self, path: str, form: dict[str, str]) -> Any:
        """Post as one of our pages does, with the browser's cookies."""
        headers = {"origin": self.base, "accept": "application/json"}
        return await self.page.context.request.post(
            f"{self.base}{path}", form={"next": "", **form}, headers=headers, max_redirects=0
        )


@pytest.fixture
async def seat(
    run_folder: Path,
    tmp_path: Path,
    new_page: Callable[..., Awaitable[Page]],
    page_faults: PageFaults,
) -> AsyncIterator[Seat]:
    # What the browser says of a 422 cannot be kept out of its console.
    page_faults.allow("Failed to load resource")
    async with running_desk(databases.sqlite_copy(run_folder, tmp_path), tmp_path) as desk:
        page = await new_page()
        desk.base_url = f"http://localhost:{urlsplit(desk.base_url).port}"
        await desk.sit_down(page.context)
        cdp = await page.context.new_cdp_session(page)
        await cdp.send("WebAuthn.enable")
        made = await cdp.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})
        yield Seat(desk, page, desk.base_url, cdp, made["authenticatorId"])


def used(session: Session) -> list[tuple[str, int]]:
    return [(one.name, one.sign_count) for one in session.scalars(select(Passkey))]


async def test_a_passkey_is_made_named_signs_in_and_is_removed(seat: Seat) -> None:
    page = seat.page
    await seat.add("My laptop")
    await expect(page.get_by_role("list").filter(has_text="My laptop")).to_contain_text("not used yet")
    await page.get_by_role("button", name="Add a passkey").click()
    await expect(page.get_by_text("This device has a passkey for you already.")).to_be_visible()

    await seat.leave()
    await seat.sign_in()

    await expect(page).to_have_url(f"{seat.base}/account")
    await expect(page.get_by_role("list").filter(has_text="My laptop")).to_contain_text("last used today")
    [(_, first)] = await seat.desk.svc.db.read(used)
    assert first > 0
    await page.get_by_role("button", name="Remove the passkey My laptop").click()
    await expect(page.get_by_text("That passkey is good for nothing any more.")).to_be_visible()
    await seat.leave()
    await seat.sign_in()
    await expect(page.get_by_role("alert")).to_have_text(REFUSED)
    assert not [one for one in await page.context.cookies() if one["name"] == "comments"]


async def test_an_answer_is_good_once_in_one_browser_and_on_our_pages(seat: Seat) -> None:
    await seat.add("My laptop")
    await seat.leave()
    page = seat.page
    good = {"answer": await seat.answer(await seat.question())}
    held: Any = await page.context.cookies()
    await seat.leave()
    assert (await seat.post("/sign-in/passkey", good)).status == 422, "asked in another browser"
    await page.context.add_cookies(held)
    assert (await seat.post("/sign-in/passkey", good)).status == 303
    await seat.leave()
    await page.context.add_cookies(held)
    assert (await seat.post("/sign-in/passkey", good)).status == 422, "used"

    await page.route("http://localhost:9/*", lambda route: route.fulfill(body="<p>A false page</p>"))
    await page.goto("http://localhost:9/")
    relayed = {"answer": await seat.answer(await seat.question())}
    assert json.loads(relayed["answer"])["type"] == "public-key"
    assert (await seat.post("/sign-in/passkey", relayed)).status == 422, "asked for by a false page"


async def test_a_counter_that_does_not_grow_is_refused(seat: Seat) -> None:
    await seat.add("My laptop")
    await seat.desk.svc.db.write(lambda session: session.execute(update(Passkey).values(sign_count=1_000)))
    await seat.leave()

    await seat.sign_in()

    await expect(seat.page.get_by_role("alert")).to_have_text(REFUSED)


async def test_a_device_that_asks_who_holds_it_stands_for_the_second_factor(seat: Seat) -> None:
    await seat.add("My laptop")
    await seat.desk.svc.db.write(switch_factor_on, seat.desk.mia.account_id)
    await seat.leave()

    await seat.sign_in()

    await expect(seat.page).to_have_url(f"{seat.base}/account")


async def test_a_key_that_asked_nobody_leaves_the_second_factor_to_be_given(seat: Seat) -> None:
    await seat.add("My key")
    key_id = await seat.move_to_stick()
    await seat.desk.svc.db.write(switch_factor_on, seat.desk.mia.account_id)
    await seat.leave()
    # Chromium asks such a key only by its name.
    named = {"allowCredentials": [{"type": "public-key", "id": key_id}], "userVerification": "discouraged"}
    answer = await seat.answer({**await seat.question(), **named})

    answered = await seat.post("/sign-in/passkey", {"answer": answer})

    assert answered.status == 200
    assert 'name="code"' in await answered.text()
    assert not [one for one in await seat.page.context.cookies() if one["name"] == "comments"]


def switch_factor_on(session: Session, account_id: UUID) -> None:
    held = {"password_hash": "a hash", "factor_nonce": bytes(16), "factor_on": True, "factor_step": 0}
    session.add(Credential(account_id=account_id, **held))


@pytest.mark.parametrize("width", [360, 1280])
async def test_passkeys_look_well(seat: Seat, width: int) -> None:
    page = seat.page
    await page.set_viewport_size({"width": width, "height": 740})
    await seat.add("My laptop " * 5)
    for path in ("/account", "/sign-in"):
        await page.goto(f"{seat.base}{path}")
        assert await axe_faults(page) == []
        assert await sideways_scroll(page) <= 0
        await seat.leave()
