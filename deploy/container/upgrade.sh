#!/bin/sh
# Upgrades Latchkey's containers while people sign in: the new ones serve before the old ones end.
set -eu
compose() { docker compose -p latchkey -f "$(dirname "$0")/compose.yaml" "$@"; }

compose build migrate
compose up -d migrate
old=$(compose ps --quiet web)
number=$(echo "$old" | wc -l)
if ! compose up -d --wait --no-recreate --scale "web=$((2 * number))" web; then
    compose logs --tail 20 web
    compose ps --quiet --all web | grep -vxF "$old" | xargs --no-run-if-empty docker rm --force --volumes
    echo "The new version does not serve: its log above says why. The old one goes on serving." >&2
    exit 1
fi
# shellcheck disable=SC2086 # one argument for each container
docker rm --volumes $(docker stop $old)
compose up -d --scale "web=$number"
