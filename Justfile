# `just` runs the developer's loop; `just --list` is the menu. Without `just`: python3 run.py test.

python := ".venv/bin/python"

# Format, lint, types, imports, tests
default: fmt lint types imports test

# Format the code
fmt:
    {{python}} -m ruff format .
    {{python}} -m ruff check --fix --exit-zero --quiet .

# Lint
lint:
    {{python}} -m ruff check .

# Check types (the Django plugin reads the settings, so they need a secret)
types:
    OFFCUT_SECRET_KEY="${OFFCUT_SECRET_KEY:-only-for-the-type-checker-only-for-it}" {{python}} -m mypy .

# Check that imports only fall
imports:
    .venv/bin/lint-imports

# Run the tests on SQLite; arguments go to pytest
test *arguments:
    {{python}} -m pytest -n 2 --dist loadgroup --no-loadscope-reorder {{arguments}}

# Run the tests on a temporary real PostgreSQL and Valkey
test-pg *arguments="tests/integration tests/e2e":
    python3 run.py test --postgres {{arguments}}

# Everything that CI runs
ci:
    .ci/run

# Set up .venv with the test tools
setup:
    python3 run.py test --co -q tests/unit >/dev/null

# Write again what is generated: .env.example and the OpenAPI snapshot
generate:
    {{python}} -m tests.generated --write

# Resolve both locks again (add `--upgrade` or `--upgrade-package NAME`)
lock *arguments:
    .venv/bin/uv pip compile --universal --python-version 3.11 --generate-hashes --no-annotate --no-header {{arguments}} requirements.in -o requirements.lock
    .venv/bin/uv pip compile --universal --python-version 3.11 --generate-hashes --no-annotate --no-header {{arguments}} -c requirements.lock requirements-dev.in -o requirements-dev.lock

# Serve on http://127.0.0.1:8000
serve:
    python3 run.py serve
