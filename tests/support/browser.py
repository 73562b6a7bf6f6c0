"""A real Chromium, and the people who use it. Found on the machine; a missing browser is an error that says what to install."""

import os
import shutil
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, BrowserContext, Locator, Page, Response, async_playwright

FLAGS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage",
]  # fmt: skip
NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
AXE = {
    "runOnly": {
        "type": "tag",
        "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    }
}
CONTRAST = {"runOnly": {"type": "rule", "values": ["color-contrast"]}}
WIDER = """() => {
  const width = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= width) return [];
  const wide = [...document.body.querySelectorAll("*")].filter(e => e.getBoundingClientRect().right > width + 0.5);
  return wide.map(e => `${e.tagName}.${e.className} ends at ${e.getBoundingClientRect().right}: ${e.textContent.trim().slice(0, 40)}`);
}"""
PASSWORD = "demonstration"


class NoBrowser(Exception):
    """No Chromium on this machine."""


def chromium() -> str:
    """Where Chromium is: `CHROMIUM`, or on the path. Raises `NoBrowser` saying what to install."""
    found = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
    if found is None:
        raise NoBrowser(
            "Chromium is missing: `apt-get install chromium` on Debian, or give its path in CHROMIUM."
        )
    return found


@asynccontextmanager
async def browsing() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        try:
            yield browser
        finally:
            await browser.close()


class Somebody:
    """One person with a window of their own. Things are found as people find them: by label, by role and by name."""

    def __init__(self, context: BrowserContext, page: Page, site: str) -> None:
        self.context, self.page, self.site = context, page, site
        self.complaints: list[str] = []
        page.on("response", self._note_missing)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on(
            "console",
            lambda message: (
                self.complaints.append(message.text)
                if message.type == "error" and "status of 4" not in message.text
                else None
            ),
        )

    def _note_missing(self, answer: Response) -> None:
        if answer.status >= 400 and answer.request.resource_type != "document":
            self.complaints.append(f"{answer.status} {answer.url}")

    @classmethod
    async def arrive(
        cls, browser: Browser, site: str, email: str | None = None, **options: Any
    ) -> "Somebody":
        context = await browser.new_context(locale="fr-FR", **options)
        context.set_default_timeout(15_000)
        somebody = cls(context, await context.new_page(), site)
        if email:
            await somebody.sign_in(email)
        return somebody

    async def sign_in(self, email: str) -> None:
        await self.goes("/connexion")
        await self.writes("Adresse électronique", email)
        await self.writes("Mot de passe", PASSWORD)
        await self.page.get_by_role("main").get_by_role("button", name="Se connecter").click()

    async def goes(self, path: str) -> int:
        answer = await self.page.goto(path if path.startswith("http") else self.site + path)
        return answer.status if answer else 0

    async def follows(self, link: str) -> None:
        await self.page.get_by_role("link", name=link).first.click()

    async def presses(self, button: str) -> None:
        await self.page.get_by_role("button", name=button).first.click()

    async def writes(self, label: str, value: str, *, nth: int = 0) -> None:
        await self.page.get_by_label(label).nth(nth).fill(value)

    async def chooses(self, label: str, option: str) -> None:
        await self.page.get_by_label(label).select_option(label=option)

    async def ticks(self, label: str) -> None:
        await self.page.get_by_label(label).check()

    @property
    def path(self) -> str:
        return self.page.url.removeprefix(self.site)

    async def title(self) -> str:
        return _plain(await self.page.get_by_role("heading", level=1).inner_text())

    async def reads(self) -> str:
        """What the page says, spaces made ordinary."""
        return _plain(await self.page.get_by_role("main").inner_text())

    async def sees(self, text: str, patience: float = 10) -> None:
        """Wait until the page says `text`, or fail with what it says."""
        deadline = time.monotonic() + patience
        while text not in (said := await self.reads()):
            assert time.monotonic() < deadline, f"{self.path} does not say « {text} »: {said[:800]}"
            await self.page.wait_for_timeout(50)

    def row(self, name: str) -> Locator:
        return self.page.get_by_role("row").filter(has_text=name)

    async def overflow(self) -> list[str]:
        """What makes the page wider than its window; nothing when it fits."""
        found: list[str] = await self.page.evaluate(WIDER)
        return found

    async def barriers(self, *, only_contrast: bool = False) -> list[str]:
        """What axe finds wrong with the page, one line each."""
        results = await Axe().run(self.page, options=CONTRAST if only_contrast else AXE)
        return [
            f"{self.path}: {violation['id']} {node['target']} {node.get('failureSummary', '')[:200]}"
            for violation in results.response["violations"]
            for node in violation["nodes"]
        ]


def _plain(text: str) -> str:
    return " ".join(text.replace("\u00a0", " ").replace("\u202f", " ").split())
