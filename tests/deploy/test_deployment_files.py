"""What is deployed: image, Compose, Kubernetes and systemd unit, by their own linters, with faulty twins."""

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

DEPLOY = Path(__file__).parents[2] / "deploy"
CHROMIUM = Path(__file__).parents[1] / "data" / "chromium_system_calls.txt"
BIN = Path(sys.executable).parent
DANGEROUS = {
    "bpf",
    "delete_module",
    "finit_module",
    "init_module",
    "kexec_load",
    "mount",
    "open_by_handle_at",
    "perf_event_open",
    "pivot_root",
    "process_vm_writev",
    "ptrace",
    "reboot",
    "setns",
    "swapon",
    "umount2",
    "userfaultfd",
    "keyctl",
}

Lint = Callable[[Path], subprocess.CompletedProcess[str]]


def run(*command: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)


def hadolint(path: Path) -> subprocess.CompletedProcess[str]:
    return run(BIN / "hadolint", path)


def compose(path: Path) -> subprocess.CompletedProcess[str]:
    return run(BIN / "check-jsonschema", "--builtin-schema", "vendor.compose-spec", path)


def kubernetes(path: Path) -> subprocess.CompletedProcess[str]:
    return run(BIN / "kubernetes-validate", "--strict", path)


def systemd(path: Path) -> subprocess.CompletedProcess[str]:
    return run("systemd-analyze", "verify", path)


@pytest.mark.parametrize(
    ("lint", "name", "right", "wrong"),
    [
        (hadolint, "Dockerfile", "WORKDIR /src", "WORKDIR src"),
        (compose, "compose.yaml", "stop_grace_period: 40s", "stop_grace: 40s"),
        (kubernetes, "kubernetes.yaml", "replicas: 2", "replicas: two"),
        (kubernetes, "kubernetes.yaml", "runAsNonRoot: true", "runAsNobody: true"),
    ],
)
def test_each_file_is_valid_and_its_linter_would_find_a_mistake(
    tmp_path: Path, lint: Lint, name: str, right: str, wrong: str
) -> None:
    good = lint(DEPLOY / name)
    assert good.returncode == 0, good.stdout + good.stderr
    text = (DEPLOY / name).read_text()
    assert right in text
    (tmp_path / name).write_text(text.replace(right, wrong))
    assert lint(tmp_path / name).returncode != 0


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not here")
def test_the_unit_is_valid_and_a_mistake_would_be_found(tmp_path: Path) -> None:
    text = (DEPLOY / "appreciate.service").read_text().replace("/opt/appreciate/bin/slackapp", "/bin/true")
    unit = tmp_path / "appreciate.service"
    unit.write_text(text)
    checked = systemd(unit)
    assert (checked.returncode, checked.stderr) == (0, "")
    unit.write_text(text.replace("ProtectSystem=strict", "ProtectSystem=strictly"))
    assert systemd(unit).stderr


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not here")
def test_the_unit_leaves_a_burglar_little(tmp_path: Path) -> None:
    def exposure(text: str) -> float:
        unit = tmp_path / "appreciate.service"
        unit.write_text(text)
        report = run("systemd-analyze", "security", "--offline=true", "--no-pager", unit).stdout
        return float(report.rpartition("level for appreciate.service: ")[2].split()[0])

    text = (DEPLOY / "appreciate.service").read_text()
    assert exposure(text) < 3
    weaker = text.replace("CapabilityBoundingSet=\n", "").replace("PrivateDevices=yes\n", "")
    assert exposure(weaker) > exposure(text)


def test_the_image_runs_as_nobody_special_and_holds_no_build_tools() -> None:
    lines = (DEPLOY / "Dockerfile").read_text().splitlines()
    stages = [number for number, line in enumerate(lines) if line.startswith("FROM ")]
    assert len(stages) == 2
    final = lines[stages[1] :]
    assert "USER 10001:10001" in final
    assert not any("requirements-demo" in line or "COPY . " in line for line in final)
    assert all("--require-hashes" in line for line in lines if "pip install" in line and "-r " in line)


def test_nothing_secret_stands_in_the_environment() -> None:
    settings = yaml.safe_load((DEPLOY / "compose.yaml").read_text())["services"]["app"]["environment"]
    assert all(name.endswith("_FILE") for name, value in settings.items() if value)
    for line in (DEPLOY / "appreciate.service").read_text().splitlines():
        if line.startswith("Environment=") and "KEY_DIR" not in line:
            assert line.partition("=")[2].partition("=")[0].endswith("_FILE")
    documents = list(yaml.safe_load_all((DEPLOY / "kubernetes.yaml").read_text()))
    for container in containers(documents):
        assert all(setting["name"].endswith("_FILE") for setting in container["env"] if setting["value"])


def test_every_container_is_locked_and_stopping_has_time() -> None:
    documents = list(yaml.safe_load_all((DEPLOY / "kubernetes.yaml").read_text()))
    pod = documents[-1]["spec"]["template"]["spec"]
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert pod["terminationGracePeriodSeconds"] >= 40
    for container in containers(documents):
        assert container["securityContext"]["readOnlyRootFilesystem"] is True
        assert container["securityContext"]["capabilities"] == {"drop": ["ALL"]}
    app = yaml.safe_load((DEPLOY / "compose.yaml").read_text())["services"]["app"]
    assert app["read_only"] is True
    assert app["cap_drop"] == ["ALL"]
    assert app["stop_grace_period"] == "40s"


def test_the_seccomp_profile_lets_chromium_print_and_nothing_dangerous_through() -> None:
    profile = json.loads((DEPLOY / "seccomp.json").read_text())
    assert profile["defaultAction"] == "SCMP_ACT_ERRNO"
    allowed = {name for rule in profile["syscalls"] for name in rule["names"]}
    assert set(CHROMIUM.read_text().split()) <= allowed
    assert not allowed & DANGEROUS


def containers(documents: list[Any]) -> list[dict[str, Any]]:
    pod = documents[-1]["spec"]["template"]["spec"]
    return [*pod["initContainers"], *pod["containers"]]
