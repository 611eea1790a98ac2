"""Which letters a staff person prints."""

from datetime import datetime
from typing import Any

from accounts.models import Capacity, Post
from accounts.outbox.access import letters_printed_by


def kinds_for(capacity: Capacity, at: datetime) -> dict[str, Any]:
    """Kind and what it is called, by the jobs that the person has at this moment."""
    posts = Post.objects.live(at).filter(person__capacity=capacity)
    return letters_printed_by(set(posts.values_list("job", flat=True)))
