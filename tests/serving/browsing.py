"""What a real browser does with the page."""

from playwright.sync_api import ConsoleMessage, Page, Request


class Watched:
    """What a page asked for and complained about."""

    def __init__(self, page: Page) -> None:
        """Watch ``page``."""
        self.asked: list[str] = []
        self.complaints: list[str] = []
        page.on("request", self._on_request)
        page.on("console", self._on_console)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def _on_request(self, request: Request) -> None:
        self.asked.append(request.url)

    def _on_console(self, message: ConsoleMessage) -> None:
        # Chromium writes down every answer that is no success, the ones that the page puts into words too.
        if not message.text.startswith("Failed to load resource"):
            self.complaints.append(message.text)
