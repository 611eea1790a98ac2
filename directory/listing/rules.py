"""Numbers of places that have a name. SQL's twin stands in ``publication/sql/rows.sql``."""


def state_place(fips: int) -> int:
    return -fips


def county_place(fips: str) -> int:
    """County codes start at 01001, far above the state codes 1 to 78."""
    return -int(fips)
