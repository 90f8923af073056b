#!/bin/sh
# Installs the npm packages when there are none, or older ones than the lock file asks for. In plain shell, because
# everything else of the project needs them.
set -e
cd "$(dirname "$0")/../.."
# npm writes this file last.
[ node_modules/.package-lock.json -nt package-lock.json ] && exit 0
echo 'Installing npm packages ...'
npm ci --include=dev --no-audit --no-fund --loglevel=error
