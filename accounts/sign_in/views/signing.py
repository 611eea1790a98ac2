"""In and out."""

from allauth.account.internal.flows.login import perform_login, record_authentication
from allauth.account.models import Login
from allauth.account.stages import LoginStageController
from allauth.mfa.models import Authenticator
from allauth.mfa.stages import AuthenticateStage
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters

from accounts.access import actor_of, next_page, open
from accounts.models import User
from accounts.sign_in import access, guessing, operations, passkeys, proofs
from accounts.sign_in.errors import LockedFor, PasskeyRefused, PasswordRefused, Refused
from accounts.sign_in.forms import Credential, SignIn
from accounts.sign_in.vocabulary import Proof

from .proving import TOO_MANY, prove


@sensitive_post_parameters("password")
@open("whoever signs in is a stranger until then")
def sign_in(request: HttpRequest) -> HttpResponseBase:
    if request.user.is_authenticated:
        return HttpResponseRedirect(next_page(request) or reverse("sign_in:account"))
    form = SignIn(request.POST or None)
    status = 200
    if request.method == "POST" and form.is_valid():
        at = timezone.now()
        try:
            user = proofs.whose_password(request, **form.cleaned_data, at=at)
        except Refused as refused:
            form.add_error("password" if isinstance(refused, PasswordRefused) else None, refused.sentence)
            status = TOO_MANY if isinstance(refused, LockedFor) else 200
        else:
            # Who has yet to set up a second factor does it now, without typing the password once more.
            fresh = access.must_have_second_factor(user, at) and not access.second_factors(user).exists()
            record_authentication(request, user, Proof.PASSWORD, reauthenticated=fresh or None)
            return let_in(request, user)
    return sign_in_page(request, form, status)


def sign_in_page(request: HttpRequest, form: SignIn, status: int = 200) -> HttpResponse:
    over = request.GET.get("over") == "yes"
    context = {"form": form, "over": over, "passkey": Credential(), "next": next_page(request)}
    return render(request, "accounts/sign_in/sign_in.html", context, status=status)


@open("whoever signs in with a passkey is a stranger until then")
def sign_in_with_passkey(request: HttpRequest) -> HttpResponseBase:
    if request.method != "POST":
        return redirect("account_login")
    if "options" in request.POST:
        try:
            guessing.count(guessing.of_invitation(request), timezone.now())
        except LockedFor:
            return HttpResponse(status=TOO_MANY)
        return JsonResponse(passkeys.invitation(None))
    form = Credential(request.POST)
    try:
        if not form.is_valid():
            raise PasskeyRefused
        factor = passkeys.answered(None, form.cleaned_data["credential"])
    except PasskeyRefused as refused:
        return sign_in_page(request, empty_form_that_says(refused))
    operations.note_passkey(factor=factor, at=timezone.now())
    record_authentication(request, factor.user, "mfa", id=factor.pk, type=factor.type, passwordless=True)
    return let_in(request, factor.user)


def empty_form_that_says(refused: Refused) -> SignIn:
    form = SignIn({})
    form.errors.clear()
    form.add_error(None, refused.sentence)
    return form


def let_in(request: HttpRequest, user: User) -> HttpResponseBase:
    # What was proved holds for as long as the credentials do that proved it.
    state = {"credentials": user.get_session_auth_hash()}
    return perform_login(request, Login(user=user, redirect_url=next_page(request), state=state))


@sensitive_post_parameters("code")
@open("the password was right, and nobody is signed in yet")
def second_factor(request: HttpRequest) -> HttpResponseBase:
    stage = None if request.user.is_authenticated else LoginStageController.enter(request, AuthenticateStage.key)
    if not stage:
        return redirect("account_login")
    user = stage.login.user
    if not user.is_active or stage.login.state["credentials"] != user.get_session_auth_hash():
        return redirect("account_login")

    def passed(factor: Authenticator) -> HttpResponseBase:
        record_authentication(request, user, "mfa", id=factor.pk, type=factor.type)
        return stage.exit()

    return prove(request, user, passed, "accounts/sign_in/second_factor.html", password=False)


@open("whoever wants to leave may, whatever else is asked of them")
def sign_out(request: HttpRequest) -> HttpResponseBase:
    if request.method != "POST":
        return render(request, "accounts/sign_in/sign_out.html", {"signed_in": request.user.is_authenticated})
    if request.user.is_authenticated:
        operations.note_sign_out(user=request.user, session=request.session, by=actor_of(request), at=timezone.now())
    logout(request)
    response = redirect("account_logout")
    # Not "cookies": that would take away those of every other site under the plan's name, and the session is over.
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response
