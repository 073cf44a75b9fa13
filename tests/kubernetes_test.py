#!/usr/bin/env python3
"""kubernetes_test.py YAML COMMAND: runs the commands of the pods of deploy/census/kubernetes.yaml.

It runs one index after the other. Then it must be possible to merge the shards.
"""

import os
import pathlib
import subprocess
import sys
import tempfile

import yaml


def check_job(job):
    """The container of a well-formed Indexed Job."""
    spec = job["spec"]
    assert job["apiVersion"] == "batch/v1" and spec["completionMode"] == "Indexed"
    pod = spec["template"]["spec"]
    assert pod["restartPolicy"] in ("OnFailure", "Never")
    (container,) = pod["containers"]
    environment = {e["name"]: e["value"] for e in container["env"]}
    assert all(isinstance(value, str) for value in environment.values()), "Kubernetes takes strings alone"
    assert int(environment["SHARDS"]) == spec["completions"], "one pod for each shard"
    mounts = {m["name"] for m in container["volumeMounts"]}
    assert mounts == {v["name"] for v in pod["volumes"]}
    return container, environment


def main():
    page, command = sys.argv[1:]
    documents = list(yaml.safe_load_all(pathlib.Path(page).read_text()))
    claim, job = documents
    container, environment = check_job(job)
    assert job["spec"]["template"]["spec"]["volumes"][0]["persistentVolumeClaim"]["claimName"] == claim["metadata"]["name"]

    with tempfile.TemporaryDirectory() as folder:
        (pathlib.Path(folder) / "cnnspec").symlink_to(pathlib.Path(command).resolve())
        shards = 3
        environment |= {"FOLDER": folder, "SHARDS": str(shards), "PATH": f"{folder}:{os.environ['PATH']}",
                        "OPTIONS": "--op linear --op conv2d --max extent=2,kernel=2,stride=1,padding=1,features=3"}
        for index in range(shards):
            subprocess.run(container["command"] + container["args"], check=True, stdout=subprocess.DEVNULL,
                           env=environment | {"JOB_COMPLETION_INDEX": str(index)})
        files = [f"{folder}/shard-{index + 1}.json" for index in range(shards)]
        merged = subprocess.run([command, "census", "--merge", *files], check=True, capture_output=True, text=True).stdout
        assert "\nproved: " in merged, merged
        print(merged.splitlines()[-1])


if __name__ == "__main__":
    main()
