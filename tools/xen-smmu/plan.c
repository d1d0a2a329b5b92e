/* SPDX-License-Identifier: GPL-2.0-only */
/* gen's plan: which devices, and where their pages go. */
#include <stdlib.h>
#include <string.h>

#include "gen.h"
#include "layout.h"

#define PAGE 4096ULL

bool is_name(const char *text, const char *also)
{
    for (; *text; text++)
        if (!((*text >= 'a' && *text <= 'z') ||
              (*text >= 'A' && *text <= 'Z') ||
              (*text >= '0' && *text <= '9') || strchr(also, *text)))
            return false;
    return true;
}

static int add_node(struct plan *plan, struct check *check, const char *path)
{
    const struct rule *rule;
    struct regs regs;
    bool empty;
    int node = tree_by_path(&plan->host->tree, path), i;

    if (node <= 0)
        return fail(RC_FAILED, "Give the node's full path, with its unit "
                    "address; 'dtc -I dtb -O dts' shows what there is.",
                    "%s has no node %s", plan->host->tree.file, path);
    if (!is_name(path, ",._+-@/"))
        return fail(RC_FAILED, "Rename it in the host's device tree.",
                    "%s has characters that no node's name has", path);
    for (i = 0; i < plan->nr_nodes; i++)
        if (plan->nodes[i] == node)
            return fail(RC_USAGE, "Name each once.", "%s is named twice",
                        path);
    tree_regs(&plan->host->tree, node, &regs);
    empty = !regs.count || !regs.list[0].size;
    free(regs.list);
    if (empty && (!regs.trouble || regs.trouble == REG_ABSENT))
        return fail(RC_FAILED, "Name the device itself, not a part of it.",
                    "%s has no registers: a guest could not drive it", path);
    rule = check_master(check, node);
    if (rule)
        return fail(RC_FAULTS, rule->next, "cannot give away %s: %s: %s",
                    path, rule->token, rule->what);
    plan->nodes[plan->nr_nodes++] = node;
    return RC_OK;
}

static int by_start(const void *a, const void *b)
{
    const struct mapping *x = a, *y = b;

    return (x->host.start > y->host.start) - (x->host.start < y->host.start);
}

/* A page goes to one place, whoever has registers on it. */
static void merge(struct plan *plan)
{
    int i, kept = 0;

    qsort(plan->mappings, plan->nr_mappings, sizeof(*plan->mappings),
          by_start);
    for (i = 1; i < plan->nr_mappings; i++) {
        struct range *last = &plan->mappings[kept].host,
                     *next = &plan->mappings[i].host;

        if (next->start >= last->start + last->size)
            plan->mappings[++kept].host = *next;
        else if (next->start + next->size > last->start + last->size)
            last->size = next->start + next->size - last->start;
    }
    if (plan->nr_mappings)
        plan->nr_mappings = kept + 1;
}

static int place(struct plan *plan)
{
    uint64_t next = 0;
    int i;

    for (i = 0; i < plan->nr_mappings; i++) {
        struct mapping *mapping = &plan->mappings[i];

        mapping->guest = layout_place(&mapping->host, &next);
        if (!mapping->guest)
            return fail(RC_FAILED, "Give away fewer devices at once, or write "
                        "'iomem' by hand.", "the guest has no room for "
                        "0x%llx bytes of registers from 0x%llx on",
                        (unsigned long long)mapping->host.size,
                        (unsigned long long)mapping->host.start);
    }
    return RC_OK;
}

static int add_pages(struct plan *plan)
{
    struct regs regs[MAX_NAMED];
    int i, j, all = 0, rc = RC_OK;

    for (i = 0; i < plan->nr_nodes; i++) {
        tree_regs(&plan->host->tree, plan->nodes[i], &regs[i]);
        all += regs[i].count;
    }
    plan->mappings = alloc(all, sizeof(*plan->mappings));
    for (i = 0; i < plan->nr_nodes; i++) {
        for (j = 0; j < regs[i].count; j++) {
            uint64_t start = regs[i].list[j].start & ~(PAGE - 1), last;

            last = (regs[i].list[j].start + regs[i].list[j].size - 1) |
                   (PAGE - 1);
            if (!regs[i].list[j].size)
                continue;
            if (last < start || last >> 48)
                rc = fail(RC_FAILED, "Correct 'reg' of the node.", "registers "
                          "at 0x%llx are beyond any physical address",
                          (unsigned long long)start);
            plan->mappings[plan->nr_mappings++].host = (struct range){
                .start = start, .size = last - start + 1,
            };
        }
        free(regs[i].list);
    }
    if (rc)
        return rc;
    merge(plan);
    return place(plan);
}

int plan_make(struct plan *plan, const struct options *options)
{
    struct check check = { .host = (struct host *)plan->host };
    int i, rc = RC_OK;

    for (i = 0; i < options->nr_devices && !rc; i++)
        rc = add_node(plan, &check, options->devices[i]);
    return rc ? rc : add_pages(plan);
}

void plan_free(struct plan *plan)
{
    free(plan->mappings);
}

const struct mapping *plan_find(const struct plan *plan,
                                const struct range *range)
{
    int i;

    for (i = 0; i < plan->nr_mappings; i++)
        if (range_overlaps(range, &plan->mappings[i].host))
            return &plan->mappings[i];
    return NULL;
}
