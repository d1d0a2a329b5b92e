/* SPDX-License-Identifier: GPL-2.0-only */
/* The two halves of 'trace'; an argument may be NULL. */
#ifndef XEN_SMMU_TRACING_H
#define XEN_SMMU_TRACING_H

#include "tool.h"

int trace_record(const struct options *options, const char *seconds);
int trace_export(const struct options *options, const char *file);

#endif
