"""What people do on each kind of page: the purpose is the first word of the link's path."""

import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import unquote

from parley_local.demo import cast
from parley_local.demo.browser import Browser, Form, Page
from parley_local.demo.canaries import CANARY, Canaries, Kind
from parley_local.demo.homes import dead_end, leads_to, shuts_out

if TYPE_CHECKING:
    from parley_local.demo.people import Happened

EVIDENCE = (
    "Took the problem apart before writing anything, and said why.",
    "Asked what would break first, then tested exactly that.",
    "Explained the trade-off so that both of us could argue with it.",
    "Needed a hint for the second part, and used it well.",
)
FOR_CANDIDATE = (
    "I enjoyed how you questioned our assumptions. Go deeper into the failure cases next time.",
    "Your explanation of the queue was the clearest that I have heard in months.",
    "",
)
REVIEW = (
    "I had time for my own questions, and honest answers.",
    "They knew what I had sent them. I would have liked to hear more about the team.",
    "",
)
QUESTIONS = (
    "What did you stop doing last year, and why?",
    "How does somebody tell you that you are wrong?",
    "What would I work on in my first month?",
)
LEARNED = ("How their team ships on Fridays without fear.", "")
NOTE = "Something came up at home, sorry."
WHY = "Because of how we talked."
BOOKED = "booked a time"
MOST_CHANGES = 2
BROWSE = 6
"""Forms that somebody fills in on one visit at most."""


@dataclass(frozen=True, slots=True)
class Visit:
    person: str
    about: str
    temper: cast.Temper | None
    chance: random.Random
    browser: Browser
    happened: "Happened"
    canaries: Canaries
    now: datetime

    def write(self, kind: Kind, text: str) -> str:
        return self.canaries.plant(text, kind, author=self.person, about=self.about)

    @property
    def is_candidate(self) -> bool:
        return self.temper is not None


Act = Callable[[Visit, Page], Awaitable[str | None]]


async def book(visit: Visit, page: Page) -> str | None:
    """Confirm where one is, pick a time; later, some move it and some cancel."""
    zone = page.form("/zone")
    if zone is not None and page.form("/slot") is None and page.form("/cancel") is None:
        page = await visit.browser.submit(zone, {})
    if (slots := page.form("/slot")) is not None:
        return await _pick(visit, page, slots)
    change = RESTLESS.get(visit.temper)
    changed = visit.happened.changed[visit.about]
    again = changed < MOST_CHANGES and visit.chance.random() < 0.5
    if change is None or not (changed == 0 or again):
        return None
    outcome = await change(visit, page)
    if outcome is not None:
        visit.happened.changed[visit.about] += 1
    return outcome


async def _pick(visit: Visit, page: Page, slots: Form) -> str | None:
    for _ in range(BROWSE):
        times = slots.choices.get("starts_at", [])
        if not times:
            return "found every time taken"
        page = await visit.browser.submit(slots, {"starts_at": visit.chance.choice(times)})
        again = page.form("/slot")
        if again is None:
            break
        slots = again
    if visit.temper is cast.Temper.STAYS_AWAY:
        visit.happened.absent[visit.about] = "candidate"
    return BOOKED


async def _cancel(visit: Visit, page: Page) -> str | None:
    form = page.form("/cancel")
    if form is None:
        return None
    answers = reasons(visit, form, Kind.CANDIDATE_NOTE)
    await visit.browser.submit(form, answers)
    return "cancelled"


def reasons(visit: Visit, form: Form, kind: Kind) -> dict[str, str | list[str]]:
    """A reason where one is asked for, and a few words where there is room for them."""
    answers: dict[str, str | list[str]] = {}
    if "reason" in form.choices:
        answers["reason"] = visit.chance.choice(form.choices["reason"])
    if "note" in form.fields:
        answers["note"] = visit.write(kind, NOTE)
    return answers


async def _move(visit: Visit, page: Page) -> str | None:
    form = page.form("/move")
    if form is None or "starts_at" not in form.choices:
        return None
    answers = reasons(visit, form, Kind.CANDIDATE_NOTE)
    answers["starts_at"] = visit.chance.choice(form.choices["starts_at"])
    await visit.browser.submit(form, answers)
    return "moved to another time"


async def seat(visit: Visit, page: Page) -> str | None:
    """Most interviewers come; one gives up the first two seats, and one forgets an interview."""
    if visit.person.startswith(cast.ABSENT.replace(":", ".")) and not visit.happened.seated:
        visit.happened.seated.add(visit.about)
        visit.happened.absent.setdefault(visit.about, visit.person)
    form = page.form("/decline")
    declines = visit.person.startswith(cast.DECLINER.replace(":", "."))
    if form is None or not declines or visit.happened.declined > 1:
        return None
    visit.happened.declined += 1
    await visit.browser.submit(form, reasons(visit, form, Kind.SEAT_NOTE))
    return "gave up a seat"


async def prepare(visit: Visit, page: Page) -> str | None:
    """Candidates ask something now and then; interviewers answer; both say that they have read it."""
    outcome = None
    if visit.is_candidate and visit.chance.random() < 0.6 and (ask := doing(page, "ask")):
        page = await visit.browser.submit(ask, _question(visit, ask))
        outcome = "asked a question"
    if not visit.is_candidate and visit.chance.random() < 0.5 and (form := doing(page, "answer")):
        words = visit.write(Kind.ANSWER, "Come and see: we will show you how it went.")
        page = await visit.browser.submit(form, {"answer": words})
        outcome = "answered a question"
    if (read := doing(page, "read")) is not None:
        await visit.browser.submit(read, {})
        outcome = outcome or "read the preparation"
    return outcome


def _question(visit: Visit, ask: Form) -> dict[str, str | list[str]]:
    """One of the bank's, or one of their own."""
    if (bank := ask.choices.get("picked")) and visit.chance.random() < 0.5:
        return {"picked": visit.chance.sample(bank, 1)}
    return {"question": visit.write(Kind.QUESTION, visit.chance.choice(QUESTIONS))}


async def scorecard(visit: Visit, page: Page) -> str | None:
    """First whether it took place, then the card: a judgement and a sentence."""
    outcome = None
    for _ in range(BROWSE):
        if (held := asking_whether_held(page)) is not None:
            said = held_by_interviewer(visit)
            page = await visit.browser.submit(held, {"held": said})
            outcome = outcome or ("reported a no-show" if said != "held" else None)
        elif (card := empty_card(page)) is not None:
            page = await visit.browser.submit(card, card_of(visit, card))
            outcome = "wrote a scorecard"
        else:
            break
    return outcome


def held_by_interviewer(visit: Visit) -> str:
    match visit.happened.absent.get(visit.about):
        case "candidate":
            return "candidate_absent"
        case visit.person:
            return "without_me"
        case _:
            return "held"


def card_of(visit: Visit, card: Form) -> dict[str, str | list[str]]:
    answers: dict[str, str | list[str]] = {
        "judgement": visit.chance.choice(card.choices["judgement"]),
        "evidence": visit.write(Kind.CARD, visit.chance.choice(EVIDENCE)),
        "learned": visit.write(Kind.CARD, visit.chance.choice(LEARNED)),
        "for_candidate": visit.write(Kind.FOR_CANDIDATE, visit.chance.choice(FOR_CANDIDATE)),
    }
    for name, values in card.choices.items():
        if name.startswith("rating_") and visit.chance.random() < 0.7:
            answers[name] = visit.chance.choice(values)
    return answers


def empty_card(page: Page) -> Form | None:
    """The form to change a card that is in shows what was written."""
    for form in page.forms:
        if form.fields.get("do") == ["card"] and not "".join(form.fields["evidence"]).strip():
            return form
    return None


async def review(visit: Visit, page: Page) -> str | None:
    outcome = None
    for _ in range(BROWSE):
        if (held := asking_whether_held(page)) is not None:
            absent = visit.happened.absent.get(visit.about)
            said = "candidate_absent" if absent == "candidate" else "held"
            page = await visit.browser.submit(held, {"held": said})
        elif (nothing := doing(page, "nothing")) is not None:
            return await _say_how_it_was(visit, page, nothing)
        else:
            break
    return outcome


async def _say_how_it_was(visit: Visit, page: Page, nothing: Form) -> str | None:
    form = doing(page, "review")
    if visit.temper is cast.Temper.SAYS_LITTLE or form is None:
        await visit.browser.submit(nothing, {})
        return "had nothing to add"
    answers: dict[str, str | list[str]] = {
        name: visit.chance.choice(values)
        for name, values in form.choices.items()
        if name.endswith("_rating") and visit.chance.random() < 0.7
    }
    for part in ("heard", "prepared"):
        to_team = visit.chance.random() < 0.3
        kind = Kind.REVIEW_FOR_TEAM if to_team else Kind.REVIEW
        answers[f"{part}_text"] = visit.write(kind, visit.chance.choice(REVIEW))
        if to_team:
            answers[f"{part}_audience"] = "team"
    await visit.browser.submit(form, answers)
    return "wrote a review"


async def decide(visit: Visit, page: Page) -> str | None:
    form = doing(page, "decide")
    if form is None or "decision" not in form.choices:
        return None
    if visit.temper is cast.Temper.DECLINES_AFTER:
        choice = "decline"
    else:
        choice = visit.chance.choices(("advance", "hold", "decline"), (70, 8, 22))[0]
    if choice not in form.choices["decision"]:
        return None
    note = visit.write(Kind.DECISION_NOTE, visit.chance.choice(("", WHY)))
    answers: dict[str, str | list[str]] = {"decision": choice, "note": note}
    if choice == "hold":
        answers["hold_until"] = (visit.now + timedelta(days=4)).date().isoformat()
    await visit.browser.submit(form, answers)
    return "decided"


async def release(visit: Visit, page: Page) -> str | None:
    form = doing(page, "release")
    if form is None:
        return None
    draft = CANARY.sub("", "".join(form.fields.get("text", []))).replace("()", "").strip()
    words = draft or "Thank you for the talk: we liked how you think."
    await visit.browser.submit(form, {"text": visit.write(Kind.FEEDBACK, words)})
    return "released feedback"


async def home(visit: Visit, page: Page) -> str | None:
    """Follows what it leads to. What waits for a word to the candidate is done at once; the rest comes
    by mail. A page that shuts its reader out is written down.
    """
    outcome = None
    for link in leads_to(page):
        there = await visit.browser.open(page.absolute(link))
        if await shuts_out(visit.browser, page, link, there):
            visit.happened.shut_out[dead_end(link, there)] += 1
        _, found, about = unquote(link).rpartition("/to/release/")
        if found:
            outcome = await release(replace(visit, about=about), there) or outcome
    return outcome


async def look(visit: Visit, page: Page) -> str | None:
    del visit, page
    return None


def doing(page: Page, what: str) -> Form | None:
    """The form that does this, by its own hidden word."""
    for form in page.forms:
        if form.fields.get("do") == [what]:
            return form
    return None


def asking_whether_held(page: Page) -> Form | None:
    """The question that comes first; not the button to take back an answer."""
    for form in page.forms:
        if form.fields.get("do") == ["held"] and len(form.choices.get("held", [])) > 1:
            return form
    return None


ACTS: dict[str, Act] = {
    "book": book,
    "seat": seat,
    "prepare": prepare,
    "scorecard": scorecard,
    "review": review,
    "decide": decide,
    "release": release,
    "round": look,
    "home": home,
    "desk": home,
    "arrange": look,
}
PATIENCE = {
    "book": 12,
    "seat": 2,
    "prepare": 16,
    "scorecard": 10,
    "review": 24,
    "decide": 40,
    "release": 40,
    "round": 8,
    "home": 30,
    "desk": 8,
    "arrange": 6,
}
"""In quarters of an hour: how long it may take until somebody gets to it."""

CURIOSITY = dict.fromkeys(("home", "round", "arrange", "seat"), 0.06) | {"desk": 0.1}
"""How likely somebody follows a link to a page that only shows something."""
SECOND_LOOKS = {"book": 0.1, "prepare": 0.2}
"""How likely they open a page again on which they have done what there was to do."""
RESTLESS: dict[cast.Temper | None, Act] = {cast.Temper.CANCELS: _cancel, cast.Temper.MOVES: _move}
ALWAYS_LOOK = tuple(one.replace(":", ".") for one in (cast.DECLINER, cast.ABSENT))
