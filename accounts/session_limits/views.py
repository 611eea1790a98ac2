from django.http import HttpRequest, HttpResponseBase, JsonResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_safe

from accounts.access import requires


@requires(second_factor=False)
def stay(request: HttpRequest) -> HttpResponseBase:
    """Somebody answered the warning, or comes back here from signing in."""
    if request.method != "POST":
        return redirect("sign_in:account")
    return what_is_left(request)


@require_safe
@requires(second_factor=False, background=True)
def left(request: HttpRequest) -> JsonResponse:
    """Asked by an open page, which cannot know what its person does in another tab."""
    return what_is_left(request)


def what_is_left(request: HttpRequest) -> JsonResponse:
    limits = request.session_limits  # type: ignore[attr-defined]
    return JsonResponse({"seconds": limits.seconds_left, "last": limits.is_the_longest})
