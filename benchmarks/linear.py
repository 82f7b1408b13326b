"""Whether cost grows with the input and not faster: each case at sizes n, 2n and 4n, as CPU seconds of the engine.

python benchmarks/linear.py      (with podhosts installed)
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from podhosts.engine import Options, default_selection, lint
from podhosts.source import Source

if TYPE_CHECKING:
    from collections.abc import Callable

POD = (
    "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec:\n  containers: [{name: web, image: web}]\n  hostAliases:\n"
)


def names(count: int) -> str:
    """One entry with many names."""
    return (
        POD
        + "  - ip: 10.0.0.1\n    hostnames:\n"
        + "".join(f"    - n{number}.example.com\n" for number in range(count))
    )


def findings(count: int) -> str:
    """Many entries, each with a mistake."""
    return POD + "".join(f"  - {{ip: 10.0.0.{300 + number}, hostnames: [n{number}]}}\n" for number in range(count))


def documents(count: int) -> str:
    """Many small documents, every hundredth with aliases."""
    small = "---\napiVersion: v1\nkind: Service\nmetadata: {name: a}\n"
    return "".join(
        "---\n" + POD + "  - {ip: 10.0.0.1, hostnames: [a]}\n" if n % 100 == 0 else small for n in range(count)
    )


def bare_ipv6(count: int) -> str:
    """Addresses that libyaml refuses in flow collections."""
    return POD + "".join(f"  - {{ip: fe80::{number:x}:1, hostnames: [n{number}]}}\n" for number in range(count))


def suppressed(count: int) -> str:
    """Many suppressed findings."""
    mark = "# podhosts: ignore[invalid-ip] x"
    return POD + "".join(f"  - {{ip: 10.0.0.{300 + n}, hostnames: [n{n}]}} {mark}\n" for n in range(count))


def aliases(count: int) -> str:
    """One anchor used many times."""
    uses = "".join(f"  - {{ip: 10.{n >> 16}.{n >> 8 & 255}.{n & 255}, hostnames: *n}}\n" for n in range(1, count))
    return POD + "  - {ip: 10.0.0.0, hostnames: &n [a]}\n" + uses


def json_items(count: int) -> str:
    """A List in JSON with many items, a hundredth with aliases."""
    pod = '{"kind":"Pod","spec":{"hostAliases":[{"ip":"10.0.0.256","hostnames":["a"]}]}}'
    items = ",".join(pod if number % 100 == 0 else '{"kind":"Service"}' for number in range(count))
    return f'{{"apiVersion":"v1","kind":"List","items":[{items}]}}'


def services(count: int) -> str:
    """As many Services as pods with aliases that may hide one."""
    pair = "---\napiVersion: v1\nkind: Service\nmetadata: {{name: s{0}}}\n---\n" + POD.replace("{", "{{").replace(
        "}", "}}"
    )
    return "".join((pair + "  - {{ip: 10.0.0.1, hostnames: [s{0}]}}\n").format(number) for number in range(count))


CASES: dict[Callable[[int], str], int] = {
    names: 2_500,
    findings: 2_500,
    documents: 25_000,
    bare_ipv6: 2_500,
    suppressed: 2_500,
    aliases: 2_500,
    json_items: 25_000,
    services: 250,
}


def main() -> None:
    """Print the curve of each case."""
    options = Options(selected=default_selection())
    print("| case | n | n | 2n | 4n | 4n to n |\n|---|---|---|---|---|---|")
    for build, size in CASES.items():
        seconds = []
        for factor in (1, 2, 4):
            source = Source("a.yaml", build(size * factor).encode())
            begun = time.process_time()
            lint(source, options)
            seconds.append(time.process_time() - begun)
        times = " | ".join(f"{second:.2f} s" for second in seconds)
        print(f"| {build.__name__} | {size:,} | {times} | {seconds[2] / seconds[0]:.1f} |", flush=True)


if __name__ == "__main__":
    main()
