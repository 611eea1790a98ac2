from datetime import UTC, date, datetime

import pytest
from django.core.cache import cache

from accounts.vocabulary import program
from directory.network.models import Clinician, Network, Plan, PlanNetwork
from directory.publication.operations import choose
from directory.self_description.operations import Said
from directory.self_description.vocabulary import Display, Field
from tests.builders.network import SOURCE, a_clinician, a_location, a_role
from tests.builders.publishing import publish

NOW = datetime(2026, 11, 20, 18, tzinfo=UTC)  # a Friday, noon in Saint Paul


@pytest.fixture
def network(codes: None) -> dict[str, Clinician]:
    """Four clinicians around Saint Paul, and one in Pittsburgh."""
    cache.clear()
    Network.objects.create(code="N1", name="Open Network", source=SOURCE)
    plan = Plan.objects.create(code="P1", name="Choice", line_of_business="Commercial", source=SOURCE)
    PlanNetwork.objects.create(plan=plan, network_id="N1")
    alder = a_location(
        staff_languages=["so", "es"], accessibility=["adacomp", "pubtrans"], hours=[[4, "08:00", "17:00"]]
    )
    larkin = a_location(
        name="Larkin Avenue Health",
        latitude=44.98,
        longitude=-93.05,
        zip="55106",
        accessibility=["adacomp"],
        interpreter_languages=["hmn"],
        interpreter_modes=["phone"],
    )
    pittsburgh = a_location(
        name="Forbes Street Care",
        city="Pittsburgh",
        state="PA",
        zip="15213",
        county_fips="42003",
        latitude=40.444,
        longitude=-79.953,
        phone="4125550101",
    )
    people = {
        "amina": a_clinician(
            family="Warsame",
            given="Amina",
            specialties=["208000000X"],
            languages=["so", "en"],
            gender="F",
            checked_on=date(2026, 10, 19),
        ),
        "jonathan": a_clinician(
            family="Smith", given="Jonathan", languages=["en"], gender="M", source_updated_on=date(2025, 3, 1)
        ),
        "mai": a_clinician(family="Xiong-Núñez", given="Mai", specialties=["2084P0800X"], languages=["mww", "en"]),
        "sam": a_clinician(family="O'Brien", given="Sam", languages=["en"]),
        "pat": a_clinician(family="Tran", given="Pat", specialties=["208000000X"], languages=["so", "vi"]),
    }
    a_role(people["amina"], alder, networks=["N1"], age_to=18)
    a_role(people["amina"], larkin, accepting="nopt", is_primary=False, networks=["N1"])
    a_role(people["jonathan"], alder, accepting="nopt")
    a_role(people["mai"], larkin, telehealth=True, age_from=18)
    a_role(people["sam"], larkin)
    a_role(people["pat"], pittsburgh)
    publish(at=NOW)
    choose(
        clinician=people["amina"],
        field=Field.RACE,
        display=Display.SHOWN,
        values=[Said("x-somali")],
        by=program("test"),
        at=NOW,
    )
    choose(
        clinician=people["mai"],
        field=Field.COMPETENCY,
        display=Display.SHOWN,
        values=[Said("TRAUMA_INFORMED", completed_on=date(2025, 10, 1), hours=12)],
        by=program("test"),
        at=NOW,
    )
    return people
