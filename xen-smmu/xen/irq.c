/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Interrupts of an SMMU.
 *
 * SMMUv3's are pulses.  SMMUv2's are levels that stay until the fault has been
 * looked at, which deferred work does: the line is masked until then, or its
 * CPU would do nothing else.
 */
#include "glue.h"

#include <xen/compile.h>
#include <xen/device_tree.h>
#include <xen/init.h>
#include <xen/irq.h>

#include <asm/device.h>

/* Before 4.19 an interrupt's handler was given the registers, too. */
#if XEN_SUBVERSION < 19
#define HANDLER_ARGS    int irq, void *arg, struct cpu_user_regs *regs
#else
#define HANDLER_ARGS    int irq, void *arg
#endif

/* A unit's lines: each once, whatever the tree says. */
struct lines {
    struct lines *next;
    const struct smmu_unit *unit;
    unsigned int nr;
    int irq[];
};
static struct lines *all;

static void set_masked(int irq, bool masked)
{
    struct irq_desc *desc = irq_to_desc(irq);
    unsigned long flags;

    spin_lock_irqsave(&desc->lock, flags);
    if ( masked )
        desc->handler->disable(desc);
    else
        desc->handler->enable(desc);
    spin_unlock_irqrestore(&desc->lock, flags);
}

static void pulse(HANDLER_ARGS)
{
    smmu_unit_interrupt(arg);
}

static void level(HANDLER_ARGS)
{
    set_masked(irq, true);
    smmu_unit_interrupt(arg);
}

static void listen(struct smmu_unit *unit)
{
    const struct lines *lines;
    unsigned int i;

    for ( lines = all; lines; lines = lines->next )
        for ( i = 0; lines->unit == unit && i < lines->nr; i++ )
            set_masked(lines->irq[i], false);
}

static struct lines *__init make_lines(struct smmu_unit *unit,
                                       unsigned int most)
{
    struct lines *lines = smmu_zalloc(sizeof(*lines) +
                                      most * sizeof(lines->irq[0]));

    if ( lines )
        lines->unit = unit;

    return lines;
}

/* Trees name one line for all banks, as often as there are banks. */
static void __init add_line(struct lines *lines, int irq)
{
    unsigned int i;

    for ( i = 0; i < lines->nr; i++ )
        if ( lines->irq[i] == irq )
            return;
    lines->irq[lines->nr++] = irq;
}

static void __init request(struct smmu_unit *unit, struct lines *lines,
                           void (*handler)(HANDLER_ARGS))
{
    unsigned int i, done = 0;

    for ( i = 0; i < lines->nr; i++ )
    {
        if ( request_irq(lines->irq[i], IRQF_SHARED, handler, unit->name,
                         unit) )
            smmu_log(SMMU_WARN, "%s: cannot have interrupt %d", unit->name,
                     lines->irq[i]);
        else
            lines->irq[done++] = lines->irq[i];
    }
    lines->nr = done;
    if ( !done )
        smmu_log(SMMU_WARN, "%s: no interrupt in its device tree node: faults and global errors will not be reported",
                 unit->name);
}

void __init xen_smmu_v3_irqs(struct smmu_unit *unit,
                             struct dt_device_node *node)
{
    static const char *const names[] = { "combined", "eventq", "gerror" };
    bool named = dt_get_property(node, "interrupt-names", NULL);
    unsigned int i, nr = named ? ARRAY_SIZE(names) : dt_number_of_irq(node);
    struct lines *lines = make_lines(unit, nr);
    int index, irq;

    if ( !lines )
        return;
    for ( i = 0; i < nr; i++ )
    {
        index = named ? dt_property_match_string(node, "interrupt-names",
                                                 names[i]) : i;
        irq = index < 0 ? -1 : platform_get_irq(node, index);
        if ( irq >= 0 )
            add_line(lines, irq);
    }
    request(unit, lines, pulse);
    smmu_free(lines);
}

/* The global ones first, then those of the banks: they all mean "look". */
void __init xen_smmu_v2_irqs(struct smmu_unit *unit,
                             struct dt_device_node *node)
{
    unsigned int i, nr = dt_number_of_irq(node);
    struct lines *lines = make_lines(unit, nr);
    int irq;

    if ( !lines )
        return;
    for ( i = 0; i < nr; i++ )
    {
        irq = platform_get_irq(node, i);
        if ( irq >= 0 )
            add_line(lines, irq);
    }
    lines->next = all;
    all = lines;
    unit->listen = listen;
    request(unit, lines, level);
}

unsigned int __init xen_smmu_context_irqs(const struct dt_device_node *node)
{
    uint32_t global = 1;
    unsigned int nr = dt_number_of_irq(node);

    dt_property_read_u32(node, "#global-interrupts", &global);

    return nr > global ? nr - global : 0;
}

/*
 * Local variables:
 * mode: C
 * c-file-style: "BSD"
 * c-basic-offset: 4
 * tab-width: 4
 * indent-tabs-mode: nil
 * End:
 */
