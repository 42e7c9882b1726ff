"""What failed, for retry rules to tell apart: `asInt(lastRetry.exitCode) == 7`."""

from argo_kedro.errors import ConfigError

USER_CODE = 1  # a node raised, or a hook of the project
CONFIGURATION = ConfigError.exit_code  # the project, its catalog or the task's arguments; trying again does not help
STORAGE = 7  # a dataset could not be loaded or saved

MEANINGS = {
    USER_CODE: "a node raised, or a hook of the project",
    CONFIGURATION: "the project or its configuration is wrong: trying again does not help",
    STORAGE: "a dataset could not be loaded or saved",
}
