# shellcheck shell=bash
# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026 the rocks-mvc authors
#
# A command of the lab's site a is killed (SIGKILL) at every step. To be sourced
# after sites.sh.
#
# A step is what others can see of the command: a transaction's end or a
# statement that is one by itself, a process that it starts, an answer to one.
# Between two of those the databases and hosts are as at the latter. strace
# counts the system calls of a whole run and then kills before the nth.

calls=sendto,clone,clone3,vfork

# Runs it whole, and notes its calls.
trace() { # WORD...
  lab run frontend-a strace -q -s 60 -e trace=$calls -o /tmp/trace rocks "$@" \
    >"$test_tmp/run" 2>&1 </dev/null
}

kill_before() { # CALL NTH WORD...
  lab run frontend-a strace -q -s 60 -e trace=$calls -o /tmp/trace \
    -e "inject=$1:signal=SIGKILL:when=$2" rocks "${@:3}" >"$test_tmp/run" 2>&1 </dev/null
}

# Numbers of the calls to kill before, from a trace of a whole run: `CALL NTH`.
# Statements travel prepared, \26, or as they are, \3. What is prepared is carried
# out at once and then closed, \31; of others the call after is taken, too.
points() {
  lab run frontend-a cat /tmp/trace </dev/null | awk '
    match($0, /^[a-z0-9]+\(/) { call = substr($0, 1, RLENGTH - 1); nth[call]++ }
    # after what was one
    due && call != "" { print call, nth[call]; due = 0 }
    /^(clone|clone3|vfork)\(/ { print call, nth[call]; due = 1 }
    /"k", 1,/ { print call, nth[call] }
    /\\3COMMIT/ { print call, nth[call]; due = 1 }
    /\\3START TRANSACTION"/ { inside = 1 }
    /\\3(COMMIT|ROLLBACK)/ { inside = 0 }
    /\\26(INSERT|UPDATE|DELETE|insert|update|delete|replace)/ && !inside { writes = 1 }
    /\\31/ && writes { print call, nth[call]; writes = 0 }' | sort -u -k1,1 -k2,2n
}

workers() { lab run frontend-a ps -eo args= </dev/null | grep -c '^[^ ]*rocks-tree' || true; }
