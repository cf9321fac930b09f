"""The rendered course needs no network and no script."""

from pathlib import Path

import nbformat.v4 as form
import pytest

from tests.notebooks import render

PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="


def notebook(*outputs: dict[str, str]) -> form.nbbase.NotebookNode:
    shown = [form.new_output("display_data", data=data) for data in outputs]
    text = "# Who & what?\n\n**Question.** Who? See [next](02_next.ipynb), [docs](../docs/churn.md), $x^2$."
    drawn = form.new_code_cell('plots.bar_plot(table, title="Who brings the sales")', outputs=shown)
    return form.new_notebook(cells=[form.new_markdown_cell(text), drawn])


def test_a_page_stands_by_itself(tmp_path: Path) -> None:
    page = render.write(
        notebook({"image/png": PNG}, {"text/html": "<table><tr><td>1</td></tr></table>"}), "a", tmp_path
    )
    text = page.read_text(encoding="utf-8")
    assert render.loaded(text) == []
    assert "http" not in text
    assert f"data:image/png;base64,{PNG}" in text
    assert 'alt="Who brings the sales"' in text
    assert "<title>Who &amp; what?</title>" in text
    assert 'href="02_next.html"' in text
    assert 'href="../../docs/churn.md"' in text


@pytest.mark.parametrize(
    "html",
    [
        '<script src="https://example.org/require.js"></script>',
        "<script>alert(1)</script>",
        '<link rel="stylesheet" href="https://example.org/style.css">',
        '<img src="https://example.org/a.png">',
        "<style>@import 'https://example.org/a.css';</style>",
        "<style>td { background: url(https://example.org/a.png) }</style>",
    ],
)
def test_what_would_load_something_is_refused(html: str, tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match="a page must need nothing else"):
        render.write(notebook({"text/html": html}), "a", tmp_path)


def test_the_index_leads_to_every_page_with_its_question(tmp_path: Path) -> None:
    course = sorted((render.ROOT / "notebooks").glob("*.ipynb"))
    text = render.index(course, tmp_path).read_text(encoding="utf-8")
    assert render.loaded(text) == []
    for each in course:
        assert f'href="{each.stem}.html"' in text
    assert text.count("?</dd>") == len(course)
