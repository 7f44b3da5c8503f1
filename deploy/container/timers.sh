#!/bin/sh
# Does what timers do elsewhere: sign-outs every minute, metadata every hour, the purge every day. A failed run is in the
# log, and is repeated in the next round.
set -u
trap 'exit 0' TERM INT
minute=0
while :; do
    python manage.py send_logouts
    [ $((minute % 60)) -eq 17 ] && python manage.py refresh_metadata
    [ $((minute % 1440)) -eq 30 ] && python manage.py purge
    minute=$((minute + 1))
    sleep 60 &
    wait $!
done
