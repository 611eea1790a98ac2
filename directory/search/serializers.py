"""The shapes of the JSON API, as /api/schema/ describes them: every field named, every value the code of a standard
where there is one. ``records.py`` makes what they describe."""

from typing import Any

from rest_framework import serializers


class LanguageSerializer(serializers.Serializer[Any]):
    code = serializers.CharField(help_text="BCP 47")
    proficiency = serializers.CharField(
        allow_blank=True, help_text="Plan-Net LanguageProficiencyCS: 20 to 50, or empty"
    )


class TrainingSerializer(serializers.Serializer[Any]):
    code = serializers.CharField()
    completed = serializers.CharField(allow_null=True, help_text="YYYY-MM")
    hours = serializers.IntegerField(allow_null=True)


class SharedSerializer(serializers.Serializer[Any]):
    """What the clinician chose to show. Empty lists for what is hidden, declined or was never asked."""

    race = serializers.ListField(child=serializers.CharField(), help_text="CDCREC codes; race and ethnicity together")
    race_text = serializers.CharField(allow_blank=True)
    pronouns = serializers.ListField(child=serializers.CharField())
    pronouns_text = serializers.CharField(allow_blank=True)
    population = serializers.ListField(child=serializers.CharField())
    population_text = serializers.CharField(allow_blank=True)
    competency = TrainingSerializer(many=True)
    competency_text = serializers.CharField(allow_blank=True)


class PlaceSerializer(serializers.Serializer[Any]):
    name = serializers.CharField()
    organization = serializers.CharField(allow_blank=True)
    line1 = serializers.CharField()
    line2 = serializers.CharField(allow_blank=True)
    city = serializers.CharField()
    state = serializers.CharField()
    zip = serializers.CharField()
    latitude = serializers.FloatField()
    longitude = serializers.FloatField()
    phone = serializers.CharField(allow_blank=True)
    website = serializers.CharField(allow_blank=True)
    distance_is_approximate = serializers.BooleanField(
        help_text="true: latitude and longitude are the ZIP code's, and metres to here are about right"
    )
    hours = serializers.ListField(help_text="[day 0-6 from Monday, opens, closes]")
    accessibility = serializers.ListField(child=serializers.CharField(), help_text="Plan-Net AccessibilityCS")
    staff_languages = serializers.ListField(child=serializers.CharField())
    interpreter_languages = serializers.ListField(child=serializers.CharField())


class LocationSerializer(serializers.Serializer[Any]):
    place = PlaceSerializer()
    accepting = serializers.CharField(allow_blank=True, help_text="Plan-Net AcceptingPatientsCS")
    networks = serializers.ListField(child=serializers.CharField())
    contracted = serializers.BooleanField(help_text="false: no roster names the clinician, call before you go")
    telehealth = serializers.BooleanField()
    age_from = serializers.IntegerField(allow_null=True)
    age_to = serializers.IntegerField(allow_null=True)


class ClinicianSerializer(serializers.Serializer[Any]):
    npi = serializers.CharField()
    name = serializers.CharField()
    goes_by = serializers.CharField(allow_blank=True)
    credential = serializers.CharField(allow_blank=True)
    specialties = serializers.ListField(child=serializers.CharField(), help_text="NUCC")
    gender = serializers.CharField(allow_blank=True)
    languages = LanguageSerializer(many=True)
    shared = SharedSerializer()
    checked_on = serializers.DateField(allow_null=True)
    metres = serializers.IntegerField(allow_null=True, help_text="from the place that was asked for")
    locations = LocationSerializer(many=True)


class CountSerializer(serializers.Serializer[Any]):
    value = serializers.CharField()
    name = serializers.CharField(help_text="in English")
    count = serializers.IntegerField()


class NotUnderstoodSerializer(serializers.Serializer[Any]):
    parameter = serializers.CharField()
    value = serializers.CharField(allow_blank=True)
    why = serializers.CharField()
    choices = serializers.ListField(child=serializers.CharField())


class DetailSerializer(serializers.Serializer[Any]):
    detail = serializers.CharField(help_text="a sentence")


class SuggestionSerializer(serializers.Serializer[Any]):
    """For a name that nobody, or hardly anybody, bears: names spelt nearly like it, the likeliest first."""

    searched = serializers.ListField(
        child=serializers.CharField(), help_text="searched for instead, unless spelling=exact; empty: nothing was"
    )
    others = serializers.ListField(child=serializers.CharField(), help_text="may have been meant; ask for one as q")


class ResultsSerializer(serializers.Serializer[Any]):
    count = serializers.IntegerField(help_text="clinicians found, exactly")
    results = ClinicianSerializer(many=True)
    facets = serializers.DictField(child=CountSerializer(many=True))
    next = serializers.CharField(allow_null=True)
    suggestion = SuggestionSerializer(allow_null=True)
    not_understood = NotUnderstoodSerializer(many=True)


class PlaceSourceSerializer(serializers.Serializer[Any]):
    named_by = serializers.CharField(help_text="roster, or the public list that names the place")
    as_of = serializers.DateField(allow_null=True)


class FoundPlaceSerializer(PlaceSerializer):
    id = serializers.IntegerField()
    kind = serializers.CharField()
    hours_note = serializers.CharField(allow_blank=True)
    interpreter_modes = serializers.ListField(child=serializers.CharField())
    networks = serializers.ListField(child=serializers.CharField(), help_text="empty: not known, call before you go")
    sources = PlaceSourceSerializer(many=True)
    metres = serializers.IntegerField(allow_null=True, help_text="from the place that was asked for")


class WhoWorksThereSerializer(serializers.Serializer[Any]):
    count = serializers.IntegerField()
    results = ClinicianSerializer(many=True)
    next = serializers.CharField(allow_null=True)


class PlacePageSerializer(FoundPlaceSerializer):
    clinicians = WhoWorksThereSerializer()


class PlaceResultsSerializer(serializers.Serializer[Any]):
    count = serializers.IntegerField(help_text="places found, exactly")
    results = FoundPlaceSerializer(many=True)
    facets = serializers.DictField(child=CountSerializer(many=True))
    next = serializers.CharField(allow_null=True)
    not_understood = NotUnderstoodSerializer(many=True)
