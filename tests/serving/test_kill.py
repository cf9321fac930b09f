"""What was acknowledged survives: workers are killed at random moments while purchases come in."""

import random
import threading
import time
from pathlib import Path

import httpx
import psutil
import pytest

from regulars.home import Home
from regulars.ledger import Ledger
from serving.package import package
from serving.process import Plan, free_port, started
from serving.sales import opened

pytestmark = [pytest.mark.serving, pytest.mark.filterwarnings("ignore:The `__get_pydantic_core_schema__`")]

KILLS = 3
SENDERS = 4
PAUSE_SECONDS = 0.7


class Sender(threading.Thread):
    """Sends one order after the other, each until it is acknowledged, and remembers those."""

    def __init__(self, url: str, number: int, stop: threading.Event) -> None:
        super().__init__(daemon=True)
        self._url, self._number, self._stop_sending = url, number, stop
        self.acknowledged: list[str] = []
        self.disturbed = 0

    def run(self) -> None:
        order = 0
        with httpx.Client(base_url=self._url, timeout=5) as client:
            while not self._stop_sending.is_set():
                order_id = f"{self._number}-{order}"
                line = {"customer_id": "C003", "order_id": order_id, "item_id": "I01", "amount": "1.00"}
                try:
                    told = client.post("/v1/purchases", json=[{**line, "purchased_at": "2024-06-24T12:00:00"}])
                except httpx.TransportError:
                    self.disturbed += 1
                    continue
                if told.status_code == httpx.codes.ACCEPTED:
                    self.acknowledged.append(order_id)
                    order += 1


@pytest.fixture(params=["file", pytest.param("database", marks=pytest.mark.postgres)])
def purchases(request: pytest.FixtureRequest, tmp_path: Path) -> Path | str:
    """Where they are kept."""
    if request.param == "file":
        return tmp_path / "purchases.sqlite"
    address: str = request.getfixturevalue("postgres").created()
    return address


def test_no_acknowledged_purchase_is_lost(
    champions: Path, ledger: Ledger, home: Home, release_path: Path, purchases: Path | str, tmp_path: Path
) -> None:
    rng = random.Random(7)  # noqa: S311 - any moment will do
    tag, stop = package(champions, ledger, home), threading.Event()
    plan = Plan(tag, home, release_path.parent, purchases, free_port(), clock="data", workers=2)
    with started(plan, tmp_path / "log") as head:
        senders = [Sender(plan.url, number, stop) for number in range(SENDERS)]
        for sender in senders:
            sender.start()
        for _ in range(KILLS):
            time.sleep(PAUSE_SECONDS + rng.random())
            rng.choice(workers(head.pid)).kill()
        time.sleep(PAUSE_SECONDS)
        stop.set()
        for sender in senders:
            sender.join()
    acknowledged = {order for sender in senders for order in sender.acknowledged}
    sales = opened(purchases)
    held = {sale.order_id for sale in sales.of("C003")}
    sales.close()
    assert len(acknowledged) > 10 * KILLS
    assert acknowledged <= held
    assert len(held - acknowledged) <= SENDERS  # those under way when sending stopped
    assert sum(sender.disturbed for sender in senders) > 0


def workers(head: int) -> list[psutil.Process]:
    """The processes that answer: children of BentoML's own; there is always one."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        found = [child for child in psutil.Process(head).children(recursive=True) if _serves(child)]
        if found:
            return found
        time.sleep(0.05)
    raise AssertionError("no worker came back")


def _serves(process: psutil.Process) -> bool:
    try:
        return any("worker" in word for word in process.cmdline())
    except psutil.Error:
        return False
