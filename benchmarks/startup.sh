#!/usr/bin/env bash
# Start-up of podhosts beside Python's own and yamllint's, cold files and warm disk cache.
# Needs hyperfine on the PATH; makes its own environment, with a current pip (older ones write slower launchers).
#   benchmarks/startup.sh [RUNS]
set -euo pipefail
cd "$(dirname "$0")/.."
runs=${1:-40}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --upgrade pip
"$work/venv/bin/pip" install -q . yamllint
cat > "$work/unrelated.yaml" <<'YAML'
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {ports: [{port: 80}]}
YAML
bin="$work/venv/bin"
cp examples/duplicates.yaml "$work/relevant.yaml"
cd "$work"
hyperfine --shell=none --warmup 5 --runs "$runs" --ignore-failure \
  --command-name 'python -c pass' "$bin/python -c pass" \
  --command-name 'podhosts, unrelated file' "$bin/podhosts check -q unrelated.yaml" \
  --command-name 'podhosts, file with hostAliases' "$bin/podhosts check -q relevant.yaml" \
  --command-name 'yamllint, the same file' "$bin/yamllint relevant.yaml" \
  --export-markdown /dev/stdout
