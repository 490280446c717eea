#!/bin/sh
# Stands in for a loadgen program: says what lies beside the name by which it is called.
#   baseline.json    what `baseline save FILE` writes
#   baseline-exit    the code to end that with instead, if it is there; what is in `stderr` is said before
#   count-exit       likewise for `baseline save FILE --count`
#   results-N.json   the results of a trial, for seeds that leave N when divided by 2; @ stands for the protocol
#   exit             the code to end a trial with
#   stderr           what it says there
#   started          a pipe; whoever reads it learns the process id, and the trial never ends
here=$(dirname "$0")
if [ "$1" = baseline ]; then
    for code in "$here/baseline-exit" "$here/count-exit"; do
        if [ "$code" = "$here/count-exit" ] && [ "$4" != --count ]; then continue; fi
        if [ -f "$code" ]; then
            cat "$here/stderr" >&2
            exit "$(cat "$code")"
        fi
    done
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
