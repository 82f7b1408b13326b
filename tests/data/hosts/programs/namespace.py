"""Asks real resolvers about hosts files, inside a private network and mount namespace that looks like a pod's.

Run by `test_hosts_real_resolvers.py` as

    unshare --mount --net python namespace.py FOLDER MULTI POD_IP...

It mounts files of FOLDER over those in /etc, gives `eth0` the addresses, and answers every DNS question itself, so
nothing leaves the machine. Then it reads one JSON object a line, `{"resolver": ..., "hosts": base64, "queries":
[[family, name], ...]}`, and answers with a list: for each query a list of addresses, or `["!error"]`.
"""

from __future__ import annotations

import base64
import json
import socket
import subprocess
import sys
import threading
from pathlib import Path

FAMILIES = {"unspec": socket.AF_UNSPEC, "inet": socket.AF_INET, "inet6": socket.AF_INET6}
ERRORS = {getattr(socket, name): name for name in dir(socket) if name.startswith("EAI_")}
# Python has no name for this one.
ERRORS.setdefault(-9, "EAI_ADDRFAMILY")

DNS_ANSWERS = {
    1: socket.inet_pton(socket.AF_INET, "203.0.113.53"),
    28: socket.inet_pton(socket.AF_INET6, "2001:db8:53::53"),
}


def run(command: str) -> None:
    subprocess.run(command.split(), check=True)


def make_pod(folder: Path, multi: bool, pod_ips: list[str]) -> None:
    files = {
        "hosts": "",
        "host.conf": "multi on\n" if multi else "",
        "nsswitch.conf": "hosts: files dns\n",
        "resolv.conf": "nameserver 127.0.0.1\noptions timeout:1 attempts:1\n",
        "gai.conf": "",
    }
    for name, text in files.items():
        (folder / name).write_text(text)
        if (Path("/etc") / name).exists():
            run(f"mount --bind {folder / name} /etc/{name}")
    run("ip link set lo up")
    run("ip link add eth0 type veth peer name peer0")
    # Known, because the link-local address is made from it.
    run("ip link set eth0 address 02:00:00:00:00:05")
    settings = Path("/proc/sys/net/ipv6/conf/eth0")
    (settings / "accept_dad").write_text("0")
    if not any(":" in ip for ip in pod_ips):
        # An IPv4-only pod has no link-local address.
        (settings / "addr_gen_mode").write_text("1")
    for link in ("peer0", "eth0"):
        run(f"ip link set {link} up")
    for ip in pod_ips:
        version, length = ("-6", "64") if ":" in ip else ("-4", "32")
        run(f"ip {version} address add {ip}/{length} dev eth0" + (" nodad" if version == "-6" else ""))
        run(f"ip {version} route add default dev eth0")


def answer_dns(server: socket.socket) -> None:
    while True:
        query, client = server.recvfrom(4096)
        end = query.index(b"\0", 12) + 5
        data = DNS_ANSWERS.get(int.from_bytes(query[end - 4 : end - 2]))
        count = b"\0\1" if data else b"\0\0"
        answer = query[:2] + b"\x81\x80" + b"\0\1" + count + bytes(4) + query[12:end]
        if data:
            answer += b"\xc0\x0c" + query[end - 4 : end] + b"\0\0\0\1" + len(data).to_bytes(2) + data
        server.sendto(answer, client)


def text_of(address: str | int, port: int | str, flow: int = 0, zone: int = 0) -> str:
    return f"{address}%{zone}" if zone else str(address)


def glibc(queries: list[tuple[str, str]]) -> list[list[str]]:
    answers = []
    for family, name in queries:
        try:
            # Bytes: Python would encode a str as an internationalised name.
            found = socket.getaddrinfo(
                name.encode("utf-8", "surrogateescape"), None, FAMILIES[family], socket.SOCK_STREAM
            )
            answers.append([text_of(*address[4]) for address in found])
        except socket.gaierror as error:
            answers.append([f"!{ERRORS.get(error.args[0], error.args[0])}"])
    return answers


def once(program: Path, queries: list[tuple[str, str]]) -> list[list[str]]:
    """A program that reads `family name` lines and prints one line for each."""
    asked = "".join(f"{family} {name}\n" for family, name in queries).encode("utf-8", "surrogateescape")
    run = subprocess.run([program], input=asked, stdout=subprocess.PIPE, check=True)
    return [line.split(" ") if not line.startswith("!") else [line] for line in run.stdout.decode().splitlines()]


def main() -> None:
    folder, multi, *pod_ips = sys.argv[1:]
    make_pod(Path(folder), multi == "multi", pod_ips)
    server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    server.bind(("127.0.0.1", 53))
    threading.Thread(target=answer_dns, args=(server,), daemon=True).start()
    node = None
    for line in sys.stdin:
        request = json.loads(line)
        Path("/etc/hosts").write_bytes(base64.b64decode(request["hosts"]))
        resolver, queries = request["resolver"], request["queries"]
        if resolver == "glibc":
            answers = glibc(queries)
        elif resolver == "node":
            if node is None:
                script = Path(__file__).with_name("dns_lookup.js")
                node = subprocess.Popen(["node", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
            assert node.stdin
            assert node.stdout
            node.stdin.write(json.dumps(queries) + "\n")
            node.stdin.flush()
            answers = json.loads(node.stdout.readline())
        else:
            answers = once(Path(request["program"]), queries)
        print(json.dumps(answers), flush=True)
    if node is not None:
        node.communicate()


if __name__ == "__main__":
    main()
