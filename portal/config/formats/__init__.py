"""How dates and times are written, where Django's own way is not ours: a moment names its time
zone, and Spanish counts twelve hours, as people here do."""

from django.utils.translation import gettext_noop

HALVES_OF_THE_DAY = (gettext_noop("a.m."), gettext_noop("p.m."))
"""Django asks for their Spanish, and has its own spelling."""
