"""Brokers that tests use: the RabbitMQ and the Redis of this machine, each test with a queue of its own."""

import os
import socket
import threading
from collections.abc import Iterator
from contextlib import suppress
from urllib.parse import urlsplit

import kombu
import pytest
import redis

NAMED = os.environ.get("BROKER_OF_TESTS", "")
ADDRESSES = {
    "rabbitmq": NAMED if NAMED.startswith("amqp") else "amqp://guest:guest@127.0.0.1:5672//",
    "redis": NAMED if NAMED.startswith("redis") else "redis://127.0.0.1:6379/15",
}


def answers(url: str) -> bool:
    parts = urlsplit(url)
    try:
        socket.create_connection((parts.hostname or "", parts.port or 5672), timeout=5).close()
    except OSError:
        return False
    return True


def address_of(name: str) -> str:
    """Of a broker that answers. Otherwise the test is skipped; where BROKER_URL promised one, it fails."""
    url = ADDRESSES[name]
    if not answers(url):
        say = f"No {name} answers at {urlsplit(url).hostname}:{urlsplit(url).port}."
        (pytest.fail if url == NAMED else pytest.skip)(say)
    return url


def forget_queue(url: str, queue: str) -> None:
    with kombu.Connection(url) as connection:
        connection.default_channel.queue_delete(queue)
        with suppress(connection.channel_errors):
            connection.default_channel.exchange_delete(queue)
    if url.startswith("redis"):
        with redis.Redis.from_url(url) as kept:
            kept.delete(f"_kombu.binding.{queue}", f"_kombu.binding_permanent.{queue}")


class Cable:
    """What stands between us and a server, and can be cut: ``url`` is where the server is heard through it."""

    def __init__(self, url: str) -> None:
        self.server = urlsplit(url)
        self.door: socket.socket | None = None
        self.ends: list[socket.socket] = []
        self.lock = threading.Lock()
        self.plug_in()
        assert self.door
        self.port = self.door.getsockname()[1]
        login = f"{self.server.netloc.rpartition('@')[0]}@".removeprefix("@")
        self.url = self.server._replace(netloc=f"{login}127.0.0.1:{self.port}").geturl()

    def plug_in(self, port: int = 0) -> None:
        self.door = socket.create_server(("127.0.0.1", port))
        threading.Thread(target=self.let_in, args=(self.door,), daemon=True).start()

    def mend(self) -> None:
        self.plug_in(self.port)

    def cut(self) -> None:
        """Whoever talks through it is cut off, and nobody else is let in."""
        door, self.door = self.door, None
        if door:
            with suppress(OSError):
                door.shutdown(socket.SHUT_RDWR)  # wakes whoever waits in accept()
            door.close()
        with self.lock:
            ends, self.ends = self.ends, []
        for end in ends:
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()

    def let_in(self, door: socket.socket) -> None:
        while True:
            try:
                inside, _ = door.accept()
                outside = socket.create_connection((self.server.hostname or "", self.server.port or 0))
            except OSError:
                return
            with self.lock:
                self.ends += [inside, outside]
            for source, sink in ((inside, outside), (outside, inside)):
                threading.Thread(target=carry, args=(source, sink), daemon=True).start()


def carry(source: socket.socket, sink: socket.socket) -> None:
    with suppress(OSError):
        while piece := source.recv(65536):
            sink.sendall(piece)
    with suppress(OSError):
        sink.shutdown(socket.SHUT_RDWR)


@pytest.fixture(params=["rabbitmq", "redis"])
def cable(request: pytest.FixtureRequest) -> Iterator[Cable]:
    """To each broker in turn."""
    cable = Cable(address_of(request.param))
    yield cable
    cable.cut()
