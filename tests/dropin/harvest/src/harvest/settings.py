"""Project settings, as the README of argo-kedro 0.1 has them."""

from omegaconf.resolvers import oc

CONFIG_LOADER_ARGS = {
    "base_env": "base",
    "default_run_env": "local",
    "merge_strategy": {"parameters": "soft", "globals": "soft"},
    "config_patterns": {
        "globals": ["globals*", "globals*/**", "**/globals*"],
        "parameters": ["parameters*", "parameters*/**", "**/parameters*", "**/parameters*/**"],
    },
    "custom_resolvers": {"oc.env": oc.env},
}
