"""Make the leaders of this story: `python tests/stories/quang-ninh-2025/make_leadership.py`.

110 positions of head and deputy in the hospitals, the centres and the departments of the two largest hospitals; who held
them on 1 January 2025; the succession plan 2025–2030 and its review; and the cases of the nine months: 9 heads and 17
deputies appointed by day of effect, 3 transfers, 4 renewals, 3 extensions, 6 files completed and not yet decided, one
case stopped without majority, and three on their way. People are those of the register (bulk/people.csv), all invented.
"""

import csv
import random
import sys
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parents[2]))

from services.registry.rules import PACKS  # noqa: E402
from services.registry.workers.retirement import retirement_of  # noqa: E402
from shared.calendars import ONE_DAY, period_end  # noqa: E402

chance = random.Random("leadership")

LONG = date(2036, 1, 1)  # who is still far from retirement

OPENED = date(2024, 12, 2)  # the day on which positions and mandates were entered
RETIREMENT = PACKS.pinned("vn-2020").rule("REG-05").value
SMALL = {"VN-22-PY", "VN-22-BVTT", "VN-22-TTCT", "VN-22-TTBCE", "VN-22-TTBL"}  # two deputies are enough there
DEPARTMENTS = {
    "VN-22-BVT": ["Khoa Khám bệnh", "Khoa lâm sàng", "Khoa Dược", "Khoa Sản", "Khoa Xét nghiệm", "Khối điều dưỡng"],
    "VN-22-BVBC": ["Khoa Khám bệnh", "Khoa lâm sàng", "Khoa Dược", "Khoa Xét nghiệm"],
}
UNIT_OF = {
    "VN-BS": "Khoa Khám bệnh",
    "VN-BSCK": "Khoa lâm sàng",
    "VN-DSDH": "Khoa Dược",
    "VN-HSDH": "Khoa Sản",
    "VN-HSCD": "Khoa Sản",
    "VN-KTV": "Khoa Xét nghiệm",
    "VN-DDDH": "Khối điều dưỡng",
    "VN-DDCD": "Khối điều dưỡng",
}
DOCTORS = {"VN-BS", "VN-BSCK", "VN-BSYHCT", "VN-BSDP"}
WAVES = [date(2025, 3, 3), date(2025, 4, 1), date(2025, 5, 5), date(2025, 6, 2), date(2025, 7, 1), date(2025, 8, 1), date(2025, 9, 3), date(2025, 9, 15)]


@dataclass
class Person:
    worker_no: str
    facility: str
    unit: str
    doctor: bool
    born: date | None
    retires: date | None
    since: date

    def free_until(self, day: date) -> bool:
        return self.retires is None or self.retires >= day


@dataclass
class Position:
    reference: str
    facility: str
    unit: str
    rank: str
    title: str
    holder: Person | None = None
    starts_on: date | None = None
    ends_on: date | None = None
    planned: list[Person] = field(default_factory=list)


def main() -> None:
    people = read_people()
    positions = make_positions(read("bulk/facilities.csv"))
    story = Story(people, positions)
    story.make()
    story.write()
    print(len(positions), "positions", len(story.mandates), "mandates", len(story.entries), "names", len(story.acts), "acts", Counter(row["act"] for row in story.acts))


def read(name: str) -> list[dict[str, str]]:
    with (HERE / name).open(encoding="utf-8", newline="") as source:
        return list(csv.DictReader(source))


def read_people() -> dict[str, list[Person]]:
    """Public employees with a whole date of birth, by facility; those who could lead first."""
    found: dict[str, list[Person]] = defaultdict(list)
    for row in read("bulk/people.csv"):
        if row["employment_type"] != "public_employee" or "/" not in row["birth_date"]:
            continue
        born = day_of(row["birth_date"])
        person = Person(
            row["worker_no"],
            row["facility_code"],
            UNIT_OF.get(row["occupation_code"], ""),
            row["occupation_code"] in DOCTORS,
            born,
            retirement_of(born, row["sex"], RETIREMENT),
            day_of(row["start_date"]),
        )
        found[person.facility].append(person)
    for staff in found.values():
        chance.shuffle(staff)
    return found


def day_of(text: str) -> date:
    day, month, year = text.split("/")
    return date(int(year), int(month), int(day))


def make_positions(facilities: list[dict[str, str]]) -> list[Position]:
    positions = []
    for facility in facilities:
        code = facility["code"]
        if facility["ownership"] != "public" or facility["type"] == "station":
            continue
        short = code.removeprefix("VN-22-")
        chief = "Giám đốc"
        positions.append(Position(f"QN-LP-{short}-0", code, "", "head", f"{chief} {facility['name']}"))
        for number in range(1, 3 if code in SMALL else 4):
            positions.append(Position(f"QN-LP-{short}-{number}", code, "", "deputy", f"Phó {chief.lower()} {facility['name']}"))
        for number, unit in enumerate(DEPARTMENTS.get(code, []), start=1):
            positions.append(Position(f"QN-LP-{short}-K{number}", code, unit, "head", f"Trưởng {unit[0].lower()}{unit[1:]}"))
            positions.append(Position(f"QN-LP-{short}-K{number}P", code, unit, "deputy", f"Phó trưởng {unit[0].lower()}{unit[1:]}"))
    return positions


def weekday(day: date) -> date:
    while day.weekday() > 4:
        day += ONE_DAY
    return day


class Story:
    """The leaders through nine months."""

    def __init__(self, people: dict[str, list[Person]], positions: list[Position]) -> None:
        self.people, self.positions = people, positions
        self.by_facility: dict[str, list[Position]] = defaultdict(list)
        for position in positions:
            self.by_facility[position.facility].append(position)
        self.taken: set[str] = set()
        self.posts_of: Counter[str] = Counter()
        self.mandates: list[dict] = []
        self.entries: list[dict] = []
        self.outcomes: list[dict] = []
        self.added: list[dict] = []
        self.meetings: list[dict] = []
        self.acts: list[dict] = []
        self.cases = 0
        self.numbers = 400
        self.signing: dict[tuple[date, str], list[tuple[str, str]]] = defaultdict(list)

    # -- choosing

    def someone(
        self, facility: str, *, unit: str = "", until: date = date(2036, 1, 1), since: date = date(2020, 1, 1), born: tuple[int, int] = (1968, 1984), doctor: bool | None = None
    ) -> Person:
        """A person of the house who holds nothing yet and does not retire too soon."""
        wanted = (doctor is None and not unit) or doctor
        for loose in (False, True):
            for person in self.people[facility]:
                if person.worker_no in self.taken or not person.free_until(until) or person.since > since:
                    continue
                if (wanted and not person.doctor) or (unit and person.unit != unit):
                    continue
                if not loose and person.born is not None and not born[0] <= person.born.year <= born[1]:
                    continue
                self.taken.add(person.worker_no)
                return person
        raise LookupError(f"nobody is left at {facility} {unit}")

    # -- what was there on 1 January 2025

    def make(self) -> None:
        main_posts = [p for p in self.positions if not p.unit]
        heads = [p for p in main_posts if p.rank == "head"]
        departments = [p for p in self.positions if p.unit]
        # Seats without a holder at the beginning of the story: 9 heads and 17 deputies are appointed to them.
        rising = heads[1::5]  # five facilities whose head leaves and is followed by one of the deputies
        new_department_heads = [p for p in departments if p.rank == "head"][1:8:2]
        followed = [self.by_facility[p.facility][1] for p in rising]  # the deputy who rises
        vacant_deputies = [p for p in main_posts if p.rank == "deputy" and p.facility not in {h.facility for h in rising}][2::6][:9]
        new_department_deputies = [p for p in departments if p.rank == "deputy"][0:6:2]
        open_seats = [p for p in main_posts if p.rank == "deputy" and p not in vacant_deputies and p.facility not in {h.facility for h in rising}]
        to_fill_by_transfer, waiting = open_seats[4::17][:3], open_seats[5::7][:6]
        unfinished = [p for p in departments if p.rank == "deputy"][1:6:2]
        empty = {p.reference for p in unfinished + rising + new_department_heads + vacant_deputies + new_department_deputies + to_fill_by_transfer + waiting}
        assert (len(rising), len(new_department_heads), len(vacant_deputies), len(new_department_deputies), len(to_fill_by_transfer), len(waiting)) == (5, 4, 9, 3, 3, 6)
        assert not ({p.reference for p in waiting} & {p.reference for p in to_fill_by_transfer})
        # Terms that end in the nine months: four are renewed, three are extended to retirement.
        settled = [p for p in main_posts if p.reference not in empty and p not in followed]
        extended = self.nearly_retired(settled, 3)
        renewed = [p for p in settled if p not in extended][3::13][:4]
        ending_soon = [p for p in settled if p not in extended and p not in renewed][2::8][:8]
        for position in self.positions:
            if position in extended:
                continue
            if position.reference in empty:
                self.previous(position)
            elif position in renewed:
                self.hold(position, weekday(date(2020, 3 + renewed.index(position), 2)), until=LONG)
            elif position in ending_soon:
                self.hold(position, weekday(date(2020, 10, 15) + timedelta(days=17 * ending_soon.index(position))), until=LONG if position is ending_soon[0] else None)
            else:
                self.hold(position, weekday(date(2021, 5, 4) + timedelta(days=chance.randrange(1180))), until=LONG if position.facility in {p.facility for p in rising} else None)
        self.plan(main_posts, rising, followed)
        self.transfers(to_fill_by_transfer, rising)
        self.rise(rising, followed)
        for number, position in enumerate(new_department_heads):
            self.appoint(position, WAVES[1 + number * 2 % 7], self.someone(position.facility, unit=position.unit, since=date(2022, 1, 1)))
        for number, position in enumerate(vacant_deputies):
            self.appoint(position, WAVES[number % 7], position.planned[0], beside=position.planned[1:2] if number % 3 == 0 else [])
        for number, position in enumerate(new_department_deputies):
            self.appoint(position, WAVES[2 + number * 2], self.someone(position.facility, unit=position.unit, since=date(2022, 1, 1)))
        for number, position in enumerate(renewed):
            self.prolong(position, "reappoint", weekday(date(2025, 1, 6) + timedelta(days=14 * number)))
        for number, position in enumerate(extended):
            self.prolong(position, "extend", weekday(date(2025, 3, 10) + timedelta(days=21 * number)))
        for number, position in enumerate(waiting):
            self.wait(position, weekday(date(2025, 7, 7) + timedelta(days=6 * number)))
        self.unfinished(unfinished, ending_soon)
        self.review(vacant_deputies)

    def hold(self, position: Position, starts_on: date, person: Person | None = None, *, until: date | None = None) -> None:
        full = period_end(starts_on, 60)
        person = person or self.someone(position.facility, unit=position.unit, until=until or full, since=starts_on, born=(1964, 1980))
        position.holder, position.starts_on, position.ends_on = person, starts_on, full
        self.record(position, person, starts_on, full, "appointed")

    def record(self, position: Position, person: Person, starts_on: date, ends_on: date, kind: str) -> None:
        number = f"{chance.randint(100, 4999)}/QĐ-SYT" if chance.random() < 0.92 else ""
        reference = f"{position.reference.replace('-LP-', '-M-')}-{starts_on.year}"
        self.mandates.append(
            {"reference": reference, "worker_no": person.worker_no, "position_reference": position.reference, "kind": kind, "starts_on": starts_on, "ends_on": ends_on}
            | {"decision_number": number, "done_on": OPENED}
        )

    def previous(self, position: Position) -> None:
        """Who held an empty seat until some months ago."""
        ended = date(2024, 12, 31) - timedelta(days=chance.choice([0, 31, 62, 92, 123]))
        starts_on = weekday(date(ended.year - 5, ended.month, 1))
        person = self.someone(position.facility, unit=position.unit, until=date(2026, 1, 1), since=starts_on, born=(1964, 1975))
        self.record(position, person, starts_on, ended, "appointed")

    def nearly_retired(self, positions: list[Position], count: int) -> list[Position]:
        """Holders whose term ends in 2025 with less than two years left before they retire."""
        found: list[Position] = []
        for position in positions:
            starts_on = weekday(date(2020, 6 + len(found), 1))
            ends_on = period_end(starts_on, 60)
            for person in self.people[position.facility]:
                fits = person.retires is not None and ends_on + timedelta(days=120) < person.retires < date(ends_on.year + 2, ends_on.month, 1)
                if person.worker_no not in self.taken and person.doctor and fits and person.since < starts_on:
                    self.taken.add(person.worker_no)
                    self.hold(position, starts_on, person)
                    found.append(position)
                    break
            if len(found) == count:
                return found
        raise LookupError("not enough people near their retirement")

    # -- the succession plan

    def plan(self, main_posts: list[Position], rising: list[Position], followed: list[Position]) -> None:
        for position in main_posts:
            deputies = [p for p in self.by_facility[position.facility] if p.rank == "deputy" and not p.unit and p.holder is not None]
            if position.rank == "head":
                names = [p.holder for p in deputies if p.holder is not None][:2]
                if position in rising:
                    first = followed[rising.index(position)].holder
                    assert first is not None
                    names = [first, *[name for name in names if name is not first]][:2]
            else:
                names = [self.someone(position.facility, born=(1972, 1986), since=date(2021, 1, 1)) for _name in range(2 if chance.random() < 0.82 else 1)]
            for priority, person in enumerate(names, start=1):
                self.name(position, person, priority)
        assert max(self.posts_of.values()) <= 3

    def name(self, position: Position, person: Person, priority: int) -> None:
        position.planned.append(person)
        self.posts_of[person.worker_no] += 1
        ready = position.rank == "head" or priority == 1 or chance.random() < 0.86
        self.entries.append(
            {"worker_no": person.worker_no, "position_reference": position.reference, "priority": priority, "ready": "yes" if ready else "no"}
            | {"development": "" if ready else chance.choice(["Lý luận chính trị cao cấp", "Quản lý bệnh viện", "Chuyên khoa cấp II", "Quản lý nhà nước ngạch chuyên viên chính"])}
        )

    # -- cases

    def act(self, day: date, who: str, act: str, **columns: object) -> None:
        self.acts.append({"done_on": day, "as": who, "act": act} | columns)

    def open(self, kind: str, day: date, position: Position, **columns: object) -> str:
        self.cases += 1
        reference = f"QN-CASE-{self.cases:03d}"
        self.act(day, "linh", "open-case", reference=reference, kind=kind, source="internal", position=position.reference, **columns)
        return reference

    def meet(self, case: str, kind: str, opened: date, people: list[Person], *, until: int = 9, final: int | None = None) -> date:
        """The meetings of a case, each with its total; `until` is the last step held, `final` the votes of the last one."""
        steps = {"reappoint": [("key", 0), ("lead", 1)], "extend": [("lead", 1)], "transfer": [("lead", 1)]}.get(
            kind, [("none", 0), ("wide", 1), ("lead", 1), ("key", 0), ("lead", 1)]
        )
        running, day = people, opened
        for step, (body, decides) in enumerate(steps[:until], start=1):
            day = weekday(day + timedelta(days=2))
            convened = {"none": 9, "lead": 9, "wide": 27, "key": 46}[body]
            present = convened - chance.choice([0, 0, 1, 1, 2])
            valid = present - chance.choice([0, 0, 0, 1])
            last = step == len(steps)
            totals = []
            if body != "none":
                for number, person in enumerate(running):
                    share = valid if len(running) == 1 else int(valid * 0.75) if number == 0 else valid - int(valid * 0.75)
                    votes = share - chance.choice([0, 0, 1]) if number == 0 else share
                    totals.append((person, final if last and final is not None and number == 0 else votes))
            self.meetings.append(
                {"case": case, "step": step, "held_on": day, "convened": convened, "present": present, "valid": "" if body == "none" else valid}
                | {"totals": " ".join(f"{person.worker_no}:{votes}" for person, votes in totals), "minutes": f"BB {chance.randint(10, 400)}/{case[-3:]}"}
            )
            if decides and not last:
                running = running[:1]
        self.act(weekday(day + ONE_DAY), "secretary", "record-meetings", case=case, meetings="@leadership-meetings.csv")
        return weekday(day + ONE_DAY)

    def prepare(self, position: Position, kind: str, opened: date, people: list[Person], **meeting: int | None) -> tuple[str, date]:
        """Principle, candidates, meetings of an appointment; the case and the day of the last act."""
        case = self.open(kind, opened, position, request_principle="yes")
        granted = weekday(opened + timedelta(days=chance.randint(6, 9)))
        self.act(granted, "director" if self.cases % 2 else "deputy", "answer-principle", case=case, answer_reference=f"{chance.randint(200, 3900)}/SYT-TCCB")
        screened = weekday(granted + timedelta(days=2))
        self.act(screened, "linh", "screen-candidates", case=case, candidates=" ".join(person.worker_no for person in people))
        return case, self.meet(case, kind, screened, people, **meeting)

    def decide(self, case: str, kind: str, day: date, effect: date | None) -> None:
        """The file, the proposal, and a place in one of the signing sessions."""
        completed = weekday(day + timedelta(days=2))
        self.act(completed, "linh", "complete-file", case=case, file_reference=f"HS-{case[-3:]}")
        proposed = weekday(completed + ONE_DAY)
        self.act(proposed, "linh", "propose-appointment", case=case, **({"starts_on": effect} if effect else {}))
        signed = weekday(proposed + timedelta(days=3))
        signed += timedelta(days=(2 - signed.weekday()) % 7)  # signing sessions are on Wednesdays
        assert effect is None or signed <= effect, (case, signed, effect)
        self.numbers += 7
        self.signing[signed, "director" if signed.day % 2 else "deputy"].append((case, f"{self.numbers}/QĐ-SYT"))

    def appoint(self, position: Position, effect: date, person: Person, *, kind: str = "first", beside: list[Person] | None = None) -> None:
        case, day = self.prepare(position, kind, weekday(effect - timedelta(days=55)), [person, *(beside or [])])
        self.decide(case, kind, day, effect)
        position.holder = person

    def rise(self, rising: list[Position], followed: list[Position]) -> None:
        """A deputy becomes head of the same place; two months later another person takes the seat that this leaves."""
        for number, (head, deputy) in enumerate(zip(rising, followed, strict=True)):
            assert deputy.holder is not None
            effect = WAVES[number % 4]
            self.appoint(head, effect, deputy.holder, kind="higher", beside=head.planned[1:2] if number % 2 else [])
            self.appoint(deputy, WAVES[number % 4 + 4] if number % 4 < 3 else WAVES[7], deputy.planned[0])

    def transfers(self, seats: list[Position], rising: list[Position]) -> None:
        for number, seat in enumerate(seats):
            moved = next(
                p
                for p in self.positions
                if p.rank == "deputy"
                and not p.unit
                and p.holder is not None
                and p.facility != seat.facility
                and self.posts_of[p.holder.worker_no]
                and p.facility not in {h.facility for h in rising}
                and p.ends_on is not None
                and p.ends_on > date(2026, 6, 1)
            )
            assert moved.holder is not None
            effect = WAVES[1 + 2 * number]
            opened = weekday(effect - timedelta(days=35))
            case = self.open("transfer", opened, seat, worker=moved.holder.worker_no, request_principle="no", reason="Điều động tăng cường lãnh đạo")
            self.decide(case, "transfer", self.meet(case, "transfer", opened, [moved.holder]), effect)
            seat.holder, moved.holder = moved.holder, None

    def prolong(self, position: Position, kind: str, opened: date) -> None:
        assert position.holder is not None and position.starts_on is not None
        mandate = f"{position.reference.replace('-LP-', '-M-')}-{position.starts_on.year}"
        case = self.open(kind, opened, position, mandate=mandate, request_principle="no")
        self.decide(case, kind, self.meet(case, kind, opened, [position.holder]), None)

    def wait(self, position: Position, opened: date) -> None:
        """A file that is complete and not yet decided on 30 September."""
        case, day = self.prepare(position, "first", opened, position.planned[:1])
        self.act(weekday(day + timedelta(days=3)), "linh", "complete-file", case=case, file_reference=f"HS-{case[-3:]}")

    def unfinished(self, seats: list[Position], ending_soon: list[Position]) -> None:
        """One case stops without majority; one waits for the authority's answer, one for its next meeting, one for a signature."""
        following = [(p, self.someone(p.facility, unit=p.unit, since=date(2022, 1, 1))) for p in seats]
        self.prepare(following[0][0], "first", date(2025, 6, 9), [following[0][1]], final=4)
        self.open("first", date(2025, 9, 24), following[1][0], request_principle="yes")
        self.prepare(following[2][0], "first", date(2025, 9, 3), [following[2][1]], until=3)
        position = ending_soon[0]
        assert position.holder is not None and position.starts_on is not None
        case = self.open("reappoint", date(2025, 9, 8), position, mandate=f"{position.reference.replace('-LP-', '-M-')}-{position.starts_on.year}", request_principle="no")
        day = weekday(self.meet(case, "reappoint", date(2025, 9, 8), [position.holder]) + timedelta(days=3))
        self.act(day, "linh", "complete-file", case=case, file_reference=f"HS-{case[-3:]}")
        self.act(weekday(day + ONE_DAY), "linh", "propose-appointment", case=case)

    def review(self, appointed: list[Position]) -> None:
        """The review of 2025: two are promoted, three leave, four come in."""
        for position in appointed[:2]:
            self.outcomes.append({"worker_no": position.planned[0].worker_no, "position_reference": position.reference, "outcome": "promoted", "reason": "", "informed_on": ""})
        others = [p for p in self.positions if not p.unit and p.rank == "deputy" and len(p.planned) == 2 and p not in appointed and p.holder is not None]
        for position, reason in zip(others[5::11][:3], ("Chuyển công tác ngoài ngành", "Không đạt tiêu chuẩn trình độ", "Xin rút khỏi quy hoạch"), strict=True):
            gone = position.planned[1]
            self.outcomes.append({"worker_no": gone.worker_no, "position_reference": position.reference, "outcome": "removed", "reason": reason, "informed_on": date(2025, 6, 23)})
        thin = [p for p in self.positions if not p.unit and p.rank == "deputy" and len(p.planned) == 1][:4]
        for position in thin:
            person = self.someone(position.facility, born=(1974, 1988), since=date(2022, 1, 1))
            self.added.append({"worker_no": person.worker_no, "position_reference": position.reference, "priority": 2, "ready": "yes", "development": ""})

    # -- files

    def write(self) -> None:
        for (day, who), cases in self.signing.items():
            self.act(
                day,
                who,
                "sign-decisions",
                reference=f"QN-SIGN-{day:%m%d}",
                of="case",
                thing=" ".join(case for case, _number in cases),
                decision_number=" ".join(number for _case, number in cases),
            )
        order = ["open-case", "answer-principle", "screen-candidates", "record-meetings", "complete-file", "propose-appointment", "sign-decisions"]
        self.acts.sort(key=lambda row: (row["done_on"], order.index(row["act"])))
        seats = [
            {"reference": p.reference, "facility_code": p.facility, "unit": p.unit, "rank": p.rank, "title": p.title, "planning_required": "no" if p.unit else "yes"}
            | {"valid_from": date(2010, 1, 1), "done_on": OPENED}
            for p in self.positions
        ]
        opening = [
            {"done_on": OPENED, "as": "linh", "act": "open-leadership-positions", "reference": "QN-LEADERSHIP-POSITIONS", "positions": "@leadership-positions.csv"},
            {"done_on": OPENED, "as": "linh", "act": "record-mandates", "reference": "QN-MANDATES", "mandates": "@leadership-mandates.csv"},
        ]
        plan = [
            {"done_on": date(2024, 12, 3), "as": "linh", "act": "propose-succession-plan", "reference": "QN-QH-2025-2030", "authority": "VN-22"}
            | {
                "title": "Quy hoạch cán bộ lãnh đạo, quản lý ngành Y tế Quảng Ninh giai đoạn 2025–2030",
                "term_from": date(2025, 1, 1),
                "term_to": date(2030, 12, 31),
                "entries": "@succession-entries.csv",
            },
            {"done_on": date(2024, 12, 10), "as": "linh", "act": "screen-succession-plan", "plan": "QN-QH-2025-2030"},
            {
                "done_on": date(2024, 12, 17),
                "as": "secretary",
                "act": "vote-succession-plan",
                "plan": "QN-QH-2025-2030",
                "convened": 9,
                "present": 9,
                "valid": 9,
                "minutes_reference": "BB 118/QH",
            },
            {"done_on": date(2024, 12, 24), "as": "director", "act": "approve-succession-plan", "plan": "QN-QH-2025-2030", "approval_reference": "412/KL-SYT"},
        ]
        review = [
            {
                "done_on": date(2025, 6, 9),
                "as": "linh",
                "act": "review-succession-plan",
                "reference": "QN-QH-2025",
                "plan": "QN-QH-2025-2030",
                "year": 2025,
                "outcomes": "@succession-review.csv",
            },
            {"done_on": date(2025, 6, 16), "as": "linh", "act": "complete-review", "plan": "QN-QH-2025-2030", "year": 2025, "entries": "@succession-additions.csv"}
            | {"convened": 9, "present": 8, "valid": 8, "votes": 7},
            {"done_on": date(2025, 6, 20), "as": "deputy", "act": "approve-review", "plan": "QN-QH-2025-2030", "year": 2025, "approval_reference": "198/KL-SYT"},
        ]
        write("leadership-positions", seats)
        write("leadership-mandates", self.mandates)
        write("leadership-meetings", self.meetings)
        write("succession-entries", self.entries)
        write("succession-review", self.outcomes)
        write("succession-additions", self.added)
        write("40-leadership-opening", [{"done_on": OPENED, "as": "linh", "act": "wait-for-events"}, *opening])
        write("41-succession-plan", plan)
        write("42-leadership-cases", self.acts)
        write("43-succession-review", review)


def write(name: str, rows: list[dict]) -> None:
    columns = list(dict.fromkeys(column for row in rows for column in row))
    with (HERE / "acts" / f"{name}.csv").open("w", encoding="utf-8", newline="") as target:
        writer = csv.DictWriter(target, columns, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


if __name__ == "__main__":
    main()
