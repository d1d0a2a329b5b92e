# A real terminal (tmux): keys are sent, the screen is read until it says what
# it has to, or the test fails: how fast the machine is does not matter.

teardown() {
    [ -n "${PANE-}" ] || return 0
    tmux -S "$PANE" kill-server 2>/dev/null || true
    rm -f "$PANE"
}

# A terminal of $1 columns and $2 lines with a shell line in it.
terminal_of() {
    local size=(-x "$1" -y "$2")

    shift 2
    # A socket's path has to be short.
    PANE=$(mktemp -u "${TMPDIR:-/tmp}/smmu-XXXXXX")
    tmux -S "$PANE" -f /dev/null new-session -d "${size[@]}" \
        "$*"
}

# The same with the tool.
terminal() {
    local width=$1 height=$2

    shift 2
    terminal_of "$width" "$height" "export FAKE_XEN='${FAKE_XEN-}' ${ENV-}
        '${TOOL-$FAKE}' $*; echo \"rc \$?\"; exec sleep 1000"
}

keys() {
    tmux -S "$PANE" send-keys "$@"
}

screen() {
    tmux -S "$PANE" capture-pane -p "$@"
}

# Wait until the screen matches; it is in $shown.
shows() {
    local tries

    for ((tries = 0; tries < 1200; tries++)); do
        shown=$(screen)
        [[ $shown =~ $1 ]] && return
        sleep 0.05
    done
    echo "the screen does not show '$1' but:"
    echo "$shown"
    return 1
}

# The same, until it does not.
hides() {
    local tries

    for ((tries = 0; tries < 1200; tries++)); do
        shown=$(screen)
        [[ $shown =~ $1 ]] || return 0
        sleep 0.05
    done
    echo "the screen still shows '$1':"
    echo "$shown"
    return 1
}
