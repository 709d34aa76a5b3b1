"""Measures bedrock-ops and Terraform side by side on an emulated AWS that takes its time; prints a Markdown table.

    cargo build --release && python3 bench/compare.py

bench/README.md says what is measured, and what came out. The standard library (of Python 3.9) is all it needs.
"""

from __future__ import annotations

import argparse
import os
import platform
import shutil
import sys
import tempfile
from collections import defaultdict
from contextlib import ExitStack
from datetime import date
from pathlib import Path
from typing import Callable, Dict, List

from contenders import PHASES, REPOSITORY, BedrockOps, Contender, Terraform, provider_mirror
from counting_proxy import CountingProxy
from measure import Cost, Emulated, Failed

# The costs of a phase's commands in each round, by contender and phase.
Costs = Dict[str, Dict[str, List[Cost]]]


def total(costs: List[Cost]) -> Cost:
    """The cost of commands that come one after another."""
    wall, cpu, peak = zip(*costs)
    return Cost(sum(wall), sum(cpu), max(peak))


def phases(contender: Contender) -> Dict[str, Callable[[], List[Cost]]]:
    actions = (contender.first_deploy, contender.nothing_changed, contender.one_field_changed, contender.destroy)
    return dict(zip(PHASES, actions))


def timed_round(binary: Path, contender: Contender, costs: Costs) -> None:
    """One life of the stack, on an emulator that nobody else calls."""
    with Emulated(binary) as url, tempfile.TemporaryDirectory() as folder:
        for name, cost in contender.prepare(Path(folder), url, url).items():
            costs[contender.name][name].append(cost)
        for phase, action in phases(contender).items():
            costs[contender.name][phase].append(total(action()))
            print(f"{contender.name}: {phase}: {costs[contender.name][phase][-1].wall_seconds:.2f} s", file=sys.stderr)


def counted_round(binary: Path, contender: Contender) -> Dict[str, int]:
    """The calls of each phase, without those to the image registry. Nothing is timed."""
    with ExitStack() as stack:
        url = stack.enter_context(Emulated(binary))
        proxy = CountingProxy(url)
        counting = stack.enter_context(proxy)
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        calls = {}
        contender.prepare(folder, counting, url)
        for phase, action in phases(contender).items():
            action()
            # Terraform's first deploy begins in its preparation, so nothing is taken off before the first phase.
            calls[phase] = proxy.taken()
    return calls


def spread(values: List[float], digits: int) -> str:
    """The least of all rounds, and how far up the others went."""
    return f"{min(values):.{digits}f} (–{max(values):.{digits}f})"


def times(theirs: float, ours: float) -> str:
    """A ratio in two digits: more would be noise."""
    ratio = theirs / ours
    return f"{ratio:.1f}" if ratio < 10 else f"{float(f'{ratio:.1e}'):.0f}"


def table(contenders: List[Contender], costs: Costs, calls: Dict[str, Dict[str, int]]) -> List[str]:
    """The lines of the table: for each phase, each measure, each contender; last how many times ours the other is."""
    names = [contender.name for contender in contenders]
    pair = len(names) == 2
    ratio = [f"{names[1]} ÷ {names[0]}"] if pair else []
    lines = ["| | measure | " + " | ".join(names + ratio) + " |", "|---|---|" + "--:|" * len(names + ratio)]
    for phase in PHASES:
        for title, field, digits in (("wall, s", 0, 2), ("CPU, s", 1, 3), ("peak RSS, MB", 2, 0)):
            seen = [[cost[field] for cost in costs[name][phase]] for name in names]
            cells = [spread(values, digits) for values in seen]
            # Whatever else the machine does can only add to a round, so the least is nearest to the truth.
            cells += [times(min(seen[1]), min(seen[0]))] if pair else []
            lines.append(f"| {phase} | {title} | " + " | ".join(cells) + " |")
        counts = [calls[name][phase] for name in names]
        cells = [str(count) for count in counts] + ([times(counts[1], counts[0])] if pair else [])
        lines.append(f"| {phase} | calls | " + " | ".join(cells) + " |")
    return lines


def aside(costs: Costs) -> List[str]:
    """What is not in the table, a line each."""
    extra = [(name, rounds) for phases in costs.values() for name, rounds in phases.items() if name not in PHASES]
    return [f"- {name}: {spread([cost.wall_seconds for cost in rounds], 2)} s" for name, rounds in extra]


def machine() -> str:
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return f"{os.cpu_count()} CPUs ({platform.machine()}), {memory:.0f} GB, {platform.system()}"


def main() -> int:
    parser = argparse.ArgumentParser(description="bedrock-ops and Terraform, side by side on an emulated AWS")
    parser.add_argument("--binary", type=Path, default=REPOSITORY / "target/release/bedrock-ops", help="a release build")
    parser.add_argument("--rounds", type=int, default=3, help="lives of the stack per contender (default: %(default)s)")
    parser.add_argument("--mirror", type=Path, help="a folder with registry.terraform.io/ in it (else: searched)")
    arguments = parser.parse_args()
    binary = arguments.binary.resolve()
    if not binary.is_file():
        parser.error(f"{binary} is not there; `cargo build --release` makes it")
    contenders: List[Contender] = [BedrockOps(binary)]
    mirror = provider_mirror(arguments.mirror)
    if shutil.which("terraform") and mirror:
        contenders.append(Terraform(mirror))
    else:
        print("SKIPPED: Terraform, or its AWS provider in a filesystem mirror, is not there", file=sys.stderr)
    costs: Costs = defaultdict(lambda: defaultdict(list))
    try:
        # In turn, so that whatever else the machine does meets them all alike.
        for _ in range(arguments.rounds):
            for contender in contenders:
                timed_round(binary, contender, costs)
        calls = {contender.name: counted_round(binary, contender) for contender in contenders}
    except Failed as failure:
        print(f"error: {failure}", file=sys.stderr)
        return 1
    print(f"{date.today()}, {machine()}; least of {arguments.rounds} rounds (–largest)\n")
    print("\n".join(table(contenders, costs, calls) + [""] + aside(costs)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
