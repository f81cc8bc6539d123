"""How much work a run does: whole, quick (to see that all is well in minutes) or smoke (to see that nothing is broken).

Numbers only; workloads.py says what they mean.
"""
from dataclasses import dataclass


@dataclass(frozen=True)
class Sizes:
    name: str
    rounds: int
    limit_s: float  # a run that takes longer has failed
    pairs: int
    exchange_s: float
    scope_pairs: int
    live: tuple  # (name, blocks)
    packets: int
    rows: int
    numbers: int  # product of two primes
    requests: int
    counted: tuple  # iterations of the short and the long run whose instructions are counted; multiples of 64


FULL = Sizes("full", rounds=5, limit_s=180, pairs=4_000_000, exchange_s=1.5, scope_pairs=20_000_000,
             live=(("1m", 1_000_000), ("10m", 10_000_000)), packets=20_000, rows=400_000, numbers=1000000007 * 1000000009,
             requests=100_000, counted=(51_200, 153_600))
QUICK = Sizes("quick", rounds=1, limit_s=20, pairs=400_000, exchange_s=0.3, scope_pairs=2_000_000,
              live=(("1m", 1_000_000),), packets=2_000, rows=40_000, numbers=10000019 * 10000079,
              requests=20_000, counted=(12_800, 38_400))
SMOKE = Sizes("smoke", rounds=1, limit_s=60, pairs=20_000, exchange_s=0.05, scope_pairs=50_000,
              live=(("20k", 20_000),), packets=20, rows=1_000, numbers=10007 * 10009,
              requests=1_000, counted=(1_280, 3_840))
