"""From the places that people write to points and numbers of the map. Reads code sets and the listing."""

from collections.abc import Mapping
from dataclasses import dataclass

from directory.code_sets.models import County, Point, State
from directory.code_sets.rules import county_key, place_key
from directory.code_sets.vocabulary import PointKind
from directory.listing.models import Attribute
from directory.listing.rules import county_place, state_place
from directory.listing.vocabulary import Group

from .rules import Parameters, Place

OF_THE_NETWORK = (Group.NETWORK, Group.PLAN, Group.AFFILIATION)

_states: dict[str, State] = {}


def states() -> Mapping[str, State]:
    """Every state by its two letters, read once a process."""
    if not _states:
        _states.update((state.code, state) for state in State.objects.order_by("name_en"))
    return _states


def network_codes(parameters: Parameters) -> dict[str, set[str]]:
    """The states, and which of the networks, plans and affiliations that an address names there are."""
    known: dict[str, set[str]] = {"state": set(states()), **{group: set() for group in OF_THE_NETWORK}}
    asked = {group: parameters.get(group, ()) for group in OF_THE_NETWORK}
    if any(asked.values()):
        rows = Attribute.objects.filter(
            group__in=[group for group, codes in asked.items() if codes],
            code__in=[code for codes in asked.values() for code in codes],
        )
        for group, code in rows.values_list("group", "code"):
            known[group].add(code)
    return known


@dataclass(frozen=True)
class Start:
    """The point from which distance is measured. ``choices`` instead, when several places bear the name."""

    latitude: float = 0
    longitude: float = 0
    label: str = ""
    choices: tuple[str, ...] = ()


def start_of(place: Place, preferred: tuple[str, ...]) -> Start | None:
    """Where a search starts; None when nobody knows the place.

    A city that several states have is not guessed: ``choices`` are those states, the ``preferred`` first.
    """
    if place.zip:
        points = list(Point.objects.filter(kind=PointKind.ZIP, code=place.zip)[:1])
    else:
        found = Point.objects.filter(kind=PointKind.CITY, code=place_key(place.city))
        points = list(found.filter(state=place.state) if place.state else found)
        in_states = {point.state for point in points}
        if len(in_states) > 1:
            order = sorted(in_states, key=lambda state: (state not in preferred, state))
            return Start(choices=tuple(order))
    if not points:
        return None
    point = max(points, key=lambda point: point.weight)
    label = f"{place.zip}" if place.zip else f"{point.name}, {point.state}"
    return Start(latitude=point.lat, longitude=point.lon, label=label)


def county_of(written: str, state: str) -> tuple[County | None, tuple[str, ...]]:
    """A county by its Census code or its name; the states to choose from when several have one of that name."""
    if written.isascii() and written.isdigit():
        return County.objects.filter(fips=written).first(), ()
    counties = list(County.objects.filter(folded=county_key(written), **({"state": state} if state else {})))
    if len({county.state for county in counties}) > 1:
        return None, tuple(sorted(county.state for county in counties))
    return (counties[0] if counties else None), ()


def place_numbers(state: str, county: County | None) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The numbers of the state and of the county in the bitmaps; empty where the search names none."""
    return (
        (state_place(states()[state].fips),) if state else (),
        (county_place(county.fips),) if county else (),
    )


def zip_at(latitude: float, longitude: float) -> str | None:
    """The ZIP code nearest to a point, within about 70 miles of it; None in the middle of nowhere."""
    near = Point.objects.filter(
        kind=PointKind.ZIP,
        lat__range=(latitude - 1, latitude + 1),
        lon__range=(longitude - 1, longitude + 1),
    ).values_list("lat", "lon", "code")
    return min(((lat - latitude) ** 2 + (lon - longitude) ** 2, code) for lat, lon, code in near)[1] if near else None
