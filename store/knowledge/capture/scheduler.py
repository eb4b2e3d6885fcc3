"""The job this ran in: what schedulers, launchers and trackers say in the environment. Only variables named here."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from typing import Any

_VARIABLES: dict[str, dict[str, str]] = {
    "slurm": {  # sbatch(1), "output environment variables"
        "SLURM_JOB_ID": "job", "SLURM_ARRAY_JOB_ID": "array_job", "SLURM_ARRAY_TASK_ID": "array_task",
        "SLURM_JOB_NAME": "name", "SLURM_JOB_PARTITION": "partition", "SLURM_JOB_NODELIST": "nodelist",
        "SLURM_JOB_NUM_NODES": "nodes", "SLURM_NTASKS": "tasks", "SLURM_PROCID": "rank", "SLURM_CLUSTER_NAME": "cluster",
        "SLURM_JOB_ACCOUNT": "account", "SLURM_JOB_QOS": "qos", "SLURM_CPUS_PER_TASK": "cpus_per_task",
        "SLURM_JOB_GPUS": "gpus", "SLURM_SUBMIT_DIR": "submit_dir", "SLURM_RESTART_COUNT": "restarts",
        "SLURM_JOB_START_TIME": "start",
    },
    "pbs": {
        "PBS_JOBID": "job", "PBS_JOBNAME": "name", "PBS_QUEUE": "queue", "PBS_ARRAY_INDEX": "array_task",
        "PBS_O_HOST": "submit_host", "PBS_NUM_NODES": "nodes",
    },
    "lsf": {
        "LSB_JOBID": "job", "LSB_JOBNAME": "name", "LSB_QUEUE": "queue", "LSB_JOBINDEX": "array_task",
        "LSB_DJOB_NUMPROC": "tasks",
    },
    "sge": {"SGE_TASK_ID": "array_task", "SGE_CLUSTER_NAME": "cluster", "SGE_O_HOST": "submit_host"},
    "kubernetes": {
        "POD_NAME": "pod", "POD_NAMESPACE": "namespace", "POD_UID": "uid", "NODE_NAME": "node", "JOB_NAME": "job",
        "MY_POD_NAME": "pod", "MY_POD_NAMESPACE": "namespace", "MY_NODE_NAME": "node",
        "JOB_COMPLETION_INDEX": "index", "KFP_RUN_ID": "pipeline_run", "ARGO_NODE_ID": "argo_node",
    },
    "ray": {"RAY_JOB_ID": "job", "RAY_SUBMISSION_ID": "submission"},
    "torchrun": {  # torch.distributed.run; plain RANK and WORLD_SIZE are set by others as well
        "TORCHELASTIC_RUN_ID": "run", "TORCHELASTIC_RESTART_COUNT": "restarts", "WORLD_SIZE": "world_size", "RANK": "rank",
        "LOCAL_RANK": "local_rank", "LOCAL_WORLD_SIZE": "local_world_size", "GROUP_RANK": "node_rank",
    },
    "sagemaker": {
        "TRAINING_JOB_NAME": "job", "TRAINING_JOB_ARN": "arn", "SM_CURRENT_HOST": "node",
        "SM_CURRENT_INSTANCE_TYPE": "instance",
    },
    "vertex": {"CLOUD_ML_JOB_ID": "job", "CLOUD_ML_PROJECT_ID": "project"},
    "azureml": {"AZUREML_RUN_ID": "run", "AZUREML_ARM_WORKSPACE_NAME": "workspace"},
    "wandb": {"WANDB_RUN_ID": "run", "WANDB_PROJECT": "project", "WANDB_ENTITY": "entity", "WANDB_SWEEP_ID": "sweep"},
    "mlflow": {"MLFLOW_RUN_ID": "run", "MLFLOW_EXPERIMENT_NAME": "experiment", "MLFLOW_EXPERIMENT_ID": "experiment_id"},
    "ci": {
        "GITHUB_RUN_ID": "github_run", "GITHUB_WORKFLOW": "github_workflow", "CI_JOB_ID": "gitlab_job",
        "CI_PIPELINE_ID": "gitlab_pipeline", "BUILD_TAG": "jenkins_build",
    },
}  # fmt: skip
_SPEAKS_FOR = {"torchrun": ("TORCHELASTIC_RUN_ID", "LOCAL_RANK"), "kubernetes": ("KUBERNETES_SERVICE_HOST",)}
"""Sources whose variables have names that others use, too: one of these must be set."""

_NAMESPACE = "/var/run/secrets/kubernetes.io/serviceaccount/namespace"
_LONGEST = 1000  # characters of a value


def facts(environment: Mapping[str, str] | None = None) -> dict[str, Any]:
    """Return a mapping for each scheduler, launcher and tracker that has a word here; empty when none has."""
    environment = os.environ if environment is None else environment
    found: dict[str, Any] = {}
    for source, variables in _VARIABLES.items():
        if source in _SPEAKS_FOR and not any(environment.get(name) for name in _SPEAKS_FOR[source]):
            continue
        said = {
            fact: environment[name][:_LONGEST] for name, fact in variables.items() if environment.get(name)
        }
        if source == "kubernetes":
            said = _pod(environment) | said
        if said:
            found[source] = said
    if "slurm" in found:
        _duration(found["slurm"])
    return found


def _pod(environment: Mapping[str, str]) -> dict[str, str]:
    """Return what a pod knows about itself when nobody passed it on: its name is the host's."""
    said = {"pod": environment["HOSTNAME"][:_LONGEST]} if environment.get("HOSTNAME") else {}
    try:
        with open(_NAMESPACE, encoding="utf-8", errors="replace") as file:
            said["namespace"] = file.read(_LONGEST).strip()
    except OSError:
        return said  # no service account is mounted
    return said


def _duration(job: dict[str, Any]) -> None:
    """Turn a job's start, in seconds since 1970, into seconds it has run."""
    start = job.pop("start", "")
    if start.isascii() and start.isdigit() and len(start) < 12:
        job["seconds"] = max(0, int(time.time()) - int(start))
