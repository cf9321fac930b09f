"""PostgreSQL servers of our own, from Debian's package: each answers in a folder of its own only."""

import contextlib
import os
import shutil
import signal
import subprocess
import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest
import tenacity

PROGRAMS = Path("/usr/lib/postgresql")
SETTINGS = {"listen_addresses": "", "fsync": "off", "max_connections": 40}


class Server:
    """One server, which ends with this process."""

    def __init__(self, program: Path, folder: Path, **settings: object) -> None:
        """Make an empty server in ``folder``."""
        self.folder = folder
        self._program = program
        self._settings = {**SETTINGS, "unix_socket_directories": folder, **settings}
        # It refuses to run as root.
        self._user: dict[str, Any] = {"user": "postgres", "group": "postgres"} if os.geteuid() == 0 else {}
        if self._user:
            shutil.chown(folder, "postgres", "postgres")
        terms = ["-D", str(folder / "data"), "--auth=trust", "--username=postgres", "--encoding=UTF8", "--locale=C"]
        command = [str(program.with_name("initdb")), *terms, "--no-sync"]
        subprocess.run(command, check=True, timeout=60, cwd="/", capture_output=True, **self._user)

    def address(self, database: str) -> str:
        """Return the address of a database."""
        return f"postgresql://postgres@/{database}?host={self.folder}"

    def created(self, name: str | None = None) -> str:
        """Make a database and return its address."""
        import psycopg

        name = name or f"made_{uuid.uuid4().hex}"
        with psycopg.connect(self.address("postgres"), autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}"')
        return self.address(name)

    def ran(self, script: Path, **environment: str) -> None:
        """Run a script of psql, as the official image does with those for a new server."""
        words = ["--no-psqlrc", "--set", "ON_ERROR_STOP=1", "--file", str(script), self.address("postgres")]
        program = self._program.with_name("psql")
        subprocess.run([program, *words], check=True, timeout=30, capture_output=True, env=environment)

    def start(self) -> None:
        """Start it, and return when it answers."""
        options = [word for name, value in self._settings.items() for word in ("-c", f"{name}={value}")]
        end_with_us = ["setpriv", "--pdeathsig", "INT"] if shutil.which("setpriv") else []
        self._running = subprocess.Popen(
            [*end_with_us, str(self._program), "-D", str(self.folder / "data"), *options],
            cwd="/",
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            **self._user,
        )
        self._wait()

    def family(self) -> list[psutil.Process]:
        """Return its processes."""
        head = psutil.Process(self._running.pid)
        return [head, *head.children(recursive=True)]

    @property
    def is_running(self) -> bool:
        """Whether it was started and not stopped since."""
        return self._running.poll() is None

    def kill(self) -> None:
        """Kill all its processes at once."""
        killed = self.family()
        for each in killed:
            with contextlib.suppress(psutil.NoSuchProcess):
                each.kill()
        self._running.wait(30)
        psutil.wait_procs(killed[1:], timeout=30)

    def stop(self) -> None:
        """Disconnect everybody and stop."""
        if self.is_running:
            self._running.send_signal(signal.SIGINT)
            self._running.wait(30)

    @tenacity.retry(stop=tenacity.stop_after_delay(30), wait=tenacity.wait_fixed(0.05), reraise=True)
    def _wait(self) -> None:
        import psycopg

        psycopg.connect(self.address("postgres")).close()


@contextlib.contextmanager
def serving(**settings: object) -> Iterator[Server]:
    """Run a server while the block runs; skip the test where that is impossible."""
    pytest.importorskip("psycopg", reason="the driver is missing: pip install 'regulars[postgres]'")
    program = max(PROGRAMS.glob("*/bin/postgres"), key=lambda file: int(file.parts[-3]), default=None)
    if program is None:
        pytest.skip("PostgreSQL is missing: apt-get install postgresql")
    folder = Path(tempfile.mkdtemp(prefix="regulars-postgres-"))
    try:
        server = Server(program, folder, **settings)
        server.start()
        try:
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(folder)


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    """A server for all tests of this process that need one."""
    with serving() as server:
        yield server
