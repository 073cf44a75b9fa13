#!/usr/bin/env bash
# Runs deploy/census/slurm.sbatch on a Slurm of one node, which it sets up in a folder of its own and takes down again:
#   census_on_one_node.sh COMMAND
# The merged census must be that of one run. Needs root, as slurmd does, and the packages slurm-wlm and munge. The status is
# 77, skipped, where it is not root.
set -euo pipefail

cnnspec=$(readlink -f -- "$1")
root=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../.." && pwd)
if ((EUID != 0)); then
  echo "skipped: Slurm's daemons need root"
  exit 77
fi

folder=$(mktemp -d)
daemons=()
clean_up() {
  local status=$? pid
  for pid in "${daemons[@]}"; do kill "$pid" 2>/dev/null || true; done
  for pid in "${daemons[@]}"; do wait "$pid" 2>/dev/null || true; done
  if ((status != 0 && status != 77)); then tail -n 20 "$folder"/*.log "$folder"/*.out >&2 || true; fi
  rm -rf "$folder"
  exit "$status"
}
trap clean_up EXIT
export PATH=$PATH:/usr/sbin

# start NAME COMMAND...: a daemon in the foreground of a background process, so that it can be ended by its number.
start() {
  local name=$1
  shift
  "$@" >"$folder/$name.log" 2>&1 &
  daemons+=($!)
}
# wait_for WHAT COMMAND...
wait_for() {
  local what=$1 tries
  shift
  for ((tries = 0; tries < 300; ++tries)); do
    if "$@" >/dev/null 2>&1; then return; fi
    sleep 0.2
  done
  echo "no $what after a minute" >&2
  return 1
}
free_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("", 0)); print(s.getsockname()[1])'; }

# Munge says who is who. Its folders may not be writable for others.
mkdir -m 755 "$folder/munge" "$folder/state" "$folder/spool"
chmod 755 "$folder"
head -c 1024 /dev/urandom >"$folder/munge/key"
chmod 400 "$folder/munge/key"
start munged munged --foreground --force --key-file="$folder/munge/key" --socket="$folder/munge/socket" \
  --pid-file="$folder/munge/pid" --log-file="$folder/munge/log" --seed-file="$folder/munge/seed"
wait_for "munge" munge --socket="$folder/munge/socket" --no-input

host=$(hostname -s)
export SLURM_CONF=$folder/slurm.conf
cat >"$SLURM_CONF" <<CONF
ClusterName=census
SlurmctldHost=$host(127.0.0.1)
SlurmctldPort=$(free_port)
SlurmdPort=$(free_port)
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket=$folder/munge/socket
CredType=cred/munge
StateSaveLocation=$folder/state
SlurmdSpoolDir=$folder/spool
SlurmctldPidFile=$folder/slurmctld.pid
SlurmdPidFile=$folder/slurmd.pid
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
MpiDefault=none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SchedulerParameters=sched_min_interval=100000,batch_sched_delay=0
ReturnToService=2
NodeName=$host NodeAddr=127.0.0.1 CPUs=2 RealMemory=1024 State=UNKNOWN
PartitionName=all Nodes=ALL Default=YES MaxTime=INFINITE State=UP
CONF
start slurmctld slurmctld -D
start slurmd slurmd -D -N "$host"
wait_for "idle node" sh -c 'sinfo --noheader --format=%T | grep -qx idle'

# Bounds that take a second, in five shards.
bounds=(--max extent=2,kernel=2,stride=2,padding=1,features=4,taps=4)
export CNNSPEC=$cnnspec CENSUS_FOLDER=$folder/census
submit() {
  sbatch --wait --chdir="$root" --array=1-5 --mem-per-cpu=64M --output="$folder/%A_%a.out" \
    "$root/deploy/census/slurm.sbatch" "${bounds[@]}"
}
submit
"$cnnspec" census "${bounds[@]}" --json "$folder/whole.json"
grep -vE '"(seconds|merged)"' "$folder/whole.json" >"$folder/expected"
diff "$folder/expected" <(grep -vE '"(seconds|merged)"' "$CENSUS_FOLDER/census.json")

# A shard that was lost is done again, and nothing else is.
rm "$CENSUS_FOLDER/shard-3.json" "$CENSUS_FOLDER/census.json"
submit
diff "$folder/expected" <(grep -vE '"(seconds|merged)"' "$CENSUS_FOLDER/census.json")
if (($(grep -l "nothing is left to do" "$folder"/*_*.out | wc -l) != 4)); then
  echo "four of the five shards should have been found finished" >&2
  exit 1
fi

# What is no array from 1 on without gaps is refused by every task, before it runs anything: some shards would be missing.
refused() {
  local array=$1 words=$2
  if sbatch --wait --chdir="$root" ${array:+--array="$array"} --mem-per-cpu=64M --output="$folder/refused.out" \
    "$root/deploy/census/slurm.sbatch" "${bounds[@]}"; then
    echo "--array=$array should have been refused" >&2
    exit 1
  fi
  grep -q "$words" "$folder/refused.out"
  rm "$folder/refused.out"
}
export CENSUS_FOLDER=$folder/refused
refused "" "submit it as an array"
refused 0-1 "an array from 1 on without gaps"
refused 1-3:2 "an array from 1 on without gaps"
CNNSPEC=$folder/no-such-program refused 1-2 "build it with ./cnnspec build"
[[ ! -e $CENSUS_FOLDER ]]
echo "five shards in a job array, twice: the same census as one run"
