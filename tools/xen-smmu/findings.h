/* SPDX-License-Identifier: GPL-2.0-only */
/* Findings, for people and for programs: what check and doctor share. */
#ifndef XEN_SMMU_FINDINGS_H
#define XEN_SMMU_FINDINGS_H

#include "check.h"
#include "output.h"

const char *level_text(const struct rule *rule);
const char *plural(int number);         /* "s", or "" for one */

void findings_print(const struct check *check, const struct options *options);
struct json_object *findings_json(const struct check *check);
void json_append(struct json_object *array, struct json_object *object);

#endif
