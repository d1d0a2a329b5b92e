/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The register file (IHI0070 6.3), and whether the driver may touch it now.
 *
 * Writes that the architecture makes UNPREDICTABLE, or that it ignores where
 * the driver surely means them, are rules broken.
 */
#include <stdlib.h>
#include <sys/mman.h>

#include "sim.h"

#define GBPA_ABORT      (1U << 20)
#define GBPA_UPDATE     (1U << 31)
#define SMMUEN          (1U << 0)
#define EVENTQEN        (1U << 2)
#define CMDQEN          (1U << 3)
#define IRQ_GERROR      (1U << 0)
#define IRQ_EVENTQ      (1U << 2)
#define REG_WINDOW      0x20000U

static struct sim units[SIM_MAX];
unsigned int sim_count;
static char *window;

struct sim *sim_nr(unsigned int i)
{
    return &units[i];
}

void *sim_regs(struct sim *s)
{
    return window + (s - units) * REG_WINDOW;
}

struct sim_id sim_id_good(void)
{
    return (struct sim_id){
        /* S2P, AArch64, COHACC, abort not stall, two levels, little-endian */
        .idr0 = 1U | 2U << 2 | SIM_IDR0_COHACC | 1U << 24 |
                SIM_IDR0_ST_LEVEL | 2U << 21,
        .idr1 = SIM_IDR1_SIDSIZE(16) | SIM_IDR1_EVENTQS(7) |
                SIM_IDR1_CMDQS(8),
        .idr5 = 5U | 1U << 4,           /* 48 bits out, 4K */
        .aidr = 0x02,                   /* v3.2 */
        .iidr = 0x1234043b,
    };
}

void sim_reset(uint64_t seed, bool threads)
{
    if ( !window )
        window = mmap(NULL, SIM_MAX * REG_WINDOW, PROT_NONE,
                      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    host_reset(seed, threads);
    memset(units, 0, sizeof(units));
    sim_count = 0;
    sim_fail(0, 0, false);
    sim_fail_command(0, 0);
    sim_completions = 0;
    sim_background = 0;
    sim_nr_ipas = 0;
}

/* Of each line, one in `one_in`. */
void sim_junk(struct sim *s, unsigned int one_in)
{
    unsigned int i;
    uint64_t page;

    if ( !s->junk_page )
        s->junk_page = host_page_alloc(FRAME_DATA, ~0U);
    page = s->junk_page;

    s->el2_junk = s->id.idr0 & SIM_IDR0_HYP;
    for ( i = 0; i < 512; i++ )
        if ( host_chance(one_in) )
            sim_junk_ste(s, i);
    /* Four VMIDs, and the addresses that world.h uses. */
    for ( i = 0; i < 128; i++ )
        if ( host_chance(one_in) )
            sim_junk_tlb(s, 1 + i % 4, 0x40000000ULL + (i / 4 % 8) * 4096ULL +
                     (i / 32) * 0x200000ULL, page);
}

void sim_lose_msi(struct sim *s)
{
    if ( s->id.idr0 & SIM_IDR0_MSI )
        s->msi_unknown = IRQ_GERROR | IRQ_EVENTQ;
}

struct sim *sim_new(const struct sim_id *id, unsigned int nasty, bool snoops)
{
    struct sim *s = &units[sim_count++];

    memset(s, 0, sizeof(*s));
    s->id = *id;
    s->nasty = nasty;
    s->snoops = snoops && (id->idr0 & SIM_IDR0_COHACC);
    s->present = true;
    s->gbpa = sim_is(s, SIM_BYPASS) ? 0 : GBPA_ABORT;
    sim_lose_msi(s);
    if ( sim_is(s, SIM_JUNK) )
        sim_junk(s, 1);

    return s;
}

void sim_bind(struct sim *s, struct smmu_unit *unit)
{
    s->unit = unit;
}

/* Completions, and those that were asked to fail. */
uint64_t sim_completions;
static uint64_t fail_at;
static unsigned int fail_kinds;
static bool fail_late;
static uint64_t failed_at;

/* Longer than the driver waits for one thing, shorter than for two. */
#define LATE_NS 1500000000ULL

void sim_fail(uint64_t n, unsigned int kinds, bool late)
{
    fail_at = n;
    fail_kinds = kinds;
    fail_late = late;
    failed_at = 0;
}

bool sim_has_failed(void)
{
    return !fail_at;
}

/* May this one come to pass?  If not, `*dead` remembers. */
bool sim_complete(struct sim *s, enum sim_completion what, bool *dead)
{
    if ( *dead )
        return false;
    sim_completions++;
    if ( fail_at && (fail_kinds & what) && --fail_at == 0 )
    {
        *dead = true;
        failed_at = host_time_ns;
        return false;
    }

    return true;
}

void sim_revive(struct sim *s)
{
    s->ack_dead = s->irq_dead = s->gbpa_dead = s->sync_dead = false;
}

void sim_gerror(struct sim *s, uint32_t bits)
{
    /* 7.5: an active error cannot be raised again. */
    s->gerror ^= bits & ~(s->gerror ^ s->gerrorn);
    if ( s->irq_ctrlack & 1 )
        s->irq = true;
}

void sim_raise(struct sim *s, uint32_t gerror)
{
    host_enter();
    sim_gerror(s, gerror);
    host_leave();
}

void sim_late(void)
{
    unsigned int i;

    if ( !fail_late || !failed_at || host_time_ns - failed_at < LATE_NS )
        return;
    failed_at = 0;
    for ( i = 0; i < sim_count; i++ )
        sim_revive(&units[i]);
}

static struct sim *find(void *regs)
{
    unsigned int i = ((char *)regs - window) / REG_WINDOW;

    if ( i >= sim_count || regs != sim_regs(&units[i]) )
    {
        printf("# RULE BROKEN: registers %p belong to no SMMU\n", regs);
        fflush(stdout);
        abort();
    }

    return &units[i];
}

/* DESIGN 2.7: a use count is held; but to find out what it is. */
static void check_use(struct sim *s, uint32_t offset)
{
    if ( s->off )
        host_complain("register %#x touched without power", offset);
    if ( s->unit && offset > 0x1c && !smmu_unit_users(s->unit) )
        host_complain("register %#x touched without a use count", offset);
}

static void acknowledge(struct sim *s)
{
    bool ready = !sim_is(s, SIM_ASYNC) || host_chance(2);

    s->acking = s->cr0ack != s->cr0 ? s->acking + 1 : 0;
    if ( s->acking > s->slow_ack && ready &&
         sim_complete(s, SIM_DONE_ACK, &s->ack_dead) )
    {
        if ( (s->cr0 & SMMUEN) && s->el2_junk )
            host_complain("SMMUEN=1 with EL2 entries of before reset");
        s->cr0ack = s->cr0;
    }
    if ( s->irq_ctrlack != s->irq_ctrl && ready &&
         sim_complete(s, SIM_DONE_ACK, &s->irq_dead) )
    {
        if ( s->irq_ctrl & s->msi_unknown )
            host_complain("interrupts on, MSI addresses as reset left them");
        s->irq_ctrlack = s->irq_ctrl;
    }
    if ( (s->gbpa & GBPA_UPDATE) && ready &&
         sim_complete(s, SIM_DONE_GBPA, &s->gbpa_dead) )
    {
        s->gbpa = s->gbpa_new & ~GBPA_UPDATE;
        s->held &= !(s->gbpa & GBPA_ABORT);
    }
}

uint32_t sim_mmio_read(void *regs, uint32_t offset)
{
    struct sim *s = find(regs);

    check_use(s, offset);
    s->nr_mmio++;
    s->nr_id_reads += offset <= 0x1c;
    if ( offset == 0x24 || offset == 0x54 || offset == 0x44 || offset == 0x9c )
    {
        s->nr_polls++;
        host_poll();
    }
    if ( s->dead || s->off )
        return ~0U;
    if ( offset > 0x1c )
    {
        sim_step(s);
        acknowledge(s);
    }

    switch ( offset )
    {
    case 0x00: return s->id.idr0;
    case 0x04: return s->id.idr1;
    case 0x08: return 0;
    case 0x0c: return s->id.idr3;
    case 0x10: return 0;
    case 0x14: return s->id.idr5;
    case 0x18: return s->id.iidr;
    case 0x1c: return s->id.aidr;
    case 0x20: return s->cr0;
    case 0x24: return s->cr0ack;
    case 0x28: return s->cr1;
    case 0x2c: return s->cr2;
    case 0x44: return s->gbpa;
    case 0x50: return s->irq_ctrl;
    case 0x54: return s->irq_ctrlack;
    case 0x60: return s->gerror;
    case 0x64: return s->gerrorn;
    case 0x88: return s->strtab_cfg;
    case 0x98: return s->cmdq_prod;
    case 0x9c: return s->cmdq_cons;
    case 0x100a8: return s->evtq_prod;
    case 0x100ac: return s->evtq_cons;
    }
    host_complain("read of register %#x, which the model does not have",
                  offset);

    return 0;
}

static void guarded(const struct sim *s, uint32_t bit, uint32_t offset)
{
    if ( (s->cr0 | s->cr0ack) & bit )
        host_complain("register %#x written while CR0 bit %#x is set", offset,
                      bit);
}

static bool write_wide(struct sim *s, uint32_t offset, uint64_t value)
{
    switch ( offset )
    {
    case 0x80:
        guarded(s, SMMUEN, offset);
        s->strtab_base = value;
        return true;
    case 0x90:
        guarded(s, CMDQEN, offset);
        s->cmdq_base = value;
        return true;
    case 0xa0:
        guarded(s, EVENTQEN, offset);
        s->evtq_base = value;
        return true;
    case 0x68: case 0xb0:
        if ( !(s->id.idr0 & SIM_IDR0_MSI) )
            host_complain("MSI register %#x written, IDR0.MSI=0", offset);
        if ( s->irq_ctrlack )
            host_complain("MSI register %#x written while interrupts are on",
                          offset);
        if ( value )
            host_complain("an MSI address nobody gave: %#lx",
                          (unsigned long)value);
        s->msi_unknown &= offset == 0x68 ? ~IRQ_GERROR : ~IRQ_EVENTQ;
        return true;
    }

    return false;
}

static void write_cr0(struct sim *s, uint32_t value)
{
    /* 6.3.9: the first value may be the one that stays. */
    if ( s->cr0 != s->cr0ack && !s->ack_dead )
    {
        host_complain("CR0 written before CR0ACK answered the last write");
        value = (value & ~SMMUEN) | (s->cr0 & SMMUEN);
    }
    if ( (value & SMMUEN) && !(s->cr0 & SMMUEN) &&
         (s->id.idr0 & SIM_IDR0_ATS) && !(value & 1U << 4) )
        host_complain("SMMUEN=1 with ATSCHK=0 on a unit with ATS");
    s->cr0 = value;
}

void sim_mmio_write(void *regs, uint32_t offset, uint64_t value,
                    unsigned int bytes)
{
    struct sim *s = find(regs);

    check_use(s, offset);
    s->nr_mmio++;
    if ( s->nr_trace < ARRAY_SIZE(s->trace) )
    {
        s->trace[s->nr_trace].offset = offset;
        s->trace[s->nr_trace++].value = value;
    }
    if ( s->dead || s->off )
        return;
    if ( (bytes == 8) != (offset == 0x80 || offset == 0x90 || offset == 0xa0 ||
                          offset == 0x68 || offset == 0xb0) )
        host_complain("register %#x written with %u bytes", offset, bytes);
    if ( write_wide(s, offset, value) )
        return;

    switch ( offset )
    {
    case 0x20:
        write_cr0(s, value);
        break;
    case 0x28:
        guarded(s, SMMUEN | EVENTQEN | CMDQEN, offset);
        s->cr1 = value;
        break;
    case 0x2c:
        guarded(s, SMMUEN | EVENTQEN, offset);
        s->cr2 = value;
        break;
    case 0x44:
        if ( !(value & GBPA_UPDATE) || (s->gbpa & GBPA_UPDATE) )
            host_complain("GBPA=%#lx is ignored", (unsigned long)value);
        else
        {
            s->gbpa_new = value;
            s->gbpa |= GBPA_UPDATE;
        }
        break;
    case 0x50:
        s->irq_ctrl = value;
        break;
    case 0x64:
        if ( (value ^ s->gerrorn) & ~(s->gerror ^ s->gerrorn) )
            host_complain("GERRORN toggles a bit that is not active");
        s->gerrorn = value;
        break;
    case 0x88:
        guarded(s, SMMUEN, offset);
        s->strtab_cfg = value;
        break;
    case 0x98:
        s->cmdq_prod = value;
        if ( !sim_is(s, SIM_ASYNC) )
            while ( s->cmdq_cons != s->cmdq_prod && !s->sync_dead &&
                    !((s->gerror ^ s->gerrorn) & 1) && (s->cr0ack & CMDQEN) )
                sim_cmdq_step(s);
        break;
    case 0x9c:
        guarded(s, CMDQEN, offset);
        s->cmdq_cons = value;
        break;
    case 0x100a8:
        guarded(s, EVENTQEN, offset);
        s->evtq_prod = value;
        break;
    case 0x100ac:
        s->evtq_cons = value;
        sim_evtq_update(s);
        break;
    default:
        host_complain("write of register %#x, which the model does not have",
                      offset);
    }
    sim_step(s);
}

void sim_interrupts(void)
{
    struct sim *s;
    unsigned int i;

    if ( host_irqs_off() || host_in_irq() )
        return;
    for ( i = 0; i < sim_count; i++ )
    {
        bool fire;

        s = &units[i];
        host_enter();
        fire = s->irq && s->unit;
        if ( fire )
        {
            s->irq = false;
            s->nr_irqs++;
        }
        host_leave();
        if ( fire )
        {
            /* What the glue's handler does, and all it does. */
            host_irq_enter();
            smmu_unit_interrupt(s->unit);
            host_irq_leave();
        }
    }
}
