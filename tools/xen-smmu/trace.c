/* SPDX-License-Identifier: GPL-2.0-only */
/* xen-smmu trace: record events, export them. */
#include <string.h>

#include "tracing.h"

int verb_trace(const struct options *options, char **arguments)
{
    if (!strcmp(arguments[0], "record"))
        return trace_record(options, arguments[1]);
    if (!strcmp(arguments[0], "export"))
        return trace_export(options, arguments[1]);
    return fail(RC_USAGE, "Use 'trace record -o FILE' and 'trace export "
                "--format svg FILE'.", "'trace' knows no '%s'", arguments[0]);
}
