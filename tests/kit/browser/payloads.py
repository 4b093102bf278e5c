"""What a stranger may write where staff and students read it, and who hears when it acts."""

from __future__ import annotations

import http.server
import threading
from dataclasses import dataclass


@dataclass(frozen=True)
class Payload:
    """Markup that acts: HIT is a script that tells of itself, URL an address that does."""

    text: str
    acts: bool = True  # in Chromium as it is today, where nothing holds it back
    markdown: bool = False
    policy: bool = True  # whether a policy stops it, were it not cleaned away


OLD = {"acts": False}  # acts in other browsers only, or where a sanitiser errs
PAYLOADS = [
    # script
    Payload("<script>HIT</script>"),
    Payload("<ScRiPt >HIT</sCrIpT >"),
    Payload('<script src="URL"></script>'),
    Payload("<scr<script>ipt>HIT</script>", **OLD),
    Payload('<img """><script>HIT</script>">'),
    Payload("</pre></div></section></td></table><script>HIT</script>"),
    Payload("</script><script>HIT</script>"),
    Payload("</style></textarea></title><script>HIT</script>"),
    # handlers
    Payload('<img src="x" onerror="HIT">'),
    Payload("<img src=x onerror=HIT>"),
    Payload('<img/src="x"/onerror="HIT">'),
    Payload('<body onload="HIT">'),
    Payload('<input autofocus onfocus="HIT">'),
    Payload('<details open ontoggle="HIT"><summary>x</summary></details>'),
    Payload('<video><source onerror="HIT"></video>'),
    Payload('<p onmouseover="HIT">x</p>'),
    Payload('<button onclick="HIT">x</button>'),
    Payload("<style>@keyframes k{}</style><b style=animation-name:k onanimationstart=HIT>x</b>"),
    # links
    Payload('<a href="javascript:HIT">x</a>'),
    Payload('<a href=" &#1;JaVa&#10;Script:HIT">x</a>'),
    Payload('<a href="data:text/html,<script>HIT</script>">x</a>'),
    # frames, forms, heads
    Payload('<iframe src="javascript:HIT"></iframe>'),
    Payload('<iframe srcdoc="<script>HIT</script>"></iframe>'),
    Payload('<iframe src="URL"></iframe>'),
    Payload('<iframe src="data:text/html,<script>HIT</script>"></iframe>'),
    Payload('<object data="URL"></object>'),
    Payload('<object data="data:text/html,<script>HIT</script>"></object>'),
    Payload('<embed src="URL">'),
    Payload('<form action="javascript:HIT"><button>x</button></form>'),
    Payload('<form><button formaction="javascript:HIT">x</button></form>'),
    Payload('<meta http-equiv="refresh" content="0;url=URL">', policy=False),
    Payload('<base href="URL/"><img src="base.png">'),
    Payload('<link rel="stylesheet" href="URL">'),
    Payload('<video poster="URL"></video>'),
    Payload('<img srcset="URL 2x">'),
    Payload('<picture><source srcset="URL"><img></picture>'),
    # SVG
    Payload('<svg onload="HIT"></svg>'),
    Payload("<svg><script>HIT</script></svg>"),
    Payload('<svg><script href="URL"></script></svg>'),
    Payload("<svg><foreignObject><img src=x onerror=HIT></foreignObject></svg>"),
    Payload('<svg><a xlink:href="javascript:HIT"><text y="20">x</text></a></svg>'),
    Payload('<svg><animate onbegin="HIT" attributeName="x" dur="1s"/></svg>'),
    Payload(
        '<svg><a><animate attributeName="href" values="javascript:HIT"/><text>x</text></a></svg>'
    ),
    Payload('<svg><use href="URL#x"/></svg>', **OLD),
    Payload('<svg><image href="URL"/></svg>'),
    # style
    Payload("<style>@import url(URL);</style>"),
    Payload("<svg><style>@import url(URL);</style></svg>"),
    Payload('<p style="background-image: url(URL)">x</p>'),
    Payload('<p style="background: u\\72l(URL)">x</p>'),
    Payload('<p style="--u: url(URL); background: var(--u)">x</p>'),
    Payload('<p style="width: expression(HIT)">x</p>', **OLD),
    Payload('<p style="position: fixed; inset: 0; z-index: 99999; background: red">COVER</p>'),
    Payload("<style>body { display: none !important }</style><p>COVER</p>"),
    # what parsers and sanitisers read differently
    Payload('<noscript><p title="</noscript><img src=x onerror=HIT>"></noscript>'),
    Payload('<xmp><p title="</xmp><img src=x onerror=HIT>"></xmp>'),
    Payload('<textarea><p title="</textarea><img src=x onerror=HIT>"></textarea>'),
    Payload('<math><mtext><table><mglyph><style><img title="</style><img src=x onerror=HIT>">'),
    Payload("<form><math><mtext></form><form><mglyph><style></math><img src=x onerror=HIT>", **OLD),
    Payload('<svg></p><style><a title="</style><img src=x onerror=HIT>">'),
    Payload("<math><mtext><style><img src=x onerror=HIT></style></mtext></math>", **OLD),
    Payload("<template shadowrootmode=open><img src=x onerror=HIT></template>"),
    Payload("<template><script>HIT</script></template>", **OLD),
    Payload("<!--><img src=x onerror=HIT>-->"),
    Payload("<!-- --!><img src=x onerror=HIT>-->"),
    Payload("<![CDATA[><img src=x onerror=HIT>]]>"),
    Payload("<?xml ><img src=x onerror=HIT>"),
    Payload("&lt;img src=x onerror=HIT&gt;", **OLD),
    Payload(
        "<select><template><style><!--</style><a rel='--></style></template></select>"
        "<img src=x onerror=HIT>'>",
        **OLD,
    ),
    # Markdown and formulas
    Payload("[x](javascript:HIT)", markdown=True),
    Payload("[x](<data:text/html,<script>HIT</script>>)", markdown=True, **OLD),
    Payload("![x](URL)", markdown=True),
    Payload("<javascript:HIT>", markdown=True),
    Payload("```mermaid\n</pre><img src=x onerror=HIT>\n```", markdown=True),
    Payload(r"$\href{javascript:HIT}{x}$", markdown=True, **OLD),
    Payload(r"$$\text{<img src=x onerror=HIT>}$$", markdown=True, **OLD),
    Payload(r"\begin{align}<img src=x onerror=HIT>\end{align}", markdown=True, **OLD),
    Payload(r"$\style{position:fixed;inset:0}{\class{x}{\cssId{y}{z}}}$", markdown=True, **OLD),
]


def arm(text: str, canary: str, place: str, number: int | str) -> str:
    """The payload with an address of the canary that says where it was hidden."""
    url = f"{canary}/{place}/{number}"
    # neither spaces nor double quotes: it fits into an attribute without quotes
    hit = (
        f"fetch('{url}',{{mode:'no-cors'}});top.document.title='pwned';"
        f"top.document.documentElement.appendChild(top.document.createElement('pwned-{number}'))"
    )
    return text.replace("HIT", hit).replace("URL", url)


class Canary(http.server.ThreadingHTTPServer):
    """A local server that remembers who called, and shows pages of the test's own."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Caller)
        self.called: list[str] = []
        self.pages: dict[str, str] = {}
        self.url = f"http://127.0.0.1:{self.server_port}"
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def calls(self, place: str) -> set[str]:
        """What was hidden in a place, and acted."""
        words = [path.split("/") for path in self.called]
        return {word[2] for word in words if word[1] == place}

    def handle_error(self, request: object, client_address: object) -> None:
        """A browser may hang up whenever it likes."""


class Caller(http.server.BaseHTTPRequestHandler):
    server: Canary

    def do_GET(self) -> None:
        page = self.server.pages.get(self.path)
        if page is None:
            self.server.called.append(self.path)
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.end_headers()
        self.wfile.write((page or "x").encode())

    def log_message(self, *_: object) -> None:
        """Say nothing."""


# Touches everything that could react, in the page and in the frames that it may enter.
