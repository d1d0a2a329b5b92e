# SPDX-License-Identifier: GPL-2.0-only
#
# The man page's REASONS: what `xen-smmu explain` says (the first file), put in
# the place of the comment in the page (the second one).

FNR == 1 { file++ }

file == 1 && /^[^ ]/ {
    token = $1
    sub(/^[^ ]+ /, "")
    reasons = reasons "\n=item B<" token "> " $0 "\n\n"
}
file == 1 && /^ / {
    sub(/^ +/, "")
    reasons = reasons (/^Next: / ? "\n" : "") $0 "\n"
}

file == 2 && /^=for comment/ {
    print "=over\n" reasons "\n=back"
    next
}
file == 2 { print }
