"""The C parser that reads YAML: ruamel's libyaml, or PyYAML's where ruamel's has no wheel (`pyproject.toml`).

Both give the same events for what people write; of the measured texts (`vectors/yaml`) they differ on tags that hold a
comma. ruamel's is asked first, so that one machine always answers the same.
"""

from __future__ import annotations

from typing import Any

from podhosts.records import NamedTuple


class Libyaml(NamedTuple):
    """The parser's class, the module with the classes of its events, and the class of its errors."""

    parser: Any
    events: Any
    error: type[Exception]


def libyaml() -> Libyaml:
    """The parser of this machine. Imported here so that files without a word that matters never pay for it."""
    try:
        from _ruamel_yaml import CParser
    except ImportError:
        return _of_pyyaml()
    from ruamel.yaml import events
    from ruamel.yaml.error import YAMLError

    return Libyaml(CParser, events, YAMLError)


def _of_pyyaml() -> Libyaml:
    from yaml import YAMLError, events
    from yaml._yaml import CParser

    return Libyaml(CParser, events, YAMLError)
