#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026 the rocks-mvc authors
#
# The words that n2n 3.x is run with.  n2n 3.x itself is not here: fake-n2n
# stands in for it and writes them down.
set -eu
. "${srcdir:-.}/tests/n2n/lab.sh"
lab_requires supernode nft ss bash flock

lab_start fe=10 c1=11
mkdir "$tmp/bin"
chmod 755 "$tmp/bin"
for name in edge supernode; do
  cp "${srcdir:-.}/tests/n2n/fake-n2n" "$tmp/bin/$name"
  chmod 755 "$tmp/bin/$name"
  echo 3.1.1-7 >"$tmp/bin/$name.version"
  : >"$tmp/bin/$name.words"
  chmod 666 "$tmp/bin/$name.words" # the supernode is not root
done
PATH=$tmp/bin:$PATH
mac=52:54:00:00:03:07
nobody="-u $(id -u nobody) -g $(id -g nobody)"

same() { # WHAT EXPECTED FOUND
  [ "$2" = "$3" ] || fail "$1
  expected $2
  found    $3"
}

words() { tail -n 1 "$tmp/bin/$1.words"; } # edge|supernode

backend_reserve n2n_supernode="$lab_net.10:7654 192.0.2.9:7000" n2n_mtu=1400
common="-d nt525400000307 -m $mac -c $(network_value community) -M 1400 -p 50000 -r $nobody -f -E -A3 \
-t 50001 -a static:169.254.4.8/32"
relays="-l $lab_net.10:7654 -l 192.0.2.9:7000 key=$(network_value key)"

echo '# edge: directly'
backend c1 up "$mac"
same edge "$common $relays" "$(words edge)"
same 'rules' 'edges 50000' "$(on c1 cat /run/rocks-mvc/n2n/nb525400000307/rules)"
on c1 ip -o link show dev nt525400000307 | grep -q 'master nb525400000307 .* 0a:54:00:00:03:07 ' ||
  fail "$(on c1 ip -o link show dev nt525400000307)"
same addresses '' "$(on c1 ip -o address show dev nt525400000307)"

echo '# edge: by the supernodes only'
backend c1 up n2n_direct=no "$mac"
same edge "$common -S1 $relays" "$(words edge)"
same rules "edges 50000
paths 50000 . $lab_net.10 . 7654
paths 50000 . 192.0.2.9 . 7000
bound 50000" "$(on c1 cat /run/rocks-mvc/n2n/nb525400000307/rules)"
backend c1 down "$mac"
! on c1 ip link show dev nt525400000307 2>/dev/null || fail 'the tap is left'

echo '# supernode: any address, then a bound one'
backend fe relay
same supernode "-f -M -t 7655 -p 7654 -l 192.0.2.9:7000" "$(words supernode)"
: >"$tmp/bin/supernode.bind"
kill "$(on fe cut -d ' ' -f 1 /var/lib/rocks-mvc/n2n/7654/pid)"
wait_for 5 test -z "$(pids_on fe)" || :
backend fe relay
same supernode "-f -M -t 7655 -p $lab_net.10:7654 -l 192.0.2.9:7000" "$(words supernode)"

echo '# versions that we do not know'
for version in 2.8.0 1.2 30.1 ''; do
  echo "$version" >"$tmp/bin/edge.version"
  ! backend c1 up "$mac" 2>"$tmp/error" || fail "version $version was taken"
  grep -q "edge is n2n .*, not 1.3 or 3.x" "$tmp/error" || fail "$(cat "$tmp/error")"
  ! on c1 ip link show dev nb525400000307 2>/dev/null || fail 'something was made nevertheless'
done
