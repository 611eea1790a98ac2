"""Which tables public pages may read: said on the model, granted to the role after every migration."""

from typing import TypeVar

from django.db.models import Model

M = TypeVar("M", bound=type[Model])


def published(model: M) -> M:
    """Class decorator: the public site may read the columns of this table that are classified public. Never inherited
    by a subclass."""
    model.is_published = True  # type: ignore[attr-defined]
    return model
