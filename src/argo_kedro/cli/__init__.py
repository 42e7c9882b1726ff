"""The `kedro argo` verbs. Kedro imports this module for each of its commands, so it imports next to nothing."""

from kedro.framework.cli.utils import LazyGroup

commands = LazyGroup(name="argo-kedro", lazy_subcommands={"argo": "argo_kedro.cli.group.argo"})
