"""What attackers and broken programs send is refused in the one shape, and costs the service next to nothing."""

import gzip
import json
import socket
import time
from collections.abc import Iterator
from typing import NamedTuple

import psutil
import pytest
from starlette.testclient import TestClient

from serving.edge import DEADLINE_SECONDS
from tests.serving.served import Served
from tests.serving.test_sales import line

pytestmark = pytest.mark.serving

PATIENCE = DEADLINE_SECONDS + 5
SCORE, OFFER, BOUGHT = "/v1/score", "/v1/recommend", "/v1/purchases"
MB = 1 << 20


class Heard(NamedTuple):
    """An answer as it came over the wire."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def in_shape(self) -> bool:
        """Whether it is a problem document."""
        if self.headers.get("content-type") != "application/problem+json":
            return False
        told = json.loads(self.body)
        return told["status"] == self.status and {"type", "title", "detail", "code", "request_id", "errors"} <= set(
            told
        )


@pytest.fixture
def port(client: TestClient) -> Iterator[int]:
    """Where the service listens, behind the server that BentoML uses."""
    with Served(client.app) as address:
        yield int(address.rpartition(":")[2])


def tell(port: int, *chunks: bytes, pause: float = 0.0) -> Heard:
    """Send bytes as they are, and hear the answer; one who hangs up early is heard as well."""
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as wire:
        try:
            for chunk in chunks:
                wire.sendall(chunk)
                if pause:
                    time.sleep(pause)
        except (BrokenPipeError, ConnectionResetError):
            pass
        return _hear(wire)


def _hear(wire: socket.socket) -> Heard:
    with wire.makefile("rb") as file:
        status = int(file.readline().split()[1])
        headers = {}
        while (row := file.readline()) not in (b"\r\n", b""):
            name, _, value = row.decode("latin-1").partition(":")
            headers[name.lower()] = value.strip()
        return Heard(status, headers, file.read(int(headers.get("content-length", 0))))


def request(
    path: str, body: bytes = b"", method: str = "POST", *more: str, media: str | None = "application/json"
) -> bytes:
    """A request as bytes, with what is wrong about it."""
    kind = [f"Content-Type: {media}"] if media else []
    told = ["Host: 127.0.0.1", *kind, f"Content-Length: {len(body)}", *more, "Connection: close"]
    return f"{method} {path} HTTP/1.1\r\n".encode() + "\r\n".join(told).encode("latin-1") + b"\r\n\r\n" + body


def bought(**other: object) -> bytes:
    return json.dumps([line(**other)]).encode()


def sold(field: str, value: str) -> bytes:
    """A history with a number written in a way of its own."""
    told = {key: value for key, value in line().items() if key != "customer_id"}
    return json.dumps({"history": [{**told, field: "?"}]}).replace('"?"', value).encode()


ATTACKS = {
    "not a number": request(SCORE, sold("amount", "NaN")),
    "infinity": request(SCORE, sold("quantity", "-Infinity")),
    "a number too large for a double": request(SCORE, sold("quantity", "1e999")),
    "a number of a million digits": request(OFFER, b'{"customer_id": "C003", "k": ' + b"9" * 900_000 + b"}"),
    "money of a million digits": request(BOUGHT, bought(amount="9" * 900_000)),
    "money with an exponent": request(BOUGHT, bought(amount="1e999999999")),
    "a negative k": request(OFFER, b'{"customer_id": "C003", "k": -1}'),
    "a year far off": request(SCORE, b'{"customer_id": "C003", "as_of": "999999999-01-01"}'),
    "a day that is none": request(SCORE, b'{"customer_id": "C003", "as_of": "0000-00-00"}'),
    "lists in lists": request(SCORE, b"[" * 100_000),
    "objects in objects": request(SCORE, b'{"a":' * 50_000 + b"1" + b"}" * 50_000),
    "deep within a field": request(OFFER, b'{"customer_id": "C003", "filter": ' + b"[" * 5000 + b"]" * 5000 + b"}"),
    "a list as the id": request(SCORE, b'{"customer_id": ["C003"]}'),
    "an object as the id": request(SCORE, b'{"customer_id": {"$ne": null}}'),
    "a number as the id": request(SCORE, b'{"customer_id": 3}'),
    "true as the id": request(SCORE, b'{"customer_id": true}'),
    "text as the body": request(SCORE, b'"C003"'),
    "a control character": request(SCORE, b'{"customer_id": "C003\\u0007"}'),
    "a null character": request(SCORE, b'{"customer_id": "C003\\u0000"}'),
    "half a surrogate": request(SCORE, b'{"customer_id": "\\ud800"}'),
    "no UTF-8": request(SCORE, b'{"customer_id": "\xff\xfe"}'),
    "overlong UTF-8": request(SCORE, b'{"customer_id": "\xc0\xaf"}'),
    "UTF-16": request(SCORE, '{"customer_id": "C003"}'.encode("utf-16")),
    "a path upwards": request("/v1/customers/..%2F..%2F..%2Fetc%2Fpasswd/profile", method="GET"),
    "a path upwards, as it is": request("/v1/customers/../../../etc/passwd/profile", method="GET"),
    "SQL as the id": request(SCORE, b'{"customer_id": "\' OR 1=1; DROP TABLE standings; --"}'),
    "SQL in the path": request("/v1/customers/%27%20UNION%20SELECT%20*%20FROM%20sales--/profile", method="GET"),
    "SQL as the kind": request(OFFER, b'{"customer_id": "C003", "kind": "standings; DROP TABLE standings"}'),
    "line breaks in the address": request("/v1/customers/x%0d%0aSet-Cookie:%20a=b/profile", method="GET"),
    "a gzip bomb": request(SCORE, gzip.compress(b" " * 100 * MB), "POST", "Content-Encoding: gzip"),
    "an encoding nobody knows": request(SCORE, b"{}", "POST", "Content-Encoding: snappy"),
    "a key twice": request(SCORE, b'{"customer_id": "C003", "customer_id": "C004"}'),
    "a key twice, within": request(OFFER, b'{"customer_id": "C003", "filter": {"exclude": [], "exclude": ["I01"]}}'),
    "two documents": request(SCORE, b'{"customer_id": "C003"}{"customer_id": "C004"}'),
    "comments": request(SCORE, b'{"customer_id": "C003" /* me */}'),
    "plain text": request(SCORE, b'{"customer_id": "C003"}', media="text/plain"),
    "a form": request(SCORE, b"customer_id=C003", media="application/x-www-form-urlencoded"),
    "nothing said of the body": request(SCORE, b'{"customer_id": "C003"}', media=None),
    "a field nobody knows": request(SCORE, b'{"customer_id": "C003", "__class__": "os.system"}'),
    "50,001 items": request(OFFER, json.dumps({"customer_id": "C003", "filter": {"exclude": ["i"] * 50_001}}).encode()),
    "1,001 customers": request("/v1/score/batch", json.dumps({"customer_ids": ["C003"] * 1001}).encode()),
    "1,001 purchases": request(BOUGHT, json.dumps([line()] * 1001).encode()),
    "a method of another route": request(SCORE, method="DELETE"),
    "a method of WebDAV": request(SCORE, method="PROPFIND"),
    "an address without end": request("/v1/" + "a" * 30_000, method="GET"),
    "a parameter nobody knows": request("/v1/customers/C003/profile?as_of=2024-06-01&debug=1", method="GET"),
}
"""What it is -> the bytes; each is answered with a 4xx in our shape."""

NO_HTTP = {
    "no HTTP at all": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\x00" * 64 + b"\r\n\r\n",
    "a length below zero": request(SCORE).replace(b"Content-Length: 0", b"Content-Length: -5"),
    "two lengths": request(SCORE).replace(b"Content-Length: 0", b"Content-Length: 0\r\nContent-Length: 7"),
    "a length and chunks": request(SCORE, b"0\r\n\r\n", "POST", "Transfer-Encoding: chunked"),
    "a header without end": request(SCORE, b"{}", "POST", "X-Long: " + "a" * 200_000),
    "a line break in a header": b"POST /v1/score HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Request-ID: a\x00b\r\n\r\n",
}
"""What never becomes a request: the server itself refuses it, or takes what it can and we refuse that."""


@pytest.mark.parametrize("attack", ATTACKS)
def test_refused_in_our_shape(port: int, attack: str) -> None:
    heard = tell(port, ATTACKS[attack])
    assert 400 <= heard.status < 500, heard
    assert heard.in_shape, heard
    assert "set-cookie" not in heard.headers
    assert len(heard.body) < 8192


@pytest.mark.parametrize("attack", NO_HTTP)
def test_what_is_no_request_is_refused_by_the_server(port: int, attack: str) -> None:
    heard = tell(port, NO_HTTP[attack])
    assert 400 <= heard.status < 500, heard
    assert tell(port, request("/livez", method="GET")).status == 200


def test_a_body_of_fifty_megabytes_is_not_taken_in(port: int) -> None:
    head = request(SCORE).replace(b"Content-Length: 0", f"Content-Length: {50 * MB}".encode())
    before = psutil.Process().memory_info().rss
    heard = tell(port, head, *[b" " * MB] * 50)
    assert (heard.status, heard.in_shape) == (413, True)
    assert psutil.Process().memory_info().rss - before < 20 * MB


def test_chunks_without_end_are_not_taken_in(port: int) -> None:
    head = request(SCORE).replace(b"Content-Length: 0", b"Transfer-Encoding: chunked")
    chunk = f"{MB:x}\r\n".encode() + b" " * MB + b"\r\n"
    before = psutil.Process().memory_info().rss
    heard = tell(port, head, *[chunk] * 50)
    assert (heard.status, heard.in_shape) == (413, True)
    assert psutil.Process().memory_info().rss - before < 20 * MB


def test_a_body_that_does_not_come_is_not_waited_for(port: int) -> None:
    head = request(SCORE).replace(b"Content-Length: 0", b"Content-Length: 1000")
    heard = tell(port, head + b'{"customer_id"')
    assert 400 <= heard.status < 500
    assert heard.in_shape


def test_a_request_id_is_ours_where_it_is_no_plain_word(port: int) -> None:
    for given in ("x" * 65, "a b", "<script>", "ä"):
        heard = tell(port, request(SCORE, b"{}", "POST", f"X-Request-ID: {given}"))
        assert heard.headers["x-request-id"] != given
        assert given not in heard.body.decode()


def test_hundreds_of_attacks_leave_memory_flat(port: int) -> None:
    for attack in ATTACKS.values():
        tell(port, attack)
    before = psutil.Process().memory_info().rss
    for _ in range(3):
        for attack in ATTACKS.values():
            tell(port, attack)
    assert psutil.Process().memory_info().rss - before < 20 * MB
    assert tell(port, request(SCORE, b'{"customer_id": "C003"}')).status == 200


def test_there_are_enough() -> None:
    assert len(ATTACKS) + len(NO_HTTP) >= 40
