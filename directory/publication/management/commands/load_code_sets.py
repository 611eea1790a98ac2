import json
from typing import Any

from django.utils import timezone

from accounts.public_role.commands import OwnersCommand
from accounts.vocabulary import program
from directory.publication.operations import load_code_sets


class Command(OwnersCommand):
    help = "Load the code sets under seeds/code_sets that changed; restart the servers when there are any."

    def handle(self, **options: Any) -> None:
        loaded = load_code_sets(by=program("load_code_sets"), at=timezone.now())
        self.stdout.write(json.dumps({"loaded": loaded}))
