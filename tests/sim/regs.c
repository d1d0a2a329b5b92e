/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Units, whether the driver may touch their registers now, interrupts, and
 * completions that fail.
 */
#include <stdlib.h>
#include <sys/mman.h>

#include "sim.h"

#define REG_WINDOW      0x800000U

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

static bool wanted_v2(void)
{
    const char *kind = getenv("SIM_KIND");

    if ( kind && !strcmp(kind, "any") )
        return host_chance(2);

    return kind && !strcmp(kind, "v2");
}

struct sim_id sim_id_good(void)
{
    return wanted_v2() ? sim_v2_good() : sim_v3_good();
}

struct sim_id sim_id_small(void)
{
    struct sim_id id = sim_id_ranges();

    return id.kind == &sim_v2 ? sim_v2_few(id, 48, 8) : id;
}

struct sim_id sim_id_ranges(void)
{
    struct sim_id id = sim_id_good();

    id.idr3 = 1U << 10;                 /* RIL; v2 has none */

    return id;
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
    sim_fail_access(0);
    sim_lose_write(0);
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

    s->kind->junk(s, one_in);
    /* Four VMIDs, and the addresses that world.h uses. */
    for ( i = 0; i < 128; i++ )
        if ( host_chance(one_in) )
            sim_junk_tlb(s, 1 + i % 4, 0x40000000ULL + (i / 4 % 8) * 4096ULL +
                     (i / 32) * 0x200000ULL, page);
}

struct sim *sim_new(const struct sim_id *id, unsigned int nasty, bool snoops)
{
    struct sim *s = &units[sim_count++];

    memset(s, 0, sizeof(*s));
    s->id = *id;
    s->kind = id->kind;
    s->nasty = nasty;
    s->snoops = snoops;
    s->present = true;
    s->kind->reset(s);
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

static uint64_t access_at;

void sim_fail_access(uint64_t n)
{
    access_at = n;
}

bool sim_access_has_failed(void)
{
    return !access_at;
}

static uint64_t lose_at;

void sim_lose_write(uint64_t n)
{
    lose_at = n;
}

bool sim_lost_write(void)
{
    return !lose_at;
}

bool sim_loses_this(void)
{
    return lose_at && --lose_at == 0;
}

static void count_access(struct sim *s)
{
    if ( access_at && --access_at == 0 )
        s->dead = true;
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

void sim_log(struct sim *s, uint64_t d0, uint64_t d1)
{
    s->log[s->nr_cmds++ % ARRAY_SIZE(s->log)] = (struct sim_cmd){ { d0, d1 } };
}

bool sim_blocks(const struct sim *s)
{
    return s->kind->blocks(s);
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
    if ( s->unit && !s->kind->is_id(s, offset) && !smmu_unit_users(s->unit) )
        host_complain("register %#x touched without a use count", offset);
}

uint32_t sim_mmio_read(void *regs, uint32_t offset)
{
    struct sim *s = find(regs);

    check_use(s, offset);
    s->nr_mmio++;
    s->nr_id_reads += s->kind->is_id(s, offset);
    if ( s->kind->is_poll(s, offset) )
    {
        s->nr_polls++;
        host_poll();
    }
    count_access(s);
    if ( s->dead || s->off )
        return ~0U;

    return s->kind->read(s, offset);
}

void sim_mmio_write(void *regs, uint32_t offset, uint64_t value,
                    unsigned int bytes)
{
    struct sim *s = find(regs);

    check_use(s, offset);
    s->nr_mmio++;
    s->nr_writes++;
    count_access(s);
    if ( s->nr_trace < ARRAY_SIZE(s->trace) )
    {
        s->trace[s->nr_trace].offset = offset;
        s->trace[s->nr_trace++].value = value;
    }
    if ( s->dead || s->off )
        return;
    s->kind->write(s, offset, value, bytes);
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
        fire = s->unit && s->kind->irq(s);
        s->nr_irqs += fire;
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
