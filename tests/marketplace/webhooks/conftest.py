import dataclasses
from collections.abc import AsyncIterator

import pytest

from marketplace.settings import Settings, WebhookSettings
from tests.support.receiver import Receiver, receiving


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """As everywhere, but webhooks may go to this machine: the receivers of these tests are real servers on loopback."""
    return dataclasses.replace(settings, webhook=WebhookSettings(allow_private=True))


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with receiving() as found:
        yield found
