from typing import Any

import pytest
from django.utils import timezone

from accounts.vocabulary import program
from directory.code_sets.models import CodeSet, Vocabulary, vocabulary
from directory.code_sets.operations import load_code_sets


@pytest.fixture
def loaded(django_db_setup: None, django_db_blocker: Any) -> None:
    """The project's own code sets, committed; loaded again where another test emptied the tables."""
    with django_db_blocker.unblock():
        if not CodeSet.objects.exists():
            load_code_sets(by=program("test"), at=timezone.now())


@pytest.fixture
def words(loaded: None, db: None) -> Vocabulary:
    return vocabulary()
