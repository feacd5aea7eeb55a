"""Laws hold for any number of simulated events: a few are enough here."""

from __future__ import annotations

from collections.abc import Iterator

import pytest


@pytest.fixture(autouse=True, scope="package")
def _few_events() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("darktarget.signatures.base.simulated.EVENTS", 400)
        yield
