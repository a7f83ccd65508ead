"""Set-up before anything is installed: what it leaves out, where it writes, the one sentence when it cannot go on."""

from __future__ import annotations

import fcntl
import importlib.util
import json
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT


@pytest.fixture
def bootstrap(tmp_path, monkeypatch):
    """Return the module, pointed at a folder of its own, with every outside call recorded instead of made."""
    spec = importlib.util.spec_from_file_location("bootstrap", ROOT / "deploy_admin" / "bootstrap.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    for name, path in {
        "ROOT": tmp_path,
        "VAR": tmp_path / "var",
        "DATA": tmp_path / "var",
        "VENV": tmp_path / ".venv",
        "PYTHON": tmp_path / ".venv/bin/python",
    }.items():
        monkeypatch.setattr(module, name, path)
    (tmp_path / "var").mkdir()
    (tmp_path / ".venv" / "bin").mkdir(parents=True)
    calls: list[list[str]] = []
    monkeypatch.setattr(module, "call", lambda argv, **_: calls.append([str(word) for word in argv]) or True)
    monkeypatch.setattr(module, "say", lambda line: None)
    module.calls = calls
    return module


def lock_file(bootstrap, name: str, text: str) -> None:
    (bootstrap.ROOT / f"{name}.lock").write_text(text)


def test_packages_are_installed_once_and_again_when_the_lock_file_changes(bootstrap, monkeypatch):
    monkeypatch.setattr(bootstrap, "uv", lambda: "/uv")
    monkeypatch.setattr(bootstrap, "mirror", dict)
    lock_file(bootstrap, "requirements", "a==1")
    bootstrap.install("requirements")
    bootstrap.install("requirements")
    assert len(bootstrap.calls) == 1
    assert {"--require-hashes", "--only-binary"} <= set(bootstrap.calls[0])
    lock_file(bootstrap, "requirements", "a==2")
    bootstrap.install("requirements")
    assert len(bootstrap.calls) == 2


def test_without_uv_pip_installs_from_the_same_file(bootstrap, monkeypatch):
    monkeypatch.setattr(bootstrap, "uv", lambda: None)
    monkeypatch.setattr(bootstrap, "pip", lambda: ["pip"])
    lock_file(bootstrap, "requirements", "a==1")
    bootstrap.install("requirements")
    assert bootstrap.calls[0][:3] == ["pip", "install", "--quiet"]
    assert bootstrap.calls[0][-1].endswith("requirements.lock")


def test_what_cannot_be_installed_is_one_sentence_and_is_tried_again(bootstrap, monkeypatch):
    monkeypatch.setattr(bootstrap, "uv", lambda: None)
    monkeypatch.setattr(bootstrap, "pip", lambda: ["pip"])
    monkeypatch.setattr(bootstrap, "call", lambda argv, **_: False)
    lock_file(bootstrap, "requirements", "a==1")
    with pytest.raises(bootstrap.Refusal, match=r"requirements\.lock could not be installed"):
        bootstrap.install("requirements")
    assert not (bootstrap.VENV / ".requirements").exists()


def test_a_pip_that_cannot_reach_into_another_environment_puts_itself_there(bootstrap, monkeypatch):
    old = {"--version": "pip 20.3.4 from /usr", "-c": "/site"}
    monkeypatch.setattr(
        bootstrap,
        "answers",
        lambda argv: None if argv[0] == bootstrap.PYTHON and "-m" in argv else old.get(argv[-1], "/site"),
    )
    monkeypatch.setattr(bootstrap, "base_python", lambda: "/usr/bin/python3")
    assert bootstrap.pip() == [str(bootstrap.PYTHON), "-m", "pip"]
    assert bootstrap.calls == [["/usr/bin/python3", "-m", "pip", "install", "--quiet", "--target", "/site", "pip"]]


def test_a_machine_without_pip_and_without_ensurepip_is_told_which_package_to_install(bootstrap, monkeypatch):
    monkeypatch.setattr(bootstrap, "answers", lambda argv: None)
    monkeypatch.setattr(bootstrap, "call", lambda argv, **_: False)
    with pytest.raises(bootstrap.Refusal, match="install python3-pip or python3-venv"):
        bootstrap.make_environment()


def test_a_python_that_is_too_new_gives_way_to_one_on_the_path_or_is_named(bootstrap, monkeypatch):
    monkeypatch.setattr(bootstrap.sys, "version_info", (3, 14, 0))
    monkeypatch.setattr(bootstrap.shutil, "which", {"python3.12": "/usr/bin/python3.12"}.get)
    assert bootstrap.base_python() == "/usr/bin/python3.12"
    monkeypatch.setattr(bootstrap.shutil, "which", lambda name: None)
    with pytest.raises(bootstrap.Refusal, match=r"Python 3\.11 or 3\.12 is needed"):
        bootstrap.base_python()


def test_with_a_read_only_home_every_cache_lies_under_var(bootstrap, monkeypatch, tmp_path):
    monkeypatch.setattr(bootstrap.os, "access", lambda path, mode: not str(path).startswith("/home/reader"))
    for name in ("PIP_CACHE_DIR", "UV_CACHE_DIR", "npm_config_cache", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", "/home/reader")
    found = bootstrap.environment()
    assert found["PIP_CACHE_DIR"] == str(tmp_path / "var/cache/pip")
    assert found["UV_CACHE_DIR"] == str(tmp_path / "var/cache/uv")
    assert found["npm_config_cache"] == str(tmp_path / "var/cache/npm")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert "PIP_CACHE_DIR" not in bootstrap.environment()


def test_the_mirror_that_pip_is_set_to_is_uvs_too(bootstrap, monkeypatch):
    monkeypatch.delenv("UV_DEFAULT_INDEX", raising=False)
    monkeypatch.delenv("UV_INDEX_URL", raising=False)
    monkeypatch.setenv("PIP_INDEX_URL", "mirror")
    assert bootstrap.mirror() == {"UV_DEFAULT_INDEX": "mirror"}
    monkeypatch.setenv("UV_DEFAULT_INDEX", "own")
    assert bootstrap.mirror() == {}


def test_the_listed_files_are_copied_and_the_fonts_are_made_known(bootstrap, tmp_path):
    (tmp_path / "package.json").write_text(json.dumps({"copied": {"fonts/A.ttf": "package/deep/a.ttf"}}))
    (tmp_path / "node_modules/package/deep").mkdir(parents=True)
    (tmp_path / "node_modules/package/deep/a.ttf").write_bytes(b"font")
    bootstrap.copy_files(tmp_path / "node_modules")
    assert (tmp_path / "var/fonts/A.ttf").read_bytes() == b"font"
    assert f"<dir>{tmp_path}/var/fonts</dir>" in (tmp_path / "var/fonts/fonts.conf").read_text()


def test_missing_pango_is_installed_or_named(bootstrap, monkeypatch):
    monkeypatch.setattr(bootstrap, "printable", lambda: bool(bootstrap.calls))
    monkeypatch.setattr(bootstrap.os, "geteuid", lambda: 0)
    monkeypatch.setattr(bootstrap.shutil, "which", lambda name: f"/usr/bin/{name}")
    bootstrap.need_print_libraries(must=True)
    assert bootstrap.calls[0][:3] == ["apt-get", "install", "-y"]
    bootstrap.calls.clear()
    monkeypatch.setattr(bootstrap.os, "geteuid", lambda: 1000)
    bootstrap.need_print_libraries(must=False)  # everything else works without
    with pytest.raises(bootstrap.Refusal, match=r"libpango-1\.0-0 libpangoft2-1\.0-0 libharfbuzz-subset0"):
        bootstrap.need_print_libraries(must=True)
    assert bootstrap.calls == []


def test_a_missing_browser_is_named(bootstrap, monkeypatch):
    monkeypatch.setattr(bootstrap.shutil, "which", lambda name: None)
    with pytest.raises(bootstrap.Refusal, match="install the system package chromium"):
        bootstrap.need_browser()


def test_a_running_system_is_seen_by_its_lock_and_its_end_too(bootstrap):
    path = bootstrap.VAR / "run.lock"
    assert bootstrap.running() is None
    path.write_text('{"pid": 7, "url": "http://127.0.0.1:8000/"}')
    assert bootstrap.running() is None
    with path.open("r+") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert bootstrap.running() == {"pid": 7, "url": "http://127.0.0.1:8000/"}
        with pytest.raises(bootstrap.Refusal, match=r"runs already \(process 7\) at http://127\.0\.0\.1:8000/"):
            bootstrap.run()


def test_reset_deletes_the_data_and_keeps_what_was_fetched(bootstrap):
    for name in ("pg/base", "redis", "fonts", "static"):
        (bootstrap.VAR / name).mkdir(parents=True)
    for name in ("secret-key", "beat-schedule.dat", "postgres.log"):
        (bootstrap.VAR / name).write_text("")
    bootstrap.reset()
    assert sorted(path.name for path in bootstrap.VAR.iterdir()) == ["fonts", "static"]


def test_it_needs_nothing_but_the_standard_library():
    import ast

    tree = ast.parse((ROOT / "deploy_admin" / "bootstrap.py").read_text())
    imported = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    imported |= {str(node.module) for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert {name.split(".")[0] for name in imported} <= sys.stdlib_module_names


def test_the_lock_files_of_set_up_are_there():
    for name in ("requirements", "requirements-dev", "requirements-setup", "requirements-node"):
        assert (Path(ROOT) / f"{name}.lock").exists()
