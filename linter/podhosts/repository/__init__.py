"""Repository: one view of all files of a run, with the look-up of objects by kind and name among them."""

from podhosts.repository.documents import DocumentPlace, Words
from podhosts.repository.opening import open_repository
from podhosts.repository.repository import Reader, Repository

__all__ = ["DocumentPlace", "Reader", "Repository", "Words", "open_repository"]
