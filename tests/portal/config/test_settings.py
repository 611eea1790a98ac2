"""A wrong or missing setting stops the start, with one sentence that names it and gives an example."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

from portal.config.environment import Environment
from portal.config.errors import SettingError
from portal.config.settings import mail

pytestmark = pytest.mark.once
ROOT = Path(__file__).resolve().parents[3]
KEY = "not-a-secret-but-long-and-varied-enough-0123456789-abcdefghij"
PRODUCTION = {
    "DEPLOYMENT": "production",
    "SECRET_KEY": KEY,
    "AUDIT_KEYS": f"another-{KEY}",
    "SECOND_FACTOR_KEYS": f"a-third-{KEY}",
    "ALLOWED_HOSTS": "care.lindenfield.example",
    "DATABASE_URL": "postgresql://tessera:secret@db.internal:5432/tessera",
    "EMAIL_URL": "smtp://tessera:secret@mail.internal:587?tls=yes",
    "BROKER_URL": "amqp://tessera:secret@broker.internal:5672//",
}
DEVELOPMENT_KEY = "development-key-of-tessera-that-opens-nothing-anywhere-else"


def start(variables: dict[str, str], *command: str) -> "subprocess.CompletedProcess[str]":
    """Run manage.py with these variables and nothing else. `check` needs no database."""
    return subprocess.run(
        [sys.executable, ROOT / "manage.py", *(command or ("check",))],
        cwd=ROOT,
        env={"PATH": os.defpath, "DATABASE_URL": "postgresql:///nowhere"} | variables,
        capture_output=True,
        text=True,
        check=False,
    )


def without(name: str) -> dict[str, str]:
    return PRODUCTION | {name: ""}


@pytest.mark.parametrize(
    ("variables", "named", "example"),
    [
        ({"DEPLOYMENT": "prod"}, "DEPLOYMENT", "DEPLOYMENT=development"),
        ({"DEBUG": "maybe"}, "DEBUG", "DEBUG=no"),
        ({"DATABASE_URL": "mysql://root@127.0.0.1/tessera"}, "DATABASE_URL", "DATABASE_URL=postgresql://"),
        ({"DATABASE_URL": "nonsense"}, "DATABASE_URL", "DATABASE_URL=postgresql://"),
        ({"DATABASE_URL": "postgresql://h:port/x"}, "DATABASE_URL", "DATABASE_URL=postgresql://"),
        ({"DATABASE_URL": "postgresql://h/"}, "DATABASE_URL", "DATABASE_URL=postgresql://"),
        (
            {"DATABASE_OWNER_URL": "postgresql://owner@h/elsewhere"},
            "DATABASE_OWNER_URL",
            "DATABASE_OWNER_URL=postgresql://",
        ),
        ({"DATABASE_OWNER_URL": "postgresql:///nowhere"}, "DATABASE_OWNER_URL", "DATABASE_OWNER_URL=postgresql://"),
        ({"CACHE_URL": "memcached://127.0.0.1"}, "CACHE_URL", "CACHE_URL=redis://"),
        ({"EMAIL_URL": "mail.internal"}, "EMAIL_URL", "EMAIL_URL=smtp://"),
        ({"EMAIL_URL": "smtp://mail.internal:port"}, "EMAIL_URL", "EMAIL_URL=smtp://"),
        ({"EMAIL_URL": "smtp://mail.internal?tls=maybe"}, "EMAIL_URL", "EMAIL_URL=smtp://"),
        ({"EMAIL_URL": "smtp://mail.internal?tsl=yes"}, "EMAIL_URL", "EMAIL_URL=smtp://"),
        ({"EMAIL_URL": "folder:mails"}, "EMAIL_URL", "EMAIL_URL=smtp://"),
        ({"EMAIL_FROM": "Lindenfield"}, "EMAIL_FROM", "EMAIL_FROM=no-reply@"),
        ({"BROKER_URL": "127.0.0.1:5672"}, "BROKER_URL", "BROKER_URL=amqp://"),
        ({"BROKER_URL": "sqs://"}, "BROKER_URL", "BROKER_URL=amqp://"),
        ({"PASSWORD_MEMORY_MIB": "18"}, "PASSWORD_MEMORY_MIB", "PASSWORD_MEMORY_MIB=46"),
        ({"PASSWORD_PASSES": "1"}, "PASSWORD_PASSES", "PASSWORD_PASSES=2"),
        ({"API_RATE": "1000/day"}, "API_RATE", "API_RATE=300/min"),
        ({"API_RATE": "often"}, "API_RATE", "API_RATE=300/min"),
        ({"PUBLIC_FILES": "no/such/folder"}, "PUBLIC_FILES", "PUBLIC_FILES=/srv/tessera/public-files"),
        ({"PLAN_FILE": "nowhere.toml"}, "PLAN_FILE", "PLAN_FILE=plan.toml"),
        ({"LOG_LEVEL": "loud"}, "LOG_LEVEL", "LOG_LEVEL=INFO"),
        ({"PUBLIC_STATEMENT_SECONDS": "0"}, "PUBLIC_STATEMENT_SECONDS", "PUBLIC_STATEMENT_SECONDS=5"),
        ({"DEPLOYMENT": "demo", "DEBUG": "yes"}, "DEBUG", "DEBUG=no"),
        (PRODUCTION | {"DEBUG": "yes"}, "DEBUG", "DEBUG=no"),
        (without("SECRET_KEY"), "SECRET_KEY", "SECRET_KEY="),
        (PRODUCTION | {"SECRET_KEY": "short"}, "SECRET_KEY", "SECRET_KEY="),
        (PRODUCTION | {"SECRET_KEY": DEVELOPMENT_KEY}, "SECRET_KEY", "SECRET_KEY="),
        (PRODUCTION | {"SECRET_KEY": f"{KEY},short"}, "SECRET_KEY", "SECRET_KEY="),
        (without("AUDIT_KEYS"), "AUDIT_KEYS", "AUDIT_KEYS="),
        (without("SECOND_FACTOR_KEYS"), "SECOND_FACTOR_KEYS", "SECOND_FACTOR_KEYS="),
        (PRODUCTION | {"SECOND_FACTOR_KEYS": KEY}, "SECOND_FACTOR_KEYS", "SECOND_FACTOR_KEYS="),
        (PRODUCTION | {"SECOND_FACTOR_KEYS": f"another-{KEY}"}, "SECOND_FACTOR_KEYS", "SECOND_FACTOR_KEYS="),
        (PRODUCTION | {"SECOND_FACTOR_KEYS": f"a-third-{KEY},short"}, "SECOND_FACTOR_KEYS", "SECOND_FACTOR_KEYS="),
        (PRODUCTION | {"AUDIT_KEYS": KEY}, "AUDIT_KEYS", "AUDIT_KEYS="),
        (PRODUCTION | {"AUDIT_KEYS": f"another-{KEY},short"}, "AUDIT_KEYS", "AUDIT_KEYS="),
        (PRODUCTION | {"AUDIT_KEYS": DEVELOPMENT_KEY}, "AUDIT_KEYS", "AUDIT_KEYS="),
        (without("ALLOWED_HOSTS"), "ALLOWED_HOSTS", "ALLOWED_HOSTS="),
        (without("DATABASE_URL"), "DATABASE_URL", "DATABASE_URL=postgresql://"),
        (without("EMAIL_URL"), "EMAIL_URL", "EMAIL_URL=smtp://"),
        (PRODUCTION | {"EMAIL_URL": "folder:/srv/mails"}, "EMAIL_URL", "EMAIL_URL=smtp://"),
        (PRODUCTION | {"EMAIL_URL": "smtp://mail.internal:25"}, "EMAIL_URL", "EMAIL_URL=smtp://"),
        (without("BROKER_URL"), "BROKER_URL", "BROKER_URL=amqp://"),
    ],
)
def test_a_wrong_setting_is_told_in_one_sentence(variables: dict[str, str], named: str, example: str) -> None:
    done = start(variables)
    assert done.returncode == 1
    said = done.stderr.strip()
    assert len(said.splitlines()) == 1, said
    assert said.startswith(named) or f"({named})" in said
    assert example in said


@pytest.mark.parametrize("variables", [{}, {"DEPLOYMENT": "demo"}, {"DEPLOYMENT": "test"}, PRODUCTION])
def test_each_deployment_starts(variables: dict[str, str]) -> None:
    done = start(variables)
    assert done.returncode == 0, done.stderr


def test_production_passes_djangos_own_deployment_checks() -> None:
    done = start(PRODUCTION, "check", "--deploy", "--fail-level", "WARNING")
    assert done.returncode == 0, done.stderr


def test_production_knows_no_demo() -> None:
    done = start(PRODUCTION, "demo")
    assert done.returncode == 1
    assert "Unknown command" in done.stderr


def test_the_server_refuses_a_wrong_setting_like_the_commands_do() -> None:
    done = subprocess.run(
        [sys.executable, "-c", "import portal.config.wsgi"],
        cwd=ROOT,
        env={"PATH": os.defpath, **without("SECRET_KEY")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr.startswith("SECRET_KEY is missing")


def test_lists_flags_and_numbers_are_read_as_people_write_them() -> None:
    environment = Environment({"HOSTS": "a.example, b.example ,", "ON": "Yes", "COUNT": "7", "EMPTY": " "})
    assert environment.words("HOSTS") == ["a.example", "b.example"]
    assert environment.flag("ON", default=False) is True
    assert environment.flag("EMPTY", default=True) is True
    assert environment.count("COUNT", 1) == 7
    with pytest.raises(SettingError, match="NOT_THERE is missing: it says who"):
        environment.required("NOT_THERE", why="it says who", example="me")


@pytest.mark.parametrize(
    ("url", "settings_of_django"),
    [
        (
            "smtp://tes%40sera:s%2Fecret@mail.internal:587?tls=yes",
            {"EMAIL_HOST_USER": "tes@sera", "EMAIL_HOST_PASSWORD": "s/ecret", "EMAIL_PORT": 587, "EMAIL_USE_TLS": True},
        ),
        ("smtp://mail.internal:465?tls=implicit", {"EMAIL_USE_SSL": True, "EMAIL_USE_TLS": False}),
        ("smtp://[::1]", {"EMAIL_HOST": "::1", "EMAIL_PORT": 25, "EMAIL_USE_TLS": False, "EMAIL_HOST_USER": ""}),
        ("folder:/srv/mail%20box", {"EMAIL_FILE_PATH": "/srv/mail box"}),
    ],
)
def test_the_mail_server_is_read_from_its_address(url: str, settings_of_django: dict[str, object]) -> None:
    assert mail(url).items() >= settings_of_django.items()


def test_mail_comes_from_the_plan() -> None:
    assert settings.DEFAULT_FROM_EMAIL == "Lindenfield Health Plan <no-reply@lindenfield.example>"


def test_values_travel_apart_from_statements() -> None:
    assert settings.DATABASES["default"]["OPTIONS"]["server_side_binding"] is True
