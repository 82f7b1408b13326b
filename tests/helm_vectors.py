"""What the real Helm printed for small charts (`tests/data/helm/dev.jsonl`), and what the evaluator makes of them."""

from __future__ import annotations

import json
from base64 import b64decode
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

from podhosts.helm.builtins import functions
from podhosts.helm.evaluate import NotEvaluated, NotKnown, ParsedTemplates, Refused, RenderedFile, evaluate
from podhosts.helm.loading import LoadError, LoadOptions, ValuesText, load
from podhosts.helm.loading.load import DEFAULT_KUBERNETES
from podhosts.helm.model import TooLarge, Unsupported
from tests.paths import DATA

if TYPE_CHECKING:
    from podhosts.helm.evaluate import Outcome

CASES = DATA / "helm" / "dev.jsonl"
#: Flags of `helm template` that take an argument.
_WITH_ARGUMENT = {
    "--set",
    "--set-string",
    "--set-json",
    "--set-literal",
    "--kube-version",
    "--api-versions",
    "-a",
    "-n",
}


class Verdict(NamedTuple):
    """How the evaluator's answer compares with Helm's: equal, unknown or different, and what there is to see."""

    word: str
    detail: str = ""


@cache
def cases() -> list[dict[str, Any]]:
    """All cases."""
    return [json.loads(line) for line in CASES.read_text("utf-8").splitlines()]


def expected(case: dict[str, Any], helm_version: int) -> dict[str, Any]:
    """What a version of Helm answered."""
    return case | case.get("helm4", {}) if helm_version == 4 else case


def options(case: dict[str, Any], helm_version: int) -> LoadOptions:
    """The flags of a case."""
    flags = list(case["flags"])
    named: dict[str, list[str]] = {}
    release = "release-name"
    if flags and not flags[0].startswith("-"):
        release = flags.pop(0)
    given = []
    while flags:
        flag = flags.pop(0)
        if flag in _WITH_ARGUMENT:
            argument = flags.pop(0)
            if flag.startswith("--set"):
                given.append((flag, argument))
            named.setdefault(flag, []).append(argument)
    return LoadOptions(
        helm_version=helm_version,
        values=tuple(ValuesText(name, case["files"].get(name)) for name in case["values_files"]),
        flags=tuple(given),
        release_name=release,
        namespace=named.get("-n", ["default"])[-1],
        kubernetes_version=named.get("--kube-version", [DEFAULT_KUBERNETES])[-1],
        api_versions=tuple(one for flag in ("-a", "--api-versions") for one in named.get(flag, ())),
    )


def files(case: dict[str, Any]) -> dict[str, bytes]:
    """The files of a case's chart."""
    texts = {name: text.encode() for name, text in case["files"].items()}
    return texts | {name: b64decode(data) for name, data in case.get("files_b64", {}).items()}


@cache
def _parsed(helm_version: int) -> ParsedTemplates:
    return ParsedTemplates(functions(helm_version), helm_version)


def outcomes(case: dict[str, Any], helm_version: int) -> dict[str, Outcome]:
    """What each file of a case's chart prints; raises what loading raises."""
    asked = options(case, helm_version)
    installation = load(files(case), asked)
    return evaluate(installation.templates, _parsed(helm_version), asked.kubernetes_version)


def compare(case: dict[str, Any], helm_version: int) -> Verdict:
    """The evaluator's answer to a case beside that of Helm."""
    right = expected(case, helm_version)
    try:
        answers = outcomes(case, helm_version)
    except LoadError as error:
        return _compared(str(error), right["error"])
    except (Unsupported, TooLarge) as error:
        return Verdict("unknown", f"loading: {error}")
    for answer in answers.values():
        if isinstance(answer, Refused):
            message = answer.message
            if case.get("error_cut"):
                message = f"{message[:1000]} ... [cut by the oracle: {len(message)} characters]"
            return _compared(message, right["error"])
        if isinstance(answer, (NotKnown, NotEvaluated)):
            return Verdict("unknown", f"{answer.reason} {answer.place}")
    if right["error"] is not None:
        return Verdict("different", f"no error instead of {right['error']}")
    if set(answers) != set(right["rendered"]):
        return Verdict("different", f"files: {sorted(answers)} instead of {sorted(right['rendered'])}")
    for name, answer in answers.items():
        assert isinstance(answer, RenderedFile)
        if answer.text.text != right["rendered"][name]:
            if not answer.text.is_known:
                return Verdict("unknown", f"{name}: {answer.text.text[:200]!r}")
            return Verdict("different", f"{name}: {answer.text.text!r} instead of {right['rendered'][name]!r}")
    return Verdict("equal")


def _compared(message: str, wanted: str | None) -> Verdict:
    return Verdict("equal") if message == wanted else Verdict("different", f"error {message!r} instead of {wanted!r}")
