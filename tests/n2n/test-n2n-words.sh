#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026 the rocks-mvc authors
#
# The words that n2n 3.x is run with.  n2n 3.x itself is not here: fake-n2n
# stands in for it and writes them down.
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/functions.sh
. "$here/../functions.sh"
# shellcheck source=tests/bed.sh
. "$here/../bed.sh"
# shellcheck source=tests/n2n/n2n.sh
. "$here/n2n.sh"
bed_requires supernode nft ss flock

n2n_start 1
mkdir "$test_tmp/bin"
chmod 711 "$test_tmp" "$test_tmp/bin" # the supernode is not root
for name in edge supernode; do
  cp "$here/fake-n2n" "$test_tmp/bin/$name"
  chmod 755 "$test_tmp/bin/$name"
  echo 3.1.1-7 >"$test_tmp/bin/$name.version"
  : >"$test_tmp/bin/$name.words"
  chmod 666 "$test_tmp/bin/$name.words"
done
PATH=$test_tmp/bin:$PATH
mac=52:54:00:00:03:07
nobody="-u $(id -u nobody) -g $(id -g nobody)"

words() { tail -n 1 "$test_tmp/bin/$1.words"; } # edge|supernode

reserve n2n_supernode="$n2n_frontend:7654 192.0.2.9:7000" n2n_mtu=1400
common="-d nt525400000307 -m $mac -c $(value community) -M 1400 -p 50000 -r $nobody -f -E -A3 \
-t 50001 -a static:169.254.4.8/32"
relays="-l $n2n_frontend:7654 -l 192.0.2.9:7000 key=$(value key)"

echo '# edge: directly'
passes 'up' have c1 up $mac
is 'edge' "$(words edge)" "$common $relays"
is 'rules' "$(on c1 cat /run/rocks-mvc/n2n/nb525400000307/rules)" 'edges 50000'
tap=$(on c1 ip -o link show dev nt525400000307)
has 'the tap is wired' "$tap" 'master nb525400000307 '
has "and has not the VM's MAC" "$tap" ' 0a:54:00:00:03:07 '
is 'addresses' "$(on c1 ip -o address show dev nt525400000307)" ''

echo '# edge: by the supernodes only'
passes 'up' have c1 up n2n_direct=no $mac
is 'edge' "$(words edge)" "$common -S1 $relays"
is 'rules' "$(on c1 cat /run/rocks-mvc/n2n/nb525400000307/rules)" "edges 50000
paths 50000 . $n2n_frontend . 7654
paths 50000 . 192.0.2.9 . 7000
bound 50000"
passes 'down' have c1 down $mac
fails 'the tap is gone' on c1 ip link show dev nt525400000307

echo '# supernode: any address, then a bound one'
passes 'the relay' have fe relay
is 'supernode' "$(words supernode)" '-f -M -t 7655 -p 7654 -l 192.0.2.9:7000'
: >"$test_tmp/bin/supernode.bind"
kill "$(on fe cut -d ' ' -f 1 /var/lib/rocks-mvc/n2n/7654/pid)"
idle() { [ -z "$(bed_pids fe)" ]; }
passes 'its guard ends, and it too' wait_until 20 idle
passes 'the relay' have fe relay
is 'supernode' "$(words supernode)" "-f -M -t 7655 -p $n2n_frontend:7654 -l 192.0.2.9:7000"

echo '# versions that we do not know'
for version in 2.8.0 1.2 30.1 ''; do
  echo "$version" >"$test_tmp/bin/edge.version"
  fails "version $version is not taken" have c1 up $mac
  error=$(cat "$test_tmp/out")
  passes 'with a sentence' grep -q 'edge is n2n .*, not 1.3 or 3.x' <<<"$error"
  fails 'nothing is made' on c1 ip link show dev nb525400000307
done
