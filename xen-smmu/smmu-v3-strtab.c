/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The stream table (IHI0070 3.3.1, 5.1, 5.2).
 *
 * A stream that no device owns has no table, or an invalid STE (V=0): what
 * comes from it aborts, and leaves an event.  An owned one that does not
 * translate is valid with Config=abort: silent.  What opens or closes a stream
 * is one 64-bit store.
 *
 * A host bridge owns whole buses, all with the same STE, so that one level 2
 * table, its own, serves them all: 65,536 streams cost 16 KiB.  A bus from
 * which some other device takes a stream gets a table to itself.
 */
#include "smmu-v3-priv.h"

static size_t l1_bytes(const struct smmu_v3_strtab *tab)
{
    return 8UL << (tab->sid_bits - SMMU_V3_SPLIT);
}

#define L2_BYTES    (SMMU_V3_L2_STES * sizeof(struct smmu_v3_ste))

int smmu_v3_strtab_init(struct smmu_unit *unit)
{
    struct smmu_v3 *v3 = to_v3(unit);
    struct smmu_v3_strtab *tab = &v3->strtab;
    uint64_t phys;

    tab->sid_bits = v3->caps.sid_bits;
    tab->two_level = v3->caps.two_level && tab->sid_bits > SMMU_V3_SPLIT;

    if ( tab->two_level )
    {
        if ( tab->sid_bits > SMMU_V3_MAX_SID_BITS )
            tab->sid_bits = SMMU_V3_MAX_SID_BITS;
        tab->l2 = smmu_zalloc(sizeof(*tab->l2)
                              << (tab->sid_bits - SMMU_V3_SPLIT));
        tab->l1 = smmu_dma_alloc(l1_bytes(tab), &phys);
        if ( !tab->l1 || !tab->l2 )
            return -ENOMEM;
        smmu_v3_publish(unit, tab->l1, l1_bytes(tab));
        tab->cfg = V3_STRTAB_CFG_2LEVEL |
                   (SMMU_V3_SPLIT << V3_STRTAB_CFG_SPLIT) | tab->sid_bits;
    }
    else
    {
        /* One page of contiguous STEs for each 64 streams: be modest. */
        if ( tab->sid_bits > 16 )
            tab->sid_bits = 16;
        tab->linear = smmu_dma_alloc(sizeof(*tab->linear) << tab->sid_bits,
                                     &phys);
        if ( !tab->linear )
            return -ENOMEM;
        smmu_v3_publish(unit, tab->linear,
                        sizeof(*tab->linear) << tab->sid_bits);
        tab->cfg = tab->sid_bits;
    }

    tab->base = phys | V3_BASE_ALLOC;
    unit->sid_bits = tab->sid_bits;

    return 0;
}

void smmu_v3_strtab_free(struct smmu_unit *unit)
{
    struct smmu_v3_strtab *tab = &to_v3(unit)->strtab;

    if ( tab->l1 )
        smmu_dma_free(tab->l1, l1_bytes(tab));
    smmu_free(tab->l2);
    if ( tab->linear )
        smmu_dma_free(tab->linear, sizeof(*tab->linear) << tab->sid_bits);
}

/* The STE of a stream, or NULL: its level 2 table does not exist. */
static struct smmu_v3_ste *find_ste(struct smmu_v3_strtab *tab, uint32_t sid)
{
    struct smmu_v3_ste *l2;

    if ( !tab->two_level )
        return &tab->linear[sid];

    l2 = tab->l2[sid >> SMMU_V3_SPLIT].stes;

    return l2 ? &l2[sid & (SMMU_V3_L2_STES - 1)] : NULL;
}

static void set_dword0(struct smmu_unit *unit, struct smmu_v3_ste *ste,
                       uint64_t value)
{
    smmu_dma_store(&ste->d[0], value);
    smmu_v3_publish(unit, ste, sizeof(ste->d[0]));
}

/* Dwords 1 to 3: while the STE aborts, and SMMU_INV_STREAMS follows. */
static void write_stage2(struct smmu_unit *unit, struct smmu_v3_ste *ste,
                         const struct smmu_link *link)
{
    const struct smmu_stage2 *s2 = &link->domain->stage2;
    unsigned int ps;

    /* 5.2, S2PS: as IDR5.OAS. */
    for ( ps = 0; ps < 6; ps++ )
    {
        static const uint8_t bits[] = { 32, 36, 40, 42, 44, 48 };

        if ( bits[ps] >= unit->oas_bits )
            break;
    }

    smmu_dma_store(&ste->d[1], to_v3(unit)->caps.attr_override
                               ? V3_STE1_SHCFG_INCOMING : 0);
    smmu_dma_store(&ste->d[2],
                   V3_STE2_VMID(link->vmid) |
                   V3_STE2_T0SZ(64 - s2->ipa_bits) |
                   V3_STE2_SL0(2 - s2->root_level) |
                   V3_STE2_IRGN_WBWA | V3_STE2_ORGN_WBWA |
                   V3_STE2_SH_INNER | V3_STE2_PS(ps) | V3_STE2_AA64 |
                   V3_STE2_RECORD);
    smmu_dma_store(&ste->d[3], s2->ttb);
    smmu_v3_publish(unit, ste, sizeof(*ste));
}

/* A level 2 table of its own for the 256 streams round `sid`. */
static int own_table(struct smmu_unit *unit, uint32_t sid)
{
    struct smmu_v3_strtab *tab = &to_v3(unit)->strtab;
    unsigned int i = sid >> SMMU_V3_SPLIT, j;
    struct smmu_v3_table old = tab->l2[i], new = { .shared = false };

    if ( old.stes && !old.shared )
        return 0;

    new.stes = smmu_dma_alloc(L2_BYTES, &new.phys);
    if ( !new.stes )
        return -ENOMEM;
    for ( j = 0; old.stes && j < SMMU_V3_L2_STES * V3_STE_DWORDS; j++ )
        smmu_dma_store(&new.stes->d[j], smmu_dma_load(&old.stes->d[j]));
    smmu_v3_publish(unit, new.stes, L2_BYTES);

    tab->l2[i] = new;
    smmu_dma_store(&tab->l1[i], new.phys | V3_L1STD_SPAN(SMMU_V3_SPLIT + 1));
    smmu_v3_publish(unit, &tab->l1[i], sizeof(tab->l1[i]));

    return 0;
}

/* Whether a bridge owns all 256 streams from `sid` on. */
static bool whole_bus(struct smmu_unit *unit, const struct smmu_device *dev,
                      uint32_t sid, uint32_t left)
{
    struct smmu_device *d;
    unsigned int i;

    if ( !dev->bridge || (sid & (SMMU_V3_L2_STES - 1)) ||
         left < SMMU_V3_L2_STES )
        return false;

    for ( d = unit->devices; d; d = d->next )
        for ( i = 0; d != dev && i < d->nr; i++ )
            if ( d->sids[i].first < sid + SMMU_V3_L2_STES &&
                 sid < d->sids[i].first + d->sids[i].count )
                return false;

    return true;
}

/*
 * Calls fn for every STE that `dev` owns; a table that its buses share comes
 * last, once.
 */
static void for_each_ste(struct smmu_unit *unit, struct smmu_device *dev,
                         void (*fn)(struct smmu_unit *unit,
                                    struct smmu_v3_ste *ste,
                                    const struct smmu_device *dev))
{
    struct smmu_v3_strtab *tab = &to_v3(unit)->strtab;
    const struct smmu_v3_table *shared = dev->private;
    struct smmu_v3_ste *ste;
    unsigned int i, n;
    uint32_t sid;

    for ( i = 0; i < dev->nr; i++ )
        for ( n = 0; n < dev->sids[i].count; n++ )
        {
            sid = dev->sids[i].first + n;
            if ( tab->two_level && tab->l2[sid >> SMMU_V3_SPLIT].shared )
            {
                /* The bridge's own follows; another's is not to be touched. */
                n += SMMU_V3_L2_STES - 1 - (sid & (SMMU_V3_L2_STES - 1));
                continue;
            }
            ste = find_ste(tab, sid);
            if ( ste && smmu_stream_owner(unit, sid) == dev )
                fn(unit, ste, dev);
        }

    for ( i = 0; shared && i < SMMU_V3_L2_STES; i++ )
        fn(unit, &shared->stes[i], dev);
}

static void ste_configure(struct smmu_unit *unit, struct smmu_v3_ste *ste,
                          const struct smmu_device *dev)
{
    write_stage2(unit, ste, dev->link);
}

static void ste_open(struct smmu_unit *unit, struct smmu_v3_ste *ste,
                     const struct smmu_device *dev)
{
    set_dword0(unit, ste, V3_STE0_V | V3_STE0_CONFIG_S2);
}

static void ste_abort(struct smmu_unit *unit, struct smmu_v3_ste *ste,
                      const struct smmu_device *dev)
{
    set_dword0(unit, ste, V3_STE0_V | V3_STE0_CONFIG_ABORT);
}

static void ste_invalidate(struct smmu_unit *unit, struct smmu_v3_ste *ste,
                           const struct smmu_device *dev)
{
    set_dword0(unit, ste, 0);
}

void smmu_v3_configure(struct smmu_unit *unit, struct smmu_device *dev)
{
    for_each_ste(unit, dev, ste_configure);
}

void smmu_v3_open(struct smmu_unit *unit, struct smmu_device *dev)
{
    for_each_ste(unit, dev, ste_open);
}

void smmu_v3_abort(struct smmu_unit *unit, struct smmu_device *dev)
{
    for_each_ste(unit, dev, ste_abort);
}

/*
 * A table that a bridge's buses shared stays where the level 1 table names it,
 * without a valid STE in it; a later owner of the bus gets a copy.
 */
void smmu_v3_release(struct smmu_unit *unit, struct smmu_device *dev)
{
    for_each_ste(unit, dev, ste_invalidate);
    smmu_free(dev->private);
    dev->private = NULL;
}

/* Points a bus at the table that all of the bridge's buses share. */
static int share_table(struct smmu_unit *unit, struct smmu_device *dev,
                       uint32_t sid)
{
    struct smmu_v3_strtab *tab = &to_v3(unit)->strtab;
    struct smmu_v3_table *shared = dev->private;

    if ( !shared )
    {
        shared = smmu_zalloc(sizeof(*shared));
        if ( !shared )
            return -ENOMEM;
        shared->stes = smmu_dma_alloc(L2_BYTES, &shared->phys);
        if ( !shared->stes )
        {
            smmu_free(shared);
            return -ENOMEM;
        }
        smmu_v3_publish(unit, shared->stes, L2_BYTES);
        shared->shared = true;
        dev->private = shared;
    }

    tab->l2[sid >> SMMU_V3_SPLIT] = *shared;
    smmu_dma_store(&tab->l1[sid >> SMMU_V3_SPLIT],
                   shared->phys | V3_L1STD_SPAN(SMMU_V3_SPLIT + 1));
    smmu_v3_publish(unit, &tab->l1[sid >> SMMU_V3_SPLIT], sizeof(*tab->l1));

    return 0;
}

int smmu_v3_reserve(struct smmu_unit *unit, struct smmu_device *dev)
{
    struct smmu_v3_strtab *tab = &to_v3(unit)->strtab;
    uint32_t sid, left, step;
    unsigned int i;
    int rc;

    for ( i = 0; tab->two_level && i < dev->nr; i++ )
        for ( sid = dev->sids[i].first, left = dev->sids[i].count; left;
              sid += step, left -= step )
        {
            step = SMMU_V3_L2_STES - (sid & (SMMU_V3_L2_STES - 1));
            if ( step > left )
                step = left;

            if ( whole_bus(unit, dev, sid, left) &&
                 !tab->l2[sid >> SMMU_V3_SPLIT].stes )
                rc = share_table(unit, dev, sid);
            else
                rc = own_table(unit, sid);
            if ( rc )
                return rc;
        }

    /* They may be a bridge's open ones so far. */
    for_each_ste(unit, dev, ste_abort);

    return 0;
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
