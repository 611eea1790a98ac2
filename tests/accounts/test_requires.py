"""Who may be on a page that asks for more than anyone: the specification of ``@requires``."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.db import transaction
from django.http import FileResponse, HttpRequest, HttpResponse, StreamingHttpResponse
from django.test import Client
from django.urls import path
from django.utils import timezone

from accounts.access import actor_of, open, requires
from accounts.errors import AccessEnded
from accounts.models import Capacity, Post, User
from accounts.operations import close_posts, end_capacity, end_sessions, give_capacity
from accounts.password.errors import SamePassword
from accounts.password.operations import replace
from accounts.rules import first_moment
from accounts.vocabulary import CapacityKind, Job, Source
from portal.config import urls as site
from tests.builders.people import AT, PASSWORD, SOMEBODY, a_post, an_app, code_of_the_app, person, signed_in

MEMBER, CLINICIAN, MANAGER, STAFF = (
    CapacityKind.MEMBER,
    CapacityKind.CLINICIAN,
    CapacityKind.PRACTICE_MANAGER,
    CapacityKind.STAFF,
)
AMINA = ("amina.w", "amina@mail.example")


def says(request: HttpRequest) -> HttpResponse:
    actor = actor_of(request)
    return HttpResponse(f"{actor.id} {actor.capacity}")


def downloads(request: HttpRequest) -> StreamingHttpResponse:
    return StreamingHttpResponse(f"piece {number}\n" for number in range(9))


class FILE:
    """What the view of a file gives out."""

    path: Path


def gives_a_file(request: HttpRequest) -> FileResponse:
    return FileResponse(FILE.path.open("rb"))


urlpatterns = [
    path("open/", open("a test")(says)),
    path("anyone/", requires()(says)),
    path("member/", requires(MEMBER)(says)),
    path("clinician/", requires(CLINICIAN)(says)),
    path("member-or-manager/", requires(MEMBER, MANAGER)(says)),
    path("representative/", requires(CapacityKind.REPRESENTATIVE)(says)),
    path("desk/", requires(job=Job.NAVIGATOR)(says)),
    path("desk/download/", requires(job=Job.NAVIGATOR)(downloads)),
    path("desk/file/", requires(job=Job.NAVIGATOR)(gives_a_file)),
    path("sensitive/", requires(step_up=True)(says)),
    path("setting-up/", requires(second_factor=False)(says)),
    path("polled/", requires(background=True)(says)),
    *site.urlpatterns,
]
handler403 = site.handler403
pytestmark = [pytest.mark.django_db, pytest.mark.urls(__name__)]


class Clock:
    """The time of the site, which stands still until it is moved."""

    def __init__(self) -> None:
        self.at = timezone.now()

    def __call__(self) -> datetime:
        return self.at

    def passes(self, **time: float) -> None:
        self.at += timedelta(**time)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Iterator[Clock]:
    clock = Clock()
    monkeypatch.setattr(timezone, "now", clock)
    monkeypatch.setattr("time.time", lambda: clock.at.timestamp())
    return clock


def is_sent_to(answer: Any, address: str) -> bool:
    return answer.status_code == 302 and answer.headers["Location"].split("?")[0] == address


# Signed in, and as what


def test_a_stranger_signs_in_and_comes_back() -> None:
    user, browser = person(*AMINA, MEMBER), Client()
    away = browser.get("/member/?month=5").headers["Location"]
    assert away == "/account/sign-in/?next=%2Fmember%2F%3Fmonth%3D5"
    back = browser.post(away, {"username": user.username, "password": PASSWORD})
    assert back.headers["Location"] == "/member/?month=5"
    assert browser.get("/member/").content.decode() == f"user:{user.pk} member"


def test_who_is_not_that_is_refused() -> None:
    assert signed_in(person(*AMINA, MEMBER)).get("/clinician/").status_code == 403


def test_one_of_several_capacities_is_enough() -> None:
    assert signed_in(person(*AMINA, MANAGER)).get("/member-or-manager/").status_code == 200


def test_a_capacity_that_ends_between_two_requests_is_over_at_the_second() -> None:
    user = person(*AMINA, MEMBER)
    browser = signed_in(user)
    assert browser.get("/member/").status_code == 200
    end_capacity(capacity=user.capacities.get(), by=SOMEBODY, at=timezone.now())
    assert browser.get("/member/").status_code == 403


def test_a_capacity_given_for_a_time_ends_with_it(clock: Clock) -> None:
    user = person()
    until = clock.at + timedelta(minutes=5)
    give_capacity(user=user, kind=MEMBER, by=SOMEBODY, at=clock.at, until=until)
    browser = signed_in(user)
    clock.passes(minutes=4, seconds=59)
    assert browser.get("/member/").status_code == 200
    clock.passes(seconds=1)
    assert browser.get("/member/").status_code == 403


def test_somebody_with_another_capacity_is_offered_to_switch_and_comes_back() -> None:
    user = person(*AMINA, MEMBER)
    other = give_capacity(user=user, kind=MANAGER, by=SOMEBODY, at=AT + timedelta(minutes=1))
    browser = signed_in(user)
    assert browser.get("/anyone/").content.decode().endswith(" member")
    give_capacity(user=user, kind=CLINICIAN, by=SOMEBODY, at=AT + timedelta(minutes=2))
    an_app(user)
    browser = signed_in(user)
    refused = browser.get("/clinician/")
    assert refused.status_code == 403
    assert "Switch to: Clinician" in refused.content.decode()
    chosen = user.capacities.get(kind=CLINICIAN)
    back = browser.post("/account/capacity/", {"capacity": str(chosen.pk), "next": "/clinician/"})
    assert back.headers["Location"] == "/clinician/"
    assert browser.get("/clinician/").content.decode() == f"user:{user.pk} clinician"
    end_capacity(capacity=chosen, by=SOMEBODY, at=timezone.now())
    assert browser.get("/clinician/").status_code == 403
    assert browser.get("/anyone/").content.decode().endswith(" member")
    assert other.kind == MANAGER


def test_whoever_acted_for_somebody_is_told_when_that_ended_before_they_act_for_another() -> None:
    user = person(*AMINA, CapacityKind.REPRESENTATIVE, CapacityKind.REPRESENTATIVE)
    first, second = user.capacities.order_by("since")
    browser = signed_in(user)
    browser.post("/account/capacity/", {"capacity": str(second.pk)})
    end_capacity(capacity=second, by=SOMEBODY, at=timezone.now())
    answer = browser.post("/representative/")
    assert answer.headers["Location"] == "/account/capacity/?next=%2Frepresentative%2F"
    assert browser.get(answer.headers["Location"]).status_code == 200
    assert browser.get("/representative/").status_code == 200
    assert first.pk != second.pk


def test_nobody_switches_to_what_is_another_persons() -> None:
    theirs = person("omar.h", "omar@mail.example", MEMBER).capacities.get()
    browser = signed_in(person(*AMINA, MANAGER))
    assert browser.post("/account/capacity/", {"capacity": str(theirs.pk)}).status_code == 404
    assert browser.get("/member/").status_code == 403


# Posts


def staff_with_post(starts: int = -10, ends: int | None = None) -> tuple[User, Client]:
    """Days from today, in the plan's time zone; the last one counts."""
    user = person(*AMINA, STAFF)
    an_app(user)
    since, until = (
        None
        if days is None
        else first_moment(timezone.localdate() + timedelta(days=days), timezone.get_current_timezone())
        for days in (starts, ends if ends is None else ends + 1)
    )
    a_post(user, since=since, until=until)
    return user, signed_in(user)


def midnight(days: int) -> datetime:
    return first_moment(timezone.localdate() + timedelta(days=days), timezone.get_current_timezone())


def test_a_post_opens_its_desk() -> None:
    user, browser = staff_with_post()
    assert browser.get("/desk/").content.decode() == f"user:{user.pk} staff"


@pytest.mark.parametrize(("starts", "ends", "status"), [(-10, -1, 403), (-10, 0, 200), (0, None, 200), (1, None, 403)])
def test_a_post_counts_from_its_first_day_to_its_last(starts: int, ends: int | None, status: int) -> None:
    assert staff_with_post(starts, ends)[1].get("/desk/").status_code == status


def test_another_job_does_not_open_the_desk() -> None:
    user, browser = staff_with_post()
    Post.objects.filter(person__capacity__user=user).update(job=Job.PRIVACY_OFFICE)
    assert browser.get("/desk/").status_code == 403


def test_a_post_that_ends_now_is_over_at_the_very_next_request() -> None:
    user, browser = staff_with_post()
    assert browser.get("/desk/").status_code == 200
    close_posts(
        posts=[Post.objects.get(person__capacity__user=user)], said_by=Source.HERE, by=SOMEBODY, at=timezone.now()
    )
    assert browser.get("/desk/").status_code == 403


# Downloads


def the_post_ends(user: User, browser: Client) -> None:
    Post.objects.filter(person__capacity__user=user).update(until=timezone.now())


def the_capacity_ends(user: User, browser: Client) -> None:
    end_capacity(capacity=user.capacities.get(), by=SOMEBODY, at=timezone.now())


def every_session_ends(user: User, browser: Client) -> None:
    end_sessions(user_id=user.pk, by=SOMEBODY, at=timezone.now())


def this_session_ends(user: User, browser: Client) -> None:
    Session.objects.filter(session_key=browser.session.session_key).delete()


def the_account_is_closed(user: User, browser: Client) -> None:
    User.objects.filter(pk=user.pk).update(is_active=False)


@pytest.mark.parametrize(
    "happens", [the_post_ends, the_capacity_ends, every_session_ends, this_session_ends, the_account_is_closed]
)
def test_a_download_breaks_off_before_the_next_piece(happens: Callable[[User, Client], None]) -> None:
    user, browser = staff_with_post()
    pieces = iter(browser.get("/desk/download/").streaming_content)
    assert next(pieces) == b"piece 0\n"
    happens(user, browser)
    assert b"broke off" in next(pieces)  # some servers end in order what breaks off, and a text would look whole
    with pytest.raises(AccessEnded):
        next(pieces)


def test_a_download_comes_whole_to_whom_nothing_happens() -> None:
    _, browser = staff_with_post()
    answer = browser.get("/desk/download/")
    assert answer.getvalue().count(b"piece") == 9
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_file_breaks_off_too(tmp_path: Path) -> None:
    user, browser = staff_with_post()
    FILE.path = tmp_path / "large"
    FILE.path.write_bytes(b"x" * 9000)
    answer = browser.get("/desk/file/")
    assert answer.headers["Content-Length"] == "9000"  # which shows by itself what is missing
    pieces = iter(answer.streaming_content)
    assert next(pieces)
    the_post_ends(user, browser)
    with pytest.raises(AccessEnded):
        next(pieces)
    answer.close()


def test_a_download_ends_with_the_longest_time_of_its_session(clock: Clock) -> None:
    _, browser = staff_with_post()
    pieces = iter(browser.get("/desk/download/").streaming_content)
    clock.passes(hours=7, minutes=59)
    assert next(pieces)
    clock.passes(minutes=1)
    assert b"broke off" in next(pieces)


def test_a_download_ends_with_the_midnight_that_ends_the_post(clock: Clock) -> None:
    ends = first_moment(timezone.localdate(clock.at) + timedelta(days=1), timezone.get_current_timezone())
    clock.at = ends - timedelta(minutes=5)
    _, browser = staff_with_post(ends=0)
    pieces = iter(browser.get("/desk/download/").streaming_content)
    clock.at = ends - timedelta(microseconds=1)
    assert next(pieces) == b"piece 0\n"
    clock.at = ends
    assert b"broke off" in next(pieces)
    assert browser.get("/desk/").status_code == 403


def test_a_password_that_grows_old_meanwhile_is_asked_for_after_the_download(settings: Any) -> None:
    """It takes nothing away from the person: the next request is what waits for another."""
    user, browser = staff_with_post()
    pieces = iter(browser.get("/desk/download/").streaming_content)
    assert next(pieces)
    grow_old(user, settings.STAFF_PASSWORD_DAYS)
    assert list(pieces)[-1] == b"piece 8\n"
    assert is_sent_to(browser.get("/desk/download/"), "/account/settings/change-password/")


def test_a_piece_costs_one_statement(django_assert_num_queries: Any) -> None:
    _, browser = staff_with_post()
    pieces = iter(browser.get("/desk/download/").streaming_content)
    with django_assert_num_queries(1):
        next(pieces)


# Passwords that are too old


def grow_old(user: User, days: int) -> None:
    User.objects.filter(pk=user.pk).update(password_set_at=timezone.now() - timedelta(days=days))


def test_staff_with_an_old_password_choose_another_at_their_next_request(settings: Any) -> None:
    user, browser = staff_with_post()
    grow_old(user, settings.STAFF_PASSWORD_DAYS - 1)
    assert browser.get("/desk/").status_code == 200
    grow_old(user, settings.STAFF_PASSWORD_DAYS)
    for address in ("/desk/", "/anyone/", "/account/", "/account/settings/", "/account/settings/email/"):
        assert is_sent_to(browser.get(address), "/account/settings/change-password/"), address
    page = browser.get("/account/settings/change-password/")
    assert page.status_code == 200
    assert "Your password is too old" in page.content.decode()
    assert browser.get("/account/password-reset/").status_code == 200
    assert browser.get("/account/stay/left/").status_code == 200
    assert browser.post("/account/sign-out/").status_code == 302


def test_the_days_are_a_setting(settings: Any) -> None:
    user, browser = staff_with_post()
    grow_old(user, 100)
    assert is_sent_to(browser.get("/desk/"), "/account/settings/change-password/")
    settings.STAFF_PASSWORD_DAYS = 101
    assert browser.get("/desk/").status_code == 200


def test_no_other_persons_password_grows_old() -> None:
    user = person(*AMINA, MEMBER, MANAGER)
    browser = signed_in(user)
    grow_old(user, 10_000)
    assert browser.get("/member/").status_code == 200
    assert "too old" not in browser.get("/account/settings/change-password/").content.decode()


def test_a_new_password_is_young() -> None:
    user, _ = staff_with_post()
    grow_old(user, 100)
    with transaction.atomic():
        replace(user=user, password="Three loud geese 9!", by=SOMEBODY, at=timezone.now())
    user.refresh_from_db()
    assert user.password_set_at > timezone.now() - timedelta(hours=1)


def test_the_old_password_is_no_new_one_for_staff() -> None:
    user, _ = staff_with_post()
    member = person("hodan.abdi", "hodan@mail.example", MEMBER)
    with transaction.atomic(), pytest.raises(SamePassword):
        replace(user=user, password=PASSWORD, by=SOMEBODY, at=timezone.now())
    with transaction.atomic():
        replace(user=member, password=PASSWORD, by=SOMEBODY, at=timezone.now())


def test_nor_is_the_one_before_it() -> None:
    user, _ = staff_with_post()
    member = person("hodan.abdi", "hodan@mail.example", MEMBER)
    with transaction.atomic():
        for somebody in (user, member):
            replace(user=somebody, password="Three loud geese 9!", by=SOMEBODY, at=timezone.now())
        replace(user=member, password=PASSWORD, by=SOMEBODY, at=timezone.now())
    with transaction.atomic(), pytest.raises(SamePassword):
        replace(user=user, password=PASSWORD, by=SOMEBODY, at=timezone.now())
    member.refresh_from_db()
    assert member.password_before == "", "of nobody else one is kept"


def test_whoever_owes_a_second_factor_sets_it_up_before_the_password() -> None:
    user = person(*AMINA, STAFF)
    grow_old(user, 100)
    browser = signed_in(user)
    assert is_sent_to(browser.get("/account/settings/change-password/"), "/account/settings/second-factor/")
    assert browser.get("/account/settings/second-factor/").status_code == 200
    assert browser.get("/account/settings/second-factor/app/").status_code == 200
    assert browser.get("/account/again/").status_code == 200


# The second factor


@pytest.mark.parametrize("kind", [CLINICIAN, STAFF])
def test_staff_and_clinicians_without_a_second_factor_see_nothing_but_how_to_set_one_up(kind: CapacityKind) -> None:
    browser = signed_in(person(*AMINA, MEMBER, kind))
    for address in ("/anyone/", "/member/", "/account/", "/account/settings/"):
        assert is_sent_to(browser.get(address), "/account/settings/second-factor/"), address
    assert browser.get("/setting-up/").status_code == 200
    assert browser.get("/account/settings/second-factor/app/").status_code == 200


def test_a_second_factor_that_another_session_set_up_is_asked_for_in_this_one() -> None:
    user = person(*AMINA, MEMBER)
    browser = signed_in(user)
    assert browser.get("/anyone/").status_code == 200
    an_app(user)
    assert is_sent_to(browser.get("/anyone/"), "/account/again/second-factor/")
    assert is_sent_to(browser.get("/setting-up/"), "/account/again/second-factor/")  # nor can it add one of its own
    given = browser.post("/account/again/second-factor/?next=/anyone/", {"code": code_of_the_app()})
    assert given.headers["Location"] == "/anyone/"
    assert browser.get("/anyone/").status_code == 200


def test_a_password_is_no_second_factor() -> None:
    user = person(*AMINA, MEMBER)
    browser = signed_in(user)
    an_app(user)
    browser.post("/account/again/second-factor/", {"password": PASSWORD})
    assert is_sent_to(browser.get("/anyone/"), "/account/again/second-factor/")
    assert is_sent_to(browser.get("/account/again/"), "/account/again/second-factor/")


def test_what_was_given_by_a_factor_that_is_gone_counts_no_more() -> None:
    """Whoever lost a phone removes it, and a session that was opened with it stands still."""
    user = person(*AMINA, MEMBER)
    lost = an_app(user)
    browser = signed_in(user)
    lost.delete()
    an_app(user)
    assert is_sent_to(browser.get("/anyone/"), "/account/again/second-factor/")


# How long a session lives


@pytest.mark.parametrize(("kinds", "minutes"), [([MEMBER], 15), ([MANAGER], 15), ([STAFF], 10), ([MEMBER, STAFF], 10)])
def test_a_session_ends_when_nothing_was_asked_for_so_long(
    clock: Clock, kinds: list[CapacityKind], minutes: int
) -> None:
    user = person(*AMINA, *kinds)
    an_app(user)
    browser = signed_in(user)
    clock.passes(minutes=minutes, seconds=-1)
    assert browser.get("/anyone/").status_code == 200
    clock.passes(minutes=minutes)
    answer = browser.get("/anyone/?page=2")
    assert answer.headers["Location"] == "/account/sign-in/?next=%2Fanyone%2F%3Fpage%3D2&over=yes"
    assert is_sent_to(browser.get("/anyone/"), "/account/sign-in/")


@pytest.mark.parametrize(("kind", "hours"), [(MEMBER, 12), (STAFF, 8)])
def test_a_session_ends_after_so_many_hours_whatever_is_asked_for(clock: Clock, kind: CapacityKind, hours: int) -> None:
    user = person(*AMINA, kind)
    an_app(user)
    browser = signed_in(user)
    for _ in range(hours * 12 - 1):
        clock.passes(minutes=5)
        assert browser.get("/anyone/").status_code == 200
    clock.passes(minutes=4, seconds=59)
    assert browser.get("/anyone/").status_code == 200
    clock.passes(seconds=1)
    assert is_sent_to(browser.get("/anyone/"), "/account/sign-in/")


def test_what_a_page_asks_for_by_itself_is_no_use_of_the_session(clock: Clock) -> None:
    browser = signed_in(person(*AMINA, MEMBER))
    for _ in range(14):
        clock.passes(minutes=1)
        assert browser.get("/polled/").status_code == 200
    clock.passes(minutes=1)
    assert is_sent_to(browser.get("/polled/"), "/account/sign-in/")


def test_whose_session_is_over_is_a_stranger_on_open_pages(clock: Clock) -> None:
    browser = signed_in(person(*AMINA, MEMBER))
    assert browser.get("/open/").content.decode().startswith("user:")
    clock.passes(minutes=15)
    assert browser.get("/open/").content.decode() == "stranger "
    assert is_sent_to(browser.get("/anyone/"), "/account/sign-in/")


@pytest.mark.parametrize("query", ["%2F" * 7000, "a=" + "b" * 3000])
def test_a_very_long_address_comes_back_to_its_page_alone(query: str) -> None:
    answer = Client().get(f"/anyone/?{query}")
    assert answer.headers["Location"] == "/account/sign-in/?next=%2Fanyone%2F"


def test_nobody_comes_back_to_a_very_long_address() -> None:
    person(*AMINA)
    typed = {"username": AMINA[0], "password": PASSWORD, "next": "/" + "\u20ac" * 3000}
    assert Client().post("/account/sign-in/", typed).headers["Location"] == "/account/"


@pytest.mark.parametrize("key", ["\\000" + "a" * 31, "A" * 32, "a" * 33, "'"])
def test_a_cookie_that_is_no_key_of_a_session_is_nobodys(key: str) -> None:
    browser = Client(headers={"cookie": f'sessionid="{key}"'})
    assert is_sent_to(browser.get("/anyone/"), "/account/sign-in/")
    assert browser.get("/account/sign-in/").status_code == 200


def test_a_session_that_does_not_say_when_it_began_is_over() -> None:
    browser = Client()
    browser.force_login(person())
    assert is_sent_to(browser.get("/anyone/"), "/account/sign-in/")
    assert not Session.objects.filter(pk=browser.session.session_key).exists() or browser.session.is_empty()


def test_a_form_that_comes_too_late_leads_back_to_its_page(clock: Clock) -> None:
    browser = signed_in(person(*AMINA, MEMBER))
    clock.passes(minutes=15)
    answer = browser.post("/member/?a=b", {"typed": "something private"})
    assert answer.headers["Location"] == "/account/sign-in/?next=%2Fmember%2F&over=yes"


def test_every_session_of_somebody_ends_at_once() -> None:
    user = person(*AMINA, MEMBER)
    browsers = [signed_in(user), signed_in(user)]
    end_sessions(user_id=user.pk, by=SOMEBODY, at=timezone.now())
    for browser in browsers:
        assert is_sent_to(browser.get("/anyone/"), "/account/sign-in/")


def test_whose_account_is_closed_is_out_at_the_next_request() -> None:
    user = person(*AMINA, MEMBER)
    browser = signed_in(user)
    User.objects.filter(pk=user.pk).update(is_active=False)
    assert is_sent_to(browser.get("/anyone/"), "/account/sign-in/")


# Proving it again


def test_signing_in_is_no_step_up() -> None:
    browser = signed_in(person(*AMINA, MEMBER))
    assert is_sent_to(browser.get("/sensitive/"), "/account/again/")


def test_a_step_up_holds_for_ten_minutes(clock: Clock) -> None:
    browser = signed_in(person(*AMINA, MEMBER))
    assert browser.post("/account/again/?next=/sensitive/", {"password": PASSWORD}).headers["Location"] == "/sensitive/"
    clock.passes(minutes=9, seconds=59)
    assert browser.get("/sensitive/").status_code == 200
    clock.passes(seconds=1)
    assert is_sent_to(browser.get("/sensitive/"), "/account/again/")


def test_a_wrong_password_is_no_step_up() -> None:
    browser = signed_in(person(*AMINA, MEMBER))
    answer = browser.post("/account/again/?next=/sensitive/", {"password": "not it"})
    assert answer.status_code == 200
    assert "This is not your password." in answer.content.decode()
    assert "not it" not in answer.content.decode()
    assert is_sent_to(browser.get("/sensitive/"), "/account/again/")


def test_the_password_of_another_is_no_step_up() -> None:
    person("omar.h", "omar@mail.example", password="Seven slow rivers 3!")
    browser = signed_in(person(*AMINA, MEMBER))
    browser.post("/account/again/", {"password": "Seven slow rivers 3!"})
    assert is_sent_to(browser.get("/sensitive/"), "/account/again/")


# What is kept of it


@pytest.mark.parametrize("address", ["/anyone/", "/clinician/", "/sensitive/", "/account/sign-in/"])
def test_nothing_behind_sign_in_is_kept_by_a_browser(address: str) -> None:
    answer = signed_in(person(*AMINA, MEMBER)).get(address)
    assert answer.headers.get("Cache-Control") == "no-store" or answer.status_code == 403


def test_capacities_are_never_read_from_the_session() -> None:
    """A session holds which one was chosen; whether it lives is asked each time."""
    user = person(*AMINA, MEMBER)
    browser = signed_in(user)
    browser.post("/account/capacity/", {"capacity": str(user.capacities.get().pk)})
    Capacity.objects.filter(user=user).update(until=timezone.now())
    assert browser.get("/member/").status_code == 403
