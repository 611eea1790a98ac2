"""What every answer carries, and the language it is in."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase
from django.utils import translation

GetResponse = Callable[[HttpRequest], HttpResponseBase]

# "Use my location" asks the browser, on a click. Nothing else of the machine is ours to ask for.
PERMISSIONS = ", ".join(
    [
        "geolocation=(self)",
        *(
            f"{name}=()"
            for name in (
                "accelerometer",
                "browsing-topics",
                "camera",
                "display-capture",
                "gyroscope",
                "magnetometer",
                "microphone",
                "midi",
                "payment",
                "screen-wake-lock",
                "usb",
            )
        ),
    ]
)


class LanguageOfTheAddress:
    """The address says the language, and nothing else does: no cookie, no Accept-Language header.

    Everyone who opens a link sees the same bytes. It activates and never deactivates, because a
    streamed body is made after the middleware was left; the next request activates its own.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        language = translation.get_language_from_path(request.path_info) or "en"
        translation.activate(language)
        request.LANGUAGE_CODE = language
        response = self.get_response(request)
        response.headers.setdefault("Content-Language", language)
        return response


class PermissionsPolicy:
    """Names what of the visitor's machine the pages may use."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        response.headers.setdefault("Permissions-Policy", PERMISSIONS)
        return response
