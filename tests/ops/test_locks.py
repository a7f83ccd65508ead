"""Lock files: every package pinned with its hash, the same in both, and no address in any."""

from __future__ import annotations

import json
import re

import pytest

from tests.conftest import ROOT

PYTHON_LOCKS = ["requirements.lock", "requirements-dev.lock", "requirements-setup.lock", "requirements-node.lock"]
LOCKS = [*PYTHON_LOCKS, "package-lock.json"]


def pins(name: str) -> set[str]:
    return set(re.findall(r"^([\w.-]+==[^\s;\\]+)", (ROOT / name).read_text(), flags=re.MULTILINE))


@pytest.mark.parametrize("name", LOCKS)
def test_no_lock_file_names_an_address(name):
    text = (ROOT / name).read_text()
    assert not re.search(r"\w+://|--(extra-)?index|--find-links|@ file|git\+|\"resolved\"", text)


@pytest.mark.parametrize("name", PYTHON_LOCKS)
def test_every_package_has_a_version_and_a_hash(name):
    for entry in re.split(r"\n(?=\S)", (ROOT / name).read_text().strip()):
        assert re.match(r"[\w.-]+(\[[\w,-]+\])?==\S+", entry), entry
        assert "--hash=sha256:" in entry, entry


def test_every_npm_package_has_a_hash():
    packages = json.loads((ROOT / "package-lock.json").read_text())["packages"]
    assert all(about["integrity"].startswith("sha512-") for name, about in packages.items() if name)


def test_tests_run_on_the_versions_that_run():
    assert pins("requirements.lock") <= pins("requirements-dev.lock")


def test_every_direct_dependency_says_why_it_is_there():
    text = (ROOT / "pyproject.toml").read_text()
    block = re.search(r"^dependencies = \[\n(.*?)^\]", text, flags=re.DOTALL | re.MULTILINE)
    assert block
    assert all("# " in line for line in block[1].splitlines())
