#!/bin/sh
# Writes the lock files: every dependency with its hashes, and no name of any index.
#   requirements.lock            what the app needs with SQLite
#   requirements-postgres.lock   the same with PostgreSQL's driver
#   requirements-demo.lock       what `make demo` needs: the practice workspace, and tools that install the app editable
#   requirements-dev.lock        everything, for `make test`
set -e
PIN="uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --quiet"
.venv/bin/$PIN --output-file requirements.lock "$@"
.venv/bin/$PIN --extra postgres --constraint requirements.lock --output-file requirements-postgres.lock "$@"
.venv/bin/$PIN --extra sandbox --group build --constraint requirements.lock --output-file requirements-demo.lock "$@"
.venv/bin/$PIN --all-extras --group dev --constraint requirements-postgres.lock --constraint requirements-demo.lock \
  --output-file requirements-dev.lock "$@"
