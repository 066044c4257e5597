# Ends the test server of a folder ($1) when nobody has held a lease on it for a while ($2, seconds).
# Started by shared.rs, which explains the files. They are opened once: asking for them by name would make
# them anew in a folder that is just being removed.
cd "$1" && exec 8<lease 9<lock || exit
leased() { ! flock --nonblock --exclusive 8; }
idle=0
while sleep 1 && [ -d server ]; do
    if leased; then
        idle=0
        continue
    fi
    flock --unlock 8
    idle=$((idle + 1))
    [ "$idle" -ge "$2" ] || continue
    # From here to the end nobody can begin; somebody may have begun just before.
    flock 9
    if ! leased; then
        pid=$(head -n 1 server/data/postmaster.pid) && kill -INT "$pid"
        while [ -e server/data/postmaster.pid ] && kill -0 "$pid"; do sleep 0.1; done
        rm -rf server
        exit
    fi
    flock --unlock 9
    idle=0
done
