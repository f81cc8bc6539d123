#!/usr/bin/env bash
# dregs run as the first process of a container: orphans of the program become its children. It reaps them, as the program
# would have, where it were the first; otherwise they pile up until no process can be started.
. "$(dirname "$0")/../suite.sh"
unshare -Urpf --mount-proc true 2>/dev/null || skip "no namespaces of users and processes"
orphans=$(rounds 20 1000)
cat >program <<'EOF'
#!/bin/sh
zombies() { cat /proc/[0-9]*/stat 2>/dev/null | awk '$3 == "Z"' | wc -l; }
for i in $(seq "$1"); do sh -c ': & exit 0'; done
for try in $(seq 200); do
    [ "$(zombies)" != 0 ] || break
    sleep 0.05
done
echo "$(zombies) zombies"
exit 7
EOF
chmod +x program
unshare -Urpf --mount-proc "$DREGS_BIN" run -q --only=none -- ./program "$orphans" >run.out 2>run.err
expect_eq "exit status" 7 $?
expect_eq "output" "0 zombies" "$(cat run.out)"
expect_eq "messages" "" "$(cat run.err)"
survived "orphans given to dregs run as the first process of a container" "$orphans"
