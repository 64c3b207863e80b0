#!/bin/bash
# Builds the wheel, installs it in a clean environment with the pinned dependencies, and starts it from elsewhere.
# The app runs with requirements.lock alone; the practice workspace says what it needs, and runs with it.
set -euo pipefail
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
.venv/bin/python -m build --wheel --no-isolation --outdir "$place/dist" . >/dev/null
python=$(.venv/bin/python -c 'import sys; print(sys._base_executable)')
"$python" -m venv "$place/venv"
"$place/venv/bin/python" -m pip --disable-pip-version-check --quiet install --require-hashes -r requirements.lock
"$place/venv/bin/python" -m pip --disable-pip-version-check --quiet install --no-deps "$place"/dist/*.whl
mkdir "$place/data"
cd "$place"
"$place/venv/bin/slackapp" --version
export SLACK_BOT_TOKEN=xoxb-check SLACK_APP_TOKEN=xapp-check KEY_DIR="$place/keys" DATABASE_URL="sqlite:///$place/data/check.db"
"$place/venv/bin/slackapp" migrate
"$place/venv/bin/slackapp" check
! "$place/venv/bin/slackapp" demo 2>"$place/said"
grep -q requirements-demo.lock "$place/said"
! DATABASE_URL=postgresql://nobody@localhost/none "$place/venv/bin/slackapp" check >"$place/said"
grep -q requirements-postgres.lock "$place/said"
(cd "$OLDPWD" && "$place/venv/bin/python" -m pip --disable-pip-version-check --quiet install --require-hashes -r requirements-demo.lock)
"$place/venv/bin/python" - <<'PY'
"""The demo starts from the wheel, answers on loopback, and ends on SIGTERM."""
import json, os, signal, subprocess, sys, urllib.request

demo = subprocess.Popen(
    [os.path.join(sys.prefix, "bin", "slackapp"), "demo", "--port", "0", "--state", "demo"],
    stdout=subprocess.PIPE, text=True)
address = next((word for line in demo.stdout for word in line.split() if word.startswith("http://")), None)
people = json.load(urllib.request.urlopen(f"{address.rstrip('/')}/person", timeout=10))
demo.send_signal(signal.SIGTERM)
assert demo.wait(30) == 0, demo.returncode
assert len(people) >= 30, len(people)
print(f"The wheel installs and starts: {len(people)} people at work.")
PY
