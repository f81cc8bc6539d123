#!/usr/bin/env bash
# speedscope itself, as npm has it, opens an export: its tables have the profiles, their totals and the sites of a program
# with known leaks.
. "$(dirname "$0")/harness.sh"
need chromium npm
npm pack --silent --fetch-retries=0 --fetch-timeout=20000 speedscope@1.25.0 >npm.log 2>&1 || skip "npm's registry cannot be reached: $(tail -1 npm.log)"
integrity=$("$PYTHON" -c 'import base64, hashlib, sys
print(base64.b64encode(hashlib.sha512(open(sys.argv[1], "rb").read()).digest()).decode())' speedscope-1.25.0.tgz)
expect_eq "the package's integrity" cpf9HWTZf1ijLXBJrk87Ve/54tnYx6rlf0gUThvn3ook6h63hLXVOQiMf44PT+XoV503cPfvfiT5gP5vojp6Ag== "$integrity"
tar xf speedscope-1.25.0.tgz

run_traced "$DREGS_PROGRAMS/nswapsim" 1000 leak
"$DREGS_BIN" export --format=speedscope "$TRACE" >out.json || fail "export: exit status $?"
PYTHONDONTWRITEBYTECODE=1 "$PYTHON" "$HARNESS_DIR/../browser/speedscope_page.py" package/dist/release/index.html out.json >shown ||
    fail "speedscope does not show it"
has() { grep -qxF -- "$1" shown || fail "speedscope does not show '$1' but: $(cat shown)"; }
has $'profile\tlive blocks\t190'
has $'profile\tlive bytes\t202.19 KB'
has $'live blocks\t100\tudp_alloc_socket'
has $'live blocks\t50\tmem_store'
has $'live blocks\t40\tnswap_thread'
expect_eq "sites" 3 "$(grep -c $'^live blocks\t' shown)"
expect_match "the title" $'^title\tnswapsim, pid [0-9]+, exited: 190 live blocks' shown
