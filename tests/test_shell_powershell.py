"""PowerShell and cmd commands that write the hosts file of Windows, and those that only read or name it."""

from __future__ import annotations

import pytest

from podhosts.shell import argv_writes

HOSTS = r"C:\Windows\System32\drivers\etc\hosts"

WRITES = [
    ("append", ["powershell", "-Command", f"Add-Content -Path '{HOSTS}' -Value '10.0.0.1 db'"]),
    ("append", ["powershell.exe", "-NoProfile", "-c", f'Add-Content {HOSTS} "10.0.0.1 db"']),
    ("append", ["powershell", f'"10.0.0.1 db" | Out-File -Append -Encoding ascii -FilePath {HOSTS}; Start-Sleep 1']),
    ("append", ["powershell", "-Command", f'"10.0.0.1 db" | Out-File {HOSTS} -Append']),
    ("truncate", ["powershell", "-Command", f"Get-Content x | Set-Content -Path {HOSTS} -Force"]),
    ("append", ["powershell", "-Command", f"Add-Content -Value '10.0.0.1 db' -Path {HOSTS}"]),
    ("append", ["powershell", "-Command", f'[System.IO.File]::AppendAllText("{HOSTS}", "x")']),
    ("append", ["cmd", "/c", f"echo 10.0.0.1 db >> {HOSTS} && app.exe"]),
    ("replace", ["powershell", "-Command", f"Copy-Item C:\\config\\hosts -Destination {HOSTS} -Force"]),
    ("replace", ["cmd.exe", "/S", "/C", f"copy c:\\config\\hosts {HOSTS}"]),
    ("append", ["pwsh", "-Command", "if (x) { Add-Content /etc/hosts '10.0.0.1 db' }"]),
]


@pytest.mark.parametrize(("kind", "command"), WRITES)
def test_writes(kind: str, command: list[str]) -> None:
    (found,) = argv_writes(command)
    assert command[found.index][slice(*found.write.target)] in {HOSTS, "/etc/hosts"}
    assert str(found.write.kind) == kind
    assert found.write.file == ("/etc/hosts" if command[0] == "pwsh" else "the hosts file of Windows")


@pytest.mark.parametrize("path", [r"$env:windir\System32\drivers\etc\hosts", "%SystemRoot%/system32/drivers/etc/hosts"])
def test_the_folder_of_windows_may_be_a_variable(path: str) -> None:
    (found,) = argv_writes(["powershell", "-Command", f"echo x >> {path}"])
    assert found.write.target == (10, 10 + len(path))


@pytest.mark.parametrize(
    "command",
    [
        ["powershell", "-Command", f"Get-Content {HOSTS}"],
        ["powershell", "-Command", f"Copy-Item {HOSTS} C:\\backup"],
        ["powershell", "-Command", f"Copy-Item -Path {HOSTS} -Destination C:\\backup"],
        ["powershell", "-Command", f"Add-Content -Path C:\\log.txt -Value '{HOSTS}'"],
        ["powershell", "-Command", f"Write-Host 'run echo x >> {HOSTS}'"],
        ["powershell", "-Command", f"# Add-Content {HOSTS} x"],
        ["powershell", "-Command", f"Add-Content {HOSTS}.bak x"],
        ["powershell", "-Command", f"Add-Content {HOSTS}\\x y"],
        ["cmd", "/c", f"type {HOSTS} > c:\\x"],
        ["powershell", "-File", "edit.ps1", HOSTS],
        ["sh", "-c", f"echo x >> {HOSTS}"],
    ],
)
def test_look_alikes(command: list[str]) -> None:
    assert argv_writes(command) == []
