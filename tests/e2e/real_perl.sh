#!/usr/bin/env bash
# perl builds strings, matches, forks a command and dies of its own exception.
. "$(dirname "$0")/harness.sh"
need perl
export PERL_HASH_SEED=0
expect_counts_agree perl -e '
    my %h; $h{$_ % 100} .= "x$_" for 1..20000;
    my @words = map { /(\d+)/g } values %h;
    print scalar(keys %h), " ", scalar(@words), " ", length(join "", values %h), "\n";
    print `echo from the shell`;
    eval { die { code => 3 } };
    exit $@->{code};'
expect_eq "exit status" 3 "$STATUS"
expect_match "output of the command" '^from the shell$' traced.out
