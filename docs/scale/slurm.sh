#!/bin/sh
# A sweep in 16 shards as a job array. Needed: the command `rumormill` on the path of the nodes.
#SBATCH --job-name=rumormill-sweep
#SBATCH --array=1-16
#SBATCH --cpus-per-task=2
#SBATCH --mem=2G
#SBATCH --time=01:00:00

SHARDS=${SHARDS:-16} # as in --array
RESULTS=${RESULTS:-results}

exec rumormill simulate push-pull --nodes 100..10000x10 --fanout 1..4 --runs 10000 \
  --seed 1 --shard "$SLURM_ARRAY_TASK_ID/$SHARDS" --out "$RESULTS"
