"""Whom an import may have changed, as whoever publishes them reads it."""

CHANGED_CLINICIANS = "changed_clinicians"
"""The temporary table (npi, field) of everyone whose listing an import may change. ``field`` is the stated fact that
changed (name, gender, language), which their own word stands before; NULL where it is anything else."""

STATED = {
    "name": ("family_name", "given_name", "middle_name", "suffix", "preferred_name"),
    "gender": ("gender",),
}
"""The columns of a clinician that are a stated fact, of which the clinician may have spoken."""
UNLISTED = ("license_number", "license_state")
"""The columns of a clinician that the listing never shows."""
GOVERNED = {of: list(columns) for of, columns in STATED.items()} | {
    "governed": [column for columns in (*STATED.values(), UNLISTED) for column in columns]
}

CHANGED_PLACES = "changed_places"
"""The temporary table (id) of every location whose listing an import may change. No answer has a part in it."""
