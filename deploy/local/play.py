"""Plays a story: its people sign in, import their registers and do their acts through the gateway, then its figures are read.

Nothing here writes to a database. Every thing has a reference and every act an idempotency key, so a story played
twice changes nothing; a second play waits for the first one.

A story is a folder of `tests/stories`: `story.yaml` and its acts, lines of `acts/NN-*.csv` or, where several people work on
one story, of `acts/NN-<part>/NN-*.csv`, in the order of these names. Beside what an act itself asks for, a line says
`as` (an account of the story; `anyone` has not signed in), `act`, and `refused` where Relais must not let it happen:
the status and the problem, as `409 window-closed`. The play stops when it is let through, or refused for another reason.
"""

import fcntl
import hashlib
import json
import re
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from mimetypes import guess_type
from pathlib import Path
from typing import Any

import requests
import yaml

from deploy.local.acts import ACTS, FINDERS, MAKES, Line
from deploy.local.acts.files import rows
from deploy.local.acts.line import ANYONE, Act
from deploy.local.realm import known_stories
from deploy.local.sign_in import Account, account
from deploy.local.state import SERVICES, STORIES, CannotStart, state_folder
from shared.settings import settings
from shared.worker import everything_is_heard

OPERATOR = "ops"
"""The account that sees whether every event has arrived."""
CSRF = re.compile(r'name="csrf" value="([0-9a-f]+)"')
"""What a form of the portal carries against forgery."""
IMPORT = "import-file"
"""The act of a line that imports a file (`kind`, `service`, `file`) at its place among the acts."""
PATIENCE_SECONDS = 180
TIMEOUT_SECONDS = 120
WAIT = "wait-for-events"
"""The act of a line after which every service has heard what was done before."""

Progress = Callable[[int, int, str], None]
"""Told after each step: done, total, what was done."""


class ActRefused(Exception):
    """An act of the story was refused: the file, the line and the problem that was answered."""

    def __init__(self, said: str, answered: str = "") -> None:
        super().__init__(said)
        self.answered = answered
        """The status and the problem, as a line of acts writes them; empty when no service refused it."""


@dataclass
class Figure:
    """One figure of the story: what was expected and what Relais computes."""

    id: str
    kind: str
    expected: float
    computed: float | None
    url: str

    @property
    def agrees(self) -> bool:
        return self.computed is not None and Decimal(str(self.computed)) == Decimal(str(self.expected))


@dataclass
class Outcome:
    story: str
    figures: list[Figure]

    @property
    def ok(self) -> bool:
        return all(figure.agrees for figure in self.figures)

    def as_json(self) -> str:
        return json.dumps({"story": self.story, "ok": self.ok, "figures": [vars(figure) for figure in self.figures]}, ensure_ascii=False)


@dataclass
class Player:
    """Plays one story against one address."""

    folder: Path
    address: str
    issuer: str
    progress: Progress
    accounts: dict[str, Account] = field(default_factory=dict)
    known: dict[tuple[str, str], str] = field(default_factory=dict)
    was_played: bool = False
    """Something was answered from memory: these acts were done before."""
    http: requests.Session = field(default_factory=requests.Session)

    @cached_property
    def story(self) -> dict[str, Any]:
        content: dict[str, Any] = yaml.safe_load((self.folder / "story.yaml").read_text(encoding="utf-8"))
        return content

    def play(self) -> Outcome:
        story = self.story
        acts = [(path, number, row) for path in self.files_of_acts() for number, row in enumerate(rows(path), start=2)]
        total, done = len(story["bulk"]) * 40 + len(acts), 0
        for bulk in story["bulk"]:
            if bulk.get("service", "registry") != "registry":
                self.wait_until_told()  # the others know people and places by the registry's events
            self.import_file(bulk["as"], bulk["kind"], self.folder / bulk["file"], bulk.get("service", "registry"))
            done += 40  # an import is as long as many acts
            self.progress(done, total, bulk["file"])
        self.wait_until_told()
        for path, number, row in acts:
            self.do(path, number, row)
            done += 1
            self.progress(done, total, path.name)
        self.wait_until_told()
        return Outcome(story["id"], [self.read_figure(figure, figure.get("as") or self.observer) for figure in story["figures"]])

    @property
    def observer(self) -> str:
        """The account of the story that reads its figures, and finds what the registers hold."""
        found: str = self.story["observer"]
        return found

    # -- acts

    def files_of_acts(self) -> list[Path]:
        """In the order of their numbers; a folder has its own, and its files follow each other."""
        acts = self.folder / "acts"
        return sorted([*acts.glob("[0-9]*.csv"), *acts.glob("[0-9]*/[0-9]*.csv")], key=lambda path: path.relative_to(acts).parts)

    def import_file(self, person: str, kind: str, path: Path, service: str) -> None:
        """Dry run, then confirm the good rows; the play stops on a bad one, because the file is the story's own."""
        key = f"{self.folder.name}/{kind}/{hashlib.sha256(path.read_bytes()).hexdigest()[:32]}"  # the same file again is the same check
        with path.open("rb") as content:
            report = self.ask(person, "POST", f"{service}/imports", files={"file": (path.name, content, "text/csv")}, data={"kind": kind}, headers={"Idempotency-Key": key})
        if report["bad"]:
            raise ActRefused(f"{path.name}: {report['bad']} of {report['rows']} rows are refused, first: {report['report'][:3]}")
        if report["good"]:
            self.ask(person, "POST", f"{service}/imports/{report['id']}/confirmation", json={})

    def do(self, file: Path, number: int, row: dict[str, str]) -> None:
        """One line, let through or refused as it says. Raises ActRefused, which names the line."""
        if row["act"] == WAIT:
            self.wait_until_told()
            return
        where = f"{file.relative_to(self.folder / 'acts')} line {number}, {row['act']} by {row['as']}"
        wanted = row.get("refused", "")
        try:
            self.try_line(file, row)
        except ActRefused as refusal:
            # In a later play a thing that was decided meanwhile may be refused for that reason.
            if wanted and refusal.answered and (refusal.answered == wanted or self.was_played):
                return
            raise ActRefused(f"{where}: {f'to be refused with {wanted}, and it was ' if wanted else ''}{refusal}", refusal.answered) from refusal
        if wanted:
            raise ActRefused(f"{where}: to be refused with {wanted}, and it was done")

    def try_line(self, file: Path, row: dict[str, str]) -> None:
        if row["act"] == IMPORT:
            self.import_file(row["as"], row["kind"], file.parent / row["file"].removeprefix("@"), row.get("service") or "registry")
            return
        act = ACTS[row["act"]]
        line = Line(row, file.parent, self.find)
        steps = (act.path if isinstance(act.path, str) else act.path(line)).split("/")
        path = "/".join(self.find(step[1:-1], row[step[1:-1]]) if step.startswith("{") else step for step in steps)
        about = row.get("reference") or next((row[step[1:-1]] for step in steps if step.startswith("{")), row.get("thing", path))
        key = f"{self.folder.name}/{row['act']}/{about}"  # what the act is about, not its line: lines may be added above it
        answer = self.send(row["as"], path, act, line, {"Idempotency-Key": key})
        if said := act.refusal(answer):
            raise ActRefused(said)
        if row["act"] in MAKES:
            self.known[MAKES[row["act"]], row["reference"]] = answer["id"]

    def send(self, person: str, path: str, act: Act, line: Line, headers: dict[str, str]) -> dict[str, Any]:
        """The body as JSON or, with files, as a form; by the form of a page where the act is done on one."""
        body, paths = act.body(line), act.files(line)
        if not paths:
            return self.ask(person, "POST", path, json=body, headers=headers)
        with ExitStack() as opened:
            parts = {name: (one.name, opened.enter_context(one.open("rb")), guess_type(one.name)[0] or "application/octet-stream") for name, one in paths.items()}
            if act.on_page:
                self.fill_in(path, body, parts)
                return {}
            return self.ask(person, "POST", path, files=parts, data=body, headers=headers)

    def fill_in(self, path: str, typed: dict[str, Any], parts: dict[str, Any]) -> None:
        """The form of a page, as the browser of somebody who has not signed in sends it: with the page's own token and cookies. Raises ActRefused unless it leads on to another page."""
        page = f"{self.address}/{path}"
        with requests.Session() as browser:
            answer = self.patiently(lambda: browser.get(page, timeout=TIMEOUT_SECONDS))
            if token := CSRF.search(answer.text):
                sent = {"csrf": token[1]} | typed
                answer = self.patiently(lambda: browser.post(page, data=sent, files=parts, timeout=TIMEOUT_SECONDS, allow_redirects=False), parts)
        if answer.status_code != 303:
            raise ActRefused(f"{answer.status_code} {page}", str(answer.status_code))

    def find(self, kind: str, reference: str) -> str:
        """The identifier of what a reference names: made by an earlier act, or found where it was imported."""
        if (kind, reference) not in self.known and kind in FINDERS and (found := FINDERS[kind](self, self.observer, reference)):
            self.known[kind, reference] = found
        if (kind, reference) not in self.known:
            raise ActRefused(f"nothing before this line is the {kind} {reference}")
        return self.known[kind, reference]

    def ask(self, person: str, method: str, path: str, **options: Any) -> dict[str, Any]:
        """One request as a person."""
        more = options.pop("headers", {})

        def asked() -> requests.Response:
            headers = {"Accept-Language": "en"} | self.proof_of(person) | more
            return self.http.request(method, f"{self.address}/api/v1/{path}", headers=headers, timeout=TIMEOUT_SECONDS, **options)

        answer = self.patiently(asked, options.get("files"))
        if answer.status_code >= 400:
            raise ActRefused(f"{answer.status_code} {answer.text[:800]}", f"{answer.status_code} {_problem(answer)}".strip())
        self.was_played = self.was_played or "Idempotent-Replay" in answer.headers
        content: dict[str, Any] = answer.json()
        return content

    @staticmethod
    def patiently(asked: Callable[[], requests.Response], files: dict[str, Any] | None = None) -> requests.Response:
        """What is only late (429, 503) is asked again, for as long as we are patient."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while True:
            try:
                answer = asked()
            except requests.ConnectionError:  # the door itself is away; every act has its idempotency key
                if time.monotonic() > deadline:
                    raise
                wait = 1.0
            else:
                if answer.status_code not in (429, 502, 503, 504) or time.monotonic() > deadline:
                    return answer
                wait = min(float(answer.headers.get("Retry-After", 1)), 2)
            for _name, given in (files or {}).items():
                given[1].seek(0)
            time.sleep(wait)

    def proof_of(self, person: str) -> dict[str, str]:
        """What a request of theirs carries to be known by; nothing for whoever has not signed in."""
        if person == ANYONE:
            return {}
        return {"Authorization": f"Bearer {self.account(person).token()}"}

    def account(self, person: str) -> Account:
        return self.accounts.setdefault(person, account(person, issuer=self.issuer, public_url=self.address))

    # -- figures

    def wait_until_told(self) -> None:
        """Until every service has published its events and taken in charge what it hears, or patience ends.

        Asked twice: what one service did about an event may be an event of its own, recorded after we had asked its place.
        """
        deadline = time.monotonic() + PATIENCE_SECONDS
        who = self.account(OPERATOR)
        before: dict[str, int] | None = None
        while True:
            services = self.health(who)
            newest = self.newest_if_all_is_heard(services)
            if newest is not None and newest == before:
                return
            before = newest
            if time.monotonic() > deadline:
                raise ActRefused(f"events are still on their way after {PATIENCE_SECONDS} s: {json.dumps(services)}")
            time.sleep(0.1)

    @staticmethod
    def newest_if_all_is_heard(services: dict[str, Any]) -> dict[str, int] | None:
        """The newest event of each service when nothing is on its way; None while something is, or a service that should speak does not."""
        speaking = {name: services.get(name, {}) for name in SERVICES if name != "portal"}  # which has no events
        if not all("positions" in detail for detail in speaking.values()) or not everything_is_heard(speaking):
            return None
        return {name: detail["positions"]["newest"] for name, detail in speaking.items()}

    def health(self, who: Account) -> dict[str, Any]:
        """What each service says of itself; nothing while the door is away."""
        try:
            answer = self.http.get(f"{self.address}/health", headers={"Authorization": f"Bearer {who.token()}"}, timeout=TIMEOUT_SECONDS)
        except requests.ConnectionError:
            return {}
        told: dict[str, Any] = answer.json().get("services", {})
        return told

    def read_figure(self, wanted: dict[str, Any], person: str) -> Figure:
        params = {name: str(wanted[name]) for name in ("area", "from", "to", "as_of") if name in wanted}
        url = requests.Request("GET", f"{self.address}/api/v1/observatory/figures/{wanted['id']}", params=params).prepare().url or ""
        computed = self.ask(person, "GET", f"observatory/figures/{wanted['id']}", params=params)["value"]
        return Figure(wanted["id"], wanted["kind"], wanted["expected"], computed, url)


def _problem(answer: requests.Response) -> str:
    """The last word of the problem's type, by which code knows it."""
    try:
        return str(answer.json()["type"]).rsplit("/", 1)[-1]
    except (ValueError, KeyError, TypeError):
        return ""


@contextmanager
def one_at_a_time(story: str) -> Iterator[None]:
    """A second play of any story waits for the first one."""
    folder = state_folder()
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "play.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print(f"Another play is running; {story} waits for it.", file=sys.stderr)
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def stories() -> list[str]:
    """The stories, in the order in which they were founded."""
    return [story["id"] for story in known_stories()]


def run(story: str, *, progress: Progress | None = None, address: str | None = None, issuer: str | None = None) -> Outcome:
    """Play a story. Raises CannotStart for an unknown one and ActRefused when an act of it is refused."""
    if story not in stories():
        raise CannotStart(f"There is no story {story}.", f"Choose one of: {', '.join(stories())}.")
    with one_at_a_time(story):
        player = Player(STORIES / story, (address or settings().public_url).rstrip("/"), issuer or settings().issuer, progress or (lambda _done, _total, _what: None))
        return player.play()
