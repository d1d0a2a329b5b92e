/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * SMMUv1's and v2's register file (IHI0062 10, 11, 15), as non-secure software
 * sees it.
 *
 * Writes that mean nothing where the driver surely means something, and those
 * that are not what the architecture defines, are rules broken.
 */
#include "sim-v2.h"
#include "smmu-v2.h"

#define PAGE            0xfffU

/* 10.6.1; MMU-500: 32 banks, 48 groups, one interrupt a bank. */
struct sim_id sim_v2_good(void)
{
    return (struct sim_id){
        /* S1TS, S2TS, NTS, SMS, no AArch32; CTTW; 15 bits of ID */
        .idr0 = 7U << 28 | IDR0_SMS | 2U << 24 | 1U << 16 | IDR0_CTTW |
                15U << 9 | 128,
        .idr1 = 4U << 28 | 32,          /* 4 KiB pages, 32 of them global */
        .idr2 = IDR2_VMID16 | 7U << 12 | 5U << 8 | 5U << 4 | 5,
        .idr7 = 0x21,                   /* v2.1 */
        .kind = &sim_v2,
    };
}

struct sim_id sim_v2_few(struct sim_id id, unsigned int groups,
                         unsigned int banks)
{
    id.idr0 = (id.idr0 & ~0xffU) | groups;
    id.idr1 = (id.idr1 & ~0xffU) | banks;

    return id;
}

struct sim_id sim_v2_indexed(void)
{
    struct sim_id id = sim_v2_good();

    id.idr0 &= ~(IDR0_SMS | IDR0_EXIDS | 15U << 9 | 0xff);
    id.idr0 |= 7U << 9 | 128;

    return id;
}

/* MMU-401 and MMU-400 are v1: VMIDs of 8 bits, the 32-bit format. */
static void vary(struct sim_id *id)
{
    if ( host_chance(3) )               /* 64 KiB pages, 16 of them global */
        id->idr1 = IDR1_PAGESIZE | 3U << 28 | 16;
    if ( host_chance(3) )
        id->idr2 &= ~IDR2_VMID16;
    if ( host_chance(3) )
        id->idr0 |= IDR0_EXIDS;
    if ( host_chance(4) )               /* indexing: an S2CR an ID */
        id->idr0 = sim_v2_indexed().idr0;
    id->narrow = host_chance(6);
    if ( id->narrow )
        id->idr0 &= ~(3U << 24);        /* the 32-bit formats */
    if ( host_chance(4) )
    {
        id->idr7 = 0x11;
        id->idr2 = 3U << 12 | 2U << 4 | 2;      /* 40 bits */
        id->idr0 &= ~(IDR0_EXIDS | 3U << 24);
        id->idr0 |= 1U << 24;
    }
}

static unsigned int shift(const struct sim *s)
{
    return s->id.idr1 & IDR1_PAGESIZE ? 16 : 12;
}

static unsigned int global_pages(const struct sim *s)
{
    return 2U << (s->id.idr1 >> 28 & 7);
}

/* -- reset ---------------------------------------------------------------- */

/* Of S2CR and SMR the architecture says nothing; MMU-500's S2CR is fault. */
static void reset(struct sim *s)
{
    struct sim_v2 *v = &s->v2;
    uint64_t page = s->junk_page;
    unsigned int n;

    s->snoops &= !!(s->id.idr0 & IDR0_CTTW);
    for ( n = 0; n < SIM_V2_CBS; n++ )
    {
        v->config[V2_SMR][n] = host_random() & 0xffffffff;
        v->config[V2_S2CR][n] = (host_random() & 0xff) |
                                (sim_is(s, SIM_BYPASS) ? host_pick(3) : 2) <<
                                16 | (host_random() & S2CR_EXIDVALID);
        v->config[V2_CBAR][n] = host_random() & 0x3ffff;
        v->config[V2_CBA2R][n] = host_random() & 0xffff0001;
        v->config[V2_SCTLR][n] = host_random() & 0xffff;
        v->config[V2_TCR][n] = host_random() & 0xffffffff;
        v->config[V2_TTBR][n] = page ? page : host_random() & 0xfffffffff000;
        v->bank[n].fsr = host_random() & 0x1fe;
        v->bank[n].actlr = 3;           /* CPRE, CMTLB */
        v->bank[n].sync = v->bank[n].sync_seen = false;
    }
    v->config[V2_CR0][0] = CR0_SMCFCFG |
                           (sim_is(s, SIM_BYPASS) ? CR0_CLIENTPD : CR0_USFCFG);
    v->gfsr = host_random() & 0x1ff;
    v->acr = host_random();
    v->cr2 = host_random();
    v->stalled = s->id.stalls ? 3 : 0;
    v->stalled_bank = 1;
    if ( s->id.stalls )
    {
        v->config[V2_SCTLR][1] = SCTLR_M | SCTLR_CFCFG;
        v->bank[1].fsr = FSR_SS | FSR_TF;
    }
    for ( n = 0; s->id.firmware && n < SIM_V2_CBS; n++ )
    {
        v->config[V2_CR0][0] = CR0_SMCFCFG;
        v->config[V2_SMR][n] = n ? 0 : SMR_VALID | 0x7fffU << 16;
        v->config[V2_S2CR][n] = 2U << 16;
        v->config[V2_SCTLR][n] = 0;
        v->cr2 = 0;
        /* From here on whatever passes is a rule broken. */
        s->aborts_known = true;
    }
    v->settled = v->writes;
    v->nr_pending = v->nr_hits = v->bank_syncs = v->nr_posted = 0;
    v->sync = v->sync_seen = false;
    v->masked = false;
}

/* There is no cache of the configuration. */
static void junk(struct sim *s, unsigned int one_in) { }
static void lose(struct sim *s, bool all) { }
static void evict(struct sim *s) { }
static bool stuck(const struct sim *s) { return s->ack_dead; }
static bool runs(const struct sim *s) { return true; }

static bool blocks(const struct sim *s)
{
    const struct sim_v2 *v = &s->v2;
    uint64_t cr0 = v->config[V2_CR0][0];
    unsigned int n;
    bool used;

    if ( (cr0 & CR0_CLIENTPD) || !(cr0 & CR0_USFCFG) )
        return false;
    for ( n = 0; n < sim_v2_groups(s); n++ )
    {
        used = !(s->id.idr0 & IDR0_SMS) ||
               (cr0 & CR0_EXIDENABLE
                ? !!(v->config[V2_S2CR][n] & S2CR_EXIDVALID)
                : !!(v->config[V2_SMR][n] & SMR_VALID));
        if ( used && (v->config[V2_S2CR][n] >> 16 & 3) != 2 )
            return false;
    }

    return true;
}

/* Its masters are held; what it must not be is at work. */
static const char *busy(const struct sim *s)
{
    const struct sim_v2 *v = &s->v2;
    unsigned int n;

    if ( s->sync_dead || s->ack_dead || s->asleep )
        return NULL;
    if ( !blocks(s) )
        return "it translates, or lets something pass";
    if ( !s->registers_kept && (v->nr_pending || v->sync) )
        return "an invalidation is under way";
    if ( v->stalled )
        return "a transaction is stalled";
    for ( n = 0; n < sim_v2_banks(s) && !s->registers_kept && !v->lost; n++ )
        if ( v->config[V2_SCTLR][n] & SCTLR_CFIE )
            return "interrupts of faults are on";

    return NULL;
}

/* -- interrupts: levels --------------------------------------------------- */

static bool irq(struct sim *s)
{
    struct sim_v2 *v = &s->v2;
    bool level = v->gfsr && (v->config[V2_CR0][0] & CR0_GFIE);
    unsigned int n;

    for ( n = 0; n < sim_v2_banks(s); n++ )
        level |= (v->bank[n].fsr & (MULTI | 0x1fe)) &&
                 (v->config[V2_SCTLR][n] & SCTLR_CFIE);
    /* The glue asks for it after the probe. */
    level |= v->stuck_line;
    if ( !level || v->masked || s->off || s->dead || !s->aborts_known )
        return false;
    v->masked = true;

    return true;
}

/* -- reads ---------------------------------------------------------------- */

static bool is_id(const struct sim *s, uint32_t offset)
{
    return offset >= 0x20 && offset <= 0x3c;
}

static bool is_poll(const struct sim *s, uint32_t offset)
{
    uint32_t bank = global_pages(s) << shift(s);

    return offset == 0x74 || offset == 0x00 ||
           (offset >= bank && (offset & ((1U << shift(s)) - 1)) == 0x7f4);
}

static uint32_t unknown_read(uint32_t offset)
{
    host_complain("read of register %#x, which the model does not have",
                  offset);

    return 0;
}

/* Read back: what was written before has arrived, for whatever comes now. */
static uint32_t read_cr0(struct sim *s)
{
    struct sim_v2 *v = &s->v2;

    sim_v2_settle(s, v->writes);
    /* Or the way to its registers is gone; what it does it goes on doing. */
    if ( !sim_complete(s, SIM_DONE_ACK, &s->ack_dead) )
        return ~0U;
    s->held &= !blocks(s);

    return v->config[V2_CR0][0];
}

/* EXSMRGENABLE: SMRs and S2CRs are on another page, and not where we look. */
static bool elsewhere(const struct sim *s, uint32_t offset)
{
    return (s->v2.cr2 >> 31) && !sim_v2_is_v1(s) && offset >= 0x800;
}

static uint32_t read_global(struct sim *s, uint32_t offset)
{
    const struct sim_v2 *v = &s->v2;
    unsigned int n = (offset & 0x1ff) / 4;

    if ( elsewhere(s, offset) )
        return 0;
    switch ( offset )
    {
    case 0x00: return read_cr0(s);
    case 0x08: return v->cr2;
    case 0x10: return v->acr;
    case 0x20: return s->id.idr0;
    case 0x24: return s->id.idr1;
    case 0x28: return s->id.idr2;
    case 0x2c: case 0x30: case 0x34: case 0x38: return 0;
    case 0x3c: return s->id.idr7;
    case 0x40: return v->gfar;
    case 0x44: return v->gfar >> 32;
    case 0x48: return v->gfsr;
    case 0x50: return v->gfsynr0;
    case 0x54: return v->gfsynr1;
    case 0x58: return 0;
    case 0x74: return v->sync;
    case 0x800 ... 0x9fc:
        if ( n >= sim_v2_groups(s) || !(s->id.idr0 & IDR0_SMS) )
            return unknown_read(offset);
        return v->config[V2_SMR][n];
    case 0xc00 ... 0xdfc:
        return n < sim_v2_groups(s) ? v->config[V2_S2CR][n]
                                    : unknown_read(offset);
    }

    return unknown_read(offset);
}

static uint32_t read_space1(struct sim *s, uint32_t offset)
{
    const struct sim_v2 *v = &s->v2;
    unsigned int n = (offset & 0x3ff) / 4;

    if ( n >= sim_v2_banks(s) )
        return unknown_read(0x1000 + offset);
    switch ( offset >> 10 )
    {
    case 0: return v->config[V2_CBAR][n];
    case 1: return v->bank[n].frsynra;
    case 2: return v->config[V2_CBA2R][n];
    }

    return unknown_read(0x1000 + offset);
}

static uint32_t read_bank(struct sim *s, unsigned int n, uint32_t offset)
{
    const struct sim_v2 *v = &s->v2;

    if ( n >= sim_v2_banks(s) )
        return unknown_read(offset);
    switch ( offset )
    {
    case 0x00: return v->config[V2_SCTLR][n];
    case 0x04: return v->bank[n].actlr;
    case 0x20: return v->config[V2_TTBR][n];
    case 0x24: return v->config[V2_TTBR][n] >> 32;
    case 0x30: return v->config[V2_TCR][n];
    case 0x58: return v->bank[n].fsr;
    case 0x60: case 0x70: return v->bank[n].far;
    case 0x64: case 0x74: return v->bank[n].far >> 32;
    case 0x68: return v->bank[n].fsynr0;
    case 0x6c: return v->bank[n].fsynr1;
    case 0x7f4: return v->bank[n].sync;
    }

    return unknown_read(offset);
}

static void push(struct sim *s, uint64_t cpu);
static uint64_t this_cpu(void);

static uint32_t read_reg(struct sim *s, uint32_t offset)
{
    uint32_t page = offset >> shift(s), at = offset & ((1U << shift(s)) - 1);

    if ( s->v2.nr_posted )
        push(s, this_cpu());
    if ( !is_id(s, offset) )
        sim_step(s);
    if ( s->ack_dead )
        return ~0U;
    if ( at & ~PAGE )
        return unknown_read(offset);
    if ( page == 0 )
        return read_global(s, at);
    if ( page == 1 )
        return read_space1(s, at);

    return page >= global_pages(s) ? read_bank(s, page - global_pages(s), at)
                                   : unknown_read(offset);
}

/* -- writes --------------------------------------------------------------- */

static void unknown_write(uint32_t offset)
{
    host_complain("write of register %#x, which the model does not have",
                  offset);
}

static void write_cr0(struct sim *s, uint32_t value)
{
    if ( value & CR0_STALLD )
        value &= ~CR0_STALLD;           /* RES0 where nothing stalls */
    if ( (value & CR0_VMID16EN) && !(s->id.idr2 & IDR2_VMID16) )
        host_complain("sCR0.VMID16EN=1, IDR2.VMID16S=0");
    if ( (value & CR0_EXIDENABLE) && !(s->id.idr0 & IDR0_EXIDS) )
        host_complain("sCR0.EXIDENABLE=1, IDR0.EXIDS=0");
    sim_v2_config(s, V2_CR0, 0, value | CR0_SMCFCFG);
}

/* What is ignored, and must not matter, in what a bank translates by. */
static void write_cbar(struct sim *s, unsigned int n, uint32_t value)
{
    if ( (value >> 16 & 3) == 0 && (value >> 8 & 0xff) )
        host_complain("CBAR%u=%#x: bits 15:8 are for stage 1", n, value);
    sim_v2_config(s, V2_CBAR, n, value & 0x00ffffff);
}

static void write_cba2r(struct sim *s, unsigned int n, uint32_t value)
{
    if ( sim_v2_is_v1(s) )
    {
        host_complain("CBA2R%u=%#x on SMMUv1, which has none", n, value);
        return;
    }
    if ( (value >> 16) && !(s->id.idr2 & IDR2_VMID16) )
        host_complain("CBA2R%u=%#x: VMID16, IDR2.VMID16S=0", n, value);
    sim_v2_config(s, V2_CBA2R, n, value & 0xffff0003);
}

/* In the state of the registers as they are: 10.6, TLBIVMID. */
static void tlbi_vmid(struct sim *s, uint32_t value)
{
    bool wide = s->v2.config[V2_CR0][0] & CR0_VMID16EN;

    if ( value & ~(wide ? 0xffffU : 0xffU) )
        host_complain("TLBIVMID=%#x: more than a VMID", value);
    sim_v2_tlbi(s, (struct sim_v2_tlbi){ .op = SIM_OP_VMID, .bank = -1,
                                         .vmid = value });
}

static void write_global(struct sim *s, uint32_t offset, uint64_t value)
{
    struct sim_v2 *v = &s->v2;
    unsigned int n = (offset & 0x1ff) / 4;

    if ( elsewhere(s, offset) )
        return;
    switch ( offset )
    {
    case 0x00: write_cr0(s, value); return;
    case 0x08: v->cr2 = value; return;
    case 0x10: v->acr = value; return;
    case 0x48: v->gfsr &= ~value; return;
    case 0x64: tlbi_vmid(s, value); return;
    case 0x68:
        sim_v2_tlbi(s, (struct sim_v2_tlbi){ .op = SIM_OP_ALL, .bank = -1 });
        return;
    case 0x6c:
        sim_v2_tlbi(s, (struct sim_v2_tlbi){ .op = SIM_OP_HYP, .bank = -1 });
        return;
    case 0x70: sim_v2_sync(s); return;
    case 0x800 ... 0x9fc:
        if ( n >= sim_v2_groups(s) || !(s->id.idr0 & IDR0_SMS) )
            break;
        sim_v2_config(s, V2_SMR, n, value & ~s->id.smr_lacks);
        return;
    case 0xc00 ... 0xdfc:
        if ( n >= sim_v2_groups(s) )
            break;
        if ( (value >> 16 & 3) == 1 && s->aborts_known )
            host_complain("S2CR%u=%#lx is bypass", n, (unsigned long)value);
        sim_v2_config(s, V2_S2CR, n, value);
        return;
    }
    unknown_write(offset);
}

static void write_space1(struct sim *s, uint32_t offset, uint32_t value)
{
    unsigned int n = (offset & 0x3ff) / 4;

    if ( n < sim_v2_banks(s) && offset < 0x400 )
        write_cbar(s, n, value);
    else if ( n < sim_v2_banks(s) && offset >> 10 == 2 )
        write_cba2r(s, n, value);
    else
        unknown_write(0x1000 + offset);
}

static void tlbi_ipa(struct sim *s, unsigned int n, uint64_t value, bool leaf,
                     unsigned int bytes)
{
    struct sim_v2 *v = &s->v2;
    bool wide = v->config[V2_CR0][0] & CR0_VMID16EN;

    if ( sim_v2_is_v1(s) )
    {
        host_complain("TLBIIPAS2 on SMMUv1, which has none");
        return;
    }
    if ( bytes != 8 )
        host_complain("TLBIIPAS2 written with %u bytes", bytes);
    if ( (v->config[V2_CBAR][n] >> 16 & 3) != 0 && s->aborts_known )
        host_complain("TLBIIPAS2 of bank %u, which is not of stage 2", n);
    if ( !(v->config[V2_CBA2R][n] & 1) && s->aborts_known )
        host_complain("TLBIIPAS2 of bank %u of the 32-bit format", n);
    if ( value >> 36 )
        host_complain("TLBIIPAS2=%#lx is no page number",
                      (unsigned long)value);
    sim_v2_tlbi(s, (struct sim_v2_tlbi){
        .op = SIM_OP_IPA, .leaf = leaf, .bank = n, .ipa = value << 12,
        .vmid = wide ? v->config[V2_CBA2R][n] >> 16 & 0xffff
                     : v->config[V2_CBAR][n] & 0xff,
    });
}

static void write_ttbr(struct sim *s, unsigned int n, uint64_t value,
                       unsigned int bytes, bool high)
{
    uint64_t old = s->v2.config[V2_TTBR][n];

    if ( bytes == 8 )
        old = value;
    else if ( high )
        old = (old & 0xffffffff) | value << 32;
    else
        old = (old & ~0xffffffffULL) | value;
    sim_v2_config(s, V2_TTBR, n, old);
}

static void write_bank(struct sim *s, unsigned int n, uint32_t offset,
                       uint64_t value, unsigned int bytes)
{
    struct sim_v2 *v = &s->v2;

    if ( n >= sim_v2_banks(s) )
    {
        host_complain("write of context bank %u of %u", n, sim_v2_banks(s));
        return;
    }
    switch ( offset )
    {
    case 0x00:
        if ( (value & SCTLR_CFCFG) && s->aborts_known )
            host_complain("SCTLR%u=%#lx: CFCFG, faults would stall", n,
                          (unsigned long)value);
        sim_v2_config(s, V2_SCTLR, n, value);
        return;
    case 0x04:
        if ( !s->id.locked )
            v->bank[n].actlr = value;
        return;
    case 0x08:
        /* One is ended; while CFCFG is set, the next one stalls. */
        if ( n == v->stalled_bank && v->stalled && (value & 1) &&
             !(v->config[V2_SCTLR][n] & SCTLR_CFCFG) )
            v->stalled--;
        if ( n == v->stalled_bank && v->stalled )
            v->bank[n].fsr |= FSR_SS | FSR_TF;
        return;
    case 0x20: write_ttbr(s, n, value, bytes, false); return;
    case 0x24: write_ttbr(s, n, value, bytes, true); return;
    case 0x30: sim_v2_config(s, V2_TCR, n, value); return;
    case 0x58: v->bank[n].fsr &= ~value; return;
    case 0x10: case 0x28: case 0x2c: case 0x38: case 0x3c:
    case 0x60: case 0x64: case 0x68: case 0x6c:
        return;                         /* nothing of stage 2 */
    case 0x630: tlbi_ipa(s, n, value, false, bytes); return;
    case 0x638: tlbi_ipa(s, n, value, true, bytes); return;
    case 0x7f0: sim_v2_sync_bank(s, n); return;
    }
    unknown_write(offset);
}

static void arrived(struct sim *s, uint32_t offset, uint64_t value,
                    unsigned int bytes)
{
    uint32_t page = offset >> shift(s), at = offset & ((1U << shift(s)) - 1);

    if ( s->ack_dead )
        return;
    if ( bytes == 8 && s->id.narrow )
        host_complain("register %#x written with 8 bytes on a narrow bus",
                      offset);
    if ( bytes == 8 && (page < global_pages(s) ||
                        (at != 0x20 && at != 0x28 && at != 0x630 &&
                         at != 0x638)) )
        host_complain("register %#x written with %u bytes", offset, bytes);
    if ( at & ~PAGE )
        unknown_write(offset);
    else if ( page == 0 )
        write_global(s, at, value);
    else if ( page == 1 )
        write_space1(s, at, value);
    else if ( page >= global_pages(s) )
        write_bank(s, page - global_pages(s), at, value, bytes);
    else
        unknown_write(offset);
}

/* -- writes that are posted ----------------------------------------------- */

/* Which CPU: a thread, or the other one that its poll lets in. */
static uint64_t this_cpu(void)
{
    return (uint64_t)pthread_self() + host_cpu();
}

static void arrive_nr(struct sim *s, unsigned int i)
{
    struct sim_v2 *v = &s->v2;
    uint32_t offset = v->posted[i].offset;
    uint64_t value = v->posted[i].value;
    unsigned int bytes = v->posted[i].bytes;

    v->nr_posted--;
    memmove(&v->posted[i], &v->posted[i + 1],
            (v->nr_posted - i) * sizeof(v->posted[0]));
    arrived(s, offset, value, bytes);
}

/* A CPU's own, in order. */
static void push(struct sim *s, uint64_t cpu)
{
    unsigned int i;

    for ( i = 0; i < s->v2.nr_posted; )
        if ( s->v2.posted[i].cpu == cpu )
            arrive_nr(s, i);
        else
            i++;
}

/* The oldest of some CPU. */
static void some_arrive(struct sim *s)
{
    struct sim_v2 *v = &s->v2;
    unsigned int i, k;

    if ( !v->nr_posted || !host_chance(8) )
        return;
    k = host_pick(v->nr_posted);
    for ( i = 0; v->posted[i].cpu != v->posted[k].cpu; i++ )
        continue;
    arrive_nr(s, i);
}

static void write_reg(struct sim *s, uint32_t offset, uint64_t value,
                      unsigned int bytes)
{
    struct sim_v2 *v = &s->v2;

    if ( !sim_is(s, SIM_POSTED) )
    {
        arrived(s, offset, value, bytes);
        return;
    }
    if ( v->nr_posted == ARRAY_SIZE(v->posted) )
        arrive_nr(s, 0);
    v->posted[v->nr_posted].cpu = this_cpu();
    v->posted[v->nr_posted].offset = offset;
    v->posted[v->nr_posted].value = value;
    v->posted[v->nr_posted++].bytes = bytes;
}

static void work(struct sim *s)
{
    some_arrive(s);
    sim_v2_work(s);
}

/* -- for the driver ------------------------------------------------------- */

static int probe(struct sim *s, struct smmu_unit *unit, bool snoops)
{
    struct smmu_v2_firmware firmware = {
        .model = !sim_v2_is_v1(s) ? SMMU_V2_MMU_500 :
                 s->id.idr1 & IDR1_PAGESIZE ? SMMU_V2_MMU_401
                                            : SMMU_V2_MMU_400,
        .bytes = (uint64_t)(2 * global_pages(s)) << shift(s),
        .dma_coherent = snoops,
        .ram_bits = HOST_RAM_BITS,
        .context_irqs = sim_v2_banks(s),
        .narrow = s->id.narrow,
    };

    return smmu_v2_probe(unit, sim_regs(s), &firmware);
}

const struct sim_kind sim_v2 = {
    .name = "v2", .is_id = is_id, .is_poll = is_poll, .read = read_reg,
    .write = write_reg, .reset = reset, .junk = junk, .lose = lose,
    .evict = evict, .blocks = blocks, .runs = runs, .busy = busy, .irq = irq,
    .arrive = sim_v2_arrive, .configure = sim_v2_configure,
    .fault = sim_v2_fault, .work = work, .stuck = stuck, .vary = vary,
    .probe = probe,
};
