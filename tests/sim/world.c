/* SPDX-License-Identifier: GPL-2.0-only */
#include "world.h"

/* unit.c's list of units; objcopy has made it visible (host/build.mk). */
extern uint64_t units;

struct world world;

#define PTE_LEAF(pa, kind)  ((pa) | 1ULL << 10 | 3ULL << 8 | 3ULL << 6 | \
                             0xfULL << 2 | (kind))
#define PTE_TABLE(pa)       ((pa) | 3)
#define PTE_ADDRESS         0x0000fffffffff000ULL

/* As the glue answers: op.c may force what is not dom0's. */
static struct smmu_domain *find_domain(uint16_t id, enum xen_smmu_reason *why)
{
    unsigned int i;

    if ( id == 0 )
    {
        *why = XEN_SMMU_REASON_DOM0;
        return NULL;
    }
    for ( i = 0; i < WORLD_DOMS; i++ )
        if ( world.dom[i].d && world.dom[i].id == id )
            return world.dom[i].d;
    *why = XEN_SMMU_REASON_NO_DOMAIN;

    return NULL;
}

void world_reset(uint64_t seed, bool threads)
{
    memset(&world, 0, sizeof(world));
    units = 0;
    sim_reset(seed, threads);
    smmu_delay = 20000000;
    host_find_domain = find_domain;
    host_smc = NULL;
    host_domains_held = 0;
}

/* As the glue unmasks an interrupt that is a level. */
static void listen(struct smmu_unit *unit, bool looked)
{
    host_enter();
    world.sim[unit - world.unit]->v2.masked = false;
    host_leave();
}

static int add_unit(const struct sim_id *id, unsigned int nasty, bool snoops,
                    const struct smmu_power_source *source)
{
    static const char *const names[] = { "smmu@0", "smmu@1", "smmu@2",
                                         "smmu@3" };
    unsigned int i = world.units;
    int rc;

    world.sim[i] = sim_new(id, nasty, snoops);
    world.unit[i].name = names[i];
    world.unit[i].source = source;
    world.unit[i].address = 0x9050000 + i * 0x20000;
    if ( source == &world.source[i] )
        sim_source(world.sim[i], &world.source[i], world.wanted_held,
                   world.wanted_kept, world.wanted_caches);
    world.unit[i].listen = id->kind == &sim_v2 ? listen : NULL;
    sim_bind(world.sim[i], &world.unit[i]);
    rc = id->kind->probe(world.sim[i], &world.unit[i], snoops);
    if ( rc )
        sim_bind(world.sim[i], NULL);
    else
    {
        world.sim[i]->aborts_known = true;
        world.units++;
        if ( !world.booting )
            smmu_units_complete();
    }

    return rc;
}

int world_unit(const struct sim_id *id, unsigned int nasty, bool snoops)
{
    return add_unit(id, nasty, snoops, NULL);
}

int world_powered(const struct sim_id *id, unsigned int nasty, bool snoops,
                  bool held, bool registers_kept, enum sim_caches caches)
{
    struct smmu_power_source *source = &world.source[world.units];

    world.wanted_caches = caches;
    world.wanted_held = held;
    world.wanted_kept = registers_kept;

    return add_unit(id, nasty, snoops, source);
}

int world_sourced(const struct sim_id *id, unsigned int nasty,
                  const struct smmu_power_source *source)
{
    return add_unit(id, nasty, true, source);
}

struct sim *world_good(unsigned int nasty)
{
    struct sim_id id = sim_id_good();

    if ( world_unit(&id, nasty, true) )
        host_complain("a good unit was refused");

    return world.sim[world.units - 1];
}

/* -- devices -------------------------------------------------------------- */

struct world_dev *world_dev_sids(unsigned int unit, bool bridge,
                                 const struct smmu_range *sids,
                                 unsigned int nr, int *rc)
{
    struct world_dev *w = &world.dev[world.devs];
    struct sim *s = world.sim[unit];
    unsigned int i;

    memset(w, 0, sizeof(*w));
    w->unit = unit;
    w->nr = nr;
    memcpy(w->sids, sids, nr * sizeof(*sids));
    snprintf(w->path, sizeof(w->path), "/dev@%x,%x", unit, sids[0].first);
    *rc = smmu_device_add(&world.unit[unit], w->path, bridge, sids, nr,
                          &w->dev);
    if ( *rc )
        return NULL;
    host_enter();
    for ( i = 0; i < nr && s->nr_sids < ARRAY_SIZE(s->sids); i++ )
        s->sids[s->nr_sids++] = sids[i].first;
    host_leave();

    return &world.dev[world.devs++];
}

struct world_dev *world_dev(unsigned int unit, uint32_t sid)
{
    struct smmu_range r = { sid, 1 };
    int rc;

    return world_dev_sids(unit, false, &r, 1, &rc);
}

int world_attach(struct world_dom *dom, struct world_dev *dev)
{
    int rc = smmu_attach(dom->d, dev->dev);

    if ( !rc )
    {
        dev->dom = dom;
        dev->awake = true;
        dom->devs++;
    }

    return rc;
}

int world_detach(struct world_dev *dev)
{
    int rc = smmu_detach(dev->dom->d, dev->dev);

    if ( !rc )
    {
        dev->dom->devs--;
        dev->dom = NULL;
    }

    return rc;
}

int world_vote(struct world_dev *dev, bool awake)
{
    int rc = smmu_vote(dev->dom->d, dev->dev, awake);

    if ( !rc )
        dev->awake = awake;

    return rc;
}

int world_force(struct world_dom *dom, unsigned int force)
{
    dom->force = force;

    return smmu_force(dom->d, force);
}

bool world_wanted(const struct world_dev *dev)
{
    const struct world_dom *dom = dev->dom;

    return dom && !dom->stopped && dom->force != XEN_SMMU_FORCE_SUSPEND &&
           (dev->awake || dom->force == XEN_SMMU_FORCE_RESUME);
}

static void all_asleep(bool asleep)
{
    unsigned int i;

    host_enter();
    for ( i = 0; i < world.units; i++ )
        world.sim[i]->asleep = asleep;
    host_leave();
}

static void masters_go(void)
{
    unsigned int i;

    host_enter();
    all_asleep(false);
    for ( i = 0; i < world.units; i++ )
        sim_release_masters(world.sim[i]);
    host_leave();
}

/* The whole platform sleeps: masters as well, until it has resumed. */
int world_suspend(void)
{
    unsigned int i;
    int rc;

    all_asleep(true);
    rc = smmu_suspend();
    if ( rc )
    {
        masters_go();
        return rc;
    }
    for ( i = 0; i < world.units; i++ )
        sim_host_off(world.sim[i]);

    return 0;
}

void world_resume(void)
{
    unsigned int i;

    for ( i = 0; i < world.units; i++ )
        sim_host_on(world.sim[i], world.unit[i].source);
    smmu_resume();
    masters_go();
}

void world_break(unsigned int unit)
{
    struct smmu_unit *u = &world.unit[unit];

    if ( world.sim[unit]->kind == &sim_v3 )
        sim_raise(world.sim[unit], 1U << 8);    /* SFM_ERR */
    else if ( smmu_unit_get(u) )
    {
        smmu_unit_fail(u, XEN_SMMU_REASON_SERVICE_FAILURE);
        smmu_unit_put(u);
    }
    sim_settle();
}

void world_wait(uint64_t ns)
{
    host_enter();
    host_time_ns += ns;
    host_leave();
    host_run_work();
}

int world_again(struct world_dev *dev)
{
    int rc = smmu_device_remove(dev->dev);

    if ( rc )
        return rc;

    return smmu_device_add(&world.unit[dev->unit], dev->path, false,
                           dev->sids, dev->nr, &dev->dev);
}

/* -- stage 2 -------------------------------------------------------------- */

static unsigned int shift_of(unsigned int level)
{
    return 12 + 9 * (3 - level);
}

/* The descriptor of `ipa` at `level`; tables on the way are made. */
static uint64_t descriptor(struct world_dom *dom, uint64_t ipa,
                           unsigned int level)
{
    uint64_t table = dom->s2.ttb, at, next;
    unsigned int l = dom->s2.root_level;

    at = table + 8 * (ipa >> shift_of(l));
    for ( ; l < level; l++ )
    {
        next = host_pte_load(at);
        if ( !next )
        {
            host_enter();
            next = PTE_TABLE(host_page_alloc(FRAME_TABLE, dom->owner));
            host_leave();
            host_pte_store(at, next);
        }
        at = (next & PTE_ADDRESS) + 8 * (ipa >> shift_of(l + 1) & 511);
    }

    return at;
}

static uint64_t alloc(struct world_dom *dom, enum host_kind kind,
                      unsigned int nr)
{
    uint64_t phys;

    host_enter();
    phys = host_pages_alloc(kind, dom->owner, nr);
    host_leave();

    return phys;
}

static void give_back(uint64_t phys)
{
    host_enter();
    host_page_free(phys);
    host_leave();
}

struct world_dom *world_create(unsigned int i, unsigned int root_level)
{
    static const unsigned int bits[] = { 48, 40, 32 };
    static const unsigned int pages[] = { 1, 2, 4 };
    struct world_dom *dom = &world.dom[i];

    memset(dom, 0, sizeof(*dom));
    dom->owner = ++world.owners;
    dom->id = i + 1;
    dom->root_pages = pages[root_level];
    dom->s2.root_level = root_level;
    dom->s2.ipa_bits = bits[root_level];
    dom->s2.ttb = alloc(dom, FRAME_TABLE, dom->root_pages);
    dom->d = smmu_domain_create(dom->id, &dom->s2);

    return dom;
}

/* Xen's P2M orders by itself what it adds. */
static void ordered(void)
{
    host_enter();
    host_memory_wmb();
    host_leave();
}

/* As it does: break, make.  The break's error. */
static int put_entry_locked(struct world_dom *dom, uint64_t ipa,
                            unsigned int level, uint64_t value)
{
    uint64_t at = descriptor(dom, ipa, level);
    uint64_t pages = 1ULL << (shift_of(level) - 12);
    bool replaced = host_pte_load(at);
    int rc;

    if ( replaced )
        host_pte_store(at, 0);
    rc = smmu_break(dom->d, ipa >> 12, pages, replaced);
    if ( rc )
        return rc;
    host_pte_store(at, value);
    ordered();
    if ( smmu_flush(dom->d, ipa >> 12, pages, false) )
        host_complain("a flush of what was added failed");

    return 0;
}

static int put_entry(struct world_dom *dom, uint64_t ipa, unsigned int level,
                     uint64_t value)
{
    int rc;

    host_p2m_enter();
    rc = put_entry_locked(dom, ipa, level, value);
    host_p2m_leave();

    return rc;
}

bool world_map(struct world_dom *dom, unsigned int area, unsigned int slot)
{
    uint64_t ipa = world_ipa(area, slot), page;

    if ( dom->block[area] || dom->page[area][slot] )
        return false;
    dom->table[area] = descriptor(dom, ipa, 3) & ~4095ULL;
    page = alloc(dom, FRAME_DATA, 1);
    if ( !page )
        return false;
    if ( put_entry(dom, ipa, 3, PTE_LEAF(page, 3)) )
    {
        give_back(page);
        return false;
    }
    dom->page[area][slot] = page;

    return true;
}

bool world_map_block(struct world_dom *dom, unsigned int area)
{
    uint64_t block, table = dom->table[area];
    unsigned int i;

    if ( dom->block[area] || dom->rest[area] )
        return false;
    for ( i = 0; i < SLOTS; i++ )
        if ( dom->page[area][i] )
            return false;
    block = alloc(dom, FRAME_DATA, 512);
    if ( !block )
        return false;
    /* Perhaps over an empty table, which nothing walks any more then. */
    if ( put_entry(dom, world_ipa(area, 0), 2, PTE_LEAF(block, 1)) )
    {
        for ( i = 0; i < 512; i++ )
            give_back(block + i * 4096ULL);
        dom->table[area] = 0;           /* cleared, and never used again */
        return false;
    }
    dom->block[area] = block;
    dom->table[area] = 0;
    if ( table )
        give_back(table);

    return true;
}

int world_split(struct world_dom *dom, unsigned int area)
{
    uint64_t block = dom->block[area], at, table;
    unsigned int i;
    int rc;

    if ( !block )
        return 1;
    table = alloc(dom, FRAME_TABLE, 1);
    for ( i = 0; i < 512; i++ )
        host_pte_store(table + 8 * i, PTE_LEAF(block + i * 4096ULL, 3));
    at = descriptor(dom, world_ipa(area, 0), 2);
    host_p2m_enter();
    host_pte_store(at, 0);
    rc = smmu_break(dom->d, world_ipa(area, 0) >> 12, 512, true);
    /* It stays what it was in any case. */
    host_pte_store(at, PTE_TABLE(table));
    ordered();
    host_p2m_leave();
    for ( i = 0; i < SLOTS; i++ )
        dom->page[area][i] = block + i * 4096ULL;
    dom->rest[area] = block;
    dom->table[area] = table;
    dom->block[area] = 0;

    return rc;
}

int world_unmap(struct world_dom *dom, unsigned int area, unsigned int slot)
{
    return world_gather(NULL, dom, area, slot);
}

int world_gather(struct smmu_gather *gather, struct world_dom *dom,
                 unsigned int area, unsigned int slot)
{
    uint64_t page = dom->page[area][slot];
    int rc;

    if ( !page )
        return 1;
    host_pte_store(descriptor(dom, world_ipa(area, slot), 3), 0);
    dom->page[area][slot] = 0;
    if ( gather )
    {
        host_p2m_enter();
        smmu_gather_add(gather, world_ipa(area, slot) >> 12);
        host_p2m_leave();
        smmu_gather_keep(gather, (void *)(uintptr_t)page);
        return 0;
    }
    host_p2m_enter();
    rc = smmu_flush(dom->d, world_ipa(area, slot) >> 12, 1, true);
    host_p2m_leave();
    if ( !rc && !dom->stopped )
        give_back(page);

    return rc;
}

int world_unmap_area(struct world_dom *dom, unsigned int area)
{
    uint64_t block = dom->block[area], table = dom->table[area];
    uint64_t rest = dom->rest[area];
    unsigned int i;
    int rc;

    if ( !block && !table )
        return 1;
    host_pte_store(descriptor(dom, world_ipa(area, 0), 2), 0);
    host_p2m_enter();
    rc = smmu_flush(dom->d, world_ipa(area, 0) >> 12, 512, true);
    host_p2m_leave();
    for ( i = 0; block && !rc && i < 512; i++ )
        give_back(block + i * 4096ULL);
    for ( i = 0; table && !rc && i < SLOTS; i++ )
        if ( dom->page[area][i] )
            give_back(dom->page[area][i]);
    for ( i = SLOTS; rest && !rc && i < 512; i++ )
        give_back(rest + i * 4096ULL);
    if ( table && !rc )
        give_back(table);
    memset(dom->page[area], 0, sizeof(dom->page[area]));
    dom->block[area] = dom->table[area] = dom->rest[area] = 0;

    return rc;
}

/* All it has: its tables as well, since nothing can walk them any more. */
static void free_tables(struct world_dom *dom, uint64_t table,
                        unsigned int pages, unsigned int level)
{
    unsigned int i;
    uint64_t d;

    for ( i = 0; i < pages * 512; i++ )
    {
        d = host_pte_load(table + 8 * i);
        if ( d && level < 3 && (d & 2) )
            free_tables(dom, d & PTE_ADDRESS, 1, level + 1);
    }
    for ( i = 0; i < pages; i++ )
        give_back(table + i * 4096ULL);
}

static void free_all(struct world_dom *dom)
{
    unsigned int area, i;

    for ( area = 0; area < AREAS; area++ )
    {
        for ( i = 0; dom->block[area] && i < 512; i++ )
            give_back(dom->block[area] + i * 4096ULL);
        for ( i = SLOTS; dom->rest[area] && i < 512; i++ )
            give_back(dom->rest[area] + i * 4096ULL);
        for ( i = 0; i < SLOTS; i++ )
            if ( dom->page[area][i] )
                give_back(dom->page[area][i]);
    }
    free_tables(dom, dom->s2.ttb, dom->root_pages, dom->s2.root_level);
}

int world_stop(struct world_dom *dom)
{
    int rc = smmu_domain_stop(dom->d);

    if ( rc )
    {
        if ( !smmu_domain_quarantined(dom->d) )
            host_complain("smmu_domain_stop() failed, and d%u is not quarantined",
                          dom->id);
        dom->zombie = true;
    }
    else if ( !dom->stopped )
    {
        free_all(dom);
        memset(dom->page, 0, sizeof(dom->page));
        memset(dom->block, 0, sizeof(dom->block));
        memset(dom->rest, 0, sizeof(dom->rest));
        memset(dom->table, 0, sizeof(dom->table));
        dom->stopped = true;
    }

    return rc;
}

int world_destroy(struct world_dom *dom)
{
    unsigned int i;

    if ( world_stop(dom) )
        return -EIO;
    for ( i = 0; i < world.devs; i++ )
        if ( world.dev[i].dom == dom && world_detach(&world.dev[i]) )
        {
            dom->zombie = true;
            return -EIO;
        }
    smmu_domain_destroy(dom->d);
    dom->d = NULL;

    return 0;
}

void world_dma(unsigned int one_in)
{
    unsigned int area, slot;

    host_enter();
    sim_nr_ipas = 0;
    for ( area = 0; area < AREAS; area++ )
        for ( slot = 0; slot < SLOTS; slot++ )
            sim_ipas[sim_nr_ipas++] = world_ipa(area, slot);
    sim_background = one_in;
    host_leave();
}

void world_free(void)
{
    unsigned int i;

    for ( i = 0; i < WORLD_DOMS; i++ )
        if ( world.dom[i].d && !world.dom[i].zombie )
            world_destroy(&world.dom[i]);
    /* What the driver says that it did is what it did. */
    for ( i = 0; i < world.units; i++ )
    {
        const struct smmu_unit *unit = &world.unit[i];
        const struct sim *s = world.sim[i];

        if ( unit->nr_accesses + unit->nr_polls != s->nr_mmio - s->nr_id_reads )
            host_complain("%s: %lu accesses and %lu polls are counted, of %lu",
                          unit->name, unit->nr_accesses, unit->nr_polls,
                          s->nr_mmio - s->nr_id_reads);
    }
}
