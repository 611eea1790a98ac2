from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.gzip import gzip_page

from accounts.access import public
from portal.home.mosaic import picture
from portal.home.vocabulary import SPOKEN_NEAR_BY


@gzip_page
@public("the first page says what anyone can do here", reads=False)
def home(request: HttpRequest) -> HttpResponse:
    return render(request, "portal/home/home.html", {"picture": picture(), "spoken": SPOKEN_NEAR_BY})
