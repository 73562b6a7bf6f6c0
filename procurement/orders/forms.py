"""The forms of an order's page."""

from marketplace.web.schemas import Input, Sentence, Short


class IssueForm(Input):
    """What the town's accounting system gives: an engagement number, and a Chorus Pro service code when it has one."""

    engagement: Short
    service_code: Short | None = None


class RefusalForm(Input):
    reason: Sentence
