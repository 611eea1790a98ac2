"""Refusals at the start."""


class SettingError(Exception):
    """A setting is wrong or missing: one sentence that names it and gives an example of a right one."""
