"""The compose file says what a deployment needs: health, volumes, no secret, no root, and the Procfile's programs."""

from __future__ import annotations

import re
import shlex

import jsonschema
import pytest
import yaml

from tests.conftest import ROOT

COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES = COMPOSE["services"]
#: The part of the compose specification that this file uses; anything else would be a slip of the pen.
SERVICE_SCHEMA = {
    "type": "object",
    "additionalProperties": False,
    "properties": {
        **{key: {"type": "string", "minLength": 1} for key in ("image", "build", "user")},
        **{key: {"type": "string", "pattern": r"^\d+(s|mb)$"} for key in ("shm_size", "stop_grace_period")},
        **{key: {"const": True} for key in ("init", "read_only")},
        **{
            key: {"type": "array", "minItems": 1, "items": {"type": "string"}}
            for key in ("command", "tmpfs", "cap_drop", "security_opt", "volumes", "ports")
        },
        "restart": {"enum": ["no", "unless-stopped"]},
        "environment": {"type": "object", "additionalProperties": {"type": "string"}},
        "depends_on": {
            "type": "object",
            "additionalProperties": {
                "type": "object",
                "required": ["condition"],
                "properties": {"condition": {"enum": ["service_healthy", "service_completed_successfully"]}},
            },
        },
        "healthcheck": {
            "type": "object",
            "additionalProperties": False,
            "required": ["test", "interval", "timeout", "retries"],
            "properties": {
                "test": {"type": "array", "contains": {"const": "CMD"}, "minItems": 2},
                "retries": {"type": "integer"},
                **{key: {"type": "string", "pattern": r"^\d+s$"} for key in ("interval", "timeout", "start_period")},
            },
        },
    },
    "required": ["image", "user", "restart"],
}


def test_the_file_holds_the_services_of_the_house():
    assert set(SERVICES) == {"postgres", "redis", "migrate", "web", "worker", "beat"}


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_is_well_formed(name):
    jsonschema.validate(SERVICES[name], SERVICE_SCHEMA)


@pytest.mark.parametrize("name", SERVICES)
def test_what_keeps_running_has_a_health_check_and_what_ends_does_not(name):
    assert ("healthcheck" in SERVICES[name]) == (SERVICES[name]["restart"] != "no")


@pytest.mark.parametrize("name", SERVICES)
def test_nobody_runs_as_root(name):
    assert SERVICES[name]["user"].split(":")[0] not in {"root", "0"}


def test_the_image_does_not_run_as_root():
    users = re.findall(r"^USER (\S+)", (ROOT / "Dockerfile").read_text(), flags=re.MULTILINE)
    assert users == [SERVICES["web"]["user"]]


def test_no_secret_has_a_default():
    text = (ROOT / "docker-compose.yml").read_text()
    for name, rest in re.findall(r"\$\{(\w+)([^}]*)\}", text):
        if re.search(r"SECRET|PASSWORD|KEY|TOKEN", name):
            assert rest.startswith(":?"), f"{name} must be given"
    for name, service in SERVICES.items():
        for key, value in service.get("environment", {}).items():
            if re.search(r"SECRET|PASSWORD|KEY|AUTH", key):
                assert value.startswith("${"), f"{name}: {key} stands in the file"


def test_data_lies_on_named_volumes():
    for name in ("postgres", "redis", "beat"):
        assert SERVICES[name]["volumes"][0].split(":")[0] in COMPOSE["volumes"]


def test_only_the_web_server_has_a_port_and_only_on_loopback():
    assert {name for name, service in SERVICES.items() if "ports" in service} == {"web"}
    assert all(port.startswith("127.0.0.1:") for port in SERVICES["web"]["ports"])


def test_everything_waits_for_the_migrations():
    for name in ("web", "worker", "beat"):
        assert SERVICES[name]["depends_on"]["migrate"] == {"condition": "service_completed_successfully"}


@pytest.mark.parametrize("name", ["web", "worker", "beat"])
def test_the_containers_run_the_lines_of_the_procfile(name):
    lines = dict(line.split(":", 1) for line in (ROOT / "Procfile").read_text().splitlines() if line)
    words = shlex.split(lines[name].replace("${HOST:-127.0.0.1}", "0.0.0.0").replace("${PORT:-8000}", "8000"))  # noqa: S104
    if words[0] == "env":
        key, value = words[1].split("=")
        assert SERVICES[name]["environment"][key] == value
        words = words[2:]
    assert SERVICES[name]["command"] == words


def test_the_image_names_no_registry():
    for line in (ROOT / "Dockerfile").read_text().splitlines():
        if line.startswith("FROM"):
            assert re.match(r"FROM [\w-]+(:[\w.-]+)?( AS \w+)?$", line), line
        assert not re.search(r"https?://|--index-url|--registry", line), line
    for service in SERVICES.values():
        assert re.match(r"[\w-]+(:[\w.-]+)?$", service["image"])
