"""The words that fictional networks are made of: names of organisations, texts of sites, codes of answers.

Names of organisations are plants, places and plain words that name no real body; websites end in `.example`.
"""


def listed(text: str) -> tuple[str, ...]:
    """The words of a text."""
    return tuple(text.split())


def _assigned(text: str) -> dict[str, str]:
    """`"MN=218 PA=717"` as a dict."""
    return dict(pair.split("=") for pair in text.split())


# --- organisations -------------------------------------------------------------------------------------

FIRST_WORDS = listed(
    "Alder Ash Aspen Basswood Bayberry Beech Birch Bluestem Brookfall Cedar Chestnut "
    "Clover Copper Cottonwood Dogwood Elderberry Elm Fern Fieldstone Foxglove Gentian "
    "Goldenrod Granite Hawthorn Hazel Hickory Holly Ironwood Juniper Larch Larkspur "
    "Laurel Linden Lupine Maple Marigold Meadowlark Millstone Mulberry Nettlebrook Oak "
    "Orchard Osprey Pebble Pine Plum Poplar Quarry Redbud Rowan Sage Sandstone Sorrel "
    "Spruce Sumac Sycamore Tamarack Teasel Thistle Walnut Willow Yarrow"
)
SECOND_WORDS = listed(
    "Bend Bluff Commons Corner Court Creek Crossing Field Gate Glen Grove Hill Hollow "
    "Lane Meadow Park Point Ridge Row Run Square Street Terrace Trail Valley Way"
)
CULTURAL_WORDS = ("Hmong", "Somali", "La Clínica", "First Nations", "O’Brien", "A&B", "Tri-County")
"""Few and marked: a name with a cultural group, an accent, a sign, an apostrophe, a hyphen."""

SERVICE_WORDS = (
    "Family", "Behavioral", "Pediatric", "Women’s", "Cardiology", "Orthopedic", "Primary Care", "Eye",
    "Dental",
    "Rehabilitation", "Counseling", "Internal Medicine", "Specialty", "Integrated", "Health", "",
)  # fmt: skip
KIND_WORDS = (
    "Clinic", "Medical Group", "Associates, P.A.", "Associates LLC", "Health Center", "Partners",
    "Center, Inc.", "Services", "Practice", "Group PLLC",
)  # fmt: skip
NEUTRAL_SERVICE_WORDS = ("Family", "Community", "Neighborhood", "Health", "Care", "Wellness", "Medical", "")
NEUTRAL_KIND_WORDS = ("Clinic", "Health Center", "Partners", "Associates, P.A.", "Practice", "Group PLLC")
"""For a tidy network: a pediatrician is not found at a dental practice."""

HOSPITAL_WORDS = ("Hospital", "Medical Center", "General Hospital", "Community Hospital")

# --- sites ---------------------------------------------------------------------------------------------

ACCESSIBILITY = (
    ("", 18), ("adacomp", 26), ("adacomp|pubtrans", 20), ("adacomp|cultcomp|pubtrans", 8),
    ("adacomp|anssrvc", 6),
    ("cultcomp", 4), ("adacomp|mobility", 8), ("pubtrans", 5), ("adacomp|mobility|cognitive|anssrvc", 3),
    ("handiaccess", 2),
)  # fmt: skip
"""Codes of the Plan-Net AccessibilityCS, with weights."""

HOURS = (
    ("Mo-Fr 08:00-17:00", 36), ("Mo-Fr 09:00-18:00", 20), ("Mo-Th 08:00-17:00; Fr 08:00-12:00", 12),
    ("Mo-Fr 08:00-20:00; Sa 09:00-13:00", 9), ("Mo-Su 00:00-24:00", 4), ("", 9), ("By appointment", 5),
    ("Mo,We,Fr 10:00-16:00", 3), ("Tu 22:00-06:00", 0.3),
)  # fmt: skip
PARKING = (
    ("", 50), ("Free parking", 22), ("Free lot behind the building", 8), ("Paid ramp", 6), ("Paid lot", 4),
    ("Street parking only", 6),
)  # fmt: skip
TRANSIT = (
    ("", 58), ("Bus stop within 1/4 mile", 22), ("Bus stop at the door", 9),
    ("Light rail within two blocks", 5),
    ("Bus and light rail within 1/4 mile", 4), ("Call for directions by bus", 2),
)  # fmt: skip
INTERPRETER_MODES = (
    ("phone", 24), ("phone|video", 38), ("in_person|phone|video", 22), ("in_person|phone", 8), ("video", 6),
    ("in_person", 2),
)  # fmt: skip

CITIES_THAT_ARE_FIRMS = frozenset({"WELLS FARGO HOME MORTGAGE"})
"""Some firms have a ZIP code of their own, and it bears their name."""

AREA_CODE_OF_STATE = _assigned(
    "AL=205 AK=907 AZ=602 AR=501 CA=213 CO=303 CT=203 DE=302 DC=202 FL=305 GA=404 HI=808 "
    "ID=208 IL=312 IN=317 IA=515 KS=316 KY=502 LA=504 ME=207 MD=301 MA=617 MI=313 MN=218 "
    "MS=601 MO=314 MT=406 NE=402 NV=702 NH=603 NJ=201 NM=505 NY=212 NC=704 ND=701 OH=216 "
    "OK=405 OR=503 PA=717 RI=401 SC=803 SD=605 TN=615 TX=214 UT=801 VT=802 VA=703 WA=206 "
    "WV=304 WI=715 WY=307 PR=787 VI=340 GU=671 AS=684 MP=670"
)
"""One telephone area code of each state: enough for a number that looks at home and rings nowhere."""

AREA_CODE_OF_ZIP3 = _assigned(
    "540=715 550=651 551=651 553=763 554=612 555=763 559=507 563=320 150=724 151=412 "
    "152=412 153=724 154=724 156=724 160=724 942=916 945=925 952=209 956=916 957=916 "
    "958=916 959=530"
)
"""Area codes around the three places of the demo network, where one for the state would look wrong."""

# --- clinicians ----------------------------------------------------------------------------------------

NETWORKS = {
    "N1": "Lindenfield Open Network",
    "N2": "Lindenfield Medical Assistance",
    "N3": "Lindenfield Select",
    "N4": "Lindenfield Medicare",
}
PLANS = (
    ("N1", "P1", "Lindenfield Choice", "Commercial"),
    ("N1", "P2", "Lindenfield Employer Group", "Commercial"),
    ("N2", "P3", "Lindenfield Medical Assistance Plan", "Medicaid"),
    ("N2", "P4", "Lindenfield Families", "Medicaid"),
    ("N3", "P5", "Lindenfield Select Bronze", "Commercial"),
    ("N3", "P6", "Lindenfield Select Silver", "Commercial"),
    ("N4", "P7", "Lindenfield Medicare Advantage", "Medicare"),
    ("N4", "P8", "Lindenfield Dual Care", "Medicare"),
    ("N2", "P8", "Lindenfield Dual Care", "Medicare"),
)
"""network id, plan id, plan name, line of business: a plan may use two networks, a network serves several."""

NETWORKS_OF_A_CLINICIAN = (
    ("N1", 30), ("N1|N2", 22), ("N2", 12), ("N1|N3", 12), ("N1|N2|N3|N4", 10), ("N4", 5), ("N2|N4", 5),
    ("N3", 4),
)  # fmt: skip
ACCEPTING = (("newpt", 70), ("nopt", 14), ("existptonly", 11), ("existptfam", 5))
"""Codes of the Plan-Net AcceptingPatientsCS."""

AGES_SEEN = ((",", 70), ("0,18", 7), ("18,", 14), ("65,", 3), ("0,21", 3), ("13,", 3))
"""`age_min,age_max` as two cells: either may be empty."""

TELEHEALTH_MODALITIES = (("video", 40), ("video|phone", 40), ("phone", 8), ("video|phone|app", 12))
SUFFIXES = (("", 96.5), ("JR.", 2), ("SR.", 0.3), ("II", 0.3), ("III", 0.8), ("IV", 0.1))
LICENSE_PREFIXES = (
    ("", 45), ("MD", 10), ("PA", 8), ("A", 10), ("DR.", 4), ("ME", 8), ("0", 10), ("R-", 3), ("LIC#", 2),
)  # fmt: skip
PREFIX_OF_CREDENTIAL = dict.fromkeys(("MD", "DO", "DDS", "DMD", "OD", "DPM", "DC"), "DR.")

MEMBERS_LOOK_FOR = (
    "Allopathic & Osteopathic Physicians",
    "Behavioral Health & Social Service Providers",
    "Chiropractic Providers",
    "Dental Providers",
    "Dietary & Nutritional Service Providers",
    "Eye and Vision Services Providers",
    "Physician Assistants & Advanced Practice Nursing Providers",
    "Podiatric Medicine & Surgery Service Providers",
    "Respiratory, Developmental, Rehabilitative and Restorative Service Providers",
    "Speech, Language and Hearing Service Providers",
)
"""NUCC groupings whose clinicians a member chooses."""

MEMBERS_DO_NOT_CHOOSE = ("2085", "207Z", "207L", "207P", "208M", "3675", "106S", "2083", "2278", "2279")
"""Codes that begin so belong to those groupings, but work behind others: radiology, anesthesia ..."""

TIDY_CREDENTIALS = {
    "20": (("MD", 86), ("DO", 11), ("MD, MPH", 3)),
    "103K": (("BCBA", 100),),
    "103": (("PhD", 62), ("PsyD", 38)),
    "1041": (("LICSW", 100),),
    "101YA": (("LADC", 100),),
    "101": (("LPCC", 70), ("MA, LPC", 30)),
    "106": (("LMFT", 100),),
    "104": (("LICSW", 100),),
    "1223": (("DDS", 68), ("DMD", 32)),
    "122": (("DDS", 68), ("DMD", 32)),
    "124": (("RDH", 100),),
    "126": (("LDA", 100),),
    "111": (("DC", 100),),
    "152": (("OD", 100),),
    "133": (("RD, LD", 100),),
    "213": (("DPM", 100),),
    "225X": (("OTR/L", 100),),
    "2251": (("PT, DPT", 70), ("PT", 30)),
    "235": (("MS, CCC-SLP", 100),),
    "231": (("AuD", 100),),
    "237": (("AuD", 100),),
    "363L": (("APRN, CNP", 74), ("DNP, APRN", 26)),
    "363A": (("PA-C", 100),),
    "367A": (("APRN, CNM", 100),),
    "364": (("APRN, CNS", 100),),
}
"""Credentials as a careful plan keeps them, by the beginning of the specialty's code (the longest wins)."""

TIDY_CREDENTIAL_ELSEWHERE = {"LICSW": "LCSW", "LPCC": "LPC", "LADC": "CADC"}
"""What Minnesota calls so, other states call otherwise."""

# --- answers -------------------------------------------------------------------------------------------

TRAININGS = (
    "CLAS", "LGBTQ", "IMPLICIT_BIAS", "TRAUMA_INFORMED", "DISABILITY", "LANGUAGE_ACCESS", "AI_AN_HEALTH",
    "CULTURAL_HUMILITY", "RACIAL_EQUITY", "VETERAN", "OLDER_ADULT", "REFUGEE_IMMIGRANT",
)  # fmt: skip
POPULATIONS = (
    ("refugees-immigrants", 18), ("american-indian-alaska-native", 4), ("lgbtq", 14), ("transgender", 6),
    ("hiv-prep", 5), ("disability-physical", 8), ("disability-intellectual", 6), ("deaf-hard-of-hearing", 4),
    ("justice-involved", 4), ("homeless", 6), ("veterans", 7), ("adolescents", 12), ("older-adults", 12),
    ("faith-communities", 2),
)  # fmt: skip
PRONOUNS = {
    "F": (("she", 92), ("she-they", 4), ("they", 3), ("he", 0.6), ("he-they", 0.4)),
    "M": (("he", 93), ("he-they", 2), ("they", 3), ("she", 1.4), ("she-they", 0.6)),
}
WRITTEN_IN = (
    "Kurdish", "Oromo", "Iu Mien", "Garifuna", "Basque", "Eritrean", "Congolese", "Cape Verdean", "Métis",
    "Chaldean", "Ilocano", "Bantu",
)  # fmt: skip

RESERVED = {
    "race": ("1586-7", "2086-7", "2101-4", "1742-6"),
    "ethnicity": ("2165-9", "2176-6"),
    "pronouns": ("he-they",),
    "competency": ("VETERAN",),
    "population": ("faith-communities",),
    "gender": ("X",),
    "language": ("mfs",),
}
"""Codes that only canaries use: hidden answers, so that a code seen anywhere public has leaked."""
