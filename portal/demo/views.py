"""What only the demo has. Its people are fictional, so whoever looks may read their mail."""

from uuid import UUID

from csp.constants import NONE, UNSAFE_INLINE
from csp.decorators import csp_replace
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_safe

from accounts.access import open

from .authenticators import codes_now
from .forms import KeyForm
from .mails import newest, sent
from .vocabulary import MAILS_SHOWN


@require_safe
@open("whoever looks at the demo reads the mails of its fictional people")
def mails(request: HttpRequest) -> HttpResponse:
    return render(request, "portal/demo/mails.html", {"mails": newest(MAILS_SHOWN)})


@require_safe
@csp_replace({"default-src": [NONE], "style-src": [UNSAFE_INLINE], "script-src": [NONE], "sandbox": [""]})
@open("whoever looks at the demo reads the mails of its fictional people")
def as_it_looks(request: HttpRequest, mail: UUID) -> HttpResponse:
    """The mail as a mail program shows it: its own styles, and no script, form or anything from elsewhere."""
    found = sent(mail)
    return HttpResponse(found.html) if found else redirect("demo:mails")


@open("whoever looks at the demo may have no authenticator app")
@sensitive_post_parameters()
def authenticator(request: HttpRequest) -> HttpResponse:
    at = timezone.now()
    form = KeyForm(request.POST or None)
    code = form.cleaned_data["key"] if form.is_valid() else ""
    return render(
        request, "portal/demo/authenticator.html", {"form": form, "code": code, "codes": codes_now(at), "now": at}
    )
