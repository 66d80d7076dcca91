"""The report, in a real browser: what it shows, that it is safe, and that it can be used."""

import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from evals.figures.compare import compare
from evals.figures.score import score
from evals.gold.format import load_gold
from evals.report.page import check_out, page, write_page
from evals.run.runs import load_run
from index.errors import UsageError
from tests.conftest import Dateline

EVIL = "</script><script>window.hacked=1</script><img src=x onerror=window.hacked=1>\"'{{7*7}}$x$"
BRIDGE = "The harbour bridge was closed on Monday."
AROUND = f"Rain fell for days. {BRIDGE} Boats take people across."


def gold(number: int, answers: list[str], **more: Any) -> dict[str, Any]:
    sources = ["bridge.md"] if answers else []
    row = {"id": f"g{number}", "question": f"Question {number}?", "answers": answers}
    return row | {"sources": sources, "answerable": bool(answers)} | more


def answer(number: int, status: str, confidence: float, text: str = "") -> dict[str, Any]:
    quote = {"n": 1, "source": "bridge.md", "title": "Bridge", "quote": BRIDGE, "start": 20}
    said = {"answer": text or f"{BRIDGE} [1]", "citations": [quote | {"end": 60}]}
    if status == "abstained":
        said = {"answer": "The articles do not hold the answer.", "citations": []}
    passages = [{"source": "bridge.md", "text": AROUND, "score": 1.5}]
    made = {"query": "q", "model": "quotes", "seconds": number / 100}
    return {
        "id": f"g{number}",
        "status": status,
        "confidence": confidence,
        "passages": passages,
    } | (said | made)


GOLD = [
    gold(1, ["Monday"], kind="answerable", collection="towns"),
    gold(2, ["Tuesday"], kind="partial", collection="towns"),
    gold(3, ["Boats"], collection="ferries"),
    gold(4, ["Monday"], collection="ferries"),
    gold(5, [], collection="ferries"),
    gold(6, [], collection="ferries", history=[{"role": "user", "content": "And before?"}]),
]
ANSWERS = [
    answer(1, "answered", 0.9),
    answer(2, "answered", 0.8),
    answer(3, "answered", 0.7),
    answer(4, "abstained", 0.3),
    answer(5, "answered", 0.6),
    answer(6, "abstained", 0.1),
]
WORST_FIRST = ["g2", "g3", "g4", "g5", "g1", "g6"]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    chromium = shutil.which("chromium")
    if not chromium:
        pytest.skip("needs chromium")
    flags = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
    with sync_playwright() as playwright:
        yield playwright.chromium.launch(executable_path=chromium, args=flags)


def written(folder: Path, gold_rows: list[dict[str, Any]], *runs: list[dict[str, Any]]) -> Path:
    """The report on these runs, in a file."""
    gold_file = folder / "gold.jsonl"
    gold_file.write_text("\n".join(map(json.dumps, gold_rows)), encoding="utf-8")
    read = load_gold(gold_file)
    scores = []
    for number, rows in enumerate(runs):
        run = folder / f"run-{number}.jsonl"
        run.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
        scores.append(score(load_run(run, read)))
    out = folder / "report.html"
    compared = compare(scores[-2].run, scores[-1].run) if len(scores) > 1 else None
    write_page(out, page(gold_rows[0]["id"], scores, count=100, comparison=compared))
    return out


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written(tmp_path_factory.mktemp("report"), GOLD, ANSWERS)


def opened(context: BrowserContext, path: Path) -> Page:
    """The page, after checking that it asked for nothing but itself and broke nothing."""
    asked: list[str] = []
    broken: list[str] = []
    tab = context.new_page()
    tab.set_default_timeout(5_000)
    tab.on("request", lambda request: asked.append(request.url))
    tab.on("pageerror", lambda error: broken.append(str(error)))
    tab.on("console", lambda message: broken.append(message.text))
    tab.goto(path.as_uri())
    assert asked == [path.as_uri()]
    assert broken == []
    return tab


@pytest.fixture
def tab(browser: Browser, report: Path) -> Iterator[Page]:
    with browser.new_context() as context:
        yield opened(context, report)


def shown(tab: Page) -> list[str]:
    """The ids of the questions that are visible, from top to bottom."""
    facts = tab.locator(".question:visible > summary + .aside").all_text_contents()
    return [fact.split(" · ")[0] for fact in facts]


def test_figures_plots_and_outcomes(tab: Page) -> None:
    cards = tab.locator(".cards").inner_text()
    assert re.search(r"Right answers\s+0\.250\s+0\.000–0\.750 · 4 questions", cards)
    assert re.search(r"Unanswerable questions declined\s+0\.500", cards)
    titles = tab.locator("#plots h3").all_text_contents()
    assert titles[:2] == ["Risk and coverage", "Calibration"]
    assert titles[-1] == "Latency"
    assert tab.locator("#plots svg text").count() > 40
    lost = tab.locator("#lost").inner_text()
    for outcome in ("right", "found, not said", "found, but declined", "not found"):
        assert re.search(rf"{outcome}\n.*\n?\t1 17 %", lost), (outcome, lost)
    ids = tab.evaluate("[...document.querySelectorAll('[id]')].map((one) => one.id)")
    assert len(ids) == len(set(ids))


def test_a_question_shows_gold_answer_quote_and_passages(tab: Page) -> None:
    assert shown(tab) == WORST_FIRST
    right = tab.locator("[data-outcome=right]")
    assert not right.locator("blockquote").is_visible()
    right.locator("summary").first.click()
    quote = right.locator("blockquote")
    assert quote.is_visible()
    assert quote.inner_text() == AROUND
    assert quote.locator("mark").all_text_contents() == [
        "The harbour bridge was closed on ",
        "Monday",
        ".",
    ]
    assert quote.locator("mark.both").inner_text() == "Monday"
    right.get_by_text("1 passage; the answer is in 1").click()
    assert right.locator(".passages .text").inner_text() == AROUND
    assert "gold source" in right.locator(".passages .source").inner_text()


def test_search_filters_and_order(tab: Page) -> None:
    tab.fill("[name=search]", "question 3? BOATS")
    assert shown(tab) == ["g3"]
    assert tab.locator("output").inner_text() == "1 of 6 questions."
    tab.fill("[name=search]", "")
    tab.select_option("[name=collection]", "ferries")
    tab.select_option("[name=status]", "abstained")
    assert shown(tab) == ["g4", "g6"]
    tab.select_option("[name=kind]", "unanswerable")
    assert shown(tab) == ["g6"]
    for name in ("collection", "status", "kind"):
        tab.select_option(f"[name={name}]", "")
    tab.select_option("[name=outcome]", "not found")
    assert shown(tab) == ["g2"]
    tab.select_option("[name=outcome]", "")
    tab.select_option("[name=order]", "-seconds")
    assert shown(tab) == ["g6", "g5", "g4", "g3", "g2", "g1"]
    tab.select_option("[name=order]", "confidence")
    assert shown(tab) == ["g6", "g4", "g5", "g3", "g2", "g1"]


def test_an_outcome_leads_to_its_questions(tab: Page) -> None:
    tab.fill("[name=search]", "nowhere to be found")
    tab.locator("#lost").get_by_text("found, but declined").click()
    assert tab.url.endswith("#questions")
    assert shown(tab) == ["g4"]


def test_the_keyboard_is_enough(tab: Page) -> None:
    def here() -> str | None:
        found: str | None = tab.evaluate("document.activeElement.closest('.question')?.id")
        return found

    tab.keyboard.press("j")
    tab.keyboard.press("j")
    assert here() == "q2"
    outline = tab.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert outline == "solid"
    tab.keyboard.press("Enter")
    assert tab.locator("#q2 blockquote").is_visible()
    tab.keyboard.press("k")
    tab.keyboard.press("k")
    assert here() == "q1"
    tab.keyboard.press("/")
    tab.keyboard.type("j/k")
    assert tab.input_value("[name=search]") == "j/k"
    assert shown(tab) == []
    tab.keyboard.press("Control+A")
    tab.keyboard.type("boats")
    tab.keyboard.press("Escape")
    assert tab.evaluate("document.activeElement.name") is None
    tab.keyboard.press("j")
    assert here() == "q1"


def test_a_link_to_a_question_opens_it(browser: Browser, report: Path) -> None:
    with browser.new_context() as context:
        tab = context.new_page()
        tab.goto(f"{report.as_uri()}#q3")
        assert tab.locator("#q3 h4").first.is_visible()


def test_it_can_be_read_without_scripts(browser: Browser, report: Path) -> None:
    with browser.new_context(java_script_enabled=False) as context:
        tab = opened(context, report)
        assert shown(tab) == WORST_FIRST
        assert not tab.locator("form").is_visible()
        tab.locator(".question summary").first.click()
        assert tab.locator("blockquote").first.is_visible()


def clearly_differing(folder: Path) -> Path:
    """The report on two runs of which the last is better in one figure and worse in another."""
    answerable = [gold(number, ["Monday"]) for number in range(20)]
    asked = answerable + [gold(number, []) for number in range(20, 40)]
    shy = [answer(number, "abstained", 0.2) for number in range(40)]
    bold = [answer(number, "answered", 0.9) for number in range(40)]
    return written(folder, asked, shy, bold)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("runs", [1, 2])
def test_it_fits_a_phone_and_can_be_read(
    browser: Browser, report: Path, tmp_path: Path, scheme: Any, runs: int
) -> None:
    report = report if runs == 1 else clearly_differing(tmp_path)
    screen = {"width": 360, "height": 740}
    with browser.new_context(viewport=screen, color_scheme=scheme) as context:  # type: ignore[arg-type]
        tab = opened(context, report)
        tab.evaluate("document.querySelectorAll('details').forEach((one) => (one.open = true))")
        assert tab.evaluate("document.documentElement.scrollWidth") == 360
        assert tab.evaluate(CONTRAST) == []


CONTRAST = """() => {
  const canvas = document.createElement("canvas").getContext("2d", {willReadFrequently: true});
  const light = (colour) => {
    canvas.fillStyle = colour; canvas.fillRect(0, 0, 1, 1);
    const [r, g, b] = [...canvas.getImageData(0, 0, 1, 1).data].slice(0, 3)
      .map((c) => (c /= 255) <= .04045 ? c / 12.92 : ((c + .055) / 1.055) ** 2.4);
    return .2126 * r + .7152 * g + .0722 * b;
  };
  const behind = (element) => {
    for (; element; element = element.parentElement) {
      const colour = getComputedStyle(element).backgroundColor;
      if (colour !== "rgba(0, 0, 0, 0)") return colour;
    }
  };
  return [...document.body.querySelectorAll("*")]
    .filter((e) => [...e.childNodes].some((n) => n.nodeType === 3 && n.data.trim()))
    .filter((e) => e.offsetParent || e.ownerSVGElement)
    .map((e) => {
      const ink = getComputedStyle(e)[e.ownerSVGElement ? "fill" : "color"];
      const [a, b] = [light(ink), light(behind(e))].sort();
      return [e.outerHTML.slice(0, 80), ink, behind(e), (b + .05) / (a + .05)];
    })
    .filter(([, , , ratio]) => ratio < 4.5);
}"""
"""What has text and less contrast than WCAG's AA asks for."""


def hostile(folder: Path) -> Path:
    row = gold(1, [EVIL], collection=EVIL, history=[{"role": "user", "content": EVIL}])
    row |= {"id": EVIL, "question": EVIL, "sources": ["javascript:window.hacked=1", EVIL]}
    quote = {"n": 1, "source": EVIL, "title": EVIL, "quote": EVIL, "start": 0, "end": len(EVIL)}
    said = answer(1, "answered", 0.9, EVIL) | {"id": EVIL, "query": EVIL, "model": EVIL}
    said |= {"citations": [quote], "passages": [{"source": EVIL, "text": EVIL * 2, "score": EVIL}]}
    return written(folder, [row, GOLD[4]], [said, ANSWERS[4]], [said, ANSWERS[4]])


@pytest.mark.parametrize("policy", ["kept", "bypassed"])
def test_nothing_it_shows_is_run(browser: Browser, tmp_path: Path, policy: str) -> None:
    path = hostile(tmp_path)
    with browser.new_context(bypass_csp=policy == "bypassed") as context:
        tab = opened(context, path)
        tab.evaluate("document.querySelectorAll('details').forEach((one) => (one.open = true))")
        assert tab.evaluate("window.hacked") is None
        assert tab.locator("img").count() == 0
        assert tab.locator("script").count() == 1
        assert tab.locator("a[href^=javascript]").count() == 0
        body = tab.locator("body").inner_text()
        assert body.count(EVIL) >= 14
        assert "49" not in tab.locator(".question h3").first.inner_text()


def test_its_policy_lets_no_other_script_run_and_nothing_load(tab: Page) -> None:
    ran = """() => {
      const script = document.createElement("script");
      script.textContent = "window.hacked = 1";
      document.body.append(script);
      return window.hacked ?? fetch("https://example.org/").then(() => "loaded", () => "refused");
    }"""
    assert tab.evaluate(ran) == "refused"


def test_runs_stand_side_by_side(browser: Browser, tmp_path: Path) -> None:
    better = [*ANSWERS]
    better[2] = answer(3, "answered", 0.95, "Boats. [1]")
    path = written(tmp_path, GOLD, ANSWERS, list(reversed(better)))
    with browser.new_context() as context:
        tab = opened(context, path)
        card = tab.locator(".cards > div", has_text="Right answers").inner_text()
        assert re.search(r"0\.500\n.*4 questions\n", card), card
        assert re.search(r"\+0\.250 \([+−].* to \+.*\), no clear difference from A\nA 0\.250", card)
        same = tab.locator(".cards > div", has_text="Unanswerable questions declined")
        assert "the same as A" in same.inner_text()
        assert not tab.locator("#figures table").first.is_visible()
        tab.get_by_text("All questions: all figures").click()
        row = tab.locator("#figures tr").filter(has=tab.get_by_text("Right answers", exact=True))
        assert re.findall(r"0\.\d+", row.first.inner_text())[:6:3] == ["0.250", "0.500"]
        assert shown(tab) == ["g2", "g4", "g5", "g6", "g1", "g3"]
        tab.select_option("[name=order]", "asked")
        assert shown(tab)[0] == "g6"
        third = tab.locator(".question", has_text="Question 3?")
        third.locator("summary").first.click()
        sides = third.locator(".sides").inner_text()
        assert re.search(r"Answer of B\s+Boats\. \[1\]\s+Answer of A\s+✗? ?found, not said", sides)


def test_a_clear_difference_has_its_colour_and_its_word(browser: Browser, tmp_path: Path) -> None:
    with browser.new_context() as context:
        tab = opened(context, clearly_differing(tmp_path))
        better = tab.locator(".cards > div", has_text="Right answers").locator(".better")
        assert better.inner_text().endswith("better than A")
        declined = tab.locator(".cards > div", has_text="Unanswerable questions declined")
        worse = declined.locator(".worse")
        assert worse.inner_text().endswith("worse than A")
        colours = [one.evaluate("(e) => getComputedStyle(e).color") for one in (better, worse)]
        assert colours[0] != colours[1]


def test_an_unfinished_run_says_so(tmp_path: Path) -> None:
    text = written(tmp_path, GOLD, ANSWERS[:4]).read_text(encoding="utf-8")
    assert "4 of 6 questions are answered" in text


def test_a_run_with_the_least_there_may_be(browser: Browser, tmp_path: Path) -> None:
    bare = [{"id": g["id"], "status": "abstained", "answer": ""} for g in GOLD]
    bare[1] = {"id": "g2", "status": "answered", "answer": "So. [1]", "citations": []}
    bare[1]["citations"] = [{"source": "elsewhere", "quote": "So."}]
    with browser.new_context() as context:
        tab = opened(context, written(tmp_path, GOLD, bare))
        said = tab.locator("[data-status=answered]")
        said.locator("summary").first.click()
        assert "not found in the article" in said.locator(".quotes").inner_text()
        assert tab.locator("#lost svg").count() == 1


def test_the_command(inside: Dateline, report: Path, tmp_path: Path) -> None:
    run, gold_file, out = report.with_name("run-0.jsonl"), report.with_name("gold.jsonl"), tmp_path
    done = inside("eval", "report", run, "--gold", gold_file, "--out", out / "r.html", "--worst", 2)
    assert (done.returncode, done.stdout) == (0, ""), done.stderr
    assert (out / "r.html").read_text(encoding="utf-8").count('class="question"') == 2
    again = inside("eval", "report", run, run, "--gold", gold_file, "--out", out / "r.html")
    assert again.returncode == 0, again.stderr
    assert (out / "r.html").read_text(encoding="utf-8").count('class="question"') == len(GOLD)


def test_the_command_says_what_is_wrong(inside: Dateline, report: Path, tmp_path: Path) -> None:
    run, gold_file, out = report.with_name("run-0.jsonl"), report.with_name("gold.jsonl"), tmp_path
    other = tmp_path / "other.jsonl"
    other.write_text(json.dumps(gold(9, ["Monday"])), encoding="utf-8")
    for typed, said in (
        ((run, "--out", out / "r.html"), "name it with --gold"),
        ((run, "--gold", other, "--out", out / "r.html"), "another gold file"),
        ((gold_file, "--gold", gold_file, "--out", out / "r.html"), "no answer"),
        ((run, "--gold", gold_file, "--out", gold_file), "is no report"),
        ((run, "--gold", gold_file, "--out", out / "gone" / "r.html"), "no folder"),
        (("--out", out / "r.html"), "RUN"),
    ):
        done = inside("eval", "report", *typed)
        assert (done.returncode, done.stdout) == (2, ""), done.stderr
        assert said in done.stderr
        assert done.stderr.count("\n") == 1
    assert not (out / "r.html").exists()


def test_without_the_extra(inside: Dateline, report: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "evals.arguments.find_spec", lambda name: None if name == "jinja2" else name
    )
    done = inside("eval", "report", report.with_name("run-0.jsonl"), "--out", report)
    assert done.returncode == 2
    assert "pip install '.[eval]'" in done.stderr


def test_out_must_be_a_place_for_a_report(tmp_path: Path, report: Path) -> None:
    notes = tmp_path / "notes.html"
    notes.write_text("mine")
    for out, said in (
        (tmp_path / "gone" / "report.html", "no folder"),
        (tmp_path, "is a folder"),
        (notes, "is no report"),
    ):
        with pytest.raises(UsageError, match=said):
            check_out(out)
    check_out(report)
    check_out(tmp_path / "new.html")
