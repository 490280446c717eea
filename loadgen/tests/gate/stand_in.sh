#!/bin/sh
# Stands in for a loadgen program: says what lies beside the name by which it is called.
#   baseline.json    what `baseline save FILE` writes
#   results-N.json   the results of a trial, for seeds that leave N when divided by 2; @ stands for the protocol
#   exit             the code to end a trial with
#   stderr           what it says there
#   started          a pipe; whoever reads it learns the process id, and the trial never ends
here=$(dirname "$0")
if [ "$1" = baseline ]; then
    exec cp "$here/baseline.json" "$3"
fi
if [ -p "$here/started" ]; then
    echo $$ > "$here/started"
    exec sleep 600
fi
for argument in "$@"; do
    case $argument in --seed=*) seed=${argument#--seed=} ;; esac
done
cat "$here/stderr" >&2
sed "s/@/$2/g" "$here/results-$((seed % 2)).json"
exit "$(cat "$here/exit")"
