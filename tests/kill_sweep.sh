#!/bin/sh
# Kills a sweep 20 times at random moments, goes on with it each time, and compares the file of all results with that of
# an undisturbed run.
#
#   tests/kill_sweep.sh target/release/threadx [FILE OF BARS]
set -eu
program=$1
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
set -- sweep -g fast_period=2:60:1 -g slow_period=61:400:4 ${2:+--data "$2"}

"$program" "$@" --output json --results "$folder/undisturbed.csv" >"$folder/undisturbed.json"
kills=0
while [ "$kills" -lt 20 ]; do
    "$program" "$@" --checkpoint "$folder/checkpoint" --resume --results "$folder/killed.csv" --force >"$folder/out" 2>&1 &
    process=$!
    sleep "0.$(od -An -N1 -tu1 /dev/urandom | awk '{printf "%03d", 20 + $1 * 2}')"
    if kill -9 "$process" 2>/dev/null; then
        kills=$((kills + 1))
    fi
    wait "$process" 2>/dev/null || true
    echo "kill $kills: $(find "$folder/checkpoint/parts" -name '*.jsonl' | wc -l) parts are kept"
    # Done before it could be killed: start afresh, for the kills that are left.
    if [ -f "$folder/killed.csv" ]; then
        cmp "$folder/undisturbed.csv" "$folder/killed.csv"
        rm -rf "$folder/checkpoint" "$folder/killed.csv"
    fi
done
"$program" "$@" --output json --checkpoint "$folder/checkpoint" --resume --results "$folder/killed.csv" --force >"$folder/killed.json"
cmp "$folder/undisturbed.csv" "$folder/killed.csv"
grep results_hash "$folder/undisturbed.json" "$folder/killed.json"
cksum "$folder/undisturbed.csv" "$folder/killed.csv"
echo "20 kills, the same bits"
