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
#include <xen/spinlock.h>

#include <asm/device.h>

/* Before 4.19 an interrupt's handler was given the registers, too. */
#if XEN_SUBVERSION < 19
#define HANDLER_ARGS    int irq, void *arg, struct cpu_user_regs *regs
#else
#define HANDLER_ARGS    int irq, void *arg
#endif

/*
 * A unit's line, once, whatever the tree says.  Others may have it, too: it is
 * let through again when all of them are through.
 */
struct line {
    struct line *next;
    struct smmu_unit *unit;
    int irq;
    bool fired;                     /* masked for it */
    bool meant;                     /* something, to this unit, since then */
    unsigned int idle;              /* times in a row, nothing to any */
    uint64_t events;                /* the unit's, when it fired */
};
static struct line *all;
static DEFINE_SPINLOCK(lines_lock); /* innermost but for a desc's */

/* A line that is up for nothing so often stays masked. */
#define IDLE_MOST   100

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
    struct line *line = arg;

    smmu_unit_interrupt(line->unit);
}

static void level(HANDLER_ARGS)
{
    struct line *line = arg;
    unsigned long flags;

    spin_lock_irqsave(&lines_lock, flags);
    line->fired = true;
    line->events = smmu_load(&line->unit->nr_events);
    set_masked(irq, true);
    spin_unlock_irqrestore(&lines_lock, flags);
    smmu_unit_interrupt(line->unit);
}

/* lines_lock is held.  Somebody else, who still does, has not looked yet. */
static bool awaited(int irq)
{
    const struct line *line;

    for ( line = all; line; line = line->next )
        if ( line->irq == irq && line->fired &&
             !smmu_unit_failed(line->unit) )
            return true;

    return false;
}

/*
 * lines_lock is held.  All whose line it is are through with it: false: it has
 * meant nothing to any of them for too long.
 */
static bool worth_it(const struct line *last)
{
    bool meant = false;
    struct line *line;

    for ( line = all; line; line = line->next )
        if ( line->irq == last->irq )
        {
            meant |= line->meant;
            line->meant = false;
        }
    for ( line = all; line; line = line->next )
        if ( line->irq == last->irq )
            line->idle = meant ? 0 : line->idle + 1;
    if ( last->idle < IDLE_MOST )
        return true;
    smmu_log(SMMU_WARN, "%s: interrupt %d is up, and no fault is: it is not listened to any more",
             last->unit->name, last->irq);

    return false;
}

/* lines_lock is held.  It is also another unit's. */
static bool is_shared(const struct line *line)
{
    const struct line *other;

    for ( other = all; other; other = other->next )
        if ( other != line && other->irq == line->irq )
            return true;

    return false;
}

/*
 * One that is off, or has failed, holds no line up, and cannot look.  A line
 * that is nobody else's waits for it to be back.
 */
static void listen(struct smmu_unit *unit, bool looked)
{
    struct line *line;
    unsigned long flags;

    spin_lock_irqsave(&lines_lock, flags);
    for ( line = all; line; line = line->next )
        if ( line->unit == unit && line->fired && (looked || is_shared(line)) )
        {
            line->fired = false;
            line->meant |= smmu_load(&unit->nr_events) != line->events;
            if ( !awaited(line->irq) && worth_it(line) )
                set_masked(line->irq, false);
        }
    spin_unlock_irqrestore(&lines_lock, flags);
}

static bool __init has_line(const struct smmu_unit *unit, int irq)
{
    const struct line *line;

    for ( line = all; line; line = line->next )
        if ( line->unit == unit && line->irq == irq )
            return true;

    return false;
}

/* Other lines may fire meanwhile. */
static void __init set_first(struct line *line)
{
    unsigned long flags;

    spin_lock_irqsave(&lines_lock, flags);
    all = line;
    spin_unlock_irqrestore(&lines_lock, flags);
}

/* Trees name one line for all banks, as often as there are banks. */
static void __init add_line(struct smmu_unit *unit, int irq, bool is_level)
{
    struct line *line;
    int rc = -ENOMEM;

    if ( irq < 0 || has_line(unit, irq) )
        return;
    line = smmu_zalloc(sizeof(*line));
    if ( line )
    {
        line->unit = unit;
        line->irq = irq;
        line->next = all;
        set_first(line);
        rc = request_irq(irq, IRQF_SHARED, is_level ? level : pulse,
                         unit->name, line);
        if ( rc )
        {
            set_first(line->next);
            smmu_free(line);
        }
    }
    if ( rc )
        smmu_log(SMMU_WARN, "%s: cannot have interrupt %d (%d)", unit->name,
                 irq, rc);
}

static void __init warn_none(const struct smmu_unit *unit)
{
    const struct line *line;

    for ( line = all; line; line = line->next )
        if ( line->unit == unit )
            return;
    smmu_log(SMMU_WARN, "%s: no interrupt in its device tree node: faults and global errors will not be reported",
             unit->name);
}

void __init xen_smmu_v3_irqs(struct smmu_unit *unit,
                             struct dt_device_node *node)
{
    static const char *const names[] = { "combined", "eventq", "gerror" };
    bool named = dt_get_property(node, "interrupt-names", NULL);
    unsigned int i, nr = named ? ARRAY_SIZE(names) : dt_number_of_irq(node);
    int index;

    for ( i = 0; i < nr; i++ )
    {
        index = named ? dt_property_match_string(node, "interrupt-names",
                                                 names[i]) : i;
        if ( index >= 0 )
            add_line(unit, platform_get_irq(node, index), false);
    }
    warn_none(unit);
}

/*
 * The global ones first, then those of the banks: they all mean "look".  Some
 * of the global ones may be the secure side's, or count for something else.
 */
void __init xen_smmu_v2_irqs(struct smmu_unit *unit,
                             struct dt_device_node *node)
{
    unsigned int i, nr = dt_number_of_irq(node);

    unit->listen = listen;
    for ( i = 0; i < nr; i++ )
        add_line(unit, platform_get_irq(node, i), true);
    warn_none(unit);
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
