/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * SMMUv3's register file (IHI0070 6.3).
 *
 * Writes that the architecture makes UNPREDICTABLE, or that it ignores where
 * the driver surely means them, are rules broken.
 */
#include "sim.h"
#include "smmu-v3.h"

#define GBPA_ABORT      (1U << 20)
#define GBPA_UPDATE     (1U << 31)
#define SMMUEN          (1U << 0)
#define EVENTQEN        (1U << 2)
#define CMDQEN          (1U << 3)
#define ATSCHK          (1U << 4)
#define IRQ_GERROR      (1U << 0)
#define IRQ_EVENTQ      (1U << 2)
#define QUEUES          (CMDQEN | EVENTQEN)

struct sim_id sim_v3_good(void)
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
        .kind = &sim_v3,
    };
}

struct sim_id sim_v3_linear(void)
{
    struct sim_id id = sim_v3_good();

    id.idr0 &= ~SIM_IDR0_ST_LEVEL;

    return id;
}

static void vary(struct sim_id *id)
{
    id->idr3 = 1U << 10;                /* RIL */
    if ( host_chance(3) )
        id->idr0 &= ~SIM_IDR0_ST_LEVEL;
    if ( host_chance(3) )
        id->idr0 |= SIM_IDR0_HYP;
    if ( host_chance(3) )
        id->idr0 |= SIM_IDR0_ATS;
    if ( host_chance(4) )
        id->idr1 = SIM_IDR1_SIDSIZE(9) | SIM_IDR1_CMDQS(4) |
                   SIM_IDR1_EVENTQS(4);
    if ( host_chance(3) )
        id->idr3 = 0;                   /* no RIL */
}

static void junk(struct sim *s, unsigned int one_in)
{
    unsigned int i;

    s->el2_junk = s->id.idr0 & SIM_IDR0_HYP;
    for ( i = 0; i < 512; i++ )
        if ( host_chance(one_in) )
            sim_junk_ste(s, i);
}

static void lose(struct sim *s, bool all)
{
    unsigned int i;

    for ( i = 0; i < ARRAY_SIZE(s->stes); i++ )
        s->stes[i].valid &= !all && !host_chance(2);
    for ( i = 0; i < ARRAY_SIZE(s->l1); i++ )
        s->l1[i].valid &= !all && !host_chance(2);
}

static void evict(struct sim *s)
{
    s->stes[host_pick(ARRAY_SIZE(s->stes))].valid = false;
    s->l1[host_pick(ARRAY_SIZE(s->l1))].valid = false;
}

void sim_lose_msi(struct sim *s)
{
    if ( s->id.idr0 & SIM_IDR0_MSI )
        s->msi_unknown = IRQ_GERROR | IRQ_EVENTQ;
}

/* 6.3: CR0, IRQ_CTRL and GERROR 0, GBPA as implemented, the rest unknown. */
static void reset(struct sim *s)
{
    s->snoops &= !!(s->id.idr0 & SIM_IDR0_COHACC);
    s->cr0 = s->cr0ack = s->irq_ctrl = s->irq_ctrlack = 0;
    s->gerror = s->gerrorn = 0;
    s->gbpa = s->gbpa_new = sim_is(s, SIM_BYPASS) ? 0 : GBPA_ABORT;
    s->cr1 = host_random();
    s->cr2 = host_random();
    s->strtab_cfg = host_random();
    s->strtab_base = host_random();
    s->cmdq_base = host_random();
    s->cmdq_prod = host_random();
    s->cmdq_cons = host_random();
    s->evtq_base = host_random();
    s->evtq_prod = host_random();
    s->evtq_cons = host_random();
    sim_lose_msi(s);
    s->nr_pending = 0;
    s->sync_seen = false;
    s->dawdle = 0;
    s->el2_junk = s->caches == SIM_CACHES_KEPT &&
                  (s->id.idr0 & SIM_IDR0_HYP);
}

static bool blocks(const struct sim *s)
{
    return !((s->cr0ack | s->cr0) & SMMUEN) && (s->gbpa & GBPA_ABORT) &&
           !(s->gbpa & GBPA_UPDATE);
}

/* 6.3.9.6: nothing is fetched any more; what has an address goes on. */
static bool runs(const struct sim *s)
{
    return s->cr0ack & SMMUEN;
}

static const char *busy(const struct sim *s)
{
    if ( (s->cr0ack & SMMUEN) && !s->ack_dead )
        return "it translates";
    /* 3.19: nothing of its own is in flight; a host asks nobody. */
    if ( !s->registers_kept && !s->asleep && !s->ack_dead &&
         ((s->cr0ack & QUEUES) || s->irq_ctrlack) )
        return "queues or interrupts are on";

    return NULL;
}

/* At the door. */
static void arrive(struct sim *s, struct sim_txn *t)
{
    if ( !(s->cr0ack & SMMUEN) )
        sim_txn_end(s, t, s->gbpa & GBPA_ABORT || t->prefetch
                          ? TXN_ABORTED : TXN_UNTRANSLATED);
    else if ( t->ats && !(s->cr0ack & ATSCHK) )
        sim_txn_end(s, t, TXN_UNTRANSLATED);
    else
        sim_find_ste(s, t);
}

static void configure(struct sim *s, struct sim_txn *t)
{
    if ( t->state == TXN_FETCH )
        sim_fetch_ste(s, t);
    else
        sim_v3_translate(s, t);
}

static void fault(struct sim *s, struct sim_txn *t, unsigned int type)
{
    sim_event(s, t, type, t->ipa);
    sim_txn_end(s, t, TXN_ABORTED);
}

static bool stuck(const struct sim *s)
{
    return s->ack_dead || s->irq_dead || s->gbpa_dead ||
           (s->gerror ^ s->gerrorn);
}

static bool irq(struct sim *s)
{
    bool fire = s->irq;

    s->irq = false;

    return fire;
}

static int probe(struct sim *s, struct smmu_unit *unit, bool snoops)
{
    return smmu_v3_probe(unit, sim_regs(s), snoops, HOST_RAM_BITS);
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

static bool is_id(const struct sim *s, uint32_t offset)
{
    return offset <= 0x1c;
}

static bool is_poll(const struct sim *s, uint32_t offset)
{
    return offset == 0x24 || offset == 0x54 || offset == 0x44 ||
           offset == 0x9c;
}

static uint32_t read_reg(struct sim *s, uint32_t offset)
{
    if ( !is_id(s, offset) )
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

static void write_reg(struct sim *s, uint32_t offset, uint64_t value,
                      unsigned int bytes)
{
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
}

const struct sim_kind sim_v3 = {
    .name = "v3", .is_id = is_id, .is_poll = is_poll, .read = read_reg,
    .write = write_reg, .reset = reset, .junk = junk, .lose = lose,
    .evict = evict, .blocks = blocks, .runs = runs, .busy = busy,
    .arrive = arrive, .configure = configure, .fault = fault,
    .work = sim_cmdq_step, .stuck = stuck, .irq = irq, .vary = vary, .probe = probe,
};
