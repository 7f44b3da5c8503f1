#!/bin/sh
# What timers do elsewhere: sign-outs each minute, metadata each hour, purge each day. A run that fails is in the log,
# and comes again with the next round.
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
