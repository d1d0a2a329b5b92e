/* SPDX-License-Identifier: GPL-2.0-only */
/* A guest's xl.cfg, as xl itself would read it. */
#ifndef XEN_SMMU_CONFIG_H
#define XEN_SMMU_CONFIG_H

#include "tool.h"

struct setting {
    char *key;
    char **items;               /* one, if it is no list */
    int count;
    int line;
    bool list;
};

struct config {
    const char *file;
    struct setting *settings;
    int count;
};

/* What xl would not take is an error that names the line. */
int config_load(struct config *config, const char *file);
void config_free(struct config *config);
/* The last one of this name counts; NULL: there is none. */
const struct setting *config_find(const struct config *config,
                                  const char *key);

#endif
