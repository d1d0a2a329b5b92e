/* SPDX-License-Identifier: GPL-2.0-only */
/* xl smmu: everything is xen-smmu's, this only becomes it. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <libxl.h>

#include "xl.h"

int main_smmu(int argc, char **argv)
{
    static char name[] = "xen-smmu";

    argv[0] = name;
    fflush(stdout);
    execvp(name, argv);
    fprintf(stderr, "xl: cannot run xen-smmu: %s\n"
            "Next: Install xen-smmu in a directory of PATH (%s).\n",
            strerror(errno), getenv("PATH") ? getenv("PATH") : "not set");
    return EXIT_FAILURE;
}
