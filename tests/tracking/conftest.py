"""A PostgreSQL server of our own, from Debian's package."""

import os
import shutil
import signal
import subprocess
import tempfile
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import tenacity

from regulars.home import Home

POSTGRES = Path("/usr/lib/postgresql")


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The address of an empty server that answers in a folder of ours only, and ends with this process."""
    pytest.importorskip("psycopg", reason="the driver is missing: pip install 'regulars[postgres]'")
    server = max(POSTGRES.glob("*/bin/postgres"), key=lambda file: int(file.parts[-3]), default=None)
    if server is None:
        pytest.skip("PostgreSQL is missing: apt-get install postgresql")
    as_root = os.geteuid() == 0
    user = {"user": "postgres", "group": "postgres"} if as_root else {}  # it refuses to run as root
    folder = Path(tempfile.mkdtemp(prefix="regulars-postgres-"))
    if as_root:
        shutil.chown(folder, "postgres", "postgres")
    data = ["-D", str(folder / "data")]
    terms = ["--auth=trust", "--username=postgres", "--encoding=UTF8", "--locale=C", "--no-sync"]
    settings = {"listen_addresses": "", "unix_socket_directories": folder, "fsync": "off", "max_connections": 40}
    options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
    end_with_us = ["setpriv", "--pdeathsig", "INT"] if shutil.which("setpriv") else []
    try:
        subprocess.run(
            [server.with_name("initdb"), *data, *terms], check=True, timeout=60, cwd="/", capture_output=True, **user
        )
        running = subprocess.Popen(
            [*end_with_us, str(server), *data, *options],
            cwd="/",
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            **user,
        )
        try:
            _wait(folder)
            yield f"postgresql://postgres@/%s?host={folder}"
        finally:
            running.send_signal(signal.SIGINT)
            running.wait(30)
    finally:
        shutil.rmtree(folder)


@tenacity.retry(stop=tenacity.stop_after_delay(30), wait=tenacity.wait_fixed(0.1), reraise=True)
def _wait(folder: Path) -> None:
    """Wait until the server answers."""
    import psycopg

    psycopg.connect(f"host={folder} user=postgres dbname=postgres").close()


@pytest.fixture
def database(postgres: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """The address of an empty database, which is also where runs go."""
    import psycopg
    from sqlalchemy import make_url

    host = make_url(postgres.replace("%s", "postgres")).query["host"]
    name = f"runs_{uuid.uuid4().hex}"
    with psycopg.connect(f"host={host} user=postgres dbname=postgres", autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
    monkeypatch.setenv("MLFLOW_TRACKING_URI", postgres.replace("%s", name))
    return name


@pytest.fixture
def home(new_home: Callable[[Path], Home], tmp_path: Path) -> Home:
    return new_home(tmp_path / "home")
