/* SPDX-License-Identifier: GPL-2.0-only */
/* How fields read to a human: what the field tables refer to. */
#ifndef XEN_SMMU_TEXTS_H
#define XEN_SMMU_TEXTS_H

#include "fields.h"

char *ago_text(uint64_t ns);
char *count_text(uint64_t count);
char *pages_text(uint64_t pages);

/* As field.text: NULL is none. */
typedef char *field_text_fn(const struct state *state, const void *record);
field_text_fn unit_power, unit_since, unit_caps, unit_pending, unit_awake,
    link_unit, device_unit, link_name, device_name, link_state, link_debt,
    link_wake_flush, link_delay, device_vote, policy_who, policy_name,
    policy_delay, policy_effective, link_since;

/* As field.number: all ones are none. */
typedef uint64_t field_number_fn(const struct state *state,
                                 const void *record);
field_number_fn unit_dormant, device_wakes, link_faults;

#endif
