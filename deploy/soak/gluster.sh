#!/usr/bin/env bash
# A pool on GlusterFS for real: a replica-3 volume in a network namespace of its own, two workers with a mount each, volumes
# created through one and snapshotted through the other, a brick killed in between. `./cistern soak gluster` runs it; it takes
# root, glusterfs-server, qemu-utils, curl and jq. Prints one line of JSON; exit code 1 if anything was not as it should be.
set -euo pipefail

home=$1
volumes=${2:-24}
address=10.99.0.1
port=18080
port2=18083
kafka=19092
folder=$(mktemp -d /var/tmp/cistern-gluster.XXXXXX)
violations=()
began=$SECONDS
if [ "$(readlink /proc/self/ns/net)" = "$(readlink /proc/1/ns/net)" ]; then
  echo "this takes a network of its own: run ./cistern soak gluster" >&2
  exit 2
fi

say() { echo "$*" >&2; }
violation() {
  say "VIOLATION: $*"
  violations+=("$*")
}
cistern() { CISTERN_URL="http://127.0.0.1:$port" "$home/cistern" "$@"; }

finish() {
  local status=$?
  kill "${started[@]}" 2>/dev/null || true
  wait "${started[@]}" 2>/dev/null || true
  umount "$folder/pool" 2>/dev/null || true
  local ours process
  ours=$(readlink /proc/self/ns/net)
  for process in /proc/[0-9]*; do # the bricks, and what glusterd has started beside them
    [ "$(readlink "$process/ns/net" 2>/dev/null)" = "$ours" ] || continue
    case $(cat "$process/comm" 2>/dev/null) in gluster*) kill -9 "${process#/proc/}" 2>/dev/null || true ;; esac
  done
  [ "$status" -eq 0 ] && rm -rf "$folder" || say "what is left is in $folder"
}
started=()
trap finish EXIT

await() { # waits for a command to succeed, up to two minutes or so
  local tries
  for tries in $(seq 450); do
    "$@" >/dev/null 2>&1 && return 0
    sleep 0.2
  done
  say "not in time: $*"
  return 1
}

# --- The storage ----------------------------------------------------------------------------------------------------

ip link set lo up
ip addr add $address/32 dev lo # glusterd takes no address of 127/8
mkdir -p "$folder/glusterd" "$folder/pool" "$folder/data"
sed "s#option working-directory.*#option working-directory $folder/glusterd#" /etc/glusterfs/glusterd.vol >"$folder/glusterd.vol"
glusterd -f "$folder/glusterd.vol" -p "$folder/glusterd.pid" -l "$folder/glusterd.log" -N &
started+=($!)
gluster() { command gluster --mode=script "$@"; }
await gluster pool list
gluster volume create gv0 replica 3 $address:"$folder/b1" $address:"$folder/b2" $address:"$folder/b3" force >&2
gluster volume set gv0 group virt >&2
gluster volume start gv0 >&2

# --- Cistern with a worker ------------------------------------------------------------------------------------------

CISTERN_WORKER_NAME=one CISTERN_WORKER_GROUPS=shared unshare -m --propagation private \
  "$home/cistern" up --data "$folder/data" --port $port --kafka-port $kafka >"$folder/one.log" 2>&1 &
first=$!
started+=("$first")
await curl -sf "http://127.0.0.1:$port/q/health/ready"
cistern pool-define-as gluster netfs $address gv0 - - "$folder/pool" --source-format glusterfs --node shared >&2
cistern pool-start gluster --build >&2

# --- The trial ------------------------------------------------------------------------------------------------------

ask() { # METHOD PATH [BODY]: asks for work and does not wait for it; whichever worker is free does it
  curl -sf -X "$1" -H 'Content-Type: application/json' ${3+-d "$3"} "http://127.0.0.1:$port/v1/volumes$2" >/dev/null
}
create() { # volumes of these numbers
  local number
  for number in $(seq "$1" "$2"); do
    ask POST '' "{\"pool\": \"gluster\", \"name\": \"disk-$number.qcow2\", \"format\": \"qcow2\", \"capacity\": 67108864}"
  done
}
snapshot() {
  local number
  for number in $(seq "$1" "$2"); do
    ask POST "/gluster:disk-$number.qcow2/snapshots" '{"name": "before"}'
  done
}
delete() {
  local number
  for number in $(seq "$1" "$2"); do ask DELETE "/gluster:disk-$number.qcow2"; done
}
settled() { [ "$(cistern op-list -o json | jq length)" = 0 ]; }
available() { cistern vol-list gluster -o json | jq '[.[] | select(.state == "available" and (.conditions | length) == 0)] | length'; }

by_second() { # how many commands of this kind the second worker has done
  curl -sf "http://127.0.0.1:$port2/q/metrics" |
    awk -v kind="kind=\"$1\"" '/^cistern_command_duration_seconds_count/ && index($0, kind) && /done/ {n += $NF} END {print n + 0}'
}

half=$((volumes / 2))
create 1 $half # by the first worker, as there is no other
await settled
brick=$(gluster volume status gv0 | awk '/\/b3/ {print $NF}')
kill -9 "$brick"
say "one brick of three is killed"

# The second worker is on what is to it another machine: it has a mount of its own.
KAFKA_BOOTSTRAP_SERVERS=127.0.0.1:$kafka unshare -m --propagation private \
  "$home/cistern" image-worker --port $port2 --name two --groups shared >"$folder/two.log" 2>&1 &
second=$!
started+=("$second")
online() { [ "$(cistern node-list -o json | jq '[.[] | select(.state == "online")] | length')" = 2 ]; }
await online
await curl -sf "http://127.0.0.1:$port2/q/metrics" # it speaks to the others before it listens
snapshot 1 $half
await settled
crossed=$(by_second CreateSnapshot)
[ "$crossed" -gt 0 ] || violation "the second worker has taken no snapshot of what the first has made"

create $((half + 1)) "$volumes"
snapshot $((half + 1)) "$volumes"
await settled
created=$(by_second CreateVolume)
[ "$created" -gt 0 ] || violation "the second worker has created no volume"
cistern pool-refresh gluster >&2
[ "$(available)" = "$volumes" ] || violation "$(available) of $volumes volumes are available after a brick was killed"
failed=$(cistern op-list --all -o json | jq '[.[] | select(.done and .state != "succeeded")] | length')
[ "$failed" = 0 ] || violation "$failed operations did not succeed"

delete 1 $half
await settled
[ "$(available)" = $((volumes - half)) ] || violation "$(available) volumes are left of $((volumes - half))"

mkdir "$folder/look"
mount -t glusterfs $address:gv0 "$folder/look"
checked=0
for image in "$folder"/look/*.qcow2; do
  qemu-img check -q "$image" && qemu-img snapshot -l "$image" | grep -q ' before ' && checked=$((checked + 1)) ||
    violation "qemu-img does not find $image sound, with its snapshot"
done
umount "$folder/look"
[ "$checked" = $((volumes - half)) ] || violation "$checked sound images are in the pool"

cistern pool-destroy gluster >&2
left() { ! grep -q " $folder/pool fuse.glusterfs" "/proc/$1/mounts"; }
for process in "$first" "$second"; do
  await left "$process" || violation "a worker has the pool mounted after it was stopped"
done

jq -nc --argjson volumes "$volumes" --argjson created "$created" --argjson crossed "$crossed" --argjson checked "$checked" \
  --argjson seconds $((SECONDS - began)) --args \
  '{soak: "gluster", volumes: $volumes, createdBySecondWorker: $created, madeByFirstAndSnapshottedBySecond: $crossed,
    checkedByQemuImg: $checked, seconds: $seconds, violations: $ARGS.positional}' "${violations[@]}"
[ ${#violations[@]} -eq 0 ]
