from django.urls import register_converter
from django.urls.converters import StringConverter


class NpiConverter:
    """Ten digits that begin with 1 or 2, in an address."""

    regex = "[12][0-9]{9}"

    def to_python(self, text: str) -> int:
        return int(text)

    def to_url(self, npi: int) -> str:
        return str(npi)


class PlaceConverter:
    """The number of a place, in an address."""

    regex = "[1-9][0-9]{0,9}"

    def to_python(self, text: str) -> int:
        return int(text)

    def to_url(self, number: int) -> str:
        return str(number)


class StateConverter(StringConverter):
    """The two letters of a state, in an address."""

    regex = "[A-Z]{2}"


register_converter(NpiConverter, "npi")
register_converter(PlaceConverter, "place")
register_converter(StateConverter, "state")
