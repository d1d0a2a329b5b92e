/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A host as Xen would run it: units, domains with stage 2 tables, devices,
 * pages that come and go.
 *
 * Invariant: a page is given back as soon as the driver's contract allows it,
 * and not before: when smmu_flush(domain, true) has returned 0 for it, when a
 * gather releases it, or when smmu_domain_stop() has for the whole domain.
 */
#ifndef __TESTS_SIM_WORLD_H__
#define __TESTS_SIM_WORLD_H__

#include "sim.h"
#include "backend.h"
#include "gather.h"

#define AREAS           4           /* of 2 MiB each */
#define SLOTS           8           /* pages used of an area */
#define WORLD_BASE      0x40000000ULL
#define WORLD_DOMS      6
#define WORLD_DEVS      24

struct world_dom {
    struct smmu_domain *d;
    uint32_t owner;                 /* of frames: never used twice */
    uint16_t id;
    struct smmu_stage2 s2;
    unsigned int root_pages;
    uint64_t page[AREAS][SLOTS];
    uint64_t block[AREAS];          /* a 2 MiB page */
    uint64_t rest[AREAS];           /* one that was split: SLOTS.. are there */
    uint64_t table[AREAS];
    bool stopped, zombie;
    unsigned int force;
    unsigned int devs;              /* attached now */
};
struct world_dev {
    struct smmu_device *dev;
    struct world_dom *dom;
    unsigned int unit;
    struct smmu_range sids[3];
    unsigned int nr;
    char path[24];
    bool awake;                     /* its vote */
};

struct world {
    struct smmu_unit unit[SIM_MAX];
    struct sim *sim[SIM_MAX];
    struct smmu_power_source source[SIM_MAX];
    unsigned int units;
    struct world_dom dom[WORLD_DOMS];
    struct world_dev dev[WORLD_DEVS];
    unsigned int devs;
    uint32_t owners;
    bool booting;                   /* more units are to come */
    bool wanted_held, wanted_kept;  /* of the unit that is being added */
    enum sim_caches wanted_caches;
};
extern struct world world;

/* From nothing: no unit, no domain. */
void world_reset(uint64_t seed, bool threads);
/* Frees what is left, as far as the driver allows it. */
void world_free(void);

/* A unit and its probe; its result. */
int world_unit(const struct sim_id *id, unsigned int nasty, bool snoops);
/* Behind a power source: sim_source(). */
int world_powered(const struct sim_id *id, unsigned int nasty, bool snoops,
                  bool held, bool registers_kept, enum sim_caches caches);
/* Behind one of the driver's own. */
int world_sourced(const struct sim_id *id, unsigned int nasty,
                  const struct smmu_power_source *source);
/* The usual one, which must come up. */
struct sim *world_good(unsigned int nasty);

/* A device with one stream, or with these. */
struct world_dev *world_dev(unsigned int unit, uint32_t sid);
struct world_dev *world_dev_sids(unsigned int unit, bool bridge,
                                 const struct smmu_range *sids,
                                 unsigned int nr, int *rc);
int world_attach(struct world_dom *dom, struct world_dev *dev);
int world_detach(struct world_dev *dev);
/* The guest's word; the toolstack's. */
int world_vote(struct world_dev *dev, bool awake);
int world_force(struct world_dom *dom, unsigned int force);
/* Whether its streams are to translate, votes and force considered. */
bool world_wanted(const struct world_dev *dev);
/* Host suspend: all units lose what they do not declare to keep; and resume. */
int world_suspend(void);
void world_resume(void);
/*
 * It fails: by an error of its own, where it has such, and the driver finds out;
 * or the driver is told.
 */
void world_break(unsigned int unit);
/* Lets time pass, and does what is due. */
void world_wait(uint64_t ns);
/* Forgets a device of no domain, and learns of it again. */
int world_again(struct world_dev *dev);

/* Root level 0, 1 or 2. */
struct world_dom *world_create(unsigned int i, unsigned int root_level);
int world_stop(struct world_dom *dom);
/* Stops, detaches, frees: -EIO if it has become a zombie. */
int world_destroy(struct world_dom *dom);

static inline uint64_t world_ipa(unsigned int area, unsigned int slot)
{
    return WORLD_BASE + area * 0x200000ULL + slot * 0x1000ULL;
}
/* false: it was mapped already; or what was there could not be flushed. */
bool world_map(struct world_dom *dom, unsigned int area, unsigned int slot);
bool world_map_block(struct world_dom *dom, unsigned int area);
/* A 2 MiB page becomes 512 others; 1: there is none. */
int world_split(struct world_dom *dom, unsigned int area);
/* What the flush said; 1: it was not mapped. */
int world_unmap(struct world_dom *dom, unsigned int area, unsigned int slot);
/* The same in an operation, which keeps the page.  NULL: it does not. */
int world_gather(struct smmu_gather *gather, struct world_dom *dom,
                 unsigned int area, unsigned int slot);
/* The whole area, its table page or block included. */
int world_unmap_area(struct world_dom *dom, unsigned int area);

/* Every address that is ever mapped, for background DMA. */
void world_dma(unsigned int one_in);

#endif /* __TESTS_SIM_WORLD_H__ */
