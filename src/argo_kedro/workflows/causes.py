"""What Argo and Kubernetes say when something is wrong, and what that means: patterns, words, ways out."""

from __future__ import annotations

from typing import NamedTuple


class Cause(NamedTuple):
    """A text of Argo's or Kubernetes', as a pattern. What its named groups match is quoted in our words."""

    pattern: str
    text: str
    hint: str = ""


# Images --------------------------------------------------------------------------------------------------------------

_PULL = r'(?:ErrImagePull|ImagePullBackOff|Failed to pull image|Back-off pulling image)\b[^"]*"(?P<image>[^"]+)".*'
_NAMED = "`deployment.image` and `deployment.tag` in argo.yml name it"
_IMAGES = (
    Cause(
        r'image "(?P<image>[^"]+)" is not present with pull policy of Never',
        "the image {image} is not on the cluster node, and its imagePullPolicy forbids to pull it",
        f"load it onto the cluster's nodes, or allow to pull it. {_NAMED}.",
    ),
    Cause(
        r'InvalidImageName\b.*?"(?P<image>[^"]+)"',
        "{image} is not a valid name for an image",
        f"{_NAMED}: lower case, and one tag.",
    ),
    Cause(
        _PULL + r"no match for platform",
        "the image {image} is not built for the processors of this cluster",
        "set `deployment.target_platform` in argo.yml to that of the cluster's nodes, then build and push it again.",
    ),
    Cause(
        _PULL + r"(?:toomanyrequests|429)",
        "the registry of the image {image} refuses more downloads for now",
        "it is tried again by itself; a registry of your own, or a login, has higher limits.",
    ),
    Cause(
        _PULL + r"(?:authoriz|denied|40[13] |no basic auth|authentication|credential)",
        "the cluster may not read the image {image}, or there is none",
        f"{_NAMED}. If it is there, the cluster needs a login: ask who runs it to give the pods' service account an "
        "imagePullSecret for this registry.",
    ),
    Cause(
        _PULL + r"(?:not found|NotFound|manifest unknown|does not exist)",
        "the image {image} is not there",
        f"build and push it, or correct its name: {_NAMED}.",
    ),
    Cause(
        _PULL + r"(?:no such host|dial tcp|timeout|refused|x509|registry is unavailable|deadline exceeded)",
        "the cluster cannot reach the registry of the image {image}",
        f"{_NAMED}. If it is right, ask who runs the cluster: its nodes need a way there.",
    ),
    Cause(
        _PULL[:-2] + r"(?P<rest>.*)",
        "the image {image} cannot be pulled{rest}",
        f"it is tried again by itself. {_NAMED}.",
    ),
    Cause(
        r"exec format error",
        "the image is built for another kind of processor than the cluster node's (exec format error)",
        "set `deployment.target_platform` in argo.yml to that of the cluster's nodes, then build and push it again.",
    ),
)

# Secrets and volumes -------------------------------------------------------------------------------------------------

_STARTS = "the pod then starts by itself"
_OBJECTS = (
    Cause(
        r'secret "(?P<name>[^"]+\.service-account-token)" not found',
        "the Secret {name}, the token of its service account, is not there",
        "remove argo-rbac.yaml; where argo.yml says `security: restricted`, `kedro argo init --cluster` writes it "
        f"again with this Secret, and `kubectl apply -f argo-rbac.yaml` creates it; {_STARTS}.",
    ),
    Cause(
        r'secret "(?P<name>[^"]+)" not found',
        "the Secret {name} is not there",
        "`kubectl create secret generic {name} --from-literal=KEY=VALUE` in the workflow's namespace creates it; "
        f"{_STARTS}. A `secret_ref`, `secret` or `env_from` in argo.yml names it.",
    ),
    Cause(
        r"couldn't find key (?P<key>\S+) in (?P<kind>Secret|ConfigMap) (?P<where>[^/\s]+)/(?P<name>\S+)",
        "the {kind} {name} in namespace {where} has no key {key}",
        f"add the key, and {_STARTS}; or correct the key in argo.yml and submit again.",
    ),
    Cause(
        r'volume "(?P<volume>[^"]+)" : (?:configmap )?references non-existent (?:secret|config) key: (?P<key>\S+)',
        "what the volume {volume} is made of, a Secret or a ConfigMap, has no key {key}",
        f"add the key, and {_STARTS}; or correct the key in argo.yml and submit again.",
    ),
    Cause(
        r'configmap "(?P<name>[^"]+)" not found',
        "the ConfigMap {name} is not there",
        "`kubectl create configmap {name} --from-literal=KEY=VALUE` in the workflow's namespace creates it; "
        f"{_STARTS}.",
    ),
    Cause(
        r'persistentvolumeclaim "(?P<name>[^"]+)" not found',
        "the volume claim (PersistentVolumeClaim) {name} is not there",
        f"create it in the workflow's namespace, and {_STARTS}; or correct its name in the manifest.",
    ),
    Cause(
        r'Multi-Attach error for volume "(?P<volume>[^"]+)"',
        "the volume {volume} is held by a pod on another cluster node",
        "it is free when that pod ends; tasks side by side need a volume that many nodes can mount (ReadWriteMany).",
    ),
    Cause(
        r'MountVolume\.\w+ failed for volume "(?P<volume>[^"]+)" ?: (?P<rest>.*)',
        "the volume {volume} cannot be mounted: {rest}",
    ),
    Cause(r"unmounted volumes=\[(?P<volume>[^\]]+)\]", "the volume {volume} cannot be mounted in time"),
)

# What a namespace, a quota or a right refuses ------------------------------------------------------------------------

_RIGHTS = "`kedro argo init --cluster` writes it to argo-rbac.yaml, and `kubectl apply -f argo-rbac.yaml` creates it"
_USER = "end the Dockerfile with `USER 10001`, or another number than 0, then build and push the image again."
_REFUSED = (
    Cause(
        r'workflowtaskresults\S* is forbidden: User "(?:system:serviceaccount:[^:"]+:)?(?P<user>[^"]+)" cannot '
        r'(?P<verb>\S+)(?:.* in the namespace "(?P<where>[^"]+)")?',
        "its code has run, but its service account {user} has no right to tell Argo how it ended "
        "({verb} workflowtaskresults in namespace {where})",
        f"its Role is missing: {_RIGHTS}, which an admin may have to do. Then `kedro argo retry` runs it again.",
    ),
    Cause(
        r"error looking up service account (?P<where>[^/\s]+)/(?P<name>[^:\s]+): ",
        "the service account {name} is not there in namespace {where}",
        f"`service_account` in argo.yml names it; {_RIGHTS}.",
    ),
    Cause(  # Argo looks for it by itself where pods get no token
        r'serviceaccounts "(?P<name>[^"]+)" not found',
        "the service account {name} is not there",
        f"`service_account` in argo.yml names it; {_RIGHTS}.",
    ),
    Cause(
        r"no PriorityClass with name (?P<name>\S+) was found",
        "the PriorityClass {name} is not there",
        "`priority_class` (`machine_types` in argo.yml) names it; `kubectl get priorityclasses` shows what there is.",
    ),
    Cause(
        r"exceeded quota: (?P<quota>[^,\s]+), requested: (?P<asked>.+), used: (?P<used>.+), limited: (?P<limit>.+)",
        "the namespace's quota {quota} has no room: it asks for {asked}, and {used} of {limit} are in use",
        "it starts when others have ended; a smaller machine type (`machine_types` in argo.yml) asks for less. "
        "Whoever runs the cluster sets the quota.",
    ),
    Cause(
        r"failed quota: (?P<quota>[^:\s]+): must specify (?P<what>.+)",
        "the namespace's quota {quota} demands that each container names its {what}",
        "ask who runs the cluster for a LimitRange in this namespace: it gives Argo's own containers what is missing.",
    ),
    Cause(
        r'violates PodSecurity "(?P<level>[^"]+)": (?P<rest>.*)',
        "the namespace takes only pods of the Pod Security level {level}: {rest}",
        "`security: restricted` in argo.yml makes pods that it takes; if that is there, a `pod_spec_patch` or "
        "`workflow` of argo.yml takes back what is listed. Then submit it again.",
    ),
    Cause(
        r"is forbidden: \[?(?P<bound>m\w+) (?P<what>\S+) usage per (?P<kind>\w+) is (?P<limit>[^.,\s]+),? "
        r"but (?:request|limit) is (?P<asked>[^.,\]\s]+)",
        "the namespace's {bound} of {what} per {kind} is {limit}, and it asks for {asked}",
        "another machine type (`machine_types` in argo.yml), or ask who runs the cluster about its LimitRange.",
    ),
    Cause(
        r'is forbidden: User "(?P<user>[^"]+)" cannot (?P<verb>\S+) resource "(?P<what>[^"]+)"'
        r'(?:.* in the namespace "(?P<where>[^"]+)")?',
        "{user} may not {verb} {what} in namespace {where}",
        "ask who runs the cluster for this right.",
    ),
    Cause(
        r"container has runAsNonRoot and image will run as root",
        "its image runs as root, and its pod may not (runAsNonRoot)",
        _USER,
    ),
    Cause(
        r"container has runAsNonRoot and image has non-numeric user \((?P<user>[^)]*)\)",
        "its pod may not run as root, and its image has a name, {user}, where a number would prove that it does not",
        _USER,
    ),
)

# Ends that are not the task's own ------------------------------------------------------------------------------------

_AGAIN = "`kedro argo retry` runs what has not succeeded"
_REPEAT = f"`retries` under `tasks` in argo.yml would repeat it by itself; {_AGAIN}."
_ENDS = (
    Cause(
        r"failed to find name in PATH: exec: \"(?P<name>[^\"]+)\": permission denied",
        "{name} is in the image, but cannot be executed",
        "correct the template's command in argo.yml, or `chmod +x` it in the Dockerfile; then build and push.",
    ),
    Cause(
        r"failed to find name in PATH: exec: \"(?P<name>[^\"]+)\"",
        "the image has no command {name}",
        "correct the template's command in argo.yml, or install it in the Dockerfile; then build and push the image.",
    ),
    Cause(
        r"^Pod was active on the node longer than the specified deadline",
        "it ran longer than it may",
        "set a longer `timeout` for it under `tasks` in argo.yml, or activeDeadlineSeconds where your manifest has one,"
        " and submit again.",
    ),
    Cause(
        r"^Step exceeded its deadline",
        "the workflow's time is over (activeDeadlineSeconds)",
        "give it more by `policies.timeout` in argo.yml, or in a manifest of your own, and submit again.",
    ),
    Cause(
        r"^timeout$",
        "it could not begin within the timeout of its template",
        "its pod may still wait for a place: `kedro argo delete` removes it.",
    ),
    Cause(
        r"Max duration limit exceeded|Backoff would exceed max",
        "its retries took longer than their max_duration",
        f"a longer `retries.backoff.max_duration` under `tasks` in argo.yml allows more; {_AGAIN}.",
    ),
    Cause(
        r"^(?:Stopped|workflow shutdown) with strategy:? *'?(?P<how>\w+)",
        "somebody stopped the workflow ({how})",
        f"{_AGAIN}.",
    ),
    Cause(
        r"The node was low on resource: (?P<what>[\w./-]*\w)\.(?P<rest>.*)",
        "it was evicted: the cluster node ran low on {what}.{rest}",
        "a machine type in argo.yml whose `requests` are what the task really takes keeps its place. " + _REPEAT,
    ),
    Cause(
        r"^(?P<rest>.*(?:local ephemeral storage limit|local storage usage exceeds|Usage of EmptyDir volume).*)",
        "it was evicted, since it wrote more to its local disk than it may: {rest}",
        "`emph_storage` of its machine type in argo.yml gives it more.",
    ),
    Cause(
        r"^(?P<rest>.*(?:imminent node shutdown|node is shutting down|reempted (?:in order )?to |"
        r"Node \S+ which was running pod \S+ is unresponsive|The node had condition).*)$",
        "its cluster node was taken away: {rest}",
        _REPEAT,
    ),
    Cause(r"^pod deleted$", "its pod was deleted, by somebody or with its cluster node", _REPEAT),
    Cause(
        r"can't find failed message for pod|^pod failed: ", "its pod was ended from outside, without a word", _REPEAT
    ),
)

# What becomes of a workflow as a whole -------------------------------------------------------------------------------

_WORKFLOWS = (
    Cause(
        r"^(?:Unschedulable: )?no nodes available to schedule pods",
        "the cluster has no nodes",
        "one that adds nodes by itself takes minutes; else ask who runs it.",
    ),
    Cause(
        r"(?P<kind>cluster)?workflowtemplates?\.argoproj\.io \"(?P<name>[^\"]+)\" not found",
        "the {kind}WorkflowTemplate {name} is not there",
        "create it with `kubectl apply -f`, in the workflow's namespace, and submit again.",
    ),
    Cause(
        r"template reference (?P<name>\S+) not found",
        "the template {name} of a WorkflowTemplate is not there",
        "create it with `kubectl apply -f`, in the workflow's namespace, and submit again.",
    ),
    Cause(
        r"invalid spec: (?P<rest>.*)",
        "Argo cannot run this workflow: {rest}",
        "nothing ran. `kedro argo check` looks at the manifest; mend what is named, and submit again.",
    ),
    Cause(
        r"workflow is longer than maximum allowed size\.(?: compressed size (?P<size>\d+) > maxSize (?P<limit>\d+))?",
        "the workflow is too long for Argo: {size} bytes with the state of its tasks, of {limit}",
        "put several nodes into one task (a fused group), or run fewer pipelines at once.",
    ),
    Cause(
        r"Waiting for (?P<lock>\S+) lock\b.*?Lock status: (?P<free>\d+)/(?P<all>\d+)",
        "it waits for the lock {lock}, of which {free} of {all} are free",
        "it starts when the workflow that holds the lock has ended: `kubectl get workflows` lists them.",
    ),
    Cause(
        r"postponed because too many workflows are already running",
        "as many workflows run already as Argo lets run at once",
        "it starts when another has ended.",
    ),
)

KINDS_OF_CAUSES = {
    "Images": _IMAGES,
    "Secrets, ConfigMaps and volumes": _OBJECTS,
    "What a namespace, a quota or a right refuses": _REFUSED,
    "Ends that are not the task's own": _ENDS,
    "The workflow as a whole": _WORKFLOWS,
}
# The first that matches decides: what is special comes before what is general.
CAUSES = tuple(cause for causes in KINDS_OF_CAUSES.values() for cause in causes)
