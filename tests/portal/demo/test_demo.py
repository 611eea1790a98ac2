"""One command shows the site: it fills itself, says where to look, and leaves nothing behind when it is stopped."""

import json
import re
import signal
import time
from collections import Counter
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from urllib.request import urlopen

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.management import CommandError, call_command

from accounts.models import Post, User
from accounts.rules import is_a_username
from accounts.vocabulary import Job, program
from portal.demo.cast import CAST, ENROLMENT, Person, read_cast, unregistered
from portal.demo.operations import give_jobs, link_members, open_accounts
from portal.demo.serving import LOOK_AGAIN_SECONDS
from portal.members.models import Member
from portal.members.operations.enrolment import import_enrolment
from tests.builders.people import AT
from tests.portal.demo.served import (
    SECONDS_TO_STOP,
    Demo,
    Visitor,
    database,
    rows,
    wait_until_free,
    write_small_network,
)

pytestmark = pytest.mark.once
BY = program("test")
NEWER = "Nine brown otters 4%"


@pytest.fixture(scope="module")
def network(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_small_network(tmp_path_factory.mktemp("network"))


@pytest.fixture(scope="module")
def first_start(network: Path, worker_id: str) -> Iterator[tuple[str, str]]:
    """A database that the demo has filled once, and what it said."""
    with database(f"test_demo_{worker_id}") as name:
        with Demo(database=name, network=network) as demo:
            assert demo.is_ready, demo.said
            code, said = demo.stop()
            assert code == 0
        yield name, demo.said + said


@pytest.fixture
def filled(first_start: tuple[str, str]) -> str:
    return first_start[0]


def test_the_first_start_loads_the_network_and_says_where_to_look(first_start: tuple[str, str]) -> None:
    said = first_start[1]
    assert "Loading the fictional network." in said
    assert "Open http://localhost:" in said
    assert all(username in said for username in ("hodan.abdi", "amina.warsame", "grace.lindgren"))
    assert said.endswith("Stopped. What was loaded stays for the next time.\n")


def test_every_row_of_the_network_comes_in(first_start: tuple[str, str]) -> None:
    assert "rows were refused" not in first_start[1]


def page(demo: Demo, path: str) -> str:
    with urlopen(f"{demo.url}{path}", timeout=SECONDS_TO_STOP) as answer:
        return str(answer.read().decode())


def test_a_second_start_loads_nothing_again(filled: str, network: Path) -> None:
    with Demo(database=filled, network=network) as demo:
        assert "Loading" not in demo.said
        assert page(demo, "/health/ready") == "ok"
        assert "Amina Warsame" in page(demo, "/find-care/clinicians/2100079195/")


def test_a_newcomer_finishes_a_reset_with_the_mail_that_the_demo_shows(filled: str, network: Path) -> None:
    with Demo(database=filled, network=network) as demo:
        visitor = Visitor(demo.url).goes_to("/account/password-reset/")
        visitor.sends(username="hodan.abdi", email="hodan.abdi@mail.example")
        assert visitor.address == "/account/password-reset/code/"
        visitor.sends(code=the_mailed_code(demo))
        assert visitor.address == "/account/password-reset/new/"
        visitor.sends(password=NEWER, again=NEWER)
        visitor.goes_to("/account/sign-in/").sends(username="hodan.abdi", password=NEWER)
        assert visitor.address == "/member/"
        assert "Hodan Abdi" in visitor.html


def the_mailed_code(demo: Demo) -> str:
    """It takes the worker a second or two."""
    patience = time.monotonic() + SECONDS_TO_STOP
    while time.monotonic() < patience:
        mails = Visitor(demo.url).goes_to("/demo/mail/").html
        if found := re.search(r"\b(\d{4} \d{4})\b", mails):
            return found[1]
        time.sleep(LOOK_AGAIN_SECONDS)
    pytest.fail("no mail came")


def test_a_newcomer_of_the_staff_finishes_a_second_factor_without_a_phone(filled: str, network: Path) -> None:
    with Demo(database=filled, network=network) as demo:
        grace = next(person for person in read_cast(CAST) if person.username == "grace.lindgren")
        visitor = Visitor(demo.url).goes_to("/account/").sends(username=grace.username, password=grace.password)
        assert visitor.address == "/account/settings/second-factor/"
        visitor.goes_to("/account/settings/second-factor/app/")
        key = visitor.reads(r'class="key"[^>]*>([A-Z2-7 ]+)<')
        app = Visitor(demo.url).goes_to("/demo/authenticator/").sends(key=key)
        visitor.sends(code=app.reads(r'<b class="num">(\d{6})</b>'))
        assert "Grace Lindgren" in visitor.goes_to("/account/").html
        assert visitor.address == "/account/"
        assert "grace.lindgren" in app.goes_to("/demo/authenticator/").html


@pytest.mark.parametrize(
    ("how", "group"),
    [(signal.SIGINT, True), (signal.SIGINT, False), (signal.SIGTERM, False), (signal.SIGHUP, True)],
    ids=["Ctrl-C", "INT", "TERM", "terminal closed"],
)
def test_it_ends_cleanly_and_leaves_no_process(filled: str, network: Path, how: signal.Signals, group: bool) -> None:
    """Its output ends only when the last of its processes has, and then the port is free."""
    with Demo(database=filled, network=network) as demo:
        code, said = demo.stop(how, group=group)
    assert code == 0
    assert said.endswith("Stopped. What was loaded stays for the next time.\n")
    wait_until_free(demo.port)


def test_a_server_that_is_killed_takes_its_workers_along(filled: str, network: Path) -> None:
    with Demo(database=filled, network=network) as demo:
        assert demo.stop(signal.SIGKILL)[0] == -signal.SIGKILL
    wait_until_free(demo.port)


def test_two_demos_do_not_share_a_port(filled: str, network: Path) -> None:
    with (
        Demo(database=filled, network=network) as first,
        Demo(database=filled, network=network, port=first.port) as second,
    ):
        assert second.process.wait(timeout=SECONDS_TO_STOP) == 1
        assert "is a demo running already?" in second.said


def test_it_is_for_the_demo_only() -> None:
    with pytest.raises(CommandError, match="never in production"):
        call_command("demo")


def cast() -> list[dict[str, object]]:
    said = StringIO()
    call_command("demo_cast", "--json", stdout=said)
    return list(json.loads(said.getvalue()))


def test_the_cast_is_told_with_what_each_person_has() -> None:
    people = cast()
    assert all(
        list(person) == ["username", "password", "email", "name", "capacities", "member_id", "npi"] for person in people
    )
    assert len({person["username"] for person in people}) == len(people) > 10


def test_the_passwords_of_the_cast_obey_the_rules() -> None:
    for each in read_cast(CAST):
        person = User(username=each.username, name=each.name, email=each.email)
        validate_password(each.password, person)
        assert is_a_username(each.username)
        assert each.email.endswith("@mail.example")


def test_the_clinicians_of_the_cast_are_in_the_network() -> None:
    clinicians = {person["npi"] for person in cast() if "clinician" in list(person["capacities"])}  # type: ignore[call-overload]
    assert None not in clinicians
    assert clinicians <= {row["npi"] for row in rows("clinicians")}


def test_people_can_read_the_cast_too() -> None:
    said = StringIO()
    call_command("demo_cast", stdout=said)
    assert re.search(r"^amina\.warsame +\S+ +clinician +/find-care/clinicians/2100079195/$", said.getvalue(), re.M)


def test_the_members_of_the_cast_are_told_with_their_cards() -> None:
    for person in cast():
        assert bool(person["member_id"]) == ("member" in list(person["capacities"]))  # type: ignore[call-overload]
    waiting = unregistered(list(read_cast(CAST)), AT.date())
    assert [(each.name, each.member_id) for each in waiting] == [
        ("Mateo Castellanos", "LHP 4410 0187 06"),
        ("Pao Moua", "LHP 7703 1192"),
    ]


@pytest.fixture
def opened(db: None) -> list[Person]:
    people = list(read_cast(CAST))
    assert open_accounts(cast=people, by=BY, at=AT) == len(people)
    give_jobs(cast=people, by=BY, at=AT)
    return people


def test_everybody_of_the_cast_has_an_account_with_its_capacities(opened: list[Person]) -> None:
    for person in opened:
        user = User.objects.get(username=person.username)
        assert user.check_password(person.password)
        assert (user.email, user.name, user.language) == (person.email, person.name, person.language)
        live = user.capacities.live(AT).values_list("kind", flat=True)  # type: ignore[attr-defined]
        assert sorted(live) == sorted(role.partition(":")[0] for role in person.capacities)


def test_staff_have_the_job_of_the_cast_under_its_manager(opened: list[Person]) -> None:
    posts = {post.person.capacity.user.username: post for post in Post.objects.live(AT)}  # type: ignore[union-attr]
    assert set(posts) == {person.username for person in opened if person.job and not person.has_left}
    assert {post.job for post in posts.values()} == set(Job)
    assert posts["grace.lindgren"].job == Job.NAVIGATOR
    assert posts["grace.lindgren"].manager == posts["marcus.reed"].person


def test_who_left_has_an_account_and_nothing_that_it_opens(opened: list[Person]) -> None:
    (leaver,) = [person for person in opened if person.has_left]
    assert leaver.as_json()["capacities"] == []
    assert User.objects.filter(username=leaver.username, capacities__until=AT).exists()
    give_jobs(cast=opened, by=BY, at=AT)
    assert not Post.objects.not_over(AT).filter(person__capacity__user__username=leaver.username).exists()


def test_every_member_of_the_cast_is_a_member_of_the_file(opened: list[Person], codes: None, tmp_path: Path) -> None:
    taken = import_enrolment(
        path=ENROLMENT, source="demo", refused_file=tmp_path / "refused.csv", progress=lambda *_: None, by=BY, at=AT
    )
    assert taken["taken"] is True
    for _ in range(2):
        link_members(cast=opened, by=BY, at=AT)
    for person in opened:
        if person.member_id:
            member = Member.objects.get(registered__capacity__user__username=person.username)
            assert person.name == member.name
            assert Member.objects.eligible_on(AT.date()).filter(pk=member.pk).exists()
    marisol = Member.objects.get(first_name="Marisol")
    assert {each.first_name for each in marisol.dependents.all()} == {"Jorge", "Diego", "Camila", "Rosa", "Mateo"}


def test_opening_them_again_keeps_what_somebody_changed(opened: list[Person]) -> None:
    User.objects.filter(username="hodan.abdi").update(email="hodan.new@mail.example")
    assert open_accounts(cast=opened, by=BY, at=AT) == 0
    assert User.objects.get(username="hodan.abdi").email == "hodan.new@mail.example"


def test_two_of_the_cast_share_a_mailbox(opened: list[Person]) -> None:
    emails = Counter(person.email for person in opened)
    assert sorted(emails.values())[-2:] == [1, 2]


def test_everybodys_capacities_are_told_with_their_own_words() -> None:
    assert {word for person in cast() for word in list(person["capacities"])} >= {  # type: ignore[call-overload]
        "member",
        "clinician",
        "practice_manager",
        "staff:access_administrator",
    }
