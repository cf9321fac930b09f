"""What a result depends on: data, configuration, code. Equal passports mean equal numbers."""

import functools
import subprocess
from collections.abc import Sequence
from pathlib import Path

import regulars
from regulars import fingerprint
from regulars.ledger import Ledger
from regulars.manifest import Section

_ROOT = Path(__file__).parents[2]


def key(ledger: Ledger, config: Sequence[Section], *extra: str) -> str:
    """Return 32 hex digits over the ledger's content, the configuration, the code and ``extra``."""
    content = [section.model_dump_json() for section in config]
    return fingerprint.of_text([ledger.fingerprint, _code(), *content, *extra])


def tags(ledger: Ledger, config: Sequence[Section]) -> dict[str, str]:
    """Return what every run says of its origins: fingerprint, configuration, commit and diff state, lock, version."""
    lock = _ROOT / "requirements.lock"
    return {
        "regulars.fingerprint": ledger.fingerprint,
        "regulars.config": fingerprint.of_text(section.model_dump_json() for section in config),
        "regulars.code": _code(),
        "regulars.commit": _git("rev-parse", "HEAD") or "unknown",
        "regulars.dirty": "true" if _git("status", "--porcelain") else "false",
        "regulars.lock": fingerprint.of_file(lock) if lock.is_file() else "unknown",
        "regulars.version": regulars.__version__,
    }


@functools.cache  # what this process has loaded, even if the files change while it runs
def _code() -> str:
    return fingerprint.of_tree(Path(__file__).parent)


def _git(*words: str) -> str:
    """Return what git says of this checkout; nothing where there is no git or no checkout."""
    try:
        said = subprocess.run(
            ["git", "-C", str(_ROOT), *words],  # noqa: S607 - the user's own git
            capture_output=True, text=True, timeout=10, check=False,
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return said.stdout.strip() if said.returncode == 0 else ""
