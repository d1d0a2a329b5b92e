# top: the model by itself, plain text, and on a terminal.
load common
load terminal

@test "top: rates, order and widths, by the model alone" {
    run "$MODEL"
    echo "$output"
    [ "$status" -eq 0 ]
    [ -z "$output" ]
}

@test "top -b: plain text, within 80 columns; rates need two looks" {
    FAKE_XEN=moving smmu top -b -n 2 -d 0.1
    expect 0
    [ "$(grep -c '^per second: ' <<<"$output")" -eq 2 ]
    output_has "per second: commands -, syncs -, elided -, wakes -, faults -"
    [[ $output =~ smmuv3@9050000\ on\ +6\ +0\ +[0-9]+(\.[0-9])?k?\ +[0-9] ]]
    [ -z "$(awk 'length($0) > 80' <<<"$output")" ]
    for name in normal failed-unit quarantined empty long-paths many-devices \
                old; do
        from "$name" top -b
        expect 0
        [ -z "$(awk 'length($0) > 80' <<<"$output")" ]
        output_has "per second: commands -"
    done
    from normal top -b
    output_has "SMMUs 2: 1 on, 1 parked, 0 off, 0 failed; links 4: 2 live, 2 dormant"
    wanted=$(grep -c . <<<"$output")
    from normal -q top -b -n 1
    [ "$(grep -c . <<<"$output")" -eq $((wanted - 2)) ]
    from normal --no-header top -b
    [ "${#lines[@]}" -eq 11 ]
    smmu_both --from "$SNAPSHOTS/long-paths.json" top -b
}

@test "top: usage" {
    smmu top
    expect 64
    error_has "'top' needs a terminal"
    from normal --json top
    expect 64
    error_has "'top' has no JSON"
    for delay in 0 0.05 -1 x 1e3 inf nan 3601 "" . 1..2; do
        smmu top -b -n 1 -d "$delay"
        expect 64
        error_has "is no time between two looks"
    done
    for count in 0 -1 x 1.5 "" 99999999999; do
        smmu top -b -n "$count"
        expect 64
        error_has "is no number of looks"
    done
    smmu list -d 2
    expect 64
    FAKE_XEN=open=2 smmu top -b
    expect 1
    error_has "cannot reach the hypervisor"
    FAKE_XEN=changing smmu top -b -n 1
    expect 2
}

@test "top: what cannot be written ends it" {
    run --separate-stderr sh -c '"$0" top -b -d 0.1 >/dev/full' "$FAKE"
    expect 1
    error_has "cannot write the output"
}

@test "top on a terminal: all three views, help, and q" {
    FAKE_XEN=moving terminal 80 24 top -d 0.2
    shows 'CMD/s +SYNC/s'
    # Rates come with the second look.
    shows 'smmuv3@9070000 off +6 +0 +[0-9]'
    shows 'per second: commands [0-9]'
    [ "$(grep -c . <<<"$shown")" -ge 7 ]
    keys Tab
    shows 'ELIDED/s WAKE/s DEBT FAULTS'
    shows ' 2 guest2 smmuv3@9070000 live +2 '
    keys Right
    shows 'DEVICE .*UNLOGGED'
    shows '/bus@0/dma@10000000'
    keys Tab
    shows 'CMD/s'
    keys BTab
    shows 'UNLOGGED'
    keys Left
    shows 'ELIDED/s'
    keys 1
    shows 'CMD/s'
    keys '?'
    shows 'reverse the order'
    hides 'CMD/s'
    keys h
    shows 'CMD/s'
    keys q
    shows 'rc 0'
    hides 'per second'
}

@test "top on a terminal: sort, reverse, scroll, pause" {
    FAKE_XEN=moving terminal 80 24 top -d 0.2
    keys 3
    shows '/bus@0/dma@10000000'
    keys s
    shows 'by DOM'
    # Domain 1's first one, then its second.
    shows $'\n  1 [^\n]*dma@10000000[^\n]*\n  1 [^\n]*dma@1000c000'
    keys r
    shows 'by DOM, reversed'
    shows $'\n 12 [^\n]*dma@1000b000'
    # Through all columns, and back to no order.
    keys s s s s s s s s s
    hides 'by [A-Z]'
    shows $'DEVICE [^\n]*\n  1 [^\n]*dma@10000000[^\n]*\n  2 '
    keys End
    shows 'dma@101f3000'
    hides 'dma@10000000'
    keys Home
    shows 'dma@10000000'
    keys NPage
    hides 'dma@10000000'
    keys PPage
    shows 'dma@10000000'
    keys Down
    hides 'dma@10000000'
    keys Up
    shows 'dma@10000000'
    keys 1 p
    shows 'PAUSED'
    # Events count the looks: no more of them come.
    before=$(grep '^smmuv3@9050000' <<<"$shown")
    sleep 1
    [ "$(screen | grep '^smmuv3@9050000')" = "$before" ]
    keys p
    hides 'PAUSED'
    hides "$before"
    keys Q
    shows 'rc 0'
}

@test "top on a terminal: other sizes, and another while it runs" {
    FAKE_XEN=moving terminal 132 43 top -d 0.2
    keys 2
    shows 'FAULTS +FOR VOTE/s'
    tmux -S "$PANE" resize-window -x 80 -y 24
    hides 'VOTE/s'
    shows 'DEBT FAULTS'
    for size in "40 10" "20 5" "10 3" "3 1" "1 1" "200 60"; do
        # shellcheck disable=SC2086
        set -- $size
        tmux -S "$PANE" resize-window -x "$1" -y "$2"
        sleep 0.3
        [ "$(screen | wc -l)" -le "$2" ]
    done
    shows 'FAULTS +FOR VOTE/s'
    keys q
    shows 'rc 0'
}

@test "top on a terminal: a snapshot stands still" {
    terminal 80 24 --from "$SNAPSHOTS/normal.json" top
    shows 'snapshot, no rates: '
    shows 'smmuv3@2b400000 parked +2 +0 +- '
    keys 2
    shows ' 2 domD smmuv3@2b400000 +dormant +1 +- +- +- +512 '
    keys q
    shows 'rc 0'
}

@test "top on a terminal: red for what is bad, unless NO_COLOR" {
    terminal 80 24 --from "$SNAPSHOTS/failed-unit.json" top
    shows 'failed'
    [[ $(screen -e) == *$'\e[31mfailed'* ]]
    keys q
    shows 'rc 0'
    tmux -S "$PANE" kill-server
    ENV=NO_COLOR=1 terminal 80 24 --from "$SNAPSHOTS/failed-unit.json" top
    shows 'failed'
    [[ $(screen -e) != *$'\e[31m'* ]]
    [[ $(screen -e) == *$'\e[1mfailed'* ]]
}

@test "top on a terminal: trouble on the way" {
    # A list that changes is read again at the next look.
    FAKE_XEN=changes-later terminal 80 24 top -d 0.2
    shows 'cannot list the devices: the list changed 8 times'
    shows 'CMD/s'
    keys q
    shows 'rc 0'
    tmux -S "$PANE" kill-server
    # Anything else ends it, and is on the screen that is left.
    FAKE_XEN=gone-later terminal 80 24 top -d 0.2
    shows 'xen-smmu: cannot reach the hypervisor'
    shows 'Next: '
    shows 'rc 1'
    tmux -S "$PANE" kill-server
    ENV=TERM=nonsense terminal 80 24 top
    shows "cannot use the terminal 'nonsense'"
    shows 'rc 1'
}

@test "top on a terminal: signals leave the terminal as it was" {
    for signal in INT TERM HUP; do
        FAKE_XEN=moving terminal 80 24 top -d 0.2
        shows 'CMD/s'
        shell=$(tmux -S "$PANE" list-panes -F '#{pane_pid}')
        child=$(<"/proc/$shell/task/$shell/children")
        kill -$signal "${child% }"
        shows 'rc 0'
        hides 'CMD/s'
        tmux -S "$PANE" kill-server
    done
    FAKE_XEN=moving terminal 80 24 top -d 0.2
    shows 'CMD/s'
    keys C-c
    shows 'rc 0'
}

@test "top on a terminal: -n is enough" {
    FAKE_XEN=moving terminal 80 24 top -d 0.1 -n 3
    shows 'rc 0'
}

# ncurses keeps what it has allocated: leaks are not looked for.
@test "top on a terminal: every key, in every view, with the sanitizers" {
    TOOL=$ASAN ENV=ASAN_OPTIONS=detect_leaks=0 FAKE_XEN=moving \
        terminal 80 24 top -d 0.2
    shows 'CMD/s'
    for view in 1 2 3; do
        keys "$view" s s r End PPage NPage Up Down Home '?' '?' p p
        for size in "20 5" "1 1" "250 70" "80 24"; do
            # shellcheck disable=SC2086
            set -- $size
            tmux -S "$PANE" resize-window -x "$1" -y "$2"
            sleep 0.1
        done
        shows 'q quit'
    done
    keys q
    shows 'rc 0'
    tmux -S "$PANE" kill-server
    for name in long-paths quarantined empty many-devices; do
        TOOL=$ASAN ENV=ASAN_OPTIONS=detect_leaks=0 \
            terminal 80 24 --from "$SNAPSHOTS/$name.json" top
        shows 'q quit'
        keys 2 s s 3 s r End q
        shows 'rc 0'
        tmux -S "$PANE" kill-server
    done
}
