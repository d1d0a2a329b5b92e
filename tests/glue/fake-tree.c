/* SPDX-License-Identifier: GPL-2.0-only */
/* What Xen does with a device tree and with interrupts. */
#include "fake-xen.h"
#include "host.h"

struct dt_device_node *dt_host;
struct irq_desc fake_irq[FAKE_IRQS];
int fake_irq_refused = -1;

static const struct fake_prop *find(const struct dt_device_node *np,
                                    const char *name)
{
    unsigned int i;

    for ( i = 0; i < np->nr_props; i++ )
        if ( !strcmp(np->prop[i].name, name) )
            return &np->prop[i];

    return NULL;
}

const void *dt_get_property(const struct dt_device_node *np, const char *name,
                            uint32_t *bytes)
{
    const struct fake_prop *p = find(np, name);

    if ( p && bytes )
        *bytes = p->bytes;

    return p ? p->value : NULL;
}

bool dt_property_read_u32(const struct dt_device_node *np, const char *name,
                          uint32_t *out)
{
    const struct fake_prop *p = find(np, name);

    if ( !p || p->bytes < sizeof(*out) )
        return false;
    memcpy(out, p->value, sizeof(*out));

    return true;
}

int dt_property_match_string(const struct dt_device_node *np,
                             const char *name, const char *string)
{
    const struct fake_prop *p = find(np, name);
    const char *s = p ? p->value : NULL;
    int i;

    for ( i = 0; p && s < (const char *)p->value + p->bytes;
          i++, s += strlen(s) + 1 )
        if ( !strcmp(s, string) )
            return i;

    return -ENODATA;
}

bool dt_device_is_compatible(const struct dt_device_node *np,
                             const char *compatible)
{
    return dt_property_match_string(np, "compatible", compatible) >= 0;
}

bool dt_device_is_available(const struct dt_device_node *np)
{
    const struct fake_prop *p = find(np, "status");

    return !p || !strcmp(p->value, "okay");
}

struct dt_device_node *dt_find_node_by_phandle(uint32_t phandle)
{
    struct dt_device_node *np;

    dt_for_each_device_node ( dt_host, np )
        if ( phandle && np->phandle == phandle )
            return np;

    return NULL;
}

int dt_parse_phandle_with_args(const struct dt_device_node *np,
                               const char *list, const char *cells, int index,
                               struct dt_phandle_args *args)
{
    const struct fake_prop *p = find(np, list);
    uint32_t at = 0, n = p ? p->bytes / 4 : 0, count;
    const uint32_t *cell = p ? p->value : NULL;
    struct dt_device_node *to;

    for ( ; at < n; at += count, index-- )
    {
        to = dt_find_node_by_phandle(cell[at++]);
        if ( !to || !dt_property_read_u32(to, cells, &count) ||
             at + count > n || count > MAX_PHANDLE_ARGS )
            return -EINVAL;
        if ( index )
            continue;
        args->np = to;
        args->args_count = count;
        memcpy(args->args, cell + at, count * sizeof(*cell));
        return 0;
    }

    return -ENOENT;
}

static unsigned int cells_of(const struct dt_device_node *np, const char *name)
{
    const struct fake_prop *p = find(np, name);

    return p ? p->bytes / 4 : 0;
}

unsigned int dt_number_of_address(const struct dt_device_node *np)
{
    return cells_of(np, "reg") / 2;
}

int dt_device_get_address(const struct dt_device_node *np, unsigned int index,
                          uint64_t *base, uint64_t *size)
{
    const uint32_t *reg = dt_get_property(np, "reg", NULL);

    if ( index >= dt_number_of_address(np) )
        return -EINVAL;
    *base = reg[2 * index];
    *size = reg[2 * index + 1];

    return 0;
}

unsigned int dt_number_of_irq(const struct dt_device_node *np)
{
    return cells_of(np, "interrupts");
}

int platform_get_irq(const struct dt_device_node *np, int index)
{
    const uint32_t *irq = dt_get_property(np, "interrupts", NULL);

    if ( index < 0 || (unsigned int)index >= dt_number_of_irq(np) )
        return -1;

    return irq[index] < FAKE_IRQS ? (int)irq[index] : -1;
}

/* -- stream IDs: a device is attached to one IOMMU ---------------------------- */

int iommu_fwspec_init(struct device *dev, struct device *iommu)
{
    if ( dev->fwspec )
        return dev->fwspec->iommu_dev == iommu ? 0 : -EINVAL;
    dev->fwspec = smmu_zalloc(sizeof(*dev->fwspec));
    if ( !dev->fwspec )
        return -ENOMEM;
    dev->fwspec->iommu_dev = iommu;

    return 0;
}

void iommu_fwspec_free(struct device *dev)
{
    smmu_free(dev->fwspec);
    dev->fwspec = NULL;
}

int iommu_fwspec_add_ids(struct device *dev, const uint32_t *ids,
                         unsigned int nr)
{
    struct iommu_fwspec *f = dev->fwspec;

    if ( f->num_ids + nr > ARRAY_SIZE(f->ids) )
        return -ENOMEM;
    memcpy(f->ids + f->num_ids, ids, nr * sizeof(*ids));
    f->num_ids += nr;

    return 0;
}

int iommu_add_dt_device(struct dt_device_node *np)
{
    struct device *dev = dt_to_dev(np);
    struct dt_phandle_args args;
    int i, rc = 1;

    if ( dev->fwspec )
        return 0;
    for ( i = 0; !dt_parse_phandle_with_args(np, "iommus", "#iommu-cells", i,
                                             &args); i++ )
    {
        if ( !dt_device_is_available(args.np) )
            rc = 1;
        else
            rc = iommu_fwspec_init(dev, dt_to_dev(args.np)) ?:
                 glue_ops->dt_xlate(dev, &args);
        if ( rc )
            break;
    }
    rc = rc ?: glue_ops->add_device(0, dev);
    if ( rc && dev->fwspec )
        iommu_fwspec_free(dev);

    return rc;
}

/* -- interrupts ----------------------------------------------------------------- */

void fake_spin_lock(spinlock_t *lock)
{
    if ( lock->held )
        host_complain("a spin lock is taken twice");
    lock->held = true;
}

void fake_spin_unlock(spinlock_t *lock)
{
    lock->held = false;
}

static void enable(struct irq_desc *desc)
{
    if ( !desc->lock.held )
        host_complain("an interrupt is unmasked without its lock");
    desc->masked = false;
}

static void disable(struct irq_desc *desc)
{
    if ( !desc->lock.held )
        host_complain("an interrupt is masked without its lock");
    desc->masked = true;
}

int request_irq(unsigned int irq, unsigned int flags, fake_handler *fn,
                const char *name, void *arg)
{
    static const struct fake_controller controller = { enable, disable };
    struct irq_desc *desc = &fake_irq[irq];

    if ( (int)irq == fake_irq_refused || desc->nr == ARRAY_SIZE(desc->action) ||
         (desc->nr && !(flags & IRQF_SHARED)) )
        return -EBUSY;
    desc->handler = &controller;
    desc->action[desc->nr].fn = fn;
    desc->action[desc->nr++].arg = arg;

    return 0;
}
