/* SPDX-License-Identifier: GPL-2.0-only */
/* The four keys of xl.cfg that have to agree with each other and the trees. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "rules.h"

static const struct {
    const char *key;
    bool list;
} keys[] = {
    { "dtdev", true }, { "iomem", true }, { "irqs", true },
    { "device_tree", false },
};

#define NR_KEYS (sizeof(keys) / sizeof(keys[0]))
#define KEY_MAX 16

/* How many characters to change, add or leave out to get from a to b. */
static size_t distance(const char *a, const char *b)
{
    size_t row[KEY_MAX + 1], i, j, corner, above;

    if (strlen(a) > KEY_MAX || strlen(b) > KEY_MAX)
        return KEY_MAX;
    for (j = 0; j <= strlen(b); j++)
        row[j] = j;
    for (i = 1; i <= strlen(a); i++) {
        corner = row[0];
        row[0] = i;
        for (j = 1; j <= strlen(b); j++) {
            above = row[j];
            row[j] = corner + (a[i - 1] != b[j - 1]);
            if (above + 1 < row[j])
                row[j] = above + 1;
            if (row[j - 1] + 1 < row[j])
                row[j] = row[j - 1] + 1;
            corner = above;
        }
    }
    return row[strlen(b)];
}

void rule_key_unknown(struct check *check, const struct rule *rule,
                      const struct guest *guest)
{
    size_t j, far;
    int i;

    for (i = 0; i < guest->config.count; i++)
        for (j = 0; j < NR_KEYS; j++) {
            const struct setting *setting = &guest->config.settings[i];

            far = distance(setting->key, keys[j].key);
            if (far && far <= (strlen(keys[j].key) > 4 ? 2 : 1))
                found(check, rule, guest->file, NULL, setting->key,
                      "in line %d is no key of xl's, which ignores it; '%s' "
                      "is one.", setting->line, keys[j].key);
        }
}

void rule_key_type(struct check *check, const struct rule *rule,
                   const struct guest *guest)
{
    size_t j;

    for (j = 0; j < NR_KEYS; j++) {
        const struct setting *setting = config_find(&guest->config,
                                                    keys[j].key);

        if (setting && setting->list != keys[j].list)
            found(check, rule, guest->file, NULL, keys[j].key,
                  "in line %d has to be a %s; xl ignores it as it is.",
                  setting->line, keys[j].list ? "[ \"list\" ]" : "\"string\"");
    }
}

void rule_no_tree(struct check *check, const struct rule *rule,
                  const struct guest *guest)
{
    const struct setting *tree = config_find(&guest->config, "device_tree");
    const struct setting *dtdev = config_find(&guest->config, "dtdev");

    if (guest->tree.fdt || !guest->config.file)
        return;
    if (tree && !tree->list)
        found(check, rule, guest->file, NULL, "device_tree", "in line %d "
              "names %s, which is not here.", tree->line, tree->items[0]);
    else if (dtdev && dtdev->list && dtdev->count)
        found(check, rule, guest->file, NULL, "device_tree", "is absent, so "
              "the guest's kernel does not know of its devices.");
}

/* The items of a list that xl would stop at. */
static const struct setting *list_of(const struct guest *guest,
                                     const char *key)
{
    const struct setting *setting = config_find(&guest->config, key);

    return setting && setting->list ? setting : NULL;
}

void rule_iomem_syntax(struct check *check, const struct rule *rule,
                       const struct guest *guest)
{
    const struct setting *iomem = list_of(guest, "iomem");

    if (iomem && guest->nr_iomem < iomem->count)
        found(check, rule, guest->file, NULL, "iomem", "in line %d has %d "
              "entries, and %d that can be read.", iomem->line, iomem->count,
              guest->nr_iomem);
}

static bool parse_irq(const char *text, uint32_t *irq)
{
    unsigned long number;
    char *end;

    number = strtoul(text, &end, 10);
    *irq = number;
    return *text && !*end && number <= 1019;
}

void rule_irqs_syntax(struct check *check, const struct rule *rule,
                      const struct guest *guest)
{
    const struct setting *irqs = list_of(guest, "irqs");
    uint32_t irq;
    int i;

    for (i = 0; irqs && i < irqs->count; i++)
        if (!parse_irq(irqs->items[i], &irq) || irq < 32)
            found(check, rule, guest->file, NULL, "irqs", "in line %d has "
                  "'%s', which is no shared interrupt (32 to 1019, decimal).",
                  irqs->line, irqs->items[i]);
}

static void check_mapped(struct check *check, const struct rule *rule,
                         const struct guest *guest, int node)
{
    struct regs regs;
    int i;

    tree_regs(&guest->tree, node, &regs);
    for (i = 0; i < regs.count; i++) {
        struct range at = regs.list[i];

        if (at.size && !guest_to_host(guest, node, &at))
            found(check, rule, guest->config.file ? guest->file
                  : guest->tree.file, tree_path(&guest->tree, node),
                  guest->config.file ? "iomem" : "xen,reg",
                  "does not map 0x%" PRIx64 " to 0x%" PRIx64 ", which 'reg' "
                  "has.", at.start, at.start + at.size - 1);
    }
    free(regs.list);
}

void rule_iomem_missing(struct check *check, const struct rule *rule,
                        const struct guest *guest)
{
    const struct tree *tree = &guest->tree;
    int i;

    if (guest->top < 0)
        return;
    for (i = guest->top + 1; i < tree->nodes[guest->top].end; i++) {
        /* The shared memory is Xen's own; without xl, xen,path says more. */
        if (tree_compatible(tree, i, "arm,scmi-shmem") ||
            (!guest->config.file && !tree_has(tree, i, "xen,path")))
            continue;
        check_mapped(check, rule, guest, i);
    }
}

static bool is_guests(const struct check *check, const struct guest *guest,
                      int node)
{
    int i;

    for (i = 0; i < check->nr_devices; i++)
        if (check->devices[i].guest == guest && check->devices[i].node >= 0 &&
            tree_is_below(&check->host->tree, node, check->devices[i].node))
            return true;
    return false;
}

/* The smallest thing there that is not the guest's; a bus is too large. */
static const struct registers *stranger(const struct check *check,
                                        const struct guest *guest,
                                        const struct range *range, bool *own)
{
    const struct host *host = check->host;
    const struct registers *found = NULL;
    int i;

    *own = false;
    for (i = 0; i < host->nr_regs; i++) {
        const struct registers *one = &host->regs[i];

        if (!range_overlaps(range, &one->range))
            continue;
        if (is_guests(check, guest, one->node))
            *own = true;
        else if (!found || one->range.size < found->range.size)
            found = one;
    }
    return found;
}

void rule_iomem_stray(struct check *check, const struct rule *rule,
                      const struct guest *guest)
{
    const struct registers *other;
    char *path;
    bool own;
    int i;

    for (i = 0; check->host && i < guest->nr_iomem; i++) {
        const struct range *range = &guest->iomem[i];

        other = stranger(check, guest, range, &own);
        if (own)        /* neighbours on its pages: PAGE_SHARED */
            continue;
        path = other ? tree_path(&check->host->tree, other->node) : NULL;
        found(check, rule, guest->file, NULL, "iomem", "gives the guest 0x%"
              PRIx64 " to 0x%" PRIx64 ", which %s%s, no device of its "
              "'dtdev'.", range->start, range->start + range->size - 1,
              path ? "belongs to " : "belongs to nothing in the host's tree",
              path ? path : "");
        free(path);
    }
}

static bool in_list(const struct setting *irqs, uint32_t number)
{
    uint32_t irq;
    int i;

    for (i = 0; irqs && i < irqs->count; i++)
        if (parse_irq(irqs->items[i], &irq) && irq == number)
            return true;
    return false;
}

void rule_irqs_missing(struct check *check, const struct rule *rule,
                       const struct guest *guest)
{
    const struct setting *list = list_of(guest, "irqs");
    const struct tree *tree = &guest->tree;
    struct irqs irqs;
    int i, j;

    if (guest->top < 0 || !guest->config.file)
        return;
    for (i = guest->top + 1; i < tree->nodes[guest->top].end; i++) {
        tree_irqs(tree, i, GUEST_GIC, &irqs);
        for (j = 0; j < irqs.count; j++)
            if (!in_list(list, irqs.list[j].number))
                found(check, rule, guest->file, tree_path(tree, i), "irqs",
                      "does not have %" PRIu32 ", an interrupt of the "
                      "device.", irqs.list[j].number);
        free(irqs.list);
    }
}

static bool is_theirs(const struct check *check, const struct guest *guest,
                      uint32_t number)
{
    bool match = false;
    struct irqs irqs;
    int i, j;

    for (i = 0; i < check->nr_devices && !match; i++) {
        const struct device *device = &check->devices[i];

        if (device->guest != guest || device->node < 0)
            continue;
        tree_irqs(&check->host->tree, device->node, 0, &irqs);
        for (j = 0; j < irqs.count && !match; j++)
            match = irqs.list[j].number == number;
        free(irqs.list);
    }
    return match;
}

void rule_irqs_stray(struct check *check, const struct rule *rule,
                     const struct guest *guest)
{
    const struct setting *list = list_of(guest, "irqs");
    uint32_t irq;
    int i;

    for (i = 0; check->host && list && i < list->count; i++)
        if (parse_irq(list->items[i], &irq) && irq >= 32 &&
            !is_theirs(check, guest, irq))
            found(check, rule, guest->file, NULL, "irqs", "has %" PRIu32
                  ", which is no interrupt of a device of its 'dtdev'.", irq);
}
