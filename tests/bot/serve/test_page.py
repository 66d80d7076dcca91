"""The page, in a real browser: it answers, marks quotes, obeys no article and serves everybody."""

import shutil
from collections.abc import Iterator
from importlib.resources import files
from typing import Any

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    Page,
    Route,
    expect,
    sync_playwright,
)

from bot.serve.app import PAGE
from bot.serve.events import written
from tests.bot.serve.conftest import EVIL, TOKEN
from tests.bot.serve.test_api import CLOSED, NONE, QUESTION
from tests.standins.openai_server import OpenAIServer, says

pytestmark = pytest.mark.enable_socket

ANSWER: dict[str, Any] = {
    **{"answer": "Nothing.", "confidence": 0.2, "citations": [], "passages": []},
    **{"query": "What happened?", "model": "quotes", "seconds": 0.1},
}
PATIENCE = 60_000
PHONE = {"width": 360, "height": 740}
CONTRAST = """() => {
  const channels = (c) => c.match(/[\\d.]+/g).map(Number);
  const light = (c) => {
    const [r, g, b] = channels(c).map((v) => v / 255)
      .map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ground = (e) => {
    for (; e; e = e.parentElement) {
      const colour = getComputedStyle(e).backgroundColor;
      if ((channels(colour)[3] ?? 1) > 0) return colour;
    }
    return "rgb(255, 255, 255)";
  };
  const poor = [];
  for (const e of document.querySelectorAll("body *")) {
    const own = [...e.childNodes].some((n) => n.nodeType === 3 && n.data.trim());
    if (!own || !e.checkVisibility()) continue;
    const [a, b] = [light(getComputedStyle(e).color), light(ground(e))].sort((x, y) => y - x);
    if ((a + 0.05) / (b + 0.05) < 4.5) poor.push(e.outerHTML);
  }
  return poor;
}"""
NAMELESS = """() => [...document.querySelectorAll("button, input, textarea, a, summary")]
  .filter((e) => e.checkVisibility())
  .filter((e) => !(e.getAttribute("aria-label") || e.textContent.trim() || e.labels?.length))
  .map((e) => e.outerHTML)"""
TOO_WIDE = "() => document.scrollingElement.scrollWidth > innerWidth"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    chromium = shutil.which("chromium")
    if not chromium:
        pytest.skip("needs chromium")
    flags = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
    with sync_playwright() as playwright:
        yield playwright.chromium.launch(executable_path=chromium, args=flags)


@pytest.fixture
def context(browser: Browser, request: pytest.FixtureRequest) -> Iterator[BrowserContext]:
    wanted: dict[str, Any] = getattr(request, "param", {})
    context = browser.new_context(**wanted)
    yield context
    context.close()


@pytest.fixture
def page(context: BrowserContext, address: str) -> Iterator[Page]:
    """The page, of which no script fails and nothing comes from elsewhere."""
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    expect.set_options(timeout=PATIENCE)
    troubles: list[str] = []
    page.on("pageerror", lambda error: troubles.append(str(error)))
    page.on("request", lambda r: troubles.append(r.url) if not r.url.startswith(address) else None)
    page.goto(address)
    yield page
    assert troubles == []


def ask(page: Page, question: str) -> None:
    page.get_by_label("Your question").fill(question)
    page.keyboard.press("Enter")
    expect(page.locator(".exchange").last.locator(".badge")).to_be_visible()


def test_the_page_is_light() -> None:
    parts = [files("bot.serve") / "page" / name for name, _ in PAGE.values()]
    assert sum(len(part.read_bytes()) for part in parts) <= 100_000


def test_a_quote_is_marked_beside_its_answer(page: Page) -> None:
    ask(page, QUESTION)
    expect(page.locator(".said")).to_contain_text("15 people")
    expect(page.get_by_role("heading", name="The articles differ")).to_be_visible()
    expect(page.get_by_role("row", name="15 22 October 2024, the newest")).to_be_visible()
    number = page.locator(".said .cite").first
    number.click()
    marked = page.locator("mark")
    expect(marked).to_contain_text("people were injured")
    expect(marked).to_be_focused()
    expect(page.locator("#facts")).to_contain_text("October 2024")
    assert number.get_attribute("aria-expanded") == "true"
    page.keyboard.press("Escape")
    expect(page.get_by_label("Reader")).to_be_hidden()
    expect(number).to_be_focused()


def test_a_follow_up_and_a_refusal(page: Page) -> None:
    ask(page, CLOSED)
    ask(page, "When does it open again?")
    expect(page.locator(".exchange").last.locator(".said")).to_contain_text("Friday")
    ask(page, NONE)
    last = page.locator(".exchange").last
    expect(last.locator(".badge")).to_have_text("The articles do not hold the answer")
    expect(page.locator("#status")).to_contain_text("The articles do not hold the answer")
    page.get_by_role("button", name="New conversation").click()
    expect(page.locator(".exchange")).to_have_count(0)


def test_an_article_is_text_and_nothing_else(page: Page) -> None:
    ask(page, "How much does bread cost in Hamm?")
    expect(page.locator(".sources")).to_contain_text(EVIL)
    page.locator(".sources .open").first.click()
    expect(page.locator("#title")).to_have_text(f"Bread costs more in Hamm {EVIL}")
    expect(page.locator("#text")).to_contain_text("<script>hacked=1</script>")
    assert page.locator("img").count() == 0
    assert page.evaluate("() => window.hacked") is None


def test_it_asks_back_and_says_what_is_left_out(page: Page) -> None:
    options = [{"title": f"The storm of {day}", "source": day} for day in ("Monday", "Tuesday")]
    asks_back = ANSWER | {"status": "clarify", "answer": "Which is meant?", "options": options}
    reason = "no article says so"
    cut = ANSWER | {"status": "abstained", "left_out": [{"text": "It rains.", "reason": reason}]}
    told = [("answer", asks_back), ("answer", cut), ("problem", {"detail": "the store is away"})]
    sent: list[Any] = []

    def answer(route: Route) -> None:
        sent.append(route.request.post_data_json)
        route.fulfill(body=written(*told[len(sent) - 1]), content_type="text/event-stream")

    page.route("**/ask", answer)
    ask(page, "What happened?")
    page.get_by_role("button", name="The storm of Tuesday").click()
    page.get_by_text("Left out (1)").click()
    expect(page.get_by_text(reason)).to_be_visible()
    assert [turn["role"] for turn in sent[1]["history"]] == ["user", "assistant"]
    ask(page, "And now?")
    expect(page.locator(".problem")).to_have_text("No answer: the store is away.")
    page.unroute("**/ask")
    page.route("**/ask", lambda route: route.abort())
    page.get_by_role("button", name="Ask again").click()
    expect(page.locator(".problem")).to_have_text("No answer: the server cannot be reached.")


def test_the_keyboard_is_enough(page: Page) -> None:
    expect(page.get_by_label("Your question")).to_be_focused()
    page.keyboard.type(CLOSED)
    page.keyboard.press("Enter")
    expect(page.locator(".badge")).to_be_visible()
    for _ in range(20):
        page.keyboard.press("Shift+Tab")
        if page.evaluate("() => document.activeElement.matches('.cite')"):
            break
    page.keyboard.press("Enter")
    expect(page.locator("mark")).to_be_focused()
    page.keyboard.press("Shift+Tab")
    for _ in range(3):
        if page.evaluate("() => document.activeElement.id") == "close":
            break
        page.keyboard.press("Shift+Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#reader")).to_be_hidden()


def test_the_articles_are_listed_and_filtered(page: Page) -> None:
    page.get_by_role("button", name="Articles").click()
    expect(page.locator("#rows li")).to_have_count(4)
    expect(page.locator("#rows li").first).to_contain_text("22 October 2024")
    page.get_by_label("Words in the title").fill("bread")
    page.get_by_role("button", name="Filter").click()
    expect(page.locator("#count")).to_contain_text("1 of 4 articles")
    page.locator("#rows button").first.click()
    expect(page.locator("#title")).to_be_focused()
    page.get_by_role("button", name="Back to the list").click()
    expect(page.locator("#rows li")).to_have_count(1)


def test_a_long_article_is_read_in_parts(page: Page) -> None:
    page.get_by_role("button", name="Articles").click()
    page.get_by_role("button", name="The minutes of the council").click()
    page.get_by_role("button", name="Later part").click()
    expect(page.locator("#text")).not_to_contain_text("road number 1 for")
    expect(page.get_by_role("button", name="Earlier part")).to_be_visible()


@pytest.mark.parametrize(
    "context",
    [
        {"color_scheme": "light"},
        {"color_scheme": "dark"},
        {"color_scheme": "dark", "viewport": PHONE, "has_touch": True},
    ],
    indirect=True,
    ids=["light", "dark", "phone"],
)
def test_everybody_can_read_it(page: Page) -> None:
    for question in (QUESTION, NONE, CLOSED):
        ask(page, question)
    page.locator(".cite").last.click()
    expect(page.locator("mark")).to_be_visible()
    for _ in range(2):
        assert page.evaluate(CONTRAST) == []
        assert page.evaluate(NAMELESS) == []
        assert not page.evaluate(TOO_WIDE)
        page.keyboard.press("Escape")


def test_the_token_is_asked_for_and_drafts_are_marked(
    context: BrowserContext, guarded: str, model: OpenAIServer
) -> None:
    draft = "The harbour bridge in Hamm was closed because of a storm. [1]"
    model.fallback = lambda _: says(*draft.split(" "), pace=0.3)
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    page.goto(guarded)
    key = page.get_by_role("textbox", name="Token")
    page.get_by_label("Your question").fill(CLOSED)
    page.keyboard.press("Enter")
    key.fill("wrong-token-of-letters")
    page.keyboard.press("Enter")
    expect(key).to_have_value("")
    key.fill(TOKEN)
    page.keyboard.press("Enter")
    expect(page.get_by_text("Draft, not checked yet")).to_be_visible(timeout=PATIENCE)
    expect(page.locator(".badge")).to_be_visible(timeout=PATIENCE)
    expect(page.locator(".draft")).to_have_count(0)
    page.get_by_label("Your question").fill(CLOSED)
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Stop").click()
    expect(page.locator(".exchange").last.locator(".problem")).to_have_text("Stopped.")
