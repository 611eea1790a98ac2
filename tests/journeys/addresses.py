"""The pages that every journey's rules hold for. All of the small network is in Saint Paul."""

AMINA = "/find-care/clinicians/2100079195/"
SOMALI_PEDIATRICIAN = "specialty=208000000X&zip=55104&within=10&language=so"
NOBODY = "specialty=208000000X&zip=55104&within=5&language=so&accepting=yes&pronouns=they"

A_PLACE = "/find-care/places/1/"  # a new database numbers the places of its first import from 1

PAGES = {
    "home": "/",
    "results": "/find-care/?zip=55104",
    "empty": f"/find-care/?{NOBODY}",
    "clinician": AMINA,
    "places": "/find-care/places/?zip=55104",
    "place": A_PLACE,
    "print": f"/find-care/print/?{SOMALI_PEDIATRICIAN}",
    "places on paper": "/find-care/places/print/?zip=55104&within=2",
    "not found": "/nothing/",
}


def in_spanish(address: str) -> str:
    return f"/es{address}"
