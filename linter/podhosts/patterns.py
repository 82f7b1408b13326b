"""Regular expressions that are compiled when they are first used.

A run uses few of the expressions that its modules declare, and compiling one takes about half a millisecond.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, AnyStr

if TYPE_CHECKING:

    def regex(expression: AnyStr, flags: int = 0) -> re.Pattern[AnyStr]:
        """A compiled expression, as `re.compile` gives it; a mistake in one shows at its first use."""

else:

    class regex:  # noqa: N801 - it stands for the function above
        """A pattern; its methods are those of the compiled expression, taken over at the first use of each."""

        def __init__(self, expression: str | bytes, flags: int = 0) -> None:
            self._expression, self._flags = expression, flags
            self._compiled: re.Pattern[Any] | None = None

        def __getattr__(self, name: str) -> Any:
            if self._compiled is None:
                self._compiled = re.compile(self._expression, self._flags)
            found = getattr(self._compiled, name)
            setattr(self, name, found)
            return found
