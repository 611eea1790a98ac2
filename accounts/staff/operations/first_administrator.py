"""How the first access administrator comes in, whom nobody can give that job."""

from datetime import datetime

from django.db import transaction

from accounts.models import Post, StaffPerson
from accounts.operations import give_post, staff_subject
from accounts.registration import operations as registration
from accounts.registration.vocabulary import Channel
from accounts.staff.errors import NotTheFirst, NumberOfAnother
from accounts.staff.operations import come_back, invite, jobs_one_at_a_time, name_person
from accounts.vocabulary import Actor, Job, Source


@transaction.atomic
def first_administrator(
    *,
    number: str,
    first_name: str,
    last_name: str,
    email: str,
    department: str,
    language: str,
    by: Actor,
    at: datetime,
) -> StaffPerson:
    """Name the person, give them the job, and mail them an activation ID.

    Raises NotTheFirst while anybody has that job, registered or not, and NumberOfAnother where the staff file knows the
    number under another name or email.
    """
    jobs_one_at_a_time()
    if Post.objects.not_over(at).filter(job=Job.ACCESS_ADMINISTRATOR).exists():
        raise NotTheFirst
    known = StaffPerson.objects.filter(number=number)
    for pk in known.values_list("pk", flat=True):
        registration.one_at_a_time(staff_subject(pk))
    person = known.select_for_update(of=("self",)).first()
    if person is None:
        person = name_person(
            number=number,
            first_name=first_name,
            last_name=last_name,
            email=email,
            language=language,
            by=by,
            at=at,
        )
    elif (person.first_name, person.last_name, person.email) != (first_name, last_name, email):
        raise NumberOfAnother
    elif person.left_at:
        come_back(person=person, by=by, at=at)
    give_post(
        person=person,
        job=Job.ACCESS_ADMINISTRATOR,
        department=department,
        manager=None,
        since=at,
        by=by,
        at=at,
        said_by=Source.HERE,
    )
    invite(person=person, channel=Channel.MAIL, by=by, at=at)
    return person
