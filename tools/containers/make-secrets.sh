#!/usr/bin/env bash
# make-secrets.sh FILE …: makes each file that is missing with a random secret of 32 bytes, and leaves the others as they are.
# Whoever sees the folder may read them: containers run as different users, and only those that need a folder mount it.
set -euo pipefail
umask 222

for file in "$@"; do
  [ -s "$file" ] && continue
  rm -f "$file.draft"
  head -c 32 /dev/urandom | base64 | tr '+/' '-_' | tr -d '=\n' >"$file.draft"
  mv "$file.draft" "$file"
  echo "made $file"
done
