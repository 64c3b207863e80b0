#!/bin/sh
# Writes both lock files: every dependency with its hashes, and no name of any index.
set -e
PIN="uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --quiet"
.venv/bin/$PIN --group build --output-file requirements.lock "$@"
.venv/bin/$PIN --group dev --constraint requirements.lock --output-file requirements-dev.lock "$@"
