#!/bin/sh
# Compiles the program unless that was done after the last change of its sources. One at a time: who copies what was
# compiled waits, too.
set -e
cd "$(dirname "$0")/../.."
exec 9<tsconfig.json
flock 9
sources='bin conf lib streams package.json tsconfig.json'
stamp=dist/.built
# What is removed changes its directory.
[ -e "$stamp" ] && [ -e dist/bin/bagpipe-bgp.js ] && [ -z "$(find $sources -newer "$stamp" -print -quit)" ] && exit 0
echo 'Building ...' >&2
# What changes while it runs is for the next time.
begun=$(mktemp)
trap 'rm -f "$begun"' EXIT
rm -f "$stamp"
node_modules/.bin/tsc -p tsconfig.json
cp -p "$begun" "$stamp"
