from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_safe

from accounts.access import public, requires
from accounts.vocabulary import CapacityKind
from portal.home.mosaic import picture
from portal.home.vocabulary import SPOKEN_NEAR_BY
from portal.members.access import coverages_of, line_of_business_of, member_of


@gzip_page
@public("the first page says what anyone can do here", reads=False)
def home(request: HttpRequest) -> HttpResponse:
    return render(request, "portal/home/home.html", {"picture": picture(), "spoken": SPOKEN_NEAR_BY})


@require_safe
@requires(CapacityKind.MEMBER)
def member(request: Any) -> HttpResponse:
    found = member_of(request.capacity)
    coverages = coverages_of(found, timezone.now()) if found else []
    context = {
        "member": found,
        "now": [each.coverage for each in coverages if each.is_now],
        "ahead": [each.coverage for each in coverages if each.is_ahead],
        "last": next((each.coverage for each in coverages if each.is_over), None),
        "phone": settings.PLAN.phone_for(line_of_business_of(coverages)),
    }
    return render(request, "portal/home/member.html", context)
