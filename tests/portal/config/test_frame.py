"""What the frame of the tests itself promises: this machine only, and a browser that knows nobody."""

import socket
from typing import Any

import pytest

from tests.conftest import NetworkRefusedError


@pytest.mark.parametrize("address", [("192.0.2.1", 443), ("example.org", 80)])
def test_a_test_cannot_leave_this_machine(address: tuple[str, int]) -> None:
    with socket.socket() as opened, pytest.raises(NetworkRefusedError, match="tried to reach"):
        opened.connect(address)


def test_this_machine_can_be_reached() -> None:
    with socket.socket() as server, socket.socket() as client:
        server.bind(("127.0.0.1", 0))
        server.listen()
        client.connect(server.getsockname())
        assert client.getpeername() == server.getsockname()


@pytest.mark.browser
def test_a_browser_sees_a_page_of_the_frame_and_keeps_nothing(page: Any) -> None:
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.goto("/no-such-address/")
    assert page.locator("h1").count() == 1
    assert page.locator("html").get_attribute("lang") == "en"
    assert page.context.cookies() == []
    # The status of the page itself is told as an error; the policy, or a missing file, would be another.
    assert [text for text in complaints if "404" not in text] == []
