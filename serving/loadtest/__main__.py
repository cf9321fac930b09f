"""``python -m serving.loadtest``: load on a service that runs on this machine."""

import argparse
import sys

from regulars import console
from regulars.errors import RegularsError
from regulars.home import Home
from serving.loadtest import apart
from serving.loadtest.customers import shop
from serving.loadtest.load import Load
from serving.loadtest.scenarios import SCENARIOS, asks


def main() -> None:
    """Ask, and print a table or JSON; exit with 1 where an answer was missing or an error."""
    parser = argparse.ArgumentParser(prog="python -m serving.loadtest", description="Load on a running service.")
    parser.add_argument("--port", type=int, default=3000, help="of the service, on 127.0.0.1")
    parser.add_argument("--scenario", choices=SCENARIOS, default="reads", help="what is asked; mixed also writes")
    parser.add_argument("--connections", type=int, default=8, help="requests under way at once")
    parser.add_argument("--seconds", type=float, default=10.0, help="whose answers are counted")
    parser.add_argument("--rate", type=float, help="requests a second  [default: as many as are answered]")
    parser.add_argument("--json", action="store_true", help="print JSON")
    given = parser.parse_args()
    load = Load(port=given.port, connections=given.connections, seconds=given.seconds, rate=given.rate)
    try:
        found = apart.measure(load, asks(given.scenario, shop(Home.resolve().releases)))
    except RegularsError as error:
        sys.exit(str(error))
    if given.json:
        sys.stdout.write(found.model_dump_json() + "\n")
    else:
        console.facts(f"Load: {given.scenario}", found.model_dump())
    sys.exit(1 if found.failed else 0)


if __name__ == "__main__":
    main()
