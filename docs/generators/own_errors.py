"""The errors of our own that newcomers meet most. Hand-written; a test finds the words of each in the code."""

from __future__ import annotations

from typing import NamedTuple


class OwnError(NamedTuple):
    """What argo-kedro prints, with names as an example, and what to make of it."""

    said: str
    words: str  # of it, as they stand in the code
    cause: str
    way_out: str


CONFIGURATION = (
    OwnError(
        "conf/base/argo.yml: machine_types.gpu.memm: unknown key; did you mean 'mem'? Known here: ...",
        "unknown key; ",
        "A key is misspelt, or stands in another section than the one it belongs to.",
        "The message names the file, the place and the nearest key. [All keys](reference/argo-yml.md). An "
        "editor underlines such a key while "
        "you type, if the first line of the file names the schema that `kedro argo init` writes.",
    ),
    OwnError(
        "conf/base/argo.yml: machine type 'gpu-larg' is not defined.",
        " is not defined.",
        "Code or a rule names a machine type, or a template, that `argo.yml` of this env does not have.",
        "Define it, or correct the name: [machine types](how-to/machine-types.md). `kedro argo explain` shows "
        "where each value comes from.",
    ),
    OwnError(
        "the rule matches no node of any registered pipeline: nodes 'trian*'",
        "the rule matches no node of any registered pipeline: ",
        "A rule under `tasks` has a typing error, or its nodes are gone.",
        "Correct or remove it; `kedro registry describe` lists the names of nodes. A rule that matches nothing "
        "is never passed over in silence.",
    ),
    OwnError(
        "argo.yml of this env has no profile 'nigthly'. Profiles: nightly, quick.",
        "argo.yml of this env has no profile ",
        "`--profile` names a form of the run that `argo.yml` does not define in this env.",
        "Correct the name, or choose the env that has it with `--env`: [profiles](how-to/profiles.md).",
    ),
    OwnError(
        "Env 'prod' has no folder conf/prod. Envs here: base, cloud, local.",
        "Envs here: ",
        "`--env` or KEDRO_ENV names an env for which the project has no configuration.",
        "Correct the name, or `mkdir` the folder: an env may be empty.",
    ),
    OwnError(
        "The project's pipelines cannot be imported: ModuleNotFoundError: No module named 'sklearn'",
        "The project's pipelines cannot be imported: ",
        "`register_pipelines()`, or a module that it imports, raises here.",
        "`kedro registry list` shows the traceback. Install the project's requirements in the environment that "
        "`kedro` runs in.",
    ),
    OwnError(
        "The project cannot be opened: settings.py: ImportError: ...",
        "The project cannot be opened: ",
        "`settings.py` raises when it is imported.",
        "`kedro run` shows the traceback.",
    ),
)
DATA = (
    OwnError(
        "catalog of env local: 3 boundary datasets are on paths that pods do not share: data/...",
        " on paths that pods do not share: ",
        "One task writes the dataset and another reads it, and its path is on this machine: no other pod would see it.",
        "Fine for `kedro argo run`. For a cluster let an env, such as `cloud`, put these datasets into a "
        "bucket, and check that one: "
        "`kedro argo check --env cloud`. How: [GCS, S3 or Azure](how-to/run-on-a-cluster.md).",
    ),
    OwnError(
        "dataset features: is not in the catalog; task 'a' writes it and task 'b' reads it in another process",
        " in another process",
        "A dataset in memory crosses from one task to another, and pods share no memory.",
        "Store it in the catalog, put both nodes into one task, or name a `storage.root` by which it travels: "
        "[one run](explanation/one-run.md).",
    ),
    OwnError(
        "2 inputs are read from the image in a pod: data/01_raw/flights.csv.zip, ...",
        " read from the image in a pod: ",
        "Raw data has a local path, and the image holds no `data/`.",
        "Put raw data into the bucket before the first run, and let the env for the cluster say so.",
    ),
    OwnError(
        "2 outputs are lost when the pod ends: data/08_reporting/answer.md, ...",
        " lost when the pod ends: ",
        "Results have a local path, and a pod's disk goes with it.",
        "Let the env for the cluster write them into the bucket.",
    ),
    OwnError(
        "dataset companies: node 'clean' reads it, no selected node writes it, and the catalog does not know it.",
        " it, no selected node writes it, and the catalog does not know it.",
        "A name is misspelt in a node or in the catalog, or the node that writes it was not selected.",
        "Add it to the catalog of this env, or select the node that writes it.",
    ),
    OwnError(
        "params:model.depth: node 'train' reads it, and the parameters of env 'cloud' do not have it.",
        " it, and the parameters of env ",
        "A parameter is missing in this env.",
        "Add it to `parameters.yml`, or give it with `--params`; a secret one comes [from a "
        "Secret](how-to/secrets.md).",
    ),
)
GROUPS = (
    OwnError(
        "the nodes of 'clean' cannot share a task, since data leaves the group and comes back: a -> x (y), x -> b (z).",
        " cannot share a task, since data leaves the group and comes back: ",
        "A node outside the group needs what the group writes, and the group needs what that node writes: the "
        "task would wait for itself.",
        "Leave one of the named nodes out of the group, or take those between into it: [grouping](how-to/grouping.md).",
    ),
    OwnError(
        "'a.b' and 'a_b' would both be task a-b.",
        " would both be task ",
        "Two nodes or groups would have one name on the cluster.",
        "Rename one of them.",
    ),
    OwnError(
        "its nodes name different values of machine type: large (train), small (split).",
        "its nodes name different values of ",
        "Nodes of one task ask for different machine types or templates, and a task is one pod.",
        "Name it once: `machine_type=` of the `FusedPipeline`, or one rule that matches all of them.",
    ),
)
IMAGES = (
    OwnError(
        "No program that builds images is on PATH: looked for docker, podman and buildah.",
        "No program that builds images is on PATH: looked for ",
        "`deployment.build` is on, and nothing here can build an image.",
        "Install one of them; or let CI build the image, and submit with `--image`, or with `deployment.build: false`.",
    ),
    OwnError(
        "argo.yml: deployment.image is empty, so there is nowhere to push the image to.",
        "argo.yml: deployment.image is empty, so there is nowhere to push the image to.",
        "`argo.yml` does not say in which registry the project's image is.",
        "`deployment: {image: registry.example.com/team/flights}`, without a tag: [run on a "
        "cluster](how-to/run-on-a-cluster.md).",
    ),
    OwnError(
        "registry.example.com/flights:1 was built, but not pushed: ...",
        " was built, but not pushed: ",
        "The registry refused the image, or could not be reached.",
        "Log in (`docker login`), and look at the name: the hint below the message has the command to try alone.",
    ),
)
CLUSTER = (
    OwnError(
        "There is no kubeconfig at ~/.kube/config, and this is no pod of a cluster.",
        ", and this is no pod of a cluster.",
        "Nothing says where the cluster is.",
        "Get a kubeconfig from whoever runs it, so that `kubectl get pods` works; KUBECONFIG may name the file. "
        "`kedro argo run` needs none.",
    ),
    OwnError(
        "The kubeconfig has no context 'prod'.",
        "The kubeconfig has no context ",
        "`--context`, or `context` in `argo.yml`, names one that this machine does not have.",
        "`kubectl config get-contexts` lists them.",
    ),
    OwnError(
        "The cluster (...) would not create a workflow: ... is forbidden: User ... cannot create resource ...",
        "The cluster ({}) would not {}: ",
        "Whoever this kubeconfig says you are has no right to do it there.",
        "The hint has the two `kubectl` commands that grant this one right; `kedro argo init --cluster` writes "
        "all that are needed, for an "
        "admin to apply.",
    ),
    OwnError(
        "The cluster (...) gave no answer when asked to create a workflow: ...",
        " gave no answer when asked to ",
        "The API server is down, or there is no way to it from here.",
        "`kubectl cluster-info` asks it too; VPN and proxy are what is mostly missing. A submission is never "
        "made twice: it is looked up first.",
    ),
    OwnError(
        "Argo has not looked at flights-x7k2p for 20 s.",
        "Argo has not looked at ",
        "Argo's controller is down, or looks at other namespaces than this one.",
        "Ask who runs it. The workflow is there, and starts when the controller comes.",
    ),
    OwnError(
        "There is no workflow of flights (...).",
        "There is no workflow of ",
        "Nothing of this project was submitted to this namespace, or it is in another one.",
        "`kedro argo list --all` shows everybody's; `--context` and `--namespace` look elsewhere.",
    ),
    OwnError(
        "There is no local run named 'flights-x7k2p'.",
        "There is no local run named ",
        "The name is misspelt, its record under `argo/runs` was removed, or it ran on the cluster.",
        "`kedro argo list --local` shows what is there.",
    ),
)
OWN_ERRORS = {
    "argo.yml and the project": CONFIGURATION,
    "Data that crosses": DATA,
    "Groups and names": GROUPS,
    "Building the image": IMAGES,
    "Reaching the cluster": CLUSTER,
}
