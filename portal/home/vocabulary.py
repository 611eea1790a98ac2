"""Languages that the first page offers to search by, each in its own words: who needs one, finds it.

They are languages much spoken at home, beside English, where the fictional plan works; the codes are those
of Find Care's filter `language`.
"""

from typing import NamedTuple


class Spoken(NamedTuple):
    code: str
    endonym: str
    dir: str = "ltr"


SPOKEN_NEAR_BY = (
    Spoken("es", "Español"),
    Spoken("hmn", "Hmoob"),
    Spoken("so", "Soomaali"),
    Spoken("vi", "Tiếng Việt"),
    Spoken("om", "Afaan Oromoo"),
    Spoken("am", "አማርኛ"),
    Spoken("ksw", "ကညီကျိာ်"),
    Spoken("ar", "العربية", "rtl"),
    Spoken("ru", "Русский"),
    Spoken("cmn", "普通话 / 國語"),
    Spoken("yue", "廣東話"),
    Spoken("tl", "Tagalog"),
    Spoken("ne", "नेपाली"),
    Spoken("ase", "American Sign Language"),
)
