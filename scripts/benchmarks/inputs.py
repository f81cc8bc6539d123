"""What the programs of distributions are fed: packets, a database script, a C++ file, numbers to factor.

Written once a run into one folder, from the sizes alone.
"""
import subprocess
import sys

SQL = """create table t(a integer primary key, b text);
with recursive c(x) as (select 1 union all select x+1 from c where x<{rows}) insert into t select x, hex(x*7919) from c;
create index i on t(b);
select count(*) from t where b > '5';
"""

# GNU bc allocates each intermediate number: Pollard's rho is some 500 allocations a step, and little else.
RHO = """define g(a,b){{ auto t; while(b){{ t=a%b; a=b; b=t; }}; return a; }}
define r(n){{
  auto x,y,d;
  x=2; y=2; d=1;
  while(d==1){{ x=(x*x+1)%n; y=(y*y+1)%n; y=(y*y+1)%n; d=x-y; if(d<0) d=-d; d=g(d,n); }};
  return d;
}}
r({number})
"""

UNIT = """#include <algorithm>
#include <iostream>
#include <map>
#include <regex>
#include <string>
int main() {
    std::regex r("a+");
    std::map<int, std::string> m;
    return static_cast<int>(m.size());
}
"""

# The kinds of compile: a whole unit, or for a smoke run as little as there can be.
SMALL_UNIT = "int main() { return 0; }\n"


def prepare(folder, sizes, root):
    folder.mkdir(parents=True, exist_ok=True)
    subprocess.run([sys.executable, root / "tests/data/mkpcap.py", folder / "packets", str(sizes.packets)], check=True)
    (folder / "rows.sql").write_text(SQL.format(rows=sizes.rows), encoding="utf-8")
    (folder / "rho.bc").write_text(RHO.format(number=sizes.numbers), encoding="utf-8")
    (folder / "unit.cpp").write_text(SMALL_UNIT if sizes.name == "smoke" else UNIT, encoding="utf-8")
