#!/usr/bin/env bash
# Takes the good histories of the unit tests (suites/<area>/testdata) from a run:
# hack/goldens.sh [ARTIFACTS_DIR]
set -o errexit -o nounset -o pipefail
cd "$(dirname "$0")/.."
histories="${1:-_artifacts/latest}/histories"
find "$histories" -name '*.jsonl' -printf '%P\n' | while read -r history; do
  mkdir -p "suites/${history%/*}/testdata"
  gzip --best --no-name <"$histories/$history" >"suites/${history%/*}/testdata/${history##*/}.gz"
done
