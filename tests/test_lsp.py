"""The language server, driven by a real client over its stdin and stdout."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
import pytest_asyncio
from lsprotocol import types
from pygls.exceptions import JsonRpcException

from podhosts.edits import Edit, splice
from podhosts.lsp.actions import FIX_ALL
from podhosts.lsp.buffers import Positions
from podhosts.source import Source
from tests.charts import write
from tests.editor import SERVER, Editor, address, codes_of, editor
from tests.manifests import BAD_POD, GOOD_POD, SERVICE
from tests.running import PATIENCE, environment

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

pytestmark = pytest.mark.asyncio(loop_scope="module")
ENCODINGS = list(types.PositionEncodingKind)
#: Characters of one, two, three and four bytes before what is found.
WIDE = """\
apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  hostAliases:
  - {hostnames: [é.internal, "日", 🦊], ip: 10.0.0.256}
  containers: [{name: web, image: web}]
"""
TWICE = """\
apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  hostAliases:
  - ip: 10.0.0.25
    hostnames: [db.internal, db.internal]
  - ip: 10.0.0.26
    hostnames: [db.internal]
  containers: [{name: web, image: web}]
"""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def shared() -> AsyncIterator[Editor]:
    """One editor for many tests; starting a server takes longer than they do."""
    async with editor() as client:
        yield client


@pytest_asyncio.fixture(loop_scope="module")
async def client(shared: Editor, tmp_path: Path) -> AsyncIterator[Editor]:
    """The shared editor with the test's folder as its workspace folder."""
    shared.change_folders(added=[tmp_path])
    yield shared
    await shared.close_all()
    shared.change_folders(removed=[tmp_path])


def edited(text: str, action: types.CodeAction, uri: str) -> str:
    """A text after an action of one document that names its version."""
    assert action.edit
    assert action.edit.document_changes
    (change,) = action.edit.document_changes
    assert isinstance(change, types.TextDocumentEdit)
    assert (change.text_document.uri, change.text_document.version) == (uri, 1)
    positions = Positions(Source("", text.encode()), types.PositionEncodingKind.Utf16)
    edits = [item for item in change.edits if isinstance(item, types.TextEdit)]
    return splice(text, [Edit(positions.span(item.range), item.new_text) for item in edits])


def place(text: str, marked: str, after: str = "") -> types.Position:
    """Where `marked` begins behind `after`; for texts of one unit a character."""
    at = text.index(marked, text.index(after))
    return types.Position(text.count("\n", 0, at), at - text.rfind("\n", 0, at) - 1)


@pytest.mark.parametrize("encoding", ENCODINGS)
async def test_columns_in_the_units_of_the_client(encoding: types.PositionEncodingKind, tmp_path: Path) -> None:
    async with editor(tmp_path, encodings=[encoding]) as client:
        found = await client.open(tmp_path / "a.yaml", WIDE)
    line = WIDE.split("\n")[5]
    for item in found:
        assert item.range.start.line == item.range.end.line == 5
    (address_,) = [item for item in found if item.code == "invalid-ip"]
    before = line[: line.index("10.0.0.256")]
    units = {"utf-8": len(before.encode()), "utf-16": len(before.encode("utf-16-le")) // 2, "utf-32": len(before)}
    start = units[encoding.value]
    assert (address_.range.start.character, address_.range.end.character) == (start, start + 10)


async def test_charts(client: Editor, tmp_path: Path) -> None:
    values = "extra:\n- {ip: 10.0.0.256, hostnames: [a]}\n"
    template = "apiVersion: v1\nkind: Pod\nspec:\n  hostAliases: {{- toYaml .Values.extra | nindent 1 }}\n"
    right = template.replace("nindent 1", "nindent 2")
    write(tmp_path / "right", {"values.yaml": values, "templates/web.yaml": right})
    assert codes_of(await client.open(tmp_path / "right" / "values.yaml", values)) == ["invalid-ip"]
    write(tmp_path / "wrong", {"values.yaml": values, "templates/web.yaml": template})
    path = tmp_path / "wrong" / "templates" / "web.yaml"
    for text in (template, template.replace("kind", "# not saved\nkind")):
        told = await (client.open(path, text) if text is template else client.change(path, text))
        assert [item.range.start for item in told if item.code == "syntax-error"] == [place(text, "1 }}")]


async def test_what_a_chart_cannot_read(client: Editor, tmp_path: Path) -> None:
    metadata = "apiVersion: v2\nname: web\nversion: 0.1.0\ndependencies: [\n"
    template = "apiVersion: v1\nkind: Pod\nspec:\n  hostAliases: {{- toYaml .Values.extra | nindent 4 }}\n"
    write(tmp_path, {"Chart.yaml": metadata, "templates/web.yaml": template})
    path = tmp_path / "Chart.yaml"
    (told,) = await client.open(path, metadata)
    assert (told.code, told.severity) == ("not-checked", types.DiagnosticSeverity.Hint)
    assert told.message == "not checked: a Chart.yaml that is not YAML: its sub-charts are not known"
    assert told.range.start.line == 4
    right = metadata.replace("[\n", "[]\n")
    assert await client.change(path, right) == []
    client.save(path)
    await client.until_codes(path)


async def test_overlays(client: Editor, tmp_path: Path) -> None:
    base = TWICE.replace("10.0.0.26", "10.0.0.25").replace("[db.internal]", "[cache.internal]")
    patch = "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec:\n  hostAliases: [{ip: 10.0.0.1, hostnames: [a]}]\n"
    files = {
        "base/kustomization.yaml": "resources: [web.yaml]\n",
        "base/web.yaml": base,
        "overlay/Kustomization": "resources: [../base]\npatches: [{path: web.yaml}]\n",
        "overlay/web.yaml": patch,
    }
    write(tmp_path, files)
    path = tmp_path / "overlay" / "web.yaml"
    assert codes_of(await client.open(path, patch)) == ["patch-drops-alias"]
    assert await client.change(path, "# not saved\n" + patch) == []
    client.save(path)
    await client.until_codes(path, "patch-drops-alias")


async def test_open_change_save_close(client: Editor, tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    assert codes_of(await client.open(path, BAD_POD.decode())) == ["invalid-ip"]
    assert await client.change(path, GOOD_POD.decode()) == []
    assert codes_of(await client.change(path, TWICE)) == ["conflicting-hostname", "duplicate-hostname"]
    client.save(path)
    await client.until_codes(path, "conflicting-hostname", "duplicate-hostname")
    client.close(path)
    await client.until_codes(path)
    assert await client.open(path, SERVICE.decode()) == []


@pytest.mark.parametrize("name", ["a b.yaml", "ü日.yaml", "100%.yaml", "a,b:c.yaml", "new\nline.yaml", "a#b?.yaml"])
async def test_addresses_with_escapes(name: str, client: Editor, tmp_path: Path) -> None:
    path = tmp_path / name
    assert codes_of(await client.open(path, BAD_POD.decode())) == ["invalid-ip"]
    client.save(path)
    await client.until_codes(path, "invalid-ip")
    assert await client.hover(path, place(BAD_POD.decode(), "10.0.0.256")) is not None
    assert await client.change(path, GOOD_POD.decode()) == []


async def test_what_a_diagnostic_says(client: Editor, tmp_path: Path) -> None:
    text = TWICE.replace("  - ip: 10.0.0.26\n", "  - ip: 2001:DB8::1  # podhosts: ignore[invalid-ip] x\n")
    path = tmp_path / "a.yaml"
    found = {str(item.code): item for item in await client.open(path, text + "  hostname: ${NAME}\n")}
    severities = {code: item.severity for code, item in found.items()}
    assert severities == {
        "duplicate-hostname": types.DiagnosticSeverity.Warning,
        "non-canonical-ip": types.DiagnosticSeverity.Information,
        "unused-suppression": types.DiagnosticSeverity.Warning,
        "not-checked": types.DiagnosticSeverity.Hint,
    }
    assert {item.source for item in found.values()} == {"podhosts"}
    assert found["unused-suppression"].tags == (types.DiagnosticTag.Unnecessary,)
    assert found["not-checked"].range.start == place(text + "  hostname: ${NAME}\n", "${NAME}")
    (first,) = found["duplicate-hostname"].related_information or []
    assert first.location.uri == address(path)
    assert first.location.range.start == place(text, "db.internal")
    assert first.message == "first listed here"


async def test_fixes(client: Editor, tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    text = TWICE.replace("10.0.0.26", '"10.0.0.25"').replace("[db.internal]", "[db.internal, cache.internal]")
    assert codes_of(await client.open(path, text)) == ["duplicate-hostname", "duplicate-ip"]
    offered = [action for action in await client.actions(path) if "Silence" not in action.title]
    safe = [action for action in offered if action.kind == "quickfix" and action.is_preferred]
    assert [action.title for action in safe]
    for action in safe:
        (about,) = action.diagnostics or []
        assert about.code == "duplicate-hostname"
    unsafe = [action for action in offered if action.title.endswith("(unsafe: read what changes)")]
    assert unsafe
    assert not any(action.is_preferred for action in unsafe)
    merged = edited(text, unsafe[0], address(path))
    assert "duplicate-ip" not in codes_of(await client.change(path, merged))
    await client.change(path, text)


async def test_fix_all(client: Editor, tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    await client.open(path, TWICE)
    (action,) = await client.actions(path, only=["source.fixAll"])
    # All fixes take long: they are made when they are chosen.
    assert (action.kind, action.edit) == (FIX_ALL, None)
    after = edited(TWICE, await client.client.code_action_resolve_async(action), address(path))
    assert after == TWICE.replace("[db.internal, db.internal]", "[db.internal]")
    assert codes_of(await client.change(path, after)) == ["conflicting-hostname"]
    assert await client.actions(path, only=[FIX_ALL]) == []
    assert await client.actions(path, only=["refactor"]) == []


async def test_fix_all_for_editors_that_resolve_no_edits(tmp_path: Path) -> None:
    async with editor(tmp_path, resolves_edits=False) as client:
        path = tmp_path / "a.yaml"
        await client.open(path, TWICE)
        assert {action.kind for action in await client.actions(path)} == {"quickfix"}
        (action,) = await client.actions(path, only=["source.fixAll"])
        assert edited(TWICE, action, address(path)) == TWICE.replace("[db.internal, db.internal]", "[db.internal]")


async def test_silencing(client: Editor, tmp_path: Path) -> None:
    path, json = tmp_path / "a.yaml", tmp_path / "b.json"
    text = BAD_POD.decode()
    await client.open(path, text)
    (action,) = await client.actions(path)
    assert action.title == "Silence invalid-ip here with a comment"
    after = edited(text, action, address(path))
    assert after == text.replace("256\n", "256  # podhosts: ignore[invalid-ip]\n")
    assert await client.change(path, after) == []
    text = '{"kind": "Pod", "apiVersion": "v1", "spec": {"hostAliases": [{"ip": "x", "hostnames": ["a"]}]}}'
    assert codes_of(await client.open(json, text, "json")) == ["invalid-ip"]
    assert await client.actions(json) == []


async def test_hover(client: Editor, tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    await client.open(path, TWICE)
    found = await client.hover(path, place(TWICE, "db.internal", "10.0.0.26"))
    assert found is not None
    assert isinstance(found.contents, types.MarkupContent)
    text = found.contents.value
    assert "10.0.0.26    db.internal" in text
    header, _, row = (line for line in text.split("\n") if line.startswith("|"))
    answers = dict(zip(header.split(" | "), row.split(" | "), strict=True))
    assert answers["| name"] == "| `db.internal`"
    assert (answers["glibc"], answers["go"]) == ("10.0.0.25, 10.0.0.26", "10.0.0.25, 10.0.0.25, 10.0.0.26")
    assert "**conflicting-hostname** (warning): " in text
    assert "Why: " in text
    assert found.range is not None
    assert found.range.start == place(TWICE, "ip: 10.0.0.26")
    found = await client.hover(path, place(TWICE, "hostAliases"))
    assert found is not None
    assert isinstance(found.contents, types.MarkupContent)
    for line in (
        "# Kubernetes-managed hosts file.",
        "10.244.1.5    web",
        "10.0.0.25    db.internal    db.internal",
    ):
        assert line in found.contents.value
    assert await client.hover(path, place(TWICE, "image")) is None


@pytest.mark.parametrize(
    ("written", "labels", "typed"),
    [
        ("spec:\n  |\n  containers: []\n", ["hostAliases"], "hostAliases:"),
        ("spec:\n  hostA|\n  containers: []\n", ["hostAliases"], "hostAliases:"),
        ("spec:\n  hostA|: []\n  containers: []\n", ["hostAliases"], "hostAliases"),
        ("spec: {ho|, containers: []}\n", ["hostAliases"], "hostAliases:"),
        ("spec:\n  hostAliases:\n  - |\n", ["ip", "hostnames"], "ip: "),
        ("spec:\n  hostAliases:\n  - ip: 10.0.0.1\n    h|\n", ["hostnames"], "hostnames:"),
        ("spec:\n  hostAliases: [{ip: 10.0.0.1, |}]\n", ["hostnames"], "hostnames:"),
        ("spec:\n  hostAliases: []\n  |\n", [], None),
        ("spec:\n  containers:\n  - |\n", [], None),
        ("spec:\n  hostname: ho|\n", [], None),
        ("|\n", [], None),
    ],
)
async def test_completion_of_keys(
    written: str, labels: list[str], typed: str | None, client: Editor, tmp_path: Path
) -> None:
    text = "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\n" + written
    position = place(text, "|")
    path = tmp_path / "a.yaml"
    await client.open(path, text.replace("|", ""))
    found = await client.completion(path, position)
    assert [item.label for item in found] == labels
    if found:
        assert found[0].text_edit is not None
        assert found[0].text_edit.new_text == typed


@pytest.mark.parametrize("written", ["ignore[", "ignore[invalid-ip, ", "ignore-document[dup", "ignore[ dup|licate]"])
async def test_completion_of_rules(written: str, client: Editor, tmp_path: Path) -> None:
    text = f"# podhosts: {written}{'' if '|' in written else '|'}\nhostAliases: 1\n"
    position = place(text, "|")
    path = tmp_path / "a.yaml"
    await client.open(path, text.replace("|", ""))
    found = await client.completion(path, position)
    assert "duplicate-ip" in [item.label for item in found]
    assert isinstance(found[0].text_edit, types.TextEdit)
    replaced = found[0].text_edit.range
    assert replaced.start.character == len("# podhosts: ") + max(written.rfind(mark) for mark in "[, ") + 1
    assert replaced.end.character == position.character + len("licate") * ("|" in written)


MOUNTING = """\
apiVersion: v1
kind: Pod
metadata: {name: web, namespace: shop}
spec:
  containers:
  - name: web
    image: web
    volumeMounts: [{name: own, mountPath: /etc/hosts, subPath: hosts}]
  volumes:
  - {name: own, configMap: {name: table}}
  - {name: other, configMap: {name: missing}}
"""
TABLE = (
    "a: 1\n---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: table, namespace: shop}\ndata: {hosts: 10.0.0.1 a}\n"
)


async def test_links_between_config_map_and_mount(client: Editor, tmp_path: Path) -> None:
    pod, table = tmp_path / "pod.yaml", tmp_path / "table.yaml"
    table.write_text(TABLE)
    await client.open(pod, MOUNTING)
    (link,) = (
        await client.client.text_document_document_link_async(
            types.DocumentLinkParams(types.TextDocumentIdentifier(address(pod)))
        )
        or []
    )
    assert link.target == f"{address(table)}#L5"
    assert link.range.start == place(MOUNTING, "table")
    for position, path, text, marked in (
        (place(MOUNTING, "table"), table, TABLE, "table"),
        (place(MOUNTING, "own"), pod, MOUNTING, "own, configMap"),
    ):
        found = await client.client.text_document_definition_async(
            types.DefinitionParams(types.TextDocumentIdentifier(address(pod)), position)
        )
        assert isinstance(found, types.Location)
        assert (found.uri, found.range.start) == (address(path), place(text, marked))
    await client.open(table, TABLE)
    (user,) = (
        await client.client.text_document_references_async(
            types.ReferenceParams(
                types.ReferenceContext(include_declaration=False),
                types.TextDocumentIdentifier(address(table)),
                place(TABLE, "table"),
            )
        )
        or []
    )
    assert (user.uri, user.range.start) == (address(pod), place(MOUNTING, "table"))


async def test_other_files_are_seen_as_the_editor_holds_them(client: Editor, tmp_path: Path) -> None:
    pod, service = tmp_path / "pod.yaml", tmp_path / "service.yaml"
    text = GOOD_POD.decode().replace("[db.internal]", "[web]").replace("name: web}\nspec", "name: app}\nspec")
    assert await client.open(pod, text) == []
    assert await client.open(service, SERVICE.decode()) == []
    client.save(service)
    (found,) = await client.until_codes(pod, "shadowed-service")
    (related,) = found.related_information or []
    assert related.location.uri == address(service)
    await client.change(service, SERVICE.decode().replace("name: web", "name: other"))
    client.save(service)
    await client.until_codes(pod)
    service.write_bytes(SERVICE)
    client.close(service)
    await client.until_codes(pod, "shadowed-service")
    service.unlink()
    client.changed_on_disk(service)
    await client.until_codes(pod)


async def test_config_is_read_again(client: Editor, tmp_path: Path) -> None:
    path, config = tmp_path / "a.yaml", tmp_path / ".podhosts.yaml"
    assert codes_of(await client.open(path, BAD_POD.decode())) == ["invalid-ip"]
    (watching,) = client.registered
    assert watching.method == types.WORKSPACE_DID_CHANGE_WATCHED_FILES
    config.write_text("ignore: [invalid-ip]\n")
    client.changed_on_disk(config)
    await client.until_codes(path)
    config.write_text("severity:\n  invalid-ip: info\n")
    client.changed_on_disk(config)
    (found,) = await client.until_codes(path, "invalid-ip")
    assert found.severity == types.DiagnosticSeverity.Information
    config.write_text("ignored: [invalid-ip]\n")
    client.changed_on_disk(config)
    (found,) = await client.until_codes(path, "not-checked")
    assert found.message.endswith(".podhosts.yaml:1:1: unknown key `ignored`; did you mean `ignore`?")
    config.write_text("exclude: [a.yaml]\n")
    client.changed_on_disk(config)
    await client.until_codes(path)


async def test_kinds_of_the_config_and_lists_of_other_files(client: Editor, tmp_path: Path) -> None:
    path, config = tmp_path / "a.yaml", tmp_path / ".podhosts.yaml"
    config.write_text("pod-specs: [{kind: Widget, path: spec.names}]\nselect: [inconsistent-alias]\n")
    others = GOOD_POD.decode().replace("10.0.0.25", "10.0.0.26")
    for name in ("b.yaml", "c.yaml"):
        (tmp_path / name).write_text(others)
    client.changed_on_disk(config)
    widget = "apiVersion: example.com/v1\nkind: Widget\nspec:\n  names:\n  - ip: 10.0.0.1\n    h\n"
    await client.open(path, widget)
    position = types.Position(5, 5)
    assert [item.label for item in await client.completion(path, position)] == ["hostnames"]
    config.write_text("wrong: true\n")
    client.changed_on_disk(config)
    await client.until_codes(path, "not-checked")
    assert await client.completion(path, position) == []
    config.write_text("select: [inconsistent-alias]\n")
    client.changed_on_disk(config)
    await client.until_codes(path)
    assert codes_of(await client.change(path, GOOD_POD.decode())) == ["inconsistent-alias"]


async def test_each_workspace_folder_has_its_own_config(tmp_path: Path) -> None:
    folders = [tmp_path / name for name in ("one", "two", "three")]
    for folder in folders:
        folder.mkdir()
    (folders[0] / ".podhosts.yaml").write_text("ignore: [invalid-ip]\n")
    text = BAD_POD.decode()
    async with editor(*folders[:2]) as client:
        assert await client.open(folders[0] / "a.yaml", text) == []
        assert codes_of(await client.open(folders[1] / "a.yaml", text)) == ["invalid-ip"]
        assert codes_of(await client.open(folders[2] / "a.yaml", text)) == ["invalid-ip"]
        client.change_folders(added=[tmp_path], removed=folders[:1])
        await client.until_codes(folders[0] / "a.yaml", "invalid-ip")


async def test_a_cancelled_request_is_answered_and_nothing_else_suffers(client: Editor, tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    many = "---\n".join(TWICE.replace("name: web}\nspec", f"name: web-{number}}}\nspec") for number in range(60))
    await client.open(path, GOOD_POD.decode())
    version = client.type(path, many)
    parameters = types.HoverParams(types.TextDocumentIdentifier(address(path)), place(many, "ip: "))
    send = client.client.protocol.send_request_async
    pending = asyncio.ensure_future(send(types.TEXT_DOCUMENT_HOVER, parameters, msg_id="hover-1"))  # type: ignore[no-untyped-call] # pygls' own
    await asyncio.sleep(0)
    client.client.cancel_request(types.CancelParams("hover-1"))
    with pytest.raises(JsonRpcException, match="cancel"):
        await pending
    assert len(await client.diagnostics(address(path), version)) == 120
    assert await client.hover(path, parameters.position) is not None


async def test_only_the_last_of_many_changes_counts(client: Editor, tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    await client.open(path, GOOD_POD.decode())
    for number in range(50):
        version = client.type(path, f"{BAD_POD.decode()}# {number}\n")
    assert codes_of(await client.diagnostics(address(path), version)) == ["invalid-ip"]


#: Texts that a server may fall over: what no YAML is, what is deep, what other programs take for line breaks.
ODD_TEXTS = [
    "",
    "\ufeff" + BAD_POD.decode(),
    "hostAliases: [" * 300,
    "hostAliases:\n" + "- " * 2000,
    '"hostAliases": "\ud800"\n',
    "hostAliases: \0\n",
    "hostAliases: a\x0cb\u2028c\x85\nip: \x0b\n",
    "a: &a [*a]\nhostAliases: *a\n",
    "{" * 50 + "hostAliases",
    '{"hostAliases": [',
    "--- hostAliases\r--- |\r hostAliases\r\n...\n",
    "{{ range }}\nhostAliases: {{ . }}\n{{ end",
    "%YAML 9.9\n---\nhostAliases: !!float x\n",
]


async def test_no_text_stops_the_server(client: Editor, tmp_path: Path) -> None:
    for number, text in enumerate(ODD_TEXTS):
        path = tmp_path / f"{number}.yaml"
        await client.open(path, text)
        for position in (types.Position(0, 0), types.Position(0, 14), types.Position(7, 99)):
            await client.hover(path, position)
            await client.completion(path, position)
        await client.actions(path)
    assert codes_of(await client.open(tmp_path / "good.yaml", BAD_POD.decode())) == ["invalid-ip"]


def with_rule_that(does: str) -> tuple[str, ...]:
    """A server with a rule that does something else for the address `boom`."""
    program = (
        "import podhosts.rules.invalid_ip as module\n"
        "from podhosts.__main__ import main\n"
        "check = module.InvalidIp.check_pod\n"
        "def other(self, pod):\n"
        f"    if any(alias.ip == 'boom' for alias in pod.aliases): {does}\n"
        "    return check(self, pod)\n"
        "module.InvalidIp.check_pod = other\n"
        "main()\n"
    )
    return sys.executable, "-c", program, "lsp"


async def test_a_rule_that_fails_is_told_and_the_server_lives(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    async with editor(tmp_path, command=with_rule_that("raise ZeroDivisionError('in a rule')")) as client:
        (found,) = await client.open(path, BAD_POD.decode().replace("10.0.0.256", "boom"))
        assert found.code == "not-checked"
        assert "please report it: ZeroDivisionError: in a rule" in found.message
        assert codes_of(await client.change(path, BAD_POD.decode())) == ["invalid-ip"]


async def test_a_check_that_takes_long_does_not_keep_the_server_alive(tmp_path: Path) -> None:
    begun = tmp_path / "begun"
    does = f"open({str(begun)!r}, 'x'); __import__('threading').Event().wait()"
    async with editor(tmp_path, command=with_rule_that(does)) as client:
        client.start_open(tmp_path / "a.yaml", BAD_POD.decode().replace("10.0.0.256", "boom"))
        while not begun.exists():
            await asyncio.sleep(0.05)


INITIALIZE = '{"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": {"processId": null, "capabilities": {}}}'
SHUTDOWN, EXIT = ('{"jsonrpc": "2.0", "id": 2, "method": "shutdown"}', '{"jsonrpc": "2.0", "method": "exit"}')


def messages(*bodies: str) -> bytes:
    return b"".join(b"Content-Length: %d\r\n\r\n%s" % (len(body.encode()), body.encode()) for body in bodies)


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (b"no header\n\xff\0\r\n", ""),
        (messages("{abc}"), "podhosts lsp: Unable to handle message: Expecting property name"),
        (b"Content-Length: 1\r\n\r\n\xff", "podhosts lsp: Unable to handle message: 'utf-8' codec can't decode"),
        (messages("[" * 100_000), "podhosts lsp: Unable to handle message: maximum recursion depth exceeded"),
        (
            messages('{"jsonrpc": "2.0", "id": 3, "method": "textDocument/hover", "params": {}}'),
            "podhosts lsp: Unable to handle message: Invalid Params",
        ),
    ],
    ids=["no message", "no JSON", "no UTF-8", "too deep", "wrong parameters"],
)
async def test_a_wrong_message_is_logged_without_a_traceback(wrong: bytes, words: str) -> None:
    stdin = wrong + messages(INITIALIZE, SHUTDOWN, EXIT)
    done = subprocess.run([*SERVER], input=stdin, capture_output=True, env=environment(), timeout=PATIENCE, check=False)
    assert done.returncode == 0
    assert b'"id": 2, "jsonrpc": "2.0", "result": null' in done.stdout
    lines = done.stderr.decode().splitlines()
    assert all(line.startswith("podhosts lsp: ") for line in lines)
    assert (lines or [""])[-1].startswith(words)
    assert bool(lines) == bool(words)


async def test_a_request_with_a_negative_position_gets_an_answer() -> None:
    hover = (
        '{"jsonrpc": "2.0", "id": 7, "method": "textDocument/hover", "params": '
        '{"textDocument": {"uri": "file:///a.yaml"}, "position": {"line": -1, "character": 0}}}'
    )
    stdin = messages(INITIALIZE, hover, SHUTDOWN, EXIT)
    done = subprocess.run([*SERVER], input=stdin, capture_output=True, env=environment(), timeout=PATIENCE, check=False)
    assert done.returncode == 0
    assert b'{"code": -32602, "message": "Invalid Params"}, "id": 7' in done.stdout.replace(b'"jsonrpc": "2.0", ', b"")


async def test_a_client_that_is_gone_ends_the_server_quietly() -> None:
    pipe = subprocess.PIPE
    with subprocess.Popen([*SERVER], stdin=pipe, stdout=pipe, stderr=pipe, env=environment()) as process:
        assert process.stdin
        assert process.stdout
        assert process.stderr
        process.stdout.close()
        process.stdin.write(messages(INITIALIZE, SHUTDOWN))
        process.stdin.close()
        assert process.stderr.read() == b""
        assert process.wait(timeout=PATIENCE) == 0


async def test_a_mark_that_the_editor_sends_is_a_character(client: Editor, tmp_path: Path) -> None:
    text = '\ufeff{"kind": "Pod", "apiVersion": "v1", "spec": {"hostAliases": [{"ip": "x", "hostnames": ["a"]}]}}'
    (found,) = await client.open(tmp_path / "a.json", text, "json")
    assert found.range.start.character == text.index('"x"')


async def test_without_pygls() -> None:
    program = (
        "import sys\n"
        "sys.modules['pygls'] = sys.modules['lsprotocol'] = None\n"
        "sys.argv[1:] = ['lsp']\n"
        "from podhosts.__main__ import main\n"
        "sys.exit(main())\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, env=environment(), check=False)
    assert (done.returncode, done.stdout) == (2, b"")
    assert b"install it with: pip install 'podhosts[lsp]'" in done.stderr
