#!/bin/bash
# Ends with 0 when the app of this container takes traffic. For a health check: the image has no curl, and a Node that starts
# for each question costs ten times as much.
set -euo pipefail
exec 3<>"/dev/tcp/127.0.0.1/$PORT"
printf 'GET /readyz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n' >&3
read -r _ status _ <&3
[ "$status" = 200 ]
