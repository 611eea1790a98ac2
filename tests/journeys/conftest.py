"""The site of the journeys: the demo, served as a newcomer starts it, on a small part of its network.

A process of its own and a real server, so that what a browser sees is what anybody sees: compressed and hashed
files, every header, and no debugging page.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.portal.demo.served import Demo, database, write_small_network

DESK = {"width": 1280, "height": 900}
PHONE = {"width": 320, "height": 640}
MILLISECONDS_TO_WAIT = 30_000  # for whatever comes at all: a loaded machine takes its time
expect.set_options(timeout=MILLISECONDS_TO_WAIT)


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Iterator[str]:
    """The address of the running demo."""
    network = write_small_network(tmp_path_factory.mktemp("network"))
    with database(f"test_journeys_{worker_id}") as name, Demo(database=name, network=network) as demo:
        assert demo.is_ready, demo.said
        yield demo.url


Open = Callable[..., Any]


@pytest.fixture
def open_page(chromium: Any, site: str) -> Iterator[Open]:
    """``open_page("/find-care/", viewport=PHONE)``: the address in a browser that nobody has used before."""
    with browsers(chromium, site) as opened:
        yield opened


@pytest.fixture
def open_here(chromium: Any, live_server: Any) -> Iterator[Open]:
    """The same of a site that runs in the test, on the test's database."""
    with browsers(chromium, live_server.url) as opened:
        yield opened


@contextmanager
def browsers(chromium: Any, site: str) -> Iterator[Open]:
    contexts = []

    def opened(address: str = "/", **how: Any) -> Any:
        context = chromium.new_context(**{"base_url": site, "locale": "en-US", "viewport": DESK} | how)
        contexts.append(context)
        context.set_default_timeout(MILLISECONDS_TO_WAIT)
        page = context.new_page()
        page.goto(address)
        return page

    yield opened
    for context in contexts:
        context.close()
