from django.db import models

CHUNK_BITS = 12
"""Clinicians are numbered; 2 ** 12 = 4096 neighbours share a chunk, and a chunk's bits fit into one row."""

SPARSE = 20
"""A fact that no more of a chunk have than this, in person or anywhere, is kept as a list of them: counting a list
costs less."""

EVERYWHERE = 0
"""The place whose bits are all locations. States and counties are negative (``rules.py``), tree nodes positive."""

LEAF_ROWS = 1000
"""A node of the tree of places with more locations than this is split."""

DEEPEST_NODE = 16


class Group(models.TextChoices):
    """The kinds of fact that a search can ask for; ``PER_LOCATION`` says which hold at a location."""

    SPECIALTY = "specialty"
    LANGUAGE = "language"
    RACE = "race"
    PRONOUNS = "pronouns"
    COMPETENCY = "competency"
    POPULATION = "population"
    GENDER = "gender"
    AFFILIATION = "affiliation"
    OFFICE_LANGUAGE = "office_language"
    ACCESSIBILITY = "accessibility"
    ACCEPTING = "accepting"
    TELEHEALTH = "telehealth"
    NETWORK = "network"
    PLAN = "plan"
    AGES = "ages"
    KIND = "kind"
    UNCONTRACTED = "uncontracted"


PER_LOCATION = (
    Group.OFFICE_LANGUAGE,
    Group.ACCESSIBILITY,
    Group.ACCEPTING,
    Group.TELEHEALTH,
    Group.NETWORK,
    Group.PLAN,
    Group.AGES,
    Group.KIND,
    Group.UNCONTRACTED,
)


class Verb(models.TextChoices):
    """What the audit says of the public files."""

    FILES_PUT_IN_SERVICE = "listing.files_put_in_service", "put the public files of a state in service"
    FILES_ENDED = "listing.files_ended", "took away the public files of a state where nobody is listed any more"
