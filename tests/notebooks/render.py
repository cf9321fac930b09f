"""A rendered copy of every notebook, run from top to bottom: pages that need no network and no script.

    REGULARS_HOME=HOME python -m tests.notebooks.render FOLDER [NOTEBOOK ...]

Without names, every notebook of the course is rendered; an index page leads to them.
"""

import re
import sys
import time
from html import escape
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbconvert import HTMLExporter
from pygments.formatters import HtmlFormatter

from tests.conventions.project import ROOT

TIMEOUT = 300
"""Seconds a cell may take."""

STYLE = """
body { max-width: 70rem; margin: 2rem auto; padding: 0 1rem; font: 16px/1.55 system-ui, sans-serif; color: #1b1b1b }
img { max-width: 100%; height: auto }
pre { overflow-x: auto; font-size: 13px; line-height: 1.4; background: #f6f6f6; padding: .6rem .8rem; margin: .4rem 0 }
code { font-size: .92em }
.output { overflow-x: auto }
.prompt, .anchor-link { display: none }
table { border-collapse: collapse; font-size: 14px; margin: .6rem 0 }
th, td { padding: .2rem .6rem; text-align: left; border-bottom: 1px solid #ddd; vertical-align: top }
caption { text-align: left; color: #555; padding: .3rem 0 }
nav { color: #555; font-size: 15px } a { color: #0a5ea8 }
"""
PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>{style}</style>
</head>
<body>
{body}
</body>
</html>
"""


def render(notebook: Path, folder: Path) -> Path:
    """Run a notebook and write its page; it must come through without an error.

    The notebook itself stays as it is.
    """
    ran = nbformat.read(notebook, as_version=4)
    quiet, place = ["--log-level=ERROR"], {"metadata": {"path": str(notebook.parent)}}
    NotebookClient(ran, timeout=TIMEOUT, kernel_name="python3", resources=place, extra_arguments=quiet).execute()
    return write(ran, notebook.stem, folder)


def write(ran: nbformat.NotebookNode, name: str, folder: Path) -> Path:
    """Write the page of a notebook that has been run."""
    for cell in ran.cells:
        for output in cell.get("outputs", []):
            said = re.search(r'title=f?"([^"]+)"', cell.source)
            output.setdefault("metadata", {})["image/png"] = {
                "alt": said[1] if said else "The picture that the code draws"
            }
    body, _ = HTMLExporter(template_name="basic").from_notebook_node(ran)
    back = '<nav><a href="index.html">The course</a></nav>'
    text = PAGE.format(title=escape(title(ran)), style=STYLE + colours(), body=f"{back}\n{linked(body)}")
    if foreign := loaded(text):
        raise SystemExit(f"error: {name}.html would load or run {foreign[0]!r}; a page must need nothing else")
    page = folder / f"{name}.html"
    page.write_text(text, encoding="utf-8")
    return page


def loaded(text: str) -> list[str]:
    """Return what a page would run, or load from elsewhere; links that somebody may click do not count."""
    return re.findall(
        r"""<(?:script|link|iframe)\b[^>]*|\bsrc=["'](?!data:)[^"']*|@import[^;]*|url\((?!["']?data:)[^)]*""", text
    )


def index(notebooks: list[Path], folder: Path) -> Path:
    """Write the page that leads to the others, with the question of each."""
    rows = []
    for notebook in notebooks:
        read = nbformat.read(notebook, as_version=4)
        asked = read.cells[0].source.partition("**Question.**")[2].rpartition("?")[0].strip().replace("*", "")
        rows.append(f'<dt><a href="{notebook.stem}.html">{escape(title(read))}</a></dt><dd>{escape(asked)}?</dd>')
    body = "<h1>regulars: a course in notebooks</h1>\n<p>Run on a sample of the demo shop.</p>\n<dl>\n{}\n</dl>"
    page = folder / "index.html"
    page.write_text(PAGE.format(title="regulars", style=STYLE, body=body.format("\n".join(rows))), encoding="utf-8")
    return page


def linked(body: str) -> str:
    """Return a page whose links lead to pages of other notebooks and, from build/docs, to files of the project."""
    to_pages = re.sub(r'href="([\w-]+)\.ipynb"', r'href="\1.html"', body)
    return to_pages.replace('href="../', 'href="../../')


def title(notebook: nbformat.NotebookNode) -> str:
    """Return the first heading."""
    return str(notebook.cells[0].source.splitlines()[0].lstrip("# "))


def colours() -> str:
    """Return the style of the code."""
    return str(HtmlFormatter(style="friendly").get_style_defs(".highlight"))


def main(folder: Path, names: list[str]) -> None:
    """Render the named notebooks, or all of them, and write the index."""
    folder.mkdir(parents=True, exist_ok=True)
    course = sorted((ROOT / "notebooks").glob("*.ipynb"))
    for notebook in course:
        if not names or notebook.stem in names:
            began = time.perf_counter()
            page = render(notebook, folder)
            sys.stderr.write(f"  {page.name}: {time.perf_counter() - began:.0f} s\n")
    index(course, folder)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
