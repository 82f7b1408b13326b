"""Schemas: mistakes in an object's hosts that the built-in schema or a CustomResourceDefinition refuses.

- `hosts_list`: what is checked in one list of entries: the built-in one, the measured profiles, a CRD's own
- `refusals`: which requests are refused for a mistake in such a list
- `field_types`: values of the wrong type in a pod spec
- `declared`: which keys are declared in each mapping of an object
- `definitions`: the CustomResourceDefinitions of a repository, read for all of this
- `definition_problems`: for what the API server refuses a CustomResourceDefinition itself
"""

from podhosts.kubernetes.schemas.hosts_list import (
    BUILT_IN,
    PROFILES,
    SCHEMALESS,
    UNKNOWN,
    Constraints,
    ListSchema,
    ListType,
)

__all__ = ["BUILT_IN", "PROFILES", "SCHEMALESS", "UNKNOWN", "Constraints", "ListSchema", "ListType"]
