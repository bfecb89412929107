#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026 the rocks-mvc authors
#
# A database behind a network, with ssl=yes in its URI: what is said is encrypted, and nobody but the
# server whose name a known authority vouches for gets to hear the password.
set -eu
export ALONE_PROGRAMS='openssl ip'
# shellcheck source=tests/alone.sh disable=SC1091
. "$(dirname "$0")/../alone.sh"

ip link set lo up
# shellcheck disable=SC2154 # test_tmp is functions.sh's
cd "$test_tmp"
printf '127.0.0.1 localhost db.example.net other.example.net\n' >hosts
mount --bind hosts /etc/hosts

# authority NAME; certificate NAME AUTHORITY HOST
authority() {
  openssl req -x509 -newkey rsa:2048 -nodes -keyout "$1.key" -out "$1.pem" -days 2 \
    -subj "/CN=authority $1" 2>/dev/null
}
certificate() {
  openssl req -newkey rsa:2048 -nodes -keyout "$1.key" -out "$1.csr" -subj "/CN=$3" 2>/dev/null
  openssl x509 -req -in "$1.csr" -CA "$2.pem" -CAkey "$2.key" -CAcreateserial -days 2 \
    -out "$1.pem" -extfile <(echo "subjectAltName=DNS:$3") 2>/dev/null
}
authority good
authority bad
certificate server good db.example.net
chmod a+r ./*.pem ./*.key

# server DIR [OPTION...]
server() {
  local dir=$1
  shift
  MARIADB_EXTRA="--skip-networking=0 --bind-address=127.0.0.1 --port=3333 $*" mariadb_start "$dir"
}
hosts() {
  mariadb_create cluster
  ROCKS_DATABASE="mysql:///cluster?socket=$MARIADB_SOCKET" rocks create database
  mariadb_sql cluster -e "insert into nodes (Name, Membership, CPUs) values ('one', 3, 1), ('none', 2, 0)"
}

server db --ssl-cert="$test_tmp/server.pem" --ssl-key="$test_tmp/server.key" \
  --ssl-ca="$test_tmp/good.pem"
hosts
mariadb_sql -e "create user 'anyone'@'%' identified by 'a secret'; grant all on *.* to 'anyone'@'%';
  create user 'careful'@'%' identified by 'a secret' require ssl; grant all on *.* to 'careful'@'%'"
printf '[client]\npassword = a secret\n' >plain.cnf
printf '[client]\npassword = a secret\nssl-verify-server-cert = 0\nskip-ssl\n' >lax.cnf
chmod 600 ./*.cnf

# ask USER HOST PARAMETERS WORD...: a command by that URI
ask() {
  local uri="mysql://$1@$2:3333/cluster?option-file=$test_tmp/${4:-plain}.cnf$3"
  ROCKS_DATABASE=$uri timeout 60 rocks list host output-header=no output-col=membership \
    "select name from nodes where (select count(*) from information_schema.session_status
    where variable_name = 'ssl_cipher' and variable_value like 'TLS_%') = cpus" 2>&1 | head -n 1
}
ca="&ssl=yes&ssl-ca=$test_tmp/good.pem"

# A host of one CPU is shown over an encrypted connection, one of none over any other.
has 'what is said is encrypted' "$(ask anyone db.example.net "$ca")" \
  Login
has 'who may only come so may come' "$(ask careful db.example.net "$ca")" Login
has 'and not otherwise' "$(ask careful db.example.net '&ssl=no')" "Access denied for user 'careful'"
has 'an option file does not take that back' "$(ask anyone db.example.net "$ca" lax)" \
  Login

denied='Error: cannot reach the database'
for case in "another authority|db.example.net|&ssl=yes&ssl-ca=$test_tmp/bad.pem" \
  "no authority|db.example.net|&ssl=yes" "another name|other.example.net|$ca" \
  "an authority that is not there|db.example.net|&ssl=yes&ssl-ca=$test_tmp/none.pem"; do
  IFS='|' read -r title host how <<<"$case"
  out=$(ask anyone "$host" "$how")
  has "$title is refused" "$out" "$denied"
  has "$title: it says why" "$out" TLS/SSL
  out=$(ask anyone "$host" "$how" lax)
  has "$title is refused, whatever the option file says" "$out" "$denied"
done

# Who stands between and says that there is no TLS here.
mariadb_stop
rm -rf db
server clear --skip-ssl
hosts
mariadb_sql -e "create user 'anyone'@'%' identified by 'a secret'; grant all on *.* to 'anyone'@'%'"
has 'a server without TLS is refused' "$(ask anyone db.example.net "$ca")" "$denied"
has 'and spoken to when nobody asks for it' "$(ask anyone db.example.net '')" \
  Compute
