"""The page for people, in a real browser that asks a real server."""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest
from playwright.sync_api import Browser, Page, Request, Route, expect, sync_playwright
from starlette.testclient import TestClient

from regulars import schema
from regulars.ledger import Ledger
from serving import console_page, release_build
from serving.app import create_app
from serving.live import Live
from serving.release import Release
from serving.scorer import Scorer
from tests.serving import shop
from tests.serving.browsing import Watched
from tests.serving.served import Served

CHROMIUM = shutil.which("chromium")
needs_chromium = pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium: apt-get install chromium")

MAX_PAGE = 200_000
MARKUP = '<img src=x onerror="document.title=1">'
KEY = "rg_a-key"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM)
        yield opened
        opened.close()


@pytest.fixture(scope="module")
def url(champions: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The service of the shop, in which one customer has markup for an id, and one item for a name."""
    folder = tmp_path_factory.mktemp("console")
    lines = shop.transactions()
    odd = lines.filter(lines["customer_id"] == "C003").with_columns(customer_id=pl.lit(MARKUP))
    ledger = Ledger.open_or_create(folder / "ledger", "EUR", buckets=4)
    with ledger.writer() as writer:
        writer.add_transactions(pl.concat([lines, odd]))
        writer.add(schema.ITEMS, shop.items().with_columns(name=pl.lit("<b>Tea</b> ") + pl.col("name")))
        writer.commit(())
    release = Release.read(release_build.build(ledger, champions, folder / "releases"))
    with Served(create_app(Live(Scorer(release)), lambda _: release.as_of)) as address:
        yield address
    release.close()


@pytest.fixture
def page(browser: Browser, url: str) -> Iterator[Page]:
    context = browser.new_context(base_url=url, viewport={"width": 1280, "height": 900})
    context.set_default_timeout(10_000)
    yield context.new_page()
    context.close()


def look_up(page: Page, customer_id: str) -> None:
    page.get_by_label("Customer id").fill(customer_id)
    page.get_by_role("button", name="Look up").click()


def heading(page: Page, text: str) -> None:
    expect(page.get_by_role("heading", level=1)).to_contain_text(text)


@needs_chromium
def test_search_shows_the_customer_and_asks_nobody_else(page: Page, url: str) -> None:
    watched = Watched(page)
    page.goto("/console")
    heading(page, "How does a customer stand?")
    look_up(page, "C003")
    heading(page, "Customer C003")
    expect(page.locator("#next_basket li")).to_have_count(8)
    expect(page.locator("#buy_again li").first).to_be_visible()
    for title in ("Purchases", "When will they be back?", "Reasons behind the risk", "Last orders", "Favourites"):
        expect(page.get_by_role("heading", name=title)).to_be_visible()
    assert page.locator(".stem").count() > 5
    expect(page.locator("path.curve")).to_be_visible()
    assert page.url == f"{url}/console#customer=C003"
    assert watched.complaints == []
    assert {address.split("/")[2] for address in watched.asked} == {url.removeprefix("http://")}


@needs_chromium
def test_picture_says_what_the_service_says(page: Page, url: str) -> None:
    page.goto("/console#customer=C003")
    told = page.request.get("/v1/customers/C003/profile").json()
    pictures = page.get_by_role("slider")
    expect(pictures).to_have_count(2)
    assert pictures.nth(0).get_attribute("aria-valuemax") == str(len(told["order_days"]) - 1)
    pictures.nth(1).focus()
    page.keyboard.press("Home")
    page.keyboard.press("ArrowRight")
    share = round(told["survival"][0] * 100)
    expect(pictures.nth(1)).to_have_attribute("aria-valuetext", re.compile(rf"^{share}% after "))


@needs_chromium
def test_keyboard_alone(page: Page) -> None:
    page.goto("/console")
    page.keyboard.press("/")
    expect(page.get_by_label("Customer id")).to_be_focused()
    page.keyboard.type("C003")
    page.keyboard.press("Enter")
    heading(page, "Customer C003")
    page.get_by_role("button", name="API key").focus()
    page.keyboard.press("/")
    page.keyboard.type("C005")
    page.keyboard.press("Enter")
    heading(page, "Customer C005")
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("option", selected=True)).to_have_text("C003")
    page.keyboard.press("Enter")
    heading(page, "Customer C003")
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Look up")).to_be_focused()
    assert page.locator("button:focus-visible").evaluate("node => getComputedStyle(node).outlineStyle") == "solid"
    page.go_back()
    heading(page, "Customer C005")


@needs_chromium
def test_unknown_customer(page: Page) -> None:
    page.goto("/console#customer=nobody")
    heading(page, "No customer nobody")
    expect(page.get_by_text("compared to the letter")).to_be_visible()


@needs_chromium
@pytest.mark.parametrize("customer_id", ["a/b", "..", "100%", "a+b c", "ä€😀", "x" * 128])
def test_ids_of_all_kinds_are_asked_about(page: Page, customer_id: str) -> None:
    page.goto("/console")
    look_up(page, customer_id)
    heading(page, f"No customer {customer_id}")
    page.reload()
    heading(page, f"No customer {customer_id}")


@needs_chromium
def test_markup_is_text(page: Page) -> None:
    watched = Watched(page)
    page.goto("/console")
    look_up(page, MARKUP)
    heading(page, MARKUP)
    expect(page.locator("#next_basket li").first).to_contain_text("<b>Tea</b>")
    assert page.locator("main img, main b").count() == 0
    assert page.title().startswith(MARKUP)
    assert watched.complaints == []


@needs_chromium
def test_due_items(page: Page) -> None:
    row = {
        "customer_id": "C003",
        "item_id": "I01",
        "last_bought": "2024-05-30",
        "typical_days": 30,
        "due_date": "2024-06-29",
        "remind_on": "2024-06-27",
        "interval_80": ["2024-06-20", "2024-07-09"],
        "probability": 0.62,
        "basis": "own history (6)",
    }
    stranger = {**row, "customer_id": "C004", "item_id": "I02"}
    page.route("**/v1/replenishment/due", lambda route: route.fulfill(json={"due": [row, stranger]}))
    page.goto("/console#customer=C003")
    section = page.locator("#due")
    expect(section.get_by_role("listitem")).to_have_count(1)
    for words in ("I01", "due 29 Jun 2024", "last bought 30 May 2024, about every 30 days", "62%"):
        expect(section).to_contain_text(words)


@needs_chromium
def test_nothing_about_due_items_where_there_is_no_such_route(page: Page) -> None:
    page.route("**/v1/replenishment/due", lambda route: route.fulfill(status=404, json={"code": "NOT_FOUND"}))
    with page.expect_response("**/v1/replenishment/due"):
        page.goto("/console#customer=C003")
    expect(page.locator("#next_basket li")).to_have_count(8)
    expect(page.locator("#due")).to_be_hidden()


@needs_chromium
def test_not_ready(browser: Browser) -> None:
    app = create_app(Live(missing="no release; make one with: regulars package"), lambda header: header.as_of)
    with Served(app) as address, browser.new_context() as context:
        page = context.new_page()
        page.goto(f"{address}/console#customer=C003")
        heading(page, "The service is not ready")
        expect(page.get_by_text("regulars package")).to_be_visible()
        expect(page.get_by_role("button", name="Try again")).to_be_visible()


@needs_chromium
def test_key_is_asked_for_kept_in_the_tab_and_sent(page: Page) -> None:
    headers: list[dict[str, str]] = []

    def ask(route: Route, request: Request) -> None:
        headers.append(request.headers)
        if request.headers.get("authorization") == f"Bearer {KEY}":
            route.continue_()
        else:
            route.fulfill(status=401, json={"code": "UNAUTHENTICATED", "detail": "send a key"})

    page.route("**/v1/**", ask)
    page.goto("/console#customer=C003")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.get_by_label("Key", exact=True).fill("schlüssel€")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("English keyboard")
    page.get_by_label("Key", exact=True).fill(KEY)
    page.keyboard.press("Enter")
    heading(page, "Customer C003")
    assert "authorization" not in headers[0]
    kept = page.evaluate("() => [Object.values(sessionStorage), localStorage.length, document.cookie]")
    assert kept == [[KEY], 0, ""]
    assert KEY not in page.content()


@needs_chromium
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_stands_out(page: Page, scheme: str) -> None:
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    page.goto("/console#customer=C003")
    heading(page, "Customer C003")
    ground = luminance(page.locator(".card").first.evaluate("node => getComputedStyle(node).backgroundColor"))
    assert (ground < 0.1) == (scheme == "dark")
    for selector in (".card h2", ".small", ".way", ".legend li"):
        ink = luminance(page.locator(f".card {selector}, {selector}").first.evaluate("n => getComputedStyle(n).color"))
        assert (max(ink, ground) + 0.05) / (min(ink, ground) + 0.05) > 4.5, selector


def luminance(colour: str) -> float:
    """The relative luminance of "rgb(r, g, b)", by WCAG 2."""
    parts = [int(part) / 255 for part in re.findall(r"\d+", colour)[:3]]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@needs_chromium
@pytest.mark.parametrize("address", ["/console", "/console#customer=C003", f"/console#customer={'x' * 128}"])
def test_narrow(page: Page, address: str) -> None:
    page.set_viewport_size({"width": 400, "height": 800})
    page.goto(address)
    page.wait_for_load_state("networkidle")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    assert page.evaluate("() => document.documentElement.scrollWidth") <= 400


def test_page_is_light_and_loads_nothing_else() -> None:
    files = [path for path in console_page.FOLDER.iterdir() if path.is_file()]
    assert sum(path.stat().st_size for path in files) < MAX_PAGE
    for path in files:
        text = path.read_text(encoding="utf-8").replace("http://www.w3.org/2000/svg", "")
        assert not re.search(r"https?:|(inner|outer|Adjacent)HTML|document\.write|\beval\(|localStorage", text)


@pytest.mark.parametrize("path", ["/console", "/console/main.js", "/console/style.css", "/console/icon.svg"])
def test_every_file_comes_with_the_policy(client: TestClient, path: str) -> None:
    response = client.get(path)
    assert response.status_code == 200
    assert "unsafe" not in response.headers["content-security-policy"]
    assert response.headers["content-security-policy"].startswith("default-src 'none'")
    assert response.headers["x-content-type-options"] == "nosniff"
    again = client.get(path, headers={"If-None-Match": response.headers["etag"]})
    assert again.status_code in (200, 304)


def test_there_is_nothing_else(client: TestClient) -> None:
    for path in ("/console/nothing.js", "/console/..%2fapp.py", "/console/%2e%2e/app.py"):
        assert client.get(path).json()["code"] == "NOT_FOUND"
    assert client.get("/console/").url.path == "/console"
