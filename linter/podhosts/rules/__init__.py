"""The rules: one file each, listed here. Everything that needs "all rules" reads this list."""

from __future__ import annotations

from podhosts.rules.base import Rule, Settings
from podhosts.rules.build_error import BuildError
from podhosts.rules.conflicting_hostname import ConflictingHostname
from podhosts.rules.coredns_hosts_block import CorednsHostsBlock
from podhosts.rules.duplicate_hostname import DuplicateHostname
from podhosts.rules.duplicate_ip import DuplicateIp
from podhosts.rules.duplicate_key import DuplicateKey
from podhosts.rules.empty_hostnames import EmptyHostnames
from podhosts.rules.etc_mount import EtcMount
from podhosts.rules.expired_suppression import ExpiredSuppression
from podhosts.rules.feature_disabled import FeatureDisabled
from podhosts.rules.host_path_hosts_file import HostPathHostsFile
from podhosts.rules.hostname_too_long import HostnameTooLong
from podhosts.rules.hosts_file_mount import HostsFileMount
from podhosts.rules.hosts_file_write import HostsFileWrite
from podhosts.rules.ignored_host_aliases import IgnoredHostAliases
from podhosts.rules.inconsistent_alias import InconsistentAlias
from podhosts.rules.invalid_hostname import InvalidHostname
from podhosts.rules.invalid_ip import InvalidIp
from podhosts.rules.invalid_pod_hostname import InvalidPodHostname
from podhosts.rules.line_too_long import LineTooLong
from podhosts.rules.localhost_alias import LocalhostAlias
from podhosts.rules.long_label import LongLabel
from podhosts.rules.misplaced_host_aliases import MisplacedHostAliases
from podhosts.rules.missing_ip import MissingIp
from podhosts.rules.non_canonical_ip import NonCanonicalIp
from podhosts.rules.numeric_hostname import NumericHostname
from podhosts.rules.patch_drops_alias import PatchDropsAlias
from podhosts.rules.pod_hostname_alias import PodHostnameAlias
from podhosts.rules.refused_mutation import RefusedMutation
from podhosts.rules.shadowed_service import ShadowedService
from podhosts.rules.syntax_error import SyntaxErrorRule
from podhosts.rules.too_many_addresses import TooManyAddresses
from podhosts.rules.too_many_names import TooManyNames
from podhosts.rules.unknown_field import UnknownField
from podhosts.rules.unprinted_host_aliases import UnprintedHostAliases
from podhosts.rules.unusable_address import UnusableAddress
from podhosts.rules.unused_suppression import UnusedSuppression
from podhosts.rules.wrong_type import WrongType

__all__ = ["RULES", "Rule", "Settings"]

#: In the order of the table in the documentation.
RULES: tuple[type[Rule], ...] = (
    InvalidIp,
    InvalidHostname,
    MissingIp,
    WrongType,
    UnknownField,
    InvalidPodHostname,
    HostnameTooLong,
    MisplacedHostAliases,
    SyntaxErrorRule,
    DuplicateKey,
    DuplicateIp,
    PatchDropsAlias,
    DuplicateHostname,
    ConflictingHostname,
    PodHostnameAlias,
    LocalhostAlias,
    EmptyHostnames,
    NonCanonicalIp,
    UnusableAddress,
    NumericHostname,
    LongLabel,
    LineTooLong,
    TooManyNames,
    TooManyAddresses,
    IgnoredHostAliases,
    HostPathHostsFile,
    HostsFileMount,
    EtcMount,
    HostsFileWrite,
    CorednsHostsBlock,
    ShadowedService,
    InconsistentAlias,
    UnprintedHostAliases,
    BuildError,
    RefusedMutation,
    FeatureDisabled,
    UnusedSuppression,
    ExpiredSuppression,
)
