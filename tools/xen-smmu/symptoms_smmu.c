/* SPDX-License-Identifier: GPL-2.0-only */
/* Symptoms of SMMUs, and of what they could not do for a domain. */
#include <inttypes.h>
#include <stdlib.h>

#include "doctor.h"

/* The minor version of the interface that knows all of it. */
#define TELLS_ALL 2

static const struct xen_smmu_unit *unit_at(const struct state *state,
                                           uint32_t i)
{
    return i < state->lists[UNITS].count ? list_at(state, UNITS, i) : NULL;
}

static const struct xen_smmu_link *link_at(const struct state *state,
                                           uint32_t i)
{
    return i < state->lists[LINKS].count ? list_at(state, LINKS, i) : NULL;
}

/* "TOKEN: what it means"; `otherwise` where no reason is given. */
static char *why(uint32_t reason, uint32_t otherwise)
{
    const char *token;

    if (reason == XEN_SMMU_REASON_NONE)
        reason = otherwise;
    token = reason_token(reason);
    return token ? format_text("%s: %s", token, reason_what(reason))
                 : format_text("reason %" PRIu32 ": %s", reason,
                               reason_what(reason));
}

/* Takes the reason's text. */
static void found_link(struct check *check, const struct rule *rule,
                       const struct xen_smmu_link *link, const char *what,
                       char *reason)
{
    const struct state *state = &check->system->state;
    const struct xen_smmu_unit *unit = state_unit(state, link->unit);

    found(check, rule, unit ? unit->name : "-",
          state_domain_text(state, link->domid), NULL, "%s: %s", what,
          reason);
    free(reason);
}

static const char *unit_name(const struct state *state, uint32_t index)
{
    const struct xen_smmu_unit *unit = state_unit(state, index);

    return unit ? unit->name : "-";
}

void symptom_failed(struct check *check, const struct rule *rule)
{
    const struct state *state = &check->system->state;
    const struct xen_smmu_unit *unit;
    uint32_t i;

    for (i = 0; (unit = unit_at(state, i)); i++)
        if (unit->state == XEN_SMMU_UNIT_FAILED) {
            char *text = why(unit->reason, XEN_SMMU_REASON_UNIT_FAILED);

            found(check, rule, unit->name, NULL, NULL, "It has failed: %s",
                  text);
            free(text);
        }
}

void symptom_quarantined(struct check *check, const struct rule *rule)
{
    const struct state *state = &check->system->state;
    const struct xen_smmu_link *link;
    uint32_t i;

    for (i = 0; (link = link_at(state, i)); i++)
        if (link->flags & XEN_SMMU_LINK_quarantined)
            found_link(check, rule, link, "Its memory is out of use",
                       why(link->reason, XEN_SMMU_REASON_QUARANTINED));
}

/* Where the SMMU itself has failed, that is said already. */
void symptom_domain_failed(struct check *check, const struct rule *rule)
{
    const struct state *state = &check->system->state;
    const struct xen_smmu_unit *unit;
    const struct xen_smmu_link *link;
    uint32_t i;

    for (i = 0; (link = link_at(state, i)); i++) {
        unit = state_unit(state, link->unit);
        if (link->state == XEN_SMMU_LINK_FAILED &&
            !(link->flags & XEN_SMMU_LINK_quarantined) &&
            !(unit && unit->state == XEN_SMMU_UNIT_FAILED))
            found_link(check, rule, link, "Its streams abort for good",
                       why(link->reason, XEN_SMMU_REASON_SYNC_TIMEOUT));
    }
}

void symptom_flushes_failed(struct check *check, const struct rule *rule)
{
    const struct state *state = &check->system->state;
    const struct xen_smmu_link *link;
    uint32_t i;

    for (i = 0; (link = link_at(state, i)); i++)
        if (link->failures && link->state != XEN_SMMU_LINK_FAILED &&
            !(link->flags & XEN_SMMU_LINK_quarantined))
            found(check, rule, unit_name(state, link->unit),
                  state_domain_text(state, link->domid), NULL,
                  "The SMMU failed %" PRIu64 " time%s to complete what it was "
                  "told for the domain.", link->failures,
                  link->failures == 1 ? "" : "s");
}

void symptom_no_smmu(struct check *check, const struct rule *rule)
{
    if (!check->system->state.lists[UNITS].count)
        found(check, rule, "Xen", NULL, NULL, "It drives no SMMU.");
}

void symptom_parked_only(struct check *check, const struct rule *rule)
{
    const struct state *state = &check->system->state;
    const struct xen_smmu_unit *unit;
    uint32_t i;

    if (!field_known(field_find(UNITS, "power_caps"), state, UNITS))
        return;
    for (i = 0; (unit = unit_at(state, i)); i++)
        if (!(unit->power_caps & XEN_SMMU_POWER_masters_held) &&
            unit->state != XEN_SMMU_UNIT_FAILED)
            found(check, rule, unit->name, NULL, NULL, "It is parked when it "
                  "sleeps, and never switched off, which is right: its power "
                  "source '%s' does not promise masters-held%s.",
                  unit->power_source,
                  unit->type == XEN_SMMU_TYPE_V3 ? "" :
                  ", and an SMMU of this kind lets every device pass when "
                  "its power comes back, until it is programmed");
}

void symptom_events_lost(struct check *check, const struct rule *rule)
{
    const struct state *state = &check->system->state;
    const struct xen_smmu_unit *unit;
    uint32_t i;

    for (i = 0; (unit = unit_at(state, i)); i++)
        if (unit->events_lost)
            found(check, rule, unit->name, NULL, NULL, "Its event queue was "
                  "full %" PRIu64 " time%s: faults went unseen.",
                  unit->events_lost, unit->events_lost == 1 ? "" : "s");
}

static void device_faults(struct check *check, const struct rule *rule,
                          bool flood)
{
    const struct state *state = &check->system->state;
    uint32_t i;

    for (i = 0; i < state->lists[DEVICES].count; i++) {
        const struct xen_smmu_device *device = list_at(state, DEVICES, i);
        char *who, *dropped;

        if (!device->faults || !device->faults_dropped == flood)
            continue;
        who = device->domid == XEN_SMMU_DOMID_ANY ? format_text("no domain")
              : state_domain_text(state, device->domid);
        dropped = flood ? format_text(", %" PRIu64 " of them not logged",
                                      device->faults_dropped)
                        : format_text("%s", "");
        found(check, rule, unit_name(state, device->unit),
              format_text("%s", device->path), NULL, "The device of %s had "
              "%" PRIu64 " fault%s%s.", who, device->faults,
              device->faults == 1 ? "" : "s", dropped);
        free(dropped);
        free(who);
    }
}

/* The rest is of streams that are no known device's. */
static uint64_t strangers(const struct state *state,
                          const struct xen_smmu_unit *unit)
{
    uint64_t dropped = unit->events_dropped;
    uint32_t i;

    for (i = 0; i < state->lists[DEVICES].count; i++) {
        const struct xen_smmu_device *device = list_at(state, DEVICES, i);

        if (device->unit == unit->index)
            dropped -= device->faults_dropped < dropped
                       ? device->faults_dropped : dropped;
    }
    return dropped;
}

void symptom_flood(struct check *check, const struct rule *rule)
{
    const struct state *state = &check->system->state;
    const struct xen_smmu_unit *unit;
    uint64_t dropped;
    uint32_t i;

    device_faults(check, rule, true);
    for (i = 0; (unit = unit_at(state, i)); i++) {
        dropped = strangers(state, unit);
        if (dropped)
            found(check, rule, unit->name, NULL, NULL, "%" PRIu64 " fault%s "
                  "of streams that are no known device's %s not logged.",
                  dropped, dropped == 1 ? "" : "s",
                  dropped == 1 ? "was" : "were");
    }
}

void symptom_faults(struct check *check, const struct rule *rule)
{
    device_faults(check, rule, false);
}

void symptom_old(struct check *check, const struct rule *rule)
{
    const uint32_t abi = check->system->state.abi;

    if ((abi & 0xffff) < TELLS_ALL)
        found(check, rule, "Xen", NULL, NULL, "It speaks interface "
              "%" PRIu32 ".%" PRIu32 "; all that is looked for is told from "
              "1.%d on.", abi >> 16, abi & 0xffff, TELLS_ALL);
}
