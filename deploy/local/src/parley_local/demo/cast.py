"""Who takes part in the day, and what each of them is like. All of them are invented."""

import random
from dataclasses import dataclass
from enum import StrEnum

COMPANY = "northwind.example"
COORDINATOR, RECRUITERS = "staff:coordinator", ("staff:recruiter-1", "staff:recruiter-2")


class Temper(StrEnum):
    """How a candidate behaves; most do what they are asked."""

    STEADY = "steady"
    CANCELS = "cancels"
    MOVES = "moves"
    STAYS_AWAY = "stays_away"
    NEVER_ANSWERS = "never_answers"
    DECLINES_AFTER = "declines_after"
    SAYS_LITTLE = "says_little"


@dataclass(frozen=True, slots=True)
class Person:
    person_id: str
    name: str
    email: str
    zone: str
    locale: str
    title: str | None = None
    pronouns: str | None = None
    bio: str | None = None


CANDIDATE_NAMES = (
    ("Amara Okafor", "Africa/Lagos", "en"),
    ("Łukasz Wiśniewski", "Europe/Warsaw", "en"),
    ("李 梅", "Asia/Shanghai", "en"),
    ("Jonas Brandt", "Europe/Berlin", "de"),
    ("ソト ハルカ", "Asia/Tokyo", "en"),
    ("María José Núñez", "America/Bogota", "en"),
    ("Дарья Соколова", "Europe/Belgrade", "en"),
    ("Priya Raghunathan", "Asia/Kolkata", "en"),
    ("Siân Ó Briain", "Europe/Dublin", "en"),
    ("Kwame Mensah-Bonsu", "Africa/Accra", "en"),
    ("عمر الحداد", "Asia/Dubai", "en"),
    ("Ingrid Sørbø", "Europe/Oslo", "en"),
    ("Noa בן־דוד", "Asia/Jerusalem", "en"),
    ("Hannah Weiß", "Europe/Vienna", "de"),
    ("Tāne Walker", "Pacific/Auckland", "en"),
    ("Elif Yıldırım", "Europe/Istanbul", "en"),
    ("Joaquim D'Ávila", "America/Sao_Paulo", "en"),
    ("Θεοδώρα Παππά", "Europe/Athens", "en"),
    ("Brooke O'Neill", "America/New_York", "en"),
    ("Matthias Größer", "Europe/Zurich", "de"),
)

STAFF = (
    ("staff:ines", "Inês Carvalho", "Europe/Lisbon", "en", "Engineering manager", "she/her"),
    ("staff:tom", "Tom Berger", "Europe/Berlin", "de", "Staff engineer", "he/him"),
    ("staff:yuki", "Yuki Tanabe", "Europe/London", "en", "Senior engineer", None),
    ("staff:ade", "Adé Balogun", "Africa/Lagos", "en", "Senior engineer", "they/them"),
    ("staff:lena", "Lena Huber", "Europe/Vienna", "de", "Product designer", "she/her"),
    ("staff:marek", "Marek Novák", "Europe/Prague", "en", "Site reliability engineer", None),
    ("staff:sofia", "Sofía Reyes", "Europe/Madrid", "en", "Data engineer", "she/her"),
    ("staff:olu", "Olu Eze", "Europe/London", "en", "Product manager", None),
    ("staff:jan", "Jan de Wit", "Europe/Amsterdam", "en", "Engineer", None),
    ("staff:eva", "Eva Lindqvist", "Europe/Stockholm", "en", "Engineer", None),
    ("staff:piotr", "Piotr Zając", "Europe/Warsaw", "en", "Engineer", None),
    ("staff:carla", "Carla Rossi", "Europe/Rome", "en", "Engineer", None),
)
DECLINER = "staff:jan"
"""Gives up a seat whenever somebody else could take it."""
ABSENT = "staff:piotr"
"""Once forgets to come."""

BIO = (
    "Has been with us for some years, likes questions that have no short answer, and will tell you "
    "honestly what is good here and what is not yet."
)


def staff() -> list[Person]:
    people = [
        Person(person_id, name, _address(person_id, COMPANY), zone, locale, title, pronouns, BIO)
        for person_id, name, zone, locale, title, pronouns in STAFF
    ]
    for number, person_id in enumerate(RECRUITERS, start=1):
        name = ("Greta Simon", "Paul Achterberg")[number - 1]
        people.append(
            Person(
                person_id, name, _address(person_id, COMPANY), "Europe/Berlin", "en", "Recruiter"
            )
        )
    people.append(
        Person(
            COORDINATOR,
            "Mina Park",
            _address(COORDINATOR, COMPANY),
            "Europe/Berlin",
            "en",
            "Recruiting coordinator",
        )
    )
    return people


def candidate(number: int) -> Person:
    """Candidates beyond the first twenty share names, as people do; never an address."""
    name, zone, locale = CANDIDATE_NAMES[number % len(CANDIDATE_NAMES)]
    person_id = f"cand:{number:04d}"
    return Person(person_id, name, _address(person_id, "mail.example"), zone, locale)


def visitor(number: int) -> Person:
    """Whoever watches the demo plays this candidate."""
    person_id = f"cand:{number:04d}"
    address = _address(person_id, "mail.example")
    return Person(person_id, "Robin Ellery", address, "Europe/London", "en")


def temper_of(number: int, *, chance: random.Random) -> Temper:
    """The first few are who the day needs; the rest is a matter of luck."""
    needed = {
        1: Temper.CANCELS,
        2: Temper.MOVES,
        3: Temper.STAYS_AWAY,
        4: Temper.NEVER_ANSWERS,
        5: Temper.DECLINES_AFTER,
        6: Temper.SAYS_LITTLE,
    }
    if number in needed:
        return needed[number]
    return chance.choices(
        [Temper.STEADY, Temper.MOVES, Temper.CANCELS, Temper.SAYS_LITTLE], [80, 8, 4, 8]
    )[0]


def _address(person_id: str, domain: str) -> str:
    return f"{person_id.replace(':', '.')}@{domain}"
