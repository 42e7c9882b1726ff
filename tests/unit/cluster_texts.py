"""What Argo 4.0 and Kubernetes 1.34, and some older ones, say, and our words for it."""

PREEMPTION = " preemption: 0/3 nodes are available: {} for scheduling."
NO_HELP = PREEMPTION.format("3 Preemption is not helpful")

WORDS = {
    # Images
    'ErrImageNeverPull: Container image "local/nothere:1" is not present with pull policy of Never': (
        "the image local/nothere:1 is not on the cluster node, and its imagePullPolicy forbids to pull it"
    ),
    'ErrImagePull: failed to pull and unpack image "docker.io/library/nosuch:1": failed to resolve reference '
    '"docker.io/library/nosuch:1": docker.io/library/nosuch:1: not found': (
        "the image docker.io/library/nosuch:1 is not there"
    ),
    'ImagePullBackOff: Back-off pulling image "nosuch:1": ErrImagePull: failed to pull and unpack image '
    '"docker.io/library/nosuch:1": failed to resolve reference "docker.io/library/nosuch:1": pull access denied, '
    "repository does not exist or may require authorization: server message: insufficient_scope": (
        "the cluster may not read the image nosuch:1, or there is none"
    ),
    'Failed to pull image "registry.example.com/a/b:2": rpc error: code = Unknown desc = failed to authorize: '
    "unexpected status from GET request: 401 Unauthorized": (
        "the cluster may not read the image registry.example.com/a/b:2, or there is none"
    ),
    'ErrImagePull: failed to pull image "a/b:2": failed to do request: Head "https://registry.example.com/v2/": '
    "dial tcp: lookup registry.example.com: no such host": "the cluster cannot reach the registry of the image a/b:2",
    'ErrImagePull: failed to pull and unpack image "a/b:2": no match for platform in manifest: not found': (
        "the image a/b:2 is not built for the processors of this cluster"
    ),
    'Failed to pull image "b:2": toomanyrequests: You have reached your unauthenticated pull rate limit': (
        "the registry of the image b:2 refuses more downloads for now"
    ),
    'ImagePullBackOff: Back-off pulling image "a/b:2"': "the image a/b:2 cannot be pulled",
    'ErrImagePull: failed to pull and unpack image "a/b:2": write /var/lib: no space left on device': (
        "the image a/b:2 cannot be pulled: write /var/lib: no space left on device"
    ),
    'InvalidImageName: Failed to apply default image tag "Local/X:1": couldn\'t parse image name "Local/X:1": invalid '
    "reference format: repository name must be lowercase": "Local/X:1 is not a valid name for an image",
    "main: Error (exit code 64): failed to start command: fork/exec /usr/bin/python: exec format error": (
        "the image is built for another kind of processor than the cluster node's (exec format error)"
    ),
    # Secrets, config maps, volumes
    'CreateContainerConfigError: secret "nosuch" not found': "the Secret nosuch is not there",
    'MountVolume.SetUp failed for volume "s" : secret "nosuch" not found': "the Secret nosuch is not there",
    "CreateContainerConfigError: couldn't find key token in Secret team/storage": (
        "the Secret storage in namespace team has no key token"
    ),
    'MountVolume.SetUp failed for volume "s" : references non-existent secret key: token': (
        "what the volume s is made of, a Secret or a ConfigMap, has no key token"
    ),
    'MountVolume.SetUp failed for volume "c" : configmap references non-existent config key: a.yml': (
        "what the volume c is made of, a Secret or a ConfigMap, has no key a.yml"
    ),
    'CreateContainerConfigError: configmap "settings" not found': "the ConfigMap settings is not there",
    'MountVolume.SetUp failed for volume "exec-sa-token" : secret "wf.service-account-token" not found': (
        "the Secret wf.service-account-token, the token of its service account, is not there"
    ),
    'Unschedulable: 0/1 nodes are available: persistentvolumeclaim "nosuch" not found. not found': (
        "no cluster node takes it: the volume claim (PersistentVolumeClaim) nosuch is not there"
    ),
    "Unable to attach or mount volumes: unmounted volumes=[data], unattached volumes=[data]: timed out": (
        "the volume data cannot be mounted in time"
    ),
    'Multi-Attach error for volume "pvc-1" Volume is already used by pod(s) other': (
        "the volume pvc-1 is held by a pod on another cluster node"
    ),
    'MountVolume.MountDevice failed for volume "pvc-1" : rpc error: disk is broken': (
        "the volume pvc-1 cannot be mounted: rpc error: disk is broken"
    ),
    # No place
    f"Unschedulable: 0/3 nodes are available: 3 Insufficient nvidia.com/gpu. no new claims to deallocate,{NO_HELP}": (
        "no cluster node takes it: no free nvidia.com/gpu on 3 of 3, even if nothing else ran there"
    ),
    f"Unschedulable: 0/3 nodes are available: 1 Insufficient memory, 3 Insufficient cpu.{NO_HELP}": (
        "no cluster node takes it: too little memory on 1 of 3, too little cpu on 3 of 3, even if nothing else ran "
        "there"
    ),
    "Unschedulable: 0/3 nodes are available: 3 Insufficient cpu."
    + PREEMPTION.format("3 No preemption victims found for incoming pod"): (
        "no cluster node takes it: too little cpu on 3 of 3"
    ),
    "Unschedulable: 0/3 nodes are available: 1 node(s) had untolerated taint {nvidia.com/gpu: present}, 2 node(s) "
    f"didn't match Pod's node affinity/selector.{NO_HELP}": (
        "no cluster node takes it: a taint {nvidia.com/gpu: present} that it does not tolerate on 1 of 3, labels that "
        "it asks for are missing on 2 of 3"
    ),
    f"Unschedulable: 0/3 nodes are available: 3 node(s) had untolerated taint(s).{NO_HELP}": (
        "no cluster node takes it: a taint that it does not tolerate on 3 of 3"
    ),
    "Unschedulable: 0/3 nodes are available: 1 node(s) had taint {a: }, that the pod didn't tolerate, 2 Insufficient "
    "ephemeral-storage.": (
        "no cluster node takes it: a taint {a: } that it does not tolerate on 1 of 3, too little ephemeral-storage on "
        "2 of 3"
    ),
    "Unschedulable: 0/3 nodes are available: 1 Too many pods, 2 node(s) were unschedulable.": (
        "no cluster node takes it: no room for one more pod on 1 of 3, closed to new pods are 2 of 3"
    ),
    "Unschedulable: 0/3 nodes are available: pod has unbound immediate PersistentVolumeClaims. not found": (
        "no cluster node takes it: its volume claim has no volume"
    ),
    "Unschedulable: 0/3 nodes are available: 3 node(s) had volume node affinity conflict.": (
        "no cluster node takes it: had volume node affinity conflict (3 of 3)"
    ),
    "Unschedulable: 0/3 nodes are available: the moon is full.": "no cluster node takes it: the moon is full",
    "Unschedulable: no nodes available to schedule pods": "the cluster has no nodes",
    # Refused
    'error in entry template execution: pods "f-nosa" is forbidden: error looking up service account x6/nosuchsa: '
    'serviceaccount "nosuchsa" not found': "the service account nosuchsa is not there in namespace x6",
    "task 'f-z56nl.n-9dd79143' errored: serviceaccounts \"pipelines\" not found": (
        "the service account pipelines is not there"
    ),
    "task 'f-jfwwf.n-9dd79143' errored: pods \"f-jfwwf-small-2219448559\" is forbidden: no PriorityClass with name "
    "nope was found": "the PriorityClass nope is not there",
    "wait: Error (exit code 64): workflowtaskresults.argoproj.io is forbidden: User "
    '"system:serviceaccount:x6:default" cannot create resource "workflowtaskresults" in API group "argoproj.io" in the '
    'namespace "x6"': (
        "its code has run, but its service account default has no right to tell Argo how it ended (create "
        "workflowtaskresults in namespace x6)"
    ),
    'pods "q-1" is forbidden: exceeded quota: team, requested: requests.cpu=2, used: requests.cpu=1500m, limited: '
    "requests.cpu=2": (
        "the namespace's quota team has no room: it asks for requests.cpu=2, and requests.cpu=1500m of requests.cpu=2 "
        "are in use"
    ),
    'error in entry template execution: pods "q-1" is forbidden: failed quota: team: must specify limits.cpu for: '
    "init,wait; limits.memory for: init,wait": (
        "the namespace's quota team demands that each container names its limits.cpu for: init,wait; limits.memory "
        "for: init,wait"
    ),
    'pods "l" is forbidden: [maximum cpu usage per Container is 2, but limit is 4, maximum memory usage per Container '
    "is 1Gi, but limit is 2Gi]": "the namespace's maximum of cpu per Container is 2, and it asks for 4",
    'error in entry template execution: pods "h" is forbidden: violates PodSecurity "restricted:latest": '
    'allowPrivilegeEscalation != false (containers "init", "wait" must set it)': (
        "the namespace takes only pods of the Pod Security level restricted:latest: allowPrivilegeEscalation != false "
        '(containers "init", "wait" must set it)'
    ),
    'pods is forbidden: User "system:serviceaccount:argo:argo" cannot create resource "pods" in API group "" in the '
    'namespace "x"': "system:serviceaccount:argo:argo may not create pods in namespace x",
    'CreateContainerConfigError: container has runAsNonRoot and image will run as root (pod: "a_b(c)")': (
        "its image runs as root, and its pod may not (runAsNonRoot)"
    ),
    "CreateContainerConfigError: container has runAsNonRoot and image has non-numeric user (kedro), cannot verify user "
    "is non-root": (
        "its pod may not run as root, and its image has a name, kedro, where a number would prove that it does not"
    ),
    # Ends
    'main: Error (exit code 64): failed to find name in PATH: exec: "nosuchcmd": executable file not found in $PATH': (
        "the image has no command nosuchcmd"
    ),
    'main: Error (exit code 64): failed to find name in PATH: exec: "/etc/passwd": permission denied': (
        "/etc/passwd is in the image, but cannot be executed"
    ),
    "Pod was active on the node longer than the specified deadline": "it ran longer than it may",
    "Step exceeded its deadline": "the workflow's time is over (activeDeadlineSeconds)",
    "timeout": "it could not begin within the timeout of its template",
    "workflow shutdown with strategy:  Stop": "somebody stopped the workflow (Stop)",
    "Stopped with strategy 'Terminate'": "somebody stopped the workflow (Terminate)",
    "The node was low on resource: memory. Threshold quantity: 100Mi, available: 5Mi. Container main was using 3Gi, "
    "request is 1Gi, has larger consumption of memory. ": (
        "it was evicted: the cluster node ran low on memory. Threshold quantity: 100Mi, available: 5Mi. Container main "
        "was using 3Gi, request is 1Gi, has larger consumption of memory."
    ),
    'Container main exceeded its local ephemeral storage limit "1Gi". ': (
        "it was evicted, since it wrote more to its local disk than it may: Container main exceeded its local "
        'ephemeral storage limit "1Gi".'
    ),
    "Pod was terminated in response to imminent node shutdown.": (
        "its cluster node was taken away: Pod was terminated in response to imminent node shutdown."
    ),
    "Preempted in order to admit critical pod": (
        "its cluster node was taken away: Preempted in order to admit critical pod"
    ),
    "Node n1 which was running pod p1 is unresponsive": (
        "its cluster node was taken away: Node n1 which was running pod p1 is unresponsive"
    ),
    "Max duration limit exceeded": "its retries took longer than their max_duration",
    "can't find failed message for pod a-b namespace n": "its pod was ended from outside, without a word",
    "pod deleted": "its pod was deleted, by somebody or with its cluster node",
    # Workflows
    "invalid spec: templates.main.tasks.t template reference nosuch.x not found": (
        "the template nosuch.x of a WorkflowTemplate is not there"
    ),
    "invalid spec: spec.arguments.x.value is required": (
        "Argo cannot run this workflow: spec.arguments.x.value is required"
    ),
    'workflowtemplates.argoproj.io "nosuch" not found': "the WorkflowTemplate nosuch is not there",
    "workflow is longer than maximum allowed size. compressed size 1095050 > maxSize 1048576Tried to offload": (
        "the workflow is too long for Argo: 1095050 bytes with the state of its tasks, of 1048576"
    ),
    "Waiting for x4/Mutex/m9 lock. Lock status: 0/1": "it waits for the lock x4/Mutex/m9, of which 0 of 1 are free",
    "Workflow processing has been postponed because too many workflows are already running": (
        "as many workflows run already as Argo lets run at once"
    ),
}

EXITS = {
    "main: OOMKilled (exit code 137)": "it ran out of memory (exit code 137)",
    "main: Error (exit code 1): node split: ValueError: too few rows\n": (
        "node split: ValueError: too few rows (exit code 1)"
    ),
    "main: Error (exit code 3): before the first node: DatasetError: no such type": (
        "before the first node: DatasetError: no such type (exit code 3)"
    ),
    "main: Error (exit code 7): node a, loading flights: OSError: no such bucket": (
        "node a, loading flights: OSError: no such bucket (exit code 7)"
    ),
    "main: OOMKilled (exit code 1): node fit: MemoryError": "it ran out of memory: node fit: MemoryError (exit code 1)",
    "main: Error (exit code 5)": "it failed (exit code 5)",
    "main: Error (exit code 1): ": "it failed without saying why (exit code 1)",
    "main: Error (exit code 127)": "the image lacks its command (exit code 127)",
    "main: Error (exit code 137)": "it was killed (exit code 137)",
    "main: Error (exit code 139)": "it crashed in a library that is not Python (exit code 139)",
    "main: Error (exit code 143)": "it was told to end (exit code 143)",
    "main: Error (exit code 64): odd": "odd (exit code 64)",
    "code: Error (exit code 1)": "container code: it failed without saying why (exit code 1)",
}
