"""The same clinicians and organisations as the federal registry (NPPES) would publish them: every field quoted, upper
case."""

from pathlib import Path

import numpy as np

from tests.bench.fictional_clinicians import Block, World
from tests.bench.fictional_sites import Sites

EMPTY = '"",'
PL_HEADER = ",".join(
    f'"{name}"'
    for name in (
        "NPI",
        "Provider Secondary Practice Location Address- Address Line 1",
        "Provider Secondary Practice Location Address-  Address Line 2",
        "Provider Secondary Practice Location Address - City Name",
        "Provider Secondary Practice Location Address - State Name",
        "Provider Secondary Practice Location Address - Postal Code",
        "Provider Secondary Practice Location Address - Country Code (If outside U.S.)",
        "Provider Secondary Practice Location Address - Telephone Number",
        "Provider Secondary Practice Location Address - Telephone Extension",
        "Provider Practice Location Address - Fax Number",
    )
)
"""The uneven blanks are the registry's own."""


def _named(text: str) -> list[str]:
    """Column names, cut at the bars."""
    return text.split("|")


def npidata_columns() -> list[str]:
    """The 330 column names of the registry's main file, as it has named them since 2025."""
    names = _named(
        "NPI|Entity Type Code|Replacement NPI|Employer Identification Number (EIN)|"
        "Provider Organization Name (Legal Business Name)|Provider Last Name (Legal Name)|"
        "Provider First Name|Provider Middle Name|Provider Name Prefix Text|"
        "Provider Name Suffix Text|Provider Credential Text|Provider Other Organization Name|"
        "Provider Other Organization Name Type Code|Provider Other Last Name|"
        "Provider Other First Name|Provider Other Middle Name|"
        "Provider Other Name Prefix Text|Provider Other Name Suffix Text|"
        "Provider Other Credential Text|Provider Other Last Name Type Code"
    )
    for kind in ("Mailing", "Practice Location"):
        names += [f"Provider {line} Line Business {kind} Address" for line in ("First", "Second")]
        parts = "City Name|State Name|Postal Code|Country Code (If outside U.S.)|Telephone Number|Fax Number"
        names += [f"Provider Business {kind} Address {part}" for part in parts.split("|")]
    names += _named(
        "Provider Enumeration Date|Last Update Date|NPI Deactivation Reason Code|"
        "NPI Deactivation Date|NPI Reactivation Date|Provider Sex Code|"
        "Authorized Official Last Name|Authorized Official First Name|"
        "Authorized Official Middle Name|Authorized Official Title or Position|"
        "Authorized Official Telephone Number"
    )
    for slot in range(1, 16):
        names += [
            f"Healthcare Provider Taxonomy Code_{slot}",
            f"Provider License Number_{slot}",
            f"Provider License Number State Code_{slot}",
            f"Healthcare Provider Primary Taxonomy Switch_{slot}",
        ]
    for slot in range(1, 51):
        names += [f"Other Provider Identifier{part}_{slot}" for part in ("", " Type Code", " State", " Issuer")]
    names += _named(
        "Is Sole Proprietor|Is Organization Subpart|Parent Organization LBN|"
        "Parent Organization TIN|Authorized Official Name Prefix Text|"
        "Authorized Official Name Suffix Text|Authorized Official Credential Text"
    )
    names += [f"Healthcare Provider Taxonomy Group_{slot}" for slot in range(1, 16)]
    return [*names, "Certification Date"]


def npidata_header() -> str:
    return ",".join(f'"{name}"' for name in npidata_columns())


HOSPITAL = "282N00000X"
SERVICES = ("261QP2300X", "193200000X", "207Q00000X", "1223G0001X", "3336C0003X", "251E00000X", "225100000X")
TAKEN_OVER = ("03/01/2007", "10/15/2025")


def organisation_rows(sites: Sites) -> list[str]:
    """One row for each organisation, at its campus; every fourth does business under another name."""
    found = []
    for at, organisation in enumerate(sites.organisations):
        legal = organisation.name.replace('"', "").upper()
        trade = ("", "") if at % 4 else (legal, "3")
        address = _address(sites, at)
        enumerated, updated = TAKEN_OVER
        found.append(
            f'"{organisation.npi}","2",{EMPTY * 2}"{legal}{"" if at % 4 else ", LLC"}",{EMPTY * 6}'
            f'"{trade[0]}","{trade[1]}",{EMPTY * 7}{address}{address}"{enumerated}","{updated}",{EMPTY * 9}'
            f'"{HOSPITAL if organisation.hospital else SERVICES[at % len(SERVICES)]}","","{sites.state[at]}","Y",'
            f'{EMPTY * 256}"",{EMPTY * 21}"{updated}"\n'
        )
    return found


LINE1, CREDENTIAL, UPDATED = 28, 10, 37
"""Where these stand in a row of the main file: the first line of the practice address, …"""


def write_next_edition(of: Path, to: Path, *, updated: str) -> None:
    """The same main file a week later: every twentieth row has moved, and of a person also another credential."""
    with of.open(encoding="utf-8") as lines, to.open("w", encoding="utf-8") as out:
        for nth, line in enumerate(lines):
            cells = line.split('","')
            if nth % 20 == 1 and cells[1]:
                cells[LINE1], cells[UPDATED] = "1 MOVED WAY", updated
                if cells[1] == "1":
                    cells[CREDENTIAL] = "NP"
            out.write('","'.join(cells))


def npidata_rows(world: World, block: Block, rng: np.random.Generator) -> list[str]:
    """One row a clinician; half of the deactivated keep nothing but their NPI and the day."""
    sole, certified, blank = rng.random((3, block.count)).tolist()
    found = []
    for i in range(block.count):
        gone = _us_date(block.deactivated[i])
        if gone and blank[i] < 0.5:
            found.append(f'"{block.npi[i]}",{EMPTY * 38}"{gone}",{EMPTY * 289}""\n')
            continue
        home = block.sites[i][0]
        state, updated = world.sites.state[home], _us_date(block.updated[i])
        address = _address(world.sites, home)
        license_ = f'"{block.license[i]}","{state}"'
        second = f'"{block.companion[i]}",{license_},"N",' if block.companion[i] else EMPTY * 4
        name = (block.last[i], block.first[i], block.middle[i], block.prefix[i], block.suffix[i])
        found.append(
            f'"{block.npi[i]}","1",{EMPTY * 3}'
            + "".join(f'"{text}",' for text in (*name, block.credential[i]))
            + f'{EMPTY * 9}{address}{address}"{_us_date(block.enumerated[i])}","{updated}","","{gone}","",'
            f'"{block.stated_gender[i]}",{EMPTY * 5}"{block.specialty[i].code}",{license_},"Y",{second}'
            f'{EMPTY * 252}"{"X" if sole[i] < 0.1 else "N" if sole[i] < 0.8 else "Y"}",{EMPTY * 21}'
            f'"{updated if certified[i] > 0.3 else ""}"\n'
        )
    return found


def pl_rows(world: World, block: Block) -> list[str]:
    """One row for every practice location beside the first."""
    sites = world.sites
    found = []
    for npi, places in zip(block.npi, block.sites, strict=True):
        for at in places[1:]:
            found.append(
                f'"{npi}","{sites.line1[at]}","{sites.line2[at]}","{sites.city[at]}","{sites.state[at]}",'
                f'"{sites.zip[at]}","US","{sites.phone[at]}","","{sites.fax[at]}"\n'
            )
    return found


def _address(sites: Sites, at: int) -> str:
    return (
        f'"{sites.line1[at]}","{sites.line2[at]}","{sites.city[at]}","{sites.state[at]}","{sites.zip[at]}","US",'
        f'"{sites.phone[at]}","{sites.fax[at]}",'
    )


def _us_date(iso: str) -> str:
    return f"{iso[5:7]}/{iso[8:]}/{iso[:4]}" if iso else ""
