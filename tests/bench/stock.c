/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The peer: Xen's own smmu-v3.c, compiled as it is, on an SMMU that answers at
 * once.  Does what counts.c and insn.c do with ours.
 *
 * usage: stock        (under callgrind, too: see insn.c)
 */
#include <inttypes.h>
#include <valgrind/callgrind.h>

#include "smmu-v3.c"

#define BATCH   512U
#define FIRST   0x40000U

/* -- the SMMU, and what is counted ------------------------------------------ */

static union { u32 w[0x20000 / 4]; u64 d[0x20000 / 8]; } regs;
static struct { u64 commands, reads, writes, polls, barriers; } counts;
static u64 polls_under[3];      /* the P2M's lock, a domain's, the queue's */
static int p2m_lock;
static struct arm_smmu_device *smmu;
static struct arm_smmu_xen_domain *xen_domain;
static bool dead;               /* no sync completes */
static s_time_t now;

void shim_lock(int *held)
{
    if ( *held )
        abort();
    *held = 1;
}

void shim_unlock(int *held)
{
    *held = 0;
}

void shim_barrier(void) { counts.barriers++; }
s_time_t NOW(void) { return now++; }
void cpu_relax(void) { now += 100; }
void udelay(unsigned long us) { now += us * 1000; }

volatile void *shim_registers(paddr_t at)
{
    return (char *)regs.w + at;
}

int dt_device_get_paddr(struct dt_device_node *n, int i, paddr_t *at,
                        paddr_t *size)
{
    *at = 0;
    *size = sizeof(regs);
    return 0;
}

static u32 offset_of(const volatile void *at)
{
    return (const volatile char *)at - (const volatile char *)regs.w;
}

u32 readl_relaxed(const volatile void *at)
{
    u32 offset = offset_of(at);
    bool poll = offset == ARM_SMMU_CR0ACK || offset == ARM_SMMU_IRQ_CTRLACK ||
                offset == ARM_SMMU_GBPA || offset == ARM_SMMU_CMDQ_CONS;

    counts.reads++;
    counts.polls += poll;
    if ( poll && smmu )
    {
        polls_under[0] += p2m_lock;
        polls_under[1] += xen_domain->lock.held;
        polls_under[2] += smmu->cmdq.lock.held;
    }

    return regs.w[offset / 4];
}

void writel_relaxed(u32 value, volatile void *at)
{
    u32 offset = offset_of(at), mask;

    counts.writes++;
    regs.w[offset / 4] = value;
    switch ( offset )
    {
    case ARM_SMMU_CR0:
        regs.w[ARM_SMMU_CR0ACK / 4] = value;
        break;
    case ARM_SMMU_IRQ_CTRL:
        regs.w[ARM_SMMU_IRQ_CTRLACK / 4] = value;
        break;
    case ARM_SMMU_GBPA:
        regs.w[offset / 4] = value & ~GBPA_UPDATE;
        break;
    case ARM_SMMU_CMDQ_PROD:
        if ( !(regs.w[ARM_SMMU_CR0 / 4] & CR0_CMDQEN) )
            break;
        /* Indices go to twice the size: one bit more. */
        mask = 2U << FIELD_GET(Q_BASE_LOG2SIZE,
                               regs.d[ARM_SMMU_CMDQ_BASE / 8]);
        counts.commands += (value - regs.w[ARM_SMMU_CMDQ_CONS / 4]) & (mask - 1);
        if ( !dead )
            regs.w[ARM_SMMU_CMDQ_CONS / 4] = value;
        break;
    }
}

void writeq_relaxed(u64 value, volatile void *at)
{
    counts.writes++;
    regs.d[offset_of(at) / 8] = value;
}

/* -- the world -------------------------------------------------------------- */

static struct dt_device_node nodes[2] = { { "smmu" }, { "device" } };
static struct device smmu_dev = { &nodes[0], NULL };
static struct iommu_fwspec fwspec = { .iommu_dev = &smmu_dev, .num_ids = 1,
                                      .ids = { 8 } };
static struct device device = { &nodes[1], &fwspec };
static struct page_info root;
static struct domain domain = { .domain_id = 1, .arch.p2m.root = &root };

static void figure(const char *name, u64 value)
{
    printf("%s %" PRIu64 "\n", name, value);
}

/* As QEMU's SMMUv3 identifies itself, so far as this driver looks. */
static void power_on(void)
{
    regs.w[ARM_SMMU_IDR0 / 4] = IDR0_S2P | FIELD_PREP(IDR0_TTF,
                                    IDR0_TTF_AARCH64) | IDR0_COHACC |
        FIELD_PREP(IDR0_TTENDIAN, IDR0_TTENDIAN_LE) |
        FIELD_PREP(IDR0_ST_LVL, IDR0_ST_LVL_2LVL);
    regs.w[ARM_SMMU_IDR1 / 4] = FIELD_PREP(IDR1_SIDSIZE, 16) |
        FIELD_PREP(IDR1_CMDQS, 19) | FIELD_PREP(IDR1_EVTQS, 19);
    regs.w[ARM_SMMU_IDR5 / 4] = FIELD_PREP(IDR5_OAS, IDR5_OAS_44_BIT) |
        IDR5_GRAN4K;
}

static bool boot(void)
{
    u64 queues;

    power_on();
    if ( arm_smmu_device_probe(&smmu_dev) )
        return false;
    smmu = arm_smmu_get_by_dev(&smmu_dev);
    queues = (u64)(CMDQ_ENT_DWORDS << 3) << smmu->cmdq.q.llq.max_n_shift;
    queues += (u64)(EVTQ_ENT_DWORDS << 3) << smmu->evtq.q.llq.max_n_shift;
    figure("queue.bytes", queues);
    if ( arm_smmu_iommu_ops.init(&domain) )
        return false;
    xen_domain = dom_iommu(&domain)->arch.priv;

    return !arm_smmu_iommu_ops.add_device(0, &device) &&
           !arm_smmu_iommu_ops.assign_device(&domain, 0, &device, 0);
}

/* Its registers lost, and written again: all that it has for a power-up. */
static void reset(void)
{
    u64 reads, writes, polls, commands;

    memset(&regs, 0, sizeof(regs));
    power_on();
    smmu->cmdq.q.llq.prod = smmu->cmdq.q.llq.cons = 0;
    reads = counts.reads;
    writes = counts.writes;
    polls = counts.polls;
    commands = counts.commands;
    if ( arm_smmu_device_reset(smmu) )
        abort();
    figure("wake.off.commands", counts.commands - commands);
    figure("wake.off.accesses", counts.reads + counts.writes - reads - writes);
    figure("wake.off.accesses.without.polls",
           counts.reads + counts.writes - reads - writes -
           (counts.polls - polls));
}

/* Named to callgrind. */
__attribute__((noinline)) void measured(u32 pages);
void measured(u32 pages)
{
    u32 i;

    for ( i = 0; i < pages; i++ )
    {
        p2m_lock = 1;
        if ( arm_smmu_iommu_ops.iotlb_flush(&domain, FIRST + i, 1, 1) )
            abort();
        p2m_lock = 0;
    }
}

static void unmaps(void)
{
    static const char *const locks[] = { "p2m", "domain", "queue" };
    char name[32];
    unsigned int i;
    s_time_t began;

    memset(&counts, 0, sizeof(counts));
    memset(polls_under, 0, sizeof(polls_under));
    CALLGRIND_ZERO_STATS;
    measured(BATCH);
    CALLGRIND_DUMP_STATS_AT("stock.any");
    figure("batch.pages", BATCH);
    figure("batch.commands", counts.commands);
    figure("batch.accesses", counts.reads + counts.writes);
    figure("batch.barriers", counts.barriers);
    for ( i = 0; i < 3; i++ )
    {
        snprintf(name, sizeof(name), "polls.%s.batch", locks[i]);
        figure(name, polls_under[i]);
    }

    dead = true;
    memset(polls_under, 0, sizeof(polls_under));
    began = now;
    measured(1);                        /* and it says that all is well */
    figure("polls.dead.ms", (now - began) / 1000000);
    began = now;
    measured(1);
    figure("polls.dead.next.ms", (now - began) / 1000000);
}

int main(void)
{
    if ( !boot() )
    {
        fprintf(stderr, "the stock driver does not come up\n");
        return 1;
    }
    unmaps();
    dead = false;
    reset();

    return 0;
}
