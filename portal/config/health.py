"""What operators and load balancers ask: whether the process lives, and whether the site says what is true now."""

from collections.abc import Callable
from functools import wraps

from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.views.decorators.http import require_safe

from accounts.access import public
from accounts.public_role.grants import allow_list
from directory.listing.models import ListedClinician
from directory.listing.queries import Filter, Query
from directory.listing.vocabulary import Group
from directory.publication.models import Late

View = Callable[..., HttpResponseBase]

NOBODY = Query(filters=(Filter(Group.SPECIALTY, ()),)).total_only()
"""A search that goes through the database's functions and finds nobody."""

UNREADABLE = """
SELECT EXISTS (
  SELECT FROM unnest(%s::text[], %s::text[]) AS published(relation, field)
   WHERE has_column_privilege(to_regclass(relation), field, 'SELECT') IS NOT TRUE
)
"""


def late_without_a_database(view: View) -> View:
    """Whatever the database refuses, the answer is late: it does not say what, or of whom."""

    @wraps(view)  # takes the declaration of access along
    def asked(request: HttpRequest) -> HttpResponseBase:
        try:
            return view(request)
        except DatabaseError:
            return say_late()

    return asked


def say_ok() -> HttpResponse:
    return said("ok", 200)


def say_late() -> HttpResponse:
    return said("late", 503)


def said(word: str, status: int) -> HttpResponse:
    return HttpResponse(
        word, status=status, content_type="text/plain; charset=utf-8", headers={"Cache-Control": "no-store"}
    )


@require_safe
@public("operators ask whether the process lives", reads=False)
def live(request: HttpRequest) -> HttpResponse:
    return say_ok()


@require_safe
@late_without_a_database
@public("operators ask whether pages can be answered and are up to date")
def ready(request: HttpRequest) -> HttpResponse:
    """Late while an imported fact waits to be published, or tables, rights or functions are not what the code needs.

    Who changes an answer or a choice is published in the same transaction, so this never moves with one, nor with a
    fact that its clinician has hidden or corrected.
    """
    ListedClinician.objects.find(NOBODY)
    return say_late() if unreadable() or Late.objects.exists() else say_ok()


def unreadable() -> bool:
    """Whether some published column is missing, or the public role may not read it."""
    relations, fields = zip(*sorted(allow_list()), strict=True)
    with connection.cursor() as cursor:
        cursor.execute(UNREADABLE, [list(relations), list(fields)])
        return bool(cursor.fetchone()[0])
