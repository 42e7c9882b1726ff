"""What is said of a task beside its machine type: for its pod, and in words with the place that says it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from argo_kedro.config import ArgoConfig
from argo_kedro.config.rules import Retries
from argo_kedro.config.sources import EnvironmentFrom, EnvironmentVariable, MountedFile
from argo_kedro.model import Setting
from argo_kedro.plan.agreement import Agreed, file_words, variable_words
from argo_kedro.plan.grouping.groups import NodeGroup
from argo_kedro.plan.limits import duration, retries_of, timeout_of
from argo_kedro.plan.pods.machines import machines_in_turn
from argo_kedro.plan.pods.shapes import BUILT_IN, Shape
from argo_kedro.plan.rules import FILE, NodeSettings, Said

Settings = dict[str, Setting]


def settled(
    group: NodeGroup,
    where: Agreed,
    settings: Mapping[str, NodeSettings],
    config: ArgoConfig,
    common: Mapping[str, Settings],
) -> tuple[Shape, Settings]:
    """The shape of a group's pod, and all that counts for it, by the words of argo.yml.

    Args:
        group: Its nodes.
        where: What they agree on.
        settings: What rules say of each node.
        config: What is said of machine types and service accounts.
        common: What is said of all tasks of a template, as `common_settings` gives it.
    """
    retries, (timeout, time) = retries_of(group, settings), timeout_of(group, settings)
    account = where.service_account
    shape = Shape(
        template=where.template.value,
        machine_type=where.machine_type.value,
        retries=retries.value if retries else None,
        timeout=timeout,
        environment=tuple(said.value for said in where.environment),
        env_from=tuple(said.value for said in where.env_from),
        files=tuple(said.value for said in where.files),
        service_account=account.value if account else "",
    )
    given = {
        "template": where.template,
        "group": next((found for node in group.own if (found := settings[node.name].group)), None),
        "group_by": Setting(value=group.by, source=f"{FILE} runner.group_by") if group.by else None,
        "retries": _retries(retries, shape, config),
        "timeout": time,
        "spot": _spot(shape, config),
        "service_account": account,
    }
    of_template = common.get(shape.template, {})
    said = {key: value for key, value in given.items() if value is not None}
    return shape, {**of_template, **said, **_told(where.environment, where.env_from, where.files)}


def common_settings(config: ArgoConfig) -> dict[str, Settings]:
    """What argo.yml says of all tasks, for those of each template."""
    section = config.template
    place = f"{FILE} template"
    account = {"service_account": Setting(value=config.service_account, source=f"{FILE} service_account")}
    everywhere: Settings = {
        **(account if config.service_account else {}),
        **_told(
            [Said(item, f"{place}.environment") for item in section.environment],
            [Said(item, f"{place}.env_from") for item in section.env_from],
            [Said(item, f"{place}.files") for item in section.files],
        ),
    }
    found = {BUILT_IN: everywhere}
    for own in section.templates:
        source = f"{place} {own.name}"
        account = {"service_account": Setting(value=own.service_account, source=source)}
        variables = own.container.env if own.container else ()
        froms = own.container.env_from if own.container else ()
        found[own.name] = {
            **everywhere,
            **(account if own.service_account else {}),
            **_told(
                [Said(item, source) for item in variables],
                [Said(item, source) for item in froms],
                [Said(item, source) for item in own.files],
            ),
        }
    return found


def _told(
    environment: Iterable[Said[EnvironmentVariable]],
    env_from: Iterable[Said[EnvironmentFrom]],
    files: Iterable[Said[MountedFile]],
) -> Settings:
    found = {
        f"environment.{said.value.name}": Setting(value=variable_words(said.value), source=said.source)
        for said in environment
    }
    for each in env_from:
        name = each.value.secret or each.value.config_map
        kind = f"Secret {name}" if each.value.secret else f"ConfigMap {name}"
        words = f"{kind}, as {each.value.prefix}*" if each.value.prefix else kind
        found[f"env_from.{each.value.prefix}{name}"] = Setting(value=words, source=each.source)
    for file in files:
        found[f"files.{file.value.path}"] = Setting(value=file_words(file.value), source=file.source)
    return found


def _spot(shape: Shape, config: ArgoConfig) -> Setting | None:
    machine = config.machine_types.get(shape.machine_type)
    if machine is None or not machine.spot:
        return None
    return Setting(value=str(machine.spot), source=f"{FILE} machine_types.{shape.machine_type}")


def _retries(said: Said[Retries] | None, shape: Shape, config: ArgoConfig) -> Setting | None:
    if said is None:
        return None
    words = [str(said.value.limit)]
    if said.value.backoff is not None:
        words.append(f"the first after {duration(said.value.backoff.duration)}")
    larger = machines_in_turn(shape, config)[1:] if shape.machine_type in config.machine_types else ()
    words += [f"out of memory: on {', then '.join(larger)}"] if larger else []
    return Setting(value=", ".join(words), source=said.source)
