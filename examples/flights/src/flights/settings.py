"""Project settings: https://docs.kedro.org/en/stable/configure/configuration_basics/"""

import os

from omegaconf.resolvers import oc

# scikit-learn's threads spin while they wait for each other: on a busy machine that takes three times as long.
# Kedro imports this before any node, and OpenMP reads it when it is loaded.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

CONFIG_LOADER_ARGS = {
    "base_env": "base",
    "default_run_env": "local",
    # Kedro allows `${oc.env:}` in credentials only; conf/cloud/globals.yml names a run's folder with it.
    "custom_resolvers": {"oc.env": oc.env},
}
