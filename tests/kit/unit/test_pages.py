"""What a student wrote is shown without running anything, loading anything or ending a run."""

from __future__ import annotations

import base64
import json
import re
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from nbformat import NotebookNode
from nbformat.v4 import new_output

from autograder.pages.markdown import MARKDOWN_LIMIT, clean_markdown
from autograder.pages.outputs import clean_output
from autograder.pages.sanitize import LIMIT, clean_fragment, clean_html

PNG = base64.b64encode(b"\x89PNG\r\n\x1a\n rest").decode()
KINDS = ["text/html", "text/markdown", "text/plain", "image/png", "image/svg+xml"]
JPEG = base64.b64encode(b"\xff\xd8\xff rest").decode()
SVG = '<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><script>alert(1)</script></svg>'
REL = 'rel="noopener noreferrer nofollow"'
HARMLESS = [
    "<p>Text mit <b>fett</b>, <em>kursiv</em> und <code>a &lt; b</code></p>",
    '<table class="dataframe"><tbody><tr><th>a</th><td colspan="2">1</td></tr></tbody></table>',
    f'<img src="data:image/png;base64,{PNG}" alt="Bild">',
    f'<img src="data:image/gif;base64,{PNG}" alt="">',
    "<details><summary>mehr</summary>Text</details>",
    '<span style="color:red;background-color:#fff">x</span>',
    '<math display="block"><mrow><mfrac><mi>a</mi><mn>2</mn></mfrac></mrow></math>',
]
HOSTILE = {
    "<script>alert(1)</script>x": "x",
    '<b onclick="alert(1)">x</b>': "<b>x</b>",
    '<img src="x" onerror="alert(1)">': "<img>",
    '<img src="https://example.org/x.png">': "<img>",
    '<img src="data:text/html;base64,PHNjcmlwdD4=">': "<img>",
    '<img src="data:image/png,<script>">': "<img>",
    '<img src="data:image/png;base64,AAAA&quot; onerror=&quot;alert(1)">': "<img>",
    '<img srcset="https://example.org/x.png 2x">': "<img>",
    '<a href="javascript:alert(1)">x</a>': f"<a {REL}>x</a>",
    '<a href="JaVa&#10;Script:alert(1)">x</a>': f"<a {REL}>x</a>",
    '<a href="data:text/html,<script>alert(1)</script>">x</a>': f"<a {REL}>x</a>",
    '<a href="//example.org">x</a>': f"<a {REL}>x</a>",
    '<iframe src="https://example.org"></iframe>x': "x",
    '<iframe srcdoc="<script>alert(1)</script>"></iframe>x': "x",
    SVG + "x": "x",
    '<svg><a xlink:href="javascript:alert(1)"><text>y</text></a></svg>x': "x",
    "<style>body { background: url(https://example.org) }</style>x": "x",
    '<p style="background: url(https://example.org)">x</p>': '<p style="">x</p>',
    '<p style="position: fixed; top: 0; color: red">x</p>': '<p style="color:red">x</p>',
    '<meta http-equiv="refresh" content="0;url=https://example.org">x': "x",
    '<base href="https://example.org/">x': "x",
    '<link rel="stylesheet" href="https://example.org/x.css">x': "x",
    '<form action="https://example.org"><input name="a"><button>b</button></form>': "b",
    '<object data="x.swf">y</object><embed src="x.swf">x': "x",
    '<video src="https://example.org"></video><audio src="x"></audio>x': "x",
    '<math href="javascript:alert(1)"><mi xlink:href="javascript:alert(1)">x</mi></math>': (
        "<math><mi>x</mi></math>"
    ),
    '<section class="ag-task" id="top">x</section>': "<section>x</section>",
    "<!--[if IE]><script>alert(1)</script><![endif]-->x": "x",
    "<template><script>alert(1)</script></template>x": "x",
}


def cleaned(output: Any) -> NotebookNode:
    """The cleaned output, which can be written to a file."""
    result = clean_output(output)
    assert result is not None
    assert json.dumps(result, ensure_ascii=False).encode()
    return result


def shown(**data: object) -> dict[str, object]:
    """What is left of the representations of one displayed object."""
    bundle = {kind.replace("_", "/", 1).replace("_", "+"): value for kind, value in data.items()}
    return dict(cleaned(NotebookNode(output_type="display_data", data=bundle, metadata={})).data)


@pytest.mark.parametrize("html", HARMLESS)
def test_harmless_html_stays_as_it_is(html: str) -> None:
    assert clean_html(html) == html


@pytest.mark.parametrize(("html", "left"), HOSTILE.items())
def test_hostile_html_leaves_only_its_text(html: str, left: str) -> None:
    assert clean_html(html) == left


def test_a_link_leads_out_without_telling_where_from() -> None:
    assert clean_html('<a href="https://numpy.org">x</a>') == (
        '<a href="https://numpy.org" rel="noopener noreferrer nofollow">x</a>'
    )


def test_cleaning_twice_changes_nothing() -> None:
    for html in [*HARMLESS, *HOSTILE]:
        assert clean_html(clean_html(html)) == clean_html(html)


def test_only_a_fragment_keeps_the_classes_of_feedback() -> None:
    html = '<div class="ag-law ag-failed other">x</div>'
    assert clean_fragment(html) == '<div class="ag-law ag-failed">x</div>'
    assert clean_html(html) == "<div>x</div>"


def test_html_that_would_grow_in_a_parser_is_shown_as_text() -> None:
    tangle = "<p>" + "".join(f"<b c={i}>" for i in range(700)) + "<p>x" * 700
    deep = "<div>" * 50_000
    for html in (tangle, deep, "x" * (LIMIT + 1)):
        result = clean_html(html)
        assert result.startswith("<pre>")
        assert len(result) < 2 * MARKDOWN_LIMIT * len("&lt;")


def test_markdown_is_rendered_with_formulas_and_highlighted_code() -> None:
    html = clean_markdown("# Titel\n\n**fett** $x_1$\n\n$$\\sum_i p_i$$\n\n```python\nx = 1\n```")
    assert "<h1>Titel</h1>" in html
    assert "<strong>fett</strong>" in html
    assert '<math display="inline"><mrow><msub><mi>x</mi><mn>1</mn></msub></mrow></math>' in html
    assert '<math display="block">' in html
    assert '<span class="mi">1</span>' in html


@pytest.mark.parametrize(
    "latex",
    [
        r"p_i = \frac{e^{z_i}}{\sum_{j} e^{z_j}}",
        r"\hat{i} = \arg\max_i p_i",
        r"p_i(T) = \mathrm{softmax}\left(\frac{z_i}{T}\right)_i",
        r"\begin{aligned} a &= b \\ c &= d \end{aligned}",
        r"\begin{cases} 1 & x > 0 \\ 0 & \text{sonst} \end{cases}",
        r"\max_i |p_i - r_i| \le 10^{-9}",
    ],
)
def test_the_formulas_of_a_course_become_mathml(latex: str) -> None:
    html = clean_markdown(f"$${latex}$$")
    assert "<math" in html
    assert not re.search(r"[\\&](?!lt;|gt;|amp;|nbsp;)", html)


@pytest.mark.parametrize("latex", [r"\frac", r"\unbekannt{x}", "^", "{" * 900, "x" * 3_000])
def test_a_formula_that_cannot_be_converted_is_shown_as_it_was_written(latex: str) -> None:
    assert f'<code class="formula">{latex}</code>' in clean_markdown(f"${latex}$")


@pytest.mark.parametrize(
    "source",
    [
        "[x](javascript:alert(1))",
        "[x](<javascript:alert(1)>)",
        "[x]: javascript:alert(1)\n\n[x]",
        "<javascript:alert(1)>",
        "![x](javascript:alert(1))",
        "![x](https://example.org/x.png)",
        "![x](/etc/passwd)",
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "```mermaid\n<script>alert(1)</script>\n```",
        r"$\text{<script>alert(1)</script>}$",
        r"$\href{javascript:alert(1)}{x}$",
        r"$\style{background:url(https://example.org)}{x}$",
        "![x](attachment:fehlt.png)",
        '![x](attachment:böse.png "x")',
    ],
)
def test_hostile_markdown_runs_and_loads_nothing(source: str) -> None:
    html = clean_markdown(source, {"böse.png": {"image/png": f'{PNG}" onerror="alert(1)'}})
    assert not re.search(r"<(?:script|iframe)|(?:src|href|style)=\"[^\"]|<[^>]*\son", html)


def test_an_attached_image_is_shown() -> None:
    html = clean_markdown("![Bild](attachment:a.png)", {"a.png": {"image/png": PNG}})
    assert f'src="data:image/png;base64,{PNG}"' in html


@pytest.mark.parametrize(
    "bait",
    [
        "\\begin{a}",
        "[",
        "![",
        "> ",
        "*a ",
        "`",
        "<a ",
        "$$",
        "- ",
        "[a](",
        "&#",
        "|",
        "~~",
        "\\\\[",
    ],
)
def test_markdown_that_repeats_itself_does_not_stop_a_run(bait: str) -> None:
    assert clean_markdown(bait * (MARKDOWN_LIMIT // len(bait))) is not None


@pytest.mark.parametrize("opening", ["\\begin{a}", "\\\\[", "\\\\("])
def test_markdown_with_too_many_open_formulas_is_shown_as_text(opening: str) -> None:
    assert clean_markdown(opening * 1_200) == f"<pre>{opening * 1_200}</pre>"
    assert "<math" in clean_markdown("\\\\[ x \\\\]\n\n" * 100)


def test_plain_outputs_stay_as_they_are() -> None:
    for output in (
        new_output("stream", name="stdout", text="a\n\x1b[31mrot\x1b[0m\r\n"),
        new_output("stream", name="stderr", text="<b>"),
        new_output("error", ename="E", evalue="v", traceback=["\x1b[31ma", "b"]),
        new_output("execute_result", {"text/plain": "1"}, execution_count=3),
        new_output("display_data", {"text/plain": "<Figure>", "image/png": PNG}),
        new_output("display_data", {"text/plain": "<Figure>", "image/jpeg": JPEG}),
    ):
        assert cleaned(output) == output


def test_html_markdown_and_latex_outputs_are_cleaned() -> None:
    assert shown(text_html="<b onclick='x'>a</b>", text_plain="a") == {
        "text/html": "<b>a</b>",
        "text/plain": "a",
    }
    assert "<strong>a</strong>" in str(shown(text_markdown="**a**")["text/html"])
    assert "<math" in str(shown(text_latex="$a$")["text/html"])
    assert shown(text_html="<script>x</script>", text_plain="a") == {"text/plain": "a"}


def test_svg_is_shown_as_an_image_where_its_scripts_do_not_run() -> None:
    html = str(shown(image_svg_xml=SVG)["text/html"])
    assert html.startswith('<img alt="" src="data:image/svg+xml;base64,')
    assert base64.b64decode(html.split(",")[1].removesuffix('">')).decode() == SVG
    assert clean_html(html) == html


def test_of_a_widget_only_what_a_page_can_show_is_left() -> None:
    widget = {"application/vnd.jupyter.widget-view+json": {"model_id": "x"}}
    data = widget | {"text/plain": "interactive(children=(FloatSlider(value=1.0),))"}
    output = NotebookNode(output_type="display_data", data=data, metadata={})
    assert clean_output(output) is None
    output.data["text/html"] = "<b>w</b>"
    assert "<b>w</b>" in cleaned(output).data["text/html"]


def test_code_for_the_browser_leaves_its_text() -> None:
    data = {"application/javascript": "alert(1)", "text/plain": "w"}
    output = NotebookNode(output_type="display_data", data=data, metadata={})
    assert dict(cleaned(output).data) == {"text/plain": "w"}
    del data["text/plain"]
    assert "application/javascript" in cleaned(output).data["text/plain"]


@pytest.mark.parametrize(
    "data", ['A" onerror="alert(1)', f'{PNG}" onerror="x', "kein base64", "", "PHN2Zz4=", JPEG]
)
def test_an_image_that_is_none_is_dropped(data: str) -> None:
    assert shown(image_png=data, text_plain="a") == {"text/plain": "a"}


def test_what_is_too_large_is_cut_and_says_so() -> None:
    stream = clean_output(new_output("stream", name="stdout", text="x" * 100), limit=10)
    assert stream is not None
    assert stream.text == "x" * 10 + "\n[gekürzt: Diese Ausgabe ist länger als 10 Zeichen.]"
    error = new_output("error", ename="E" * 50, evalue="v" * 50, traceback=["t" * 50] * 9)
    assert len(json.dumps(clean_output(error, limit=10))) < 600
    image = clean_output(new_output("display_data", {"image/png": PNG}), limit=10, language="en")
    assert image is not None
    assert image.data == {"text/plain": "[not shown, too large: image/png]"}


def test_metadata_and_transient_outputs_are_dropped() -> None:
    output = new_output("display_data", {"text/plain": "a"}, metadata={"isolated": True})
    assert cleaned(output).metadata == {}
    assert clean_output(NotebookNode(output_type="clear_output", wait=True)) is None


@pytest.mark.parametrize(
    "output",
    [
        None,
        1,
        "stream",
        [],
        {},
        {"output_type": None},
        {"output_type": []},
        {"output_type": "unbekannt"},
        {"output_type": "stream"},
        {"output_type": "stream", "name": 1, "text": 5},
        {"output_type": "stream", "name": "stdout", "text": [1, 2]},
        {"output_type": "error", "ename": None, "evalue": 1, "traceback": 2},
        {"output_type": "display_data"},
        {"output_type": "display_data", "data": 5},
        {"output_type": "display_data", "data": {"text/html": 5}},
        {"output_type": "display_data", "data": {"image/png": [1]}},
        {"output_type": "display_data", "data": {1: 2}},
        {"output_type": "execute_result", "data": {}, "execution_count": "x"},
        {"output_type": "stream", "name": "stdout", "text": "\ud800\x00"},
    ],
)
def test_odd_outputs_end_in_a_line_of_text(output: Any) -> None:
    assert "data" in cleaned(output) or "text" in cleaned(output)


SMALL = st.none() | st.booleans() | st.integers() | st.text(max_size=9)
LISTS = st.lists(SMALL, max_size=3)
ODD = SMALL | LISTS | st.dictionaries(st.sampled_from([*KINDS, "x", 1]), SMALL | LISTS, max_size=3)
FIELDS = dict.fromkeys(("name", "text", "ename", "evalue", "traceback", "data", "metadata"), ODD)


# The same examples each time, however slow the machine is.
steady = settings(
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)


@steady
@given(
    st.fixed_dictionaries(
        {
            "output_type": st.sampled_from(
                ["stream", "error", "display_data", "execute_result", "x"]
            )
        },
        optional=FIELDS,
    )
)
def test_no_output_whatever_its_shape_raises(output: dict[str, Any]) -> None:
    assert cleaned(NotebookNode(output)).output_type != "x"


@steady
@given(st.text())
def test_no_text_breaks_html_or_markdown(text: str) -> None:
    for html in (clean_html(text), clean_markdown(text)):
        assert isinstance(html.encode(), bytes)
