#!/bin/sh
# Upgrades Latchkey's containers while people sign in: the new ones serve before the old ones end.
set -eu
compose() { docker compose -p latchkey -f "$(dirname "$0")/compose.yaml" "$@"; }

compose build migrate
compose up -d migrate
old=$(compose ps --quiet web)
number=$(echo "$old" | wc -l)
compose up -d --wait --no-recreate --scale "web=$((2 * number))" web
# shellcheck disable=SC2086 # one argument for each container
docker rm --volumes $(docker stop $old)
compose up -d --scale "web=$number"
