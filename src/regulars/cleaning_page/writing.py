"""Fills the template and writes the page."""

from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined

from regulars import cleaning_words as words
from regulars.cleaning import Cleaning, in_force
from regulars.cleaning_page.pictures import pictures
from regulars.errors import DataError
from regulars.hygiene import RULES, SWITCHES


def html(cleaning: Cleaning) -> str:
    """Return the page: the same text for the same ledger, with everything that came from files escaped."""
    environment = Environment(
        loader=PackageLoader("regulars.cleaning_page"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "number": words.number,
        "counted": words.counted,
        "money": lambda minor: words.money(minor, cleaning.currency),
    }
    return environment.get_template("page.html").render(
        cleaning=cleaning,
        steps=list(zip(cleaning.steps, cleaning.left, strict=True)),
        pictures=pictures(cleaning),
        rules=RULES,
        switches=SWITCHES,
        in_force=in_force,
    )


def write(cleaning: Cleaning, path: Path) -> None:
    """Write the page to ``path``, replacing an older one in one step.

    Raises:
        DataError: the folder does not exist or cannot be written to.
    """
    draft = path.with_name(f".{path.name}.tmp")
    try:
        draft.write_text(html(cleaning), encoding="utf-8", newline="\n")
        draft.replace(path)
    except OSError as error:
        reason = error.strerror or error
        raise DataError(f"cannot write {path} ({reason}); name a file in a folder that can be written to") from error
    finally:
        draft.unlink(missing_ok=True)
