"""What signed in, in a few words, for the person who reads the list of their sessions."""

import re

BROWSERS = (
    ("Edge", r"Edg(e|A|iOS)?/"), ("Opera", r"OPR/"), ("Samsung Internet", r"SamsungBrowser/"), ("Firefox", r"(Firefox|FxiOS)/"),
    ("Chrome", r"(Chrome|CriOS|HeadlessChrome)/"), ("Safari", r"Safari/"),
)  # fmt: skip
SYSTEMS = (
    ("iPhone", r"iPhone"), ("iPad", r"iPad"), ("Android", r"Android"), ("Windows", r"Windows"), ("macOS", r"Mac OS X"),
    ("ChromeOS", r"CrOS"), ("Linux", r"Linux"),
)  # fmt: skip
LONGEST = 40


def named(user_agent: str) -> str:
    """« Firefox, Windows »; for a program, the first word it says of itself; nothing when it says nothing."""
    browser, system = _first(BROWSERS, user_agent), _first(SYSTEMS, user_agent)
    if browser or system:
        return ", ".join(filter(None, (browser, system)))
    said = re.match(r"[\w./-]+", user_agent, re.ASCII)
    return said[0][:LONGEST] if said else ""


def _first(known: tuple[tuple[str, str], ...], user_agent: str) -> str:
    return next((name for name, pattern in known if re.search(pattern, user_agent)), "")
