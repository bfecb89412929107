# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026 the rocks-mvc authors
#
# Runs every command of the original's transcripts with our program and compares what it prints, its
# exit status, and what it changes in the database. Started by test-compat.sh, which has made the
# machine a private one and started the server.
#
#   replay.pl [--todo] [--show NUMBER] [--recorded] TRANSCRIPTS HERE
#   replay.pl --own [--record] HERE
#
# The state of the original's database is followed from transcript to transcript, starting with the
# site's dump and applying the rows that each run changed. Ours is brought back to it whenever a
# run has left something else, so that every transcript is judged by itself. Rows are compared
# without their ids, references by the name of what they refer to.
#
# --own: the runs in HERE/own instead, one after the other on the database as it is, judged by status
# and output. --record writes what they print now into those files; test-compat.sh says how.
use strict;
use warnings;
use JSON::PP ();
use Time::HiRes ();

my %option = (todo => 0, show => '', recorded => 0, own => 0, record => 0);
while (@ARGV && $ARGV[0] =~ /^--(todo|show|recorded|own|record)$/) {
  my $name = $1;
  shift @ARGV;
  $option{$name} = $name eq 'show' ? shift @ARGV : 1;
}
my $here = pop @ARGV;
my ($transcripts) = @ARGV;

# What refers to what, by lower-case column: the table, and its column that names a row.
my %reference = (
  'aliases.node' => 'nodes', 'attributes.catindex' => 'catindex',
  'attributes.category' => 'categories', 'boot.node' => 'nodes', 'bootflags.node' => 'nodes',
  'catindex.category' => 'categories', 'firewalls.catindex' => 'catindex',
  'firewalls.category' => 'categories', 'firewalls.insubnet' => 'subnets',
  'firewalls.outsubnet' => 'subnets', 'memberships.appliance' => 'appliances',
  'memberships.distribution' => 'distributions', 'networks.node' => 'nodes',
  'networks.subnet' => 'subnets', 'node_rolls.node' => 'nodes', 'node_routes.node' => 'nodes',
  'nodes.membership' => 'memberships', 'partitions.node' => 'nodes',
  'appliance_routes.appliance' => 'appliances', 'global_routes.subnet' => 'subnets',
  'os_routes.subnet' => 'subnets', 'appliance_routes.subnet' => 'subnets',
  'node_routes.subnet' => 'subnets', 'public_keys.node' => 'nodes',
  'resolvechain.category' => 'categories', 'sec_node_attributes.node' => 'nodes',
  'vm_disks.vm_node' => 'vm_nodes', 'vm_nodes.node' => 'nodes', 'vm_nodes.physnode' => 'nodes',
);

# --- the database: one client for all, answers end with a mark

my ($to_db, $from_db);

sub open_client {
  pipe(my $child_in, $to_db) or die "pipe: $!";
  pipe($from_db, my $child_out) or die "pipe: $!";
  my $pid = fork() // die "fork: $!";
  if ($pid == 0) {
    open(STDIN, '<&', $child_in);
    open(STDOUT, '>&', $child_out);
    close $to_db;
    exec('mariadb', '--no-defaults', "--socket=$ENV{MARIADB_SOCKET}", '-N', '-B', '--unbuffered',
         '--default-character-set=latin1', 'cluster') or exit 127;
  }
  $to_db->autoflush(1);
  # As lax as the original's server: its rows hold what a strict one refuses.
  sql("set sql_mode = 'NO_AUTO_VALUE_ON_ZERO'");
}

sub sql {
  my ($text) = @_;
  my @rows;
  print {$to_db} "$text;\nselect '~~done~~';\n";
  while (my $line = <$from_db>) {
    chomp $line;
    return @rows if $line eq '~~done~~';
    push @rows, $line;
  }
  die "the database's client ended at: ", substr($text, 0, 200), "\n";
}

my (@tables, %columns);

sub read_schema {
  for (sql("select table_name, column_name from information_schema.columns where table_schema ="
           . " 'site' and table_name in (select table_name from information_schema.tables where"
           . " table_schema = 'site' and table_type = 'BASE TABLE')"
           . " order by table_name, ordinal_position")) {
    my ($table, $column) = split /\t/;
    push @tables, $table unless $columns{$table};
    push @{$columns{$table}}, $column;
  }
}

sub unescape {
  my ($text) = @_;
  my %plain = (n => "\n", t => "\t", 0 => "\0");
  $text =~ s/\\(.)/$plain{$1} \/\/ $1/ges;
  return $text;
}

# A state: table -> list of rows, a row: lower-case column -> value, undef for NULL.
sub read_state {
  my %state = map { $_ => [] } @tables;
  my $all = join "\nunion all ", map {
    my $t = $_;
    "select concat_ws(char(9), '$t', " . join(', ', map {
      "coalesce(concat('=', replace(replace(replace(`$_`, '\\\\', '\\\\\\\\'), char(9), '\\\\t'),"
      . " char(10), '\\\\n')), 'N')" } @{$columns{$t}}) . ") from cluster.$t"
  } @tables;
  # What the client escapes comes on top of what the query does.
  for (sql($all)) {
    my ($table, @values) = split /\t/, unescape($_), -1;
    my %row;
    @row{map { lc } @{$columns{$table}}}
      = map { $_ eq 'N' ? undef : unescape(substr($_, 1)) } @values;
    push @{$state{$table}}, \%row;
  }
  return \%state;
}

sub quote {
  my ($value) = @_;
  return 'NULL' unless defined $value;
  $value =~ s/([\\'])/\\$1/g;
  $value =~ s/\n/\\n/g;
  return "'$value'";
}

sub write_state {
  my ($state) = @_;
  my $text = "set foreign_key_checks = 0";
  # What we recorded belongs to rows that go.
  $text .= join '', map { ";\ndelete from cluster.mvc_$_" }
    qw(journal leases members settings clusters segments) if $option{recorded};
  for my $table (@tables) {
    my @names = @{$columns{$table}};
    $text .= ";\ndelete from cluster.$table";
    next unless @{$state->{$table}};
    $text .= ";\ninsert into cluster.$table (" . join(', ', map { "`$_`" } @names) . ") values "
      . join(', ', map { my $row = $_;
                         '(' . join(', ', map { quote($row->{lc $_}) } @names) . ')' }
             @{$state->{$table}});
  }
  sql("$text;\nset foreign_key_checks = 1");
}

# --- rows without ids

sub name_of {
  my ($state, $table, $id) = @_;
  my ($row) = grep { $_->{id} eq $id } @{$state->{$table}};
  return "$id?" unless $row;
  return 'vm:' . name_of($state, 'nodes', $row->{node}) if $table eq 'vm_nodes';
  return name_of($state, 'categories', $row->{category}) . "/$row->{name}" if $table eq 'catindex';
  return $row->{name} // "unnamed";
}

sub canonical {
  my ($state, $table, $row) = @_;
  return "$table(" . join(', ', map {
    my $value = $row->{$_};
    my $target = $reference{"$table.$_"};
    $value = name_of($state, $target, $value) if defined $value && $target && $value ne '0';
    "$_=" . ($value // 'NULL')
  } grep { $_ ne 'id' } sort keys %$row) . ')';
}

# Canonical lines that only one of two states has.
sub difference {
  my ($before, $after) = @_;
  my %count;
  for my $table (@tables) {
    $count{canonical($before, $table, $_)}-- for @{$before->{$table}};
    $count{canonical($after, $table, $_)}++ for @{$after->{$table}};
  }
  my @lines = map { my $n = $count{$_}; (($n < 0 ? '- ' : '+ ') . $_) x abs($n) }
    grep { $count{$_} } sort keys %count;
  return @lines;
}

sub copy_state {
  my ($state) = @_;
  return { map { $_ => [map { {%$_} } @{$state->{$_}}] } keys %$state };
}

# --- transcripts

# The transcripts are UTF-8 made of bytes; the rows in them were read as UTF-8 before that.
sub as_bytes {
  my ($text) = @_;
  utf8::decode($text);
  utf8::downgrade($text);
  return $text;
}

sub read_transcript {
  my ($file) = @_;
  open my $in, '<', $file or die "$file: $!";
  local $/;
  my $text = <$in>;
  my %t = (file => $file =~ s{.*/(.*)\.txt$}{$1}r);
  $text =~ /\ASCENARIO:[ ](.*)\n(?:BEFORE[ ]\(sql\):[ ](.*)\n)?
            COMMAND:[ ]rocks[ ]?((?s:.*?))\nEXIT:[ ](\d+)\nSECONDS:.*\n/x
    or die "$file: no transcript\n";
  @t{qw(scenario before command exit)} = ($1, $2, $3, $4);
  my $at = $+[0];
  for my $part (['stdout', 'STDERR'], ['stderr', 'DBDIFF']) {
    my ($name, $next) = @$part;
    substr($text, $at) =~ /\A--- \U$name\E \((\d+) bytes\)\n/ or die "$file: no $name\n";
    my ($from, $length) = ($at + $+[0], $1);
    # Counted before it was made UTF-8, in one or two files.
    if (substr($text, $from + $length) !~ /\A\n?--- $next /) {
      $length = index($text, "--- $next ", $from) - $from;
    }
    $t{$name} = as_bytes(substr($text, $from, $length));
    $at = $from + $length;
    $at++ if substr($text, $at, 1) eq "\n";
  }
  $t{changes} = [substr($text, $at) =~ /^--- DBDIFF .*\n((?s:.*?))^--- FILES/m
                 ? split(/\n/, as_bytes(as_bytes($1))) : ()];
  return \%t;
}

sub parse_row {
  my ($text) = @_;
  $text =~ /^([-+]) (\w+)\((.*)\)$/ or return;
  my ($sign, $table, $rest, %row) = ($1, $2, $3);
  while ($rest =~ /\G(\w+)=(?:NULL|'((?:[^'\\]|\\.)*)'|([^,]*))(?:, |$)/g) {
    $row{lc $1} = defined $2 ? unescape($2) : $3;
  }
  return ($sign, $table, \%row);
}

sub row_key { my ($row) = @_; join "\0", map { "$_=" . ($row->{$_} // "\1") } sort keys %$row }

# The original's state after the run; undef when it does not follow from the one before.
sub apply_changes {
  my ($state, @changes) = @_;
  $state = copy_state($state);
  for (sort { substr($b, 0, 1) cmp substr($a, 0, 1) } @changes) { # rows go before rows come
    my ($sign, $table, $row) = parse_row($_);
    next if !defined $sign || !$state->{$table};
    if ($sign eq '+') {
      return if defined $row->{id} && grep { $_->{id} eq $row->{id} } @{$state->{$table}};
      push @{$state->{$table}}, $row;
      next;
    }
    my $key = row_key($row);
    my $n = @{$state->{$table}};
    @{$state->{$table}} = grep { row_key($_) ne $key } @{$state->{$table}};
    return if @{$state->{$table}} == $n;
  }
  return $state;
}

# --- what we know beforehand

sub read_list {
  my ($name) = @_;
  open my $in, '<', "$here/$name" or die "$name: $!";
  return map { chomp; my ($key, $text) = split /\s*\|\s*/, $_, 2; [$key, $text // ''] }
    grep { !/^#|^\s*$/ } <$in>;
}

my %difference = map { @$_ } read_list('differences');
my %todo = map { $_->[0] => 1 } read_list('todo');
my @additions = read_list('additions');

# Paths of a listing `path usage`.
sub paths {
  my ($listing) = @_;
  $listing =~ s/\n\t/ /g;
  return map { s/ *[\[{].*//r =~ s/ *$//r } split /\n/, $listing;
}

sub longest_path {
  my ($command, @paths) = @_;
  $command =~ s/^"([^"]*)"/$1/;
  my ($found) = sort { length $b <=> length $a }
    grep { $command =~ /^\Q$_\E(?: |$)/ } @paths;
  return $found;
}

my @their_paths;

# The words that a listing's paths are relative to: "list" for `rocks list x`.
sub listed_under {
  my ($t) = @_;
  return '' if $t->{exit} != 255;
  my @words = split ' ', $t->{command};
  while (@words) {
    my $under = "@words ";
    return $under if grep { index($_, $under) == 0 } @their_paths;
    pop @words;
  }
  return '';
}

# A listing as lines `path usage`, without the commands of one list; undef for other output.
sub listing_lines {
  my ($t, $output, @without) = @_;
  $output =~ s/ ?\n\t/ /g;
  my $under = listed_under($t);
  my %without = map { $_ => 1 } @without;
  my @lines = map { "$under$_" } split /\n/, $output;
  return join "\n", grep { !$without{(paths($_))[0] // ''} } @lines;
}

# Our output without the words that the original does not have.
sub without_additions {
  my ($t, $output, $listing) = @_;
  for (@additions) {
    my ($path, $word) = @$_;
    next if $word eq '';
    if ($listing) {
      $output =~ s/^(\Q$path\E (?:[^\n]*? )?)\Q$word\E ?/$1/mg;
    } elsif ($output =~ /^Error: /m && $t->{command} =~ /^\Q$path\E(?: |$)/) {
      $output =~ s/ ?\Q$word\E//;
    }
  }
  return $output;
}

sub same_listing {
  my ($t, $ours) = @_;
  my $theirs = listing_lines($t, $t->{stdout}, keys %todo);
  $ours = listing_lines($t, $ours, map { $_->[1] eq '' ? $_->[0] : () } @additions);
  return $theirs eq without_additions($t, $ours, 1);
}

my $json = JSON::PP->new->canonical->allow_nonref;

# JSON in one form; undef when it is none.
sub canonical_json {
  my ($t, $text) = @_;
  my $value = eval { $json->decode($text) } // return;
  return $json->encode($value) unless ref $value eq 'ARRAY' && $t->{command} =~ /^list cluster/;
  return join ',', sort map { $json->encode($_) } @$value; # an order that comes from hashing
}

sub same_output {
  my ($t, $ours) = @_;
  my $theirs = $t->{stdout};
  return 1 if $theirs eq $ours;
  return same_listing($t, $ours)
    if $t->{command} =~ /^(?:list help.*)?$/ || $t->{exit} == 255 && $theirs !~ /^error/;
  my $plain = without_additions($t, $ours, 0);
  s/^\S+: down\n//mg for $theirs, $plain;
  return 1 if $theirs eq $plain;
  if ($theirs =~ /^\[\n/) {
    my $a = canonical_json($t, $theirs);
    my $b = canonical_json($t, $ours);
    return 1 if defined $a && defined $b && $a eq $b;
  }
  # Orders that come from hashing.
  return $t->{command} =~ /^(?:list|remove) cluster/
    && join("\n", sort split /\n/, $theirs) eq join("\n", sort split /\n/, $plain);
}

# --- the run

my $database = $ENV{ROCKS_DATABASE};

# The original's containers had a hypervisor that answered although ssh did not, most of the time
# one on which nothing ran: libvirt's test driver stands for it.
sub set_hypervisor {
  my ($t, $set) = @_;
  sql("delete from cluster.attributes where Attr = 'vm_uri'");
  return unless $set;
  my $fake = $t->{file} =~ /-fake$/;
  my $uri = $fake ? "test://$here/hypervisor.xml" : 'test:///default';
  sql("insert into cluster.attributes (Attr, Value, Category, Catindex) select 'vm_uri', '$uri',"
      . " c.ID, i.ID from cluster.catindex i join cluster.categories c on c.ID = i.Category"
      . " where c.Name = 'global'");
  sql("insert into cluster.attributes (Attr, Value, Category, Catindex) select 'vm_uri',"
      . " 'test:///nowhere', c.ID, i.ID from cluster.catindex i"
      . " join cluster.categories c on c.ID = i.Category"
      . " where c.Name = 'host' and i.Name = 'vm-container-0-1'") if $fake;
}

sub run_ours {
  my ($t) = @_;
  local $ENV{ROCKS_DATABASE}
    = $t->{scenario} =~ /^S\./ ? 'mysql:///cluster?socket=/nowhere/socket' : $database;
  my $pid = open(my $out, '-|') // die "fork: $!";
  if ($pid == 0) {
    open STDIN, '<', '/dev/null';
    open STDERR, '>', "$ENV{COMPAT_TMP}/stderr";
    exec('timeout', '-k', '5', '60', 'sh', '-c', "rocks $t->{command}") or exit 127;
  }
  local $/;
  my $text = <$out> // '';
  close $out;
  return ($text, $? >> 8);
}

sub main {
  my ($theirs, $ours, $site, @verdicts);
  my (%count, %missing, $scenario, $followed);
  my @all = map { read_transcript($_) } sort glob "$transcripts/*.txt";
  my ($listing) = map { $_->{stdout} } grep { $_->{command} eq 'list help' } @all;
  @their_paths = paths($listing);
  my @our_paths = paths(scalar `rocks list help`);
  my $failed = 0;

  open_client();
  read_schema();
  $site = read_state();
  for my $t (@all) {
    my $path = longest_path($t->{command}, @their_paths);
    my $verdict;
    if (!defined $scenario || $scenario ne $t->{scenario}) {
      $scenario = $t->{scenario};
      $theirs = copy_state($site);
      write_state($theirs);
      $ours = read_state();
      $followed = 1;
    }
    if (defined $t->{before}) {
      write_state($theirs);
      sql($t->{before});
      $theirs = $ours = read_state();
    }
    my $next = apply_changes($theirs, @{$t->{changes}});
    # Some runs under one heading began anew without saying so.
    if (!defined $next && defined($next = apply_changes($site, @{$t->{changes}}))) {
      write_state($theirs = copy_state($site));
      $ours = read_state();
      $followed = 1;
    }
    if (!$followed || !defined $next) {
      $followed = 0;
      $verdict = 'left out';
    } elsif (defined $path && !grep { $_ eq $path } @our_paths) {
      $verdict = 'not there';
      $missing{$path}++;
    } else {
      my @want = difference($theirs, $next);
      my $asks = $t->{command} =~ / status=/;
      set_hypervisor($t, 1) if $asks;
      my ($text, $status) = run_ours($t);
      set_hypervisor($t, 0) if $asks;
      my $after = read_state();
      my @got = difference($ours, $after);
      my @why;
      push @why, "exit $status, not $t->{exit}" if $status != $t->{exit};
      push @why, 'output' unless same_output($t, $text);
      push @why, 'database' if "@want" ne "@got";
      $verdict = @why ? 'differs' : 'same';
      # It needs runs that are not among the transcripts.
      $verdict = 'left out' if @why && ($difference{$t->{file}} // '') =~ /^does not follow/;
      $ours = $after;
      if (@why && ($option{show} eq 'all' && !$difference{$t->{file}}
                   || $t->{file} =~ /^\Q$option{show}\E-/)) {
        print "=== $t->{file}: rocks $t->{command}\n--- theirs ($t->{exit})\n$t->{stdout}",
          "--- ours ($status)\n$text", map({ "theirs $_\n" } @want), map({ "ours   $_\n" } @got);
      }
      if (@why && !$difference{$t->{file}}) {
        print "$t->{file}: rocks $t->{command}: ", join(', ', @why), "\n";
        $failed++;
      } elsif (!@why && $difference{$t->{file}}) {
        print "$t->{file}: listed as different, but is the same\n";
        $failed++;
      }
    }
    $theirs = $next if defined $next;
    if (defined $next && difference($theirs, $ours)) {
      write_state($theirs);
      $ours = read_state();
    }
    $count{$t->{scenario} =~ s/\..*//r}{$verdict}++;
    $count{all}{$verdict}++;
  }
  for my $path (@their_paths) {
    print "command \"$path\" is neither there nor in the list of those to come\n" and $failed++
      unless $todo{$path} || grep { $_ eq $path } @our_paths;
  }
  for my $path (sort keys %todo) {
    print "command \"$path\" is there, but listed as to come\n" and $failed++
      if grep { $_ eq $path } @our_paths;
  }
  if ($option{todo}) {
    printf "%-8s %8s %8s %10s %9s\n", 'scenario', 'same', 'differs', 'not there', 'left out';
    for my $name ((sort grep { $_ ne 'all' } keys %count), 'all') {
      printf "%-8s %8d %8d %10d %9d\n", $name,
        map { $count{$name}{$_} // 0 } 'same', 'differs', 'not there', 'left out';
    }
    print "to come: $_ ($missing{$_} transcripts)\n"
      for sort { $missing{$b} <=> $missing{$a} || $a cmp $b } keys %missing;
  }
  printf "compat: %d transcripts: %s\n", scalar @all,
    join(', ', map { "$count{all}{$_} $_" } grep { $count{all}{$_} }
         'same', 'differs', 'not there', 'left out');
  return $failed ? 1 : 0;
}

# --- a site that our own commands build

# The runs of a file: the text before each, its command, status and output; what follows the last.
sub read_own {
  my ($file) = @_;
  open my $in, "<", $file or die "$file: $!";
  local $/;
  my $text = <$in>;
  my @runs;
  while ($text =~ /\G((?s:.*?))^COMMAND:[ ]rocks[ ]?/gmc) {
    my %t = (between => $1, scenario => "own", file => "");
    # A command that was never run is one line.
    if ($text =~ /\G((?:(?!\nCOMMAND:)(?s:.))*?)\nEXIT:[ ](\d+)\n---[ ]STDOUT[ ]\((\d+)[ ]bytes\)\n/gc) {
      @t{qw(command exit)} = ($1, $2);
      $t{stdout} = substr($text, pos $text, $3);
      pos($text) += $3;
      pos($text)++ if $3 && $t{stdout} !~ /\n\z/;
    } else {
      $text =~ /\G(.*)\n/gc;
      $t{command} = $1;
    }
    push @runs, \%t;
  }
  return (\@runs, substr($text, pos($text) // 0));
}

# Zones are numbered by the time.
sub steady { $_[0] =~ s/\b\d{10}(?= ; serial)/SERIAL/gr }

sub own {
  my ($failed, $count) = (0, 0);
  open_client();
  for my $file (sort glob "$here/own/*.txt") {
    my ($runs, $rest) = read_own($file);
    my $new = "";
    for my $t (@$runs) {
      sql($1) if $t->{between} =~ /^BEFORE \(sql\): (.*)/m;
      my ($text, $status) = run_ours($t);
      $text = steady($text);
      $count++;
      $new .= "$t->{between}COMMAND: rocks $t->{command}\nEXIT: $status\n--- STDOUT ("
        . length($text) . " bytes)\n$text" . ($text =~ /[^\n]\z/ ? "\n" : "");
      next if $option{record} || defined $t->{exit} && $t->{exit} == $status && $t->{stdout} eq $text;
      $failed++;
      print "=== $file: rocks $t->{command}\n--- expected (", $t->{exit} // "nothing", ")\n",
        $t->{stdout} // "", "--- printed ($status)\n$text";
    }
    next unless $option{record};
    open my $out, ">", $file or die "$file: $!";
    print $out $new, $rest;
    close $out or die "$file: $!";
  }
  die "no runs in $here/own\n" unless $count;
  print "compat: $count runs on a site of our own, $failed differ\n";
  return $failed ? 1 : 0;
}

STDOUT->autoflush(1);
exit($option{own} ? own() : main());
