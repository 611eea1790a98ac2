from typing import Any

import pytest
from django.utils import timezone

from accounts.vocabulary import program
from directory.code_sets.models import CodeSet
from directory.publication.operations import load_code_sets


@pytest.fixture
def loaded(django_db_setup: None, django_db_blocker: Any) -> None:
    """The project's own code sets, committed; loaded again where another test emptied the tables."""
    with django_db_blocker.unblock():
        if not CodeSet.objects.exists():
            load_code_sets(by=program("test"), at=timezone.now())


@pytest.fixture
def network(loaded: None, db: None) -> None:
    """An empty network in a database that knows its codes; everything a test writes is taken back."""
