"""The people of the demo: one for each part in the loop."""

from dataclasses import dataclass

from deployments.enums import Rank, Role


@dataclass(frozen=True, slots=True)
class Person:
    role: str  # the key in demo.json
    username: str
    first_name: str
    last_name: str
    rank: Rank
    roles: tuple[Role, ...]


CAST: tuple[Person, ...] = (
    Person("applicant", "ada.applicant", "Ada", "Marsh", Rank.INSPECTOR, (Role.APPLICANT,)),
    Person(
        "authorising_officer",
        "sam.super",
        "Sam",
        "Okafor",
        Rank.SUPERINTENDENT,
        (Role.AUTHORISING_OFFICER,),
    ),
    # Takes the urgent route; a superintendent reviews what came of it.
    Person(
        "duty_officer",
        "dani.duty",
        "Dani",
        "Price",
        Rank.INSPECTOR,
        (Role.AUTHORISING_OFFICER,),
    ),
    Person(
        "watchlist_manager", "wim.watch", "Wim", "Hale", Rank.SERGEANT, (Role.WATCHLIST_MANAGER,)
    ),
    Person(
        "watchlist_manager_2",
        "wendy.watch",
        "Wendy",
        "Cole",
        Rank.STAFF,
        (Role.WATCHLIST_MANAGER,),
    ),
    Person("operator", "olive.operator", "Olive", "Reed", Rank.CONSTABLE, (Role.OPERATOR,)),
    Person("operator_2", "omar.operator", "Omar", "Finch", Rank.CONSTABLE, (Role.OPERATOR,)),
    Person(
        "engagement_officer",
        "eve.engage",
        "Eve",
        "Stone",
        Rank.CONSTABLE,
        (Role.ENGAGEMENT_OFFICER,),
    ),
    Person(
        "disclosure_officer",
        "dee.disclose",
        "Dee",
        "Byrne",
        Rank.STAFF,
        (Role.DISCLOSURE_OFFICER,),
    ),
    Person("auditor", "ari.audit", "Ari", "Blake", Rank.STAFF, (Role.AUDITOR,)),
    Person("inspector", "ina.inspect", "Ina", "Frost", Rank.STAFF, (Role.INSPECTOR,)),
    Person(
        "system_administrator",
        "sid.system",
        "Sid",
        "Lowe",
        Rank.STAFF,
        (Role.SYSTEM_ADMINISTRATOR,),
    ),
)
