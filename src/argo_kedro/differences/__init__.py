"""Two manifests compared by what each task gets, not by their text: templates may be called otherwise, or be shared."""

from argo_kedro.differences.comparing import Change, Differences, Moved, Renamed, TaskAlone, compared
from argo_kedro.differences.reading import Side, side_of

__all__ = ["Change", "Differences", "Moved", "Renamed", "Side", "TaskAlone", "compared", "side_of"]
