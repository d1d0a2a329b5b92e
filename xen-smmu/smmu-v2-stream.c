/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Stream mapping: SMRs say which group a stream ID belongs to, the group's
 * S2CR what becomes of it.  Without SMRs each stream ID is its own group.
 *
 * No two valid SMRs match the same ID.  A host bridge's range is matched round
 * the streams that other devices have taken out of it; the groups are chosen
 * anew when such a device comes, and when the bridge is configured.  While
 * they are, streams of the bridge may match nothing for a moment, and abort.
 *
 * A group's S2CR is at fault before its SMR is valid, and while that changes.
 */
#include "smmu-v2-priv.h"

/* A stream range as SMRs. */
struct cover {
    unsigned int nr;
    unsigned int room;
    struct smmu_block block[SMMU_V2_GROUPS];
};

#define for_each_group(unit, i, owner)                  \
    for ( (i) = 0; (i) < to_v2(unit)->caps.groups; (i)++ ) \
        if ( to_v2(unit)->group[i].dev == (owner) )

/* v2->power is held. */
static void write_s2cr(struct smmu_unit *unit, unsigned int i)
{
    const struct smmu_v2 *v2 = to_v2(unit);
    const struct smmu_v2_group *group = &v2->group[i];
    uint32_t s2cr = V2_S2CR_FAULT, mask = V2_S2CR_TYPE_MASK;

    if ( group->dev && group->open && v2->running && !v2->disabled )
    {
        s2cr = V2_S2CR_TRANSLATE | smmu_v2_bank_of(group->dev->link->vmid);
        mask |= V2_S2CR_CBNDX_MASK;
    }
    if ( v2->caps.matches && v2->caps.extended )
    {
        s2cr |= group->dev ? V2_S2CR_EXIDVALID : 0;
        mask |= V2_S2CR_EXIDVALID;
    }
    smmu_v2_write_firm(unit, V2_S2CR(i), s2cr, mask);
}

static uint32_t smr_of(const struct smmu_v2 *v2, unsigned int i)
{
    const struct smmu_block *streams = &v2->group[i].streams;

    return V2_SMR_MASK(streams->mask) | streams->id |
           (v2->caps.extended ? 0 : V2_SMR_VALID);
}

/*
 * The group's SMR, while its S2CR is at fault: with extended IDs it is the
 * S2CR that makes it valid, so that one comes last.
 */
static void write_group(struct smmu_unit *unit, unsigned int i)
{
    const struct smmu_v2 *v2 = to_v2(unit);

    if ( v2->caps.matches )
        smmu_v2_write_firm(unit, V2_SMR(i), smr_of(v2, i),
                           v2->caps.extended ? ~0U : ~V2_SMR_NONE);
    write_s2cr(unit, i);
}

static void take(struct smmu_unit *unit, unsigned int i,
                 struct smmu_device *dev, const struct smmu_block *streams,
                 bool open)
{
    struct smmu_v2_group *group = &to_v2(unit)->group[i];

    *group = (struct smmu_v2_group){ .dev = dev, .streams = *streams };
    write_group(unit, i);
    group->open = open;
    if ( open )
        write_s2cr(unit, i);
}

static void drop(struct smmu_unit *unit, unsigned int i)
{
    struct smmu_v2 *v2 = to_v2(unit);

    v2->group[i] = (struct smmu_v2_group){ .dev = NULL };
    write_s2cr(unit, i);
    if ( v2->caps.matches )
        smmu_v2_write_firm(unit, V2_SMR(i), 0, V2_SMR_VALID);
}

/*
 * Has some stream of `b` a match already, or does another device have it by
 * its own node, if `dev` is a bridge?
 */
static bool taken(struct smmu_unit *unit, const struct smmu_device *dev,
                  const struct cover *cover, const struct smmu_block *b,
                  struct smmu_block *by)
{
    const struct smmu_device *other;
    unsigned int i;
    uint32_t done;

    for ( i = 0; i < cover->nr; i++ )
    {
        *by = cover->block[i];
        if ( smmu_blocks_meet(b, by) )
            return true;
    }
    if ( !dev->bridge )
        return false;
    for ( other = unit->devices; other; other = other->next )
        for ( i = 0; !other->bridge && i < other->nr; i++ )
            for ( done = 0; smmu_range_block(&other->sids[i], &done, by); )
                if ( smmu_blocks_meet(b, by) )
                    return true;

    return false;
}

/* Halves of halves: one more than a mask has bits. */
#define DEPTH   17

/*
 * Adds a block, less what is taken: where it meets that, it is halved at a bit
 * that the other's mask has not; and at a bit that no SMR can ignore.  False:
 * it takes too many groups.
 */
static bool add_block(struct smmu_unit *unit, const struct smmu_device *dev,
                      const struct smmu_block *block, struct cover *cover)
{
    struct smmu_block todo[DEPTH] = { *block }, b, by;
    unsigned int n = 1;
    uint32_t bits, bit;

    while ( n )
    {
        b = todo[--n];
        bits = b.mask & ~unit->mask_bits;
        if ( !bits && !taken(unit, dev, cover, &b, &by) )
        {
            if ( cover->nr == cover->room )
                return false;
            cover->block[cover->nr++] = b;
            continue;
        }
        bits = bits ?: b.mask & ~by.mask;
        if ( !bits )
            continue;
        for ( bit = 1U << 15; !(bits & bit); bit >>= 1 )
            ;
        b.mask &= ~bit;
        todo[n++] = b;
        b.id |= bit;
        todo[n++] = b;
    }

    return true;
}

/* False: it takes more groups than there are. */
static bool find_cover(struct smmu_unit *unit, const struct smmu_device *dev,
                       struct cover *cover)
{
    struct smmu_block b;
    unsigned int i;
    uint32_t done;

    cover->nr = 0;
    cover->room = to_v2(unit)->caps.groups;
    for ( i = 0; i < dev->nr; i++ )
        for ( done = 0; smmu_range_block(&dev->sids[i], &done, &b); )
            if ( !add_block(unit, dev, &b, cover) )
                return false;

    return true;
}

/* Where `b` is in it, or cover->nr. */
static unsigned int position(const struct cover *cover,
                             const struct smmu_block *b)
{
    unsigned int i;

    for ( i = 0; i < cover->nr; i++ )
        if ( cover->block[i].id == b->id && cover->block[i].mask == b->mask )
            break;

    return i;
}

/*
 * How many groups more than it has the device's streams take now; negative:
 * so many less.  Too many: more than there are.
 */
static int more_groups(struct smmu_unit *unit, const struct smmu_device *dev)
{
    struct cover cover;
    unsigned int i;
    int more;

    if ( !find_cover(unit, dev, &cover) )
        return SMMU_V2_GROUPS + 1;
    more = cover.nr;
    for_each_group ( unit, i, dev )
        more--;

    return more;
}

static int free_groups(struct smmu_unit *unit)
{
    unsigned int i;
    int nr = 0;

    for_each_group ( unit, i, NULL )
        nr++;

    return nr;
}

/*
 * Groups for what the device's streams are now; those that it has already
 * stay.  -ENOSPC: not enough, it keeps the old ones.
 */
static int match(struct smmu_unit *unit, struct smmu_device *dev, bool open)
{
    struct smmu_v2 *v2 = to_v2(unit);
    struct cover cover;
    unsigned int i, k;

    if ( more_groups(unit, dev) > free_groups(unit) ||
         !find_cover(unit, dev, &cover) )
        return -ENOSPC;

    for_each_group ( unit, i, dev )
    {
        k = position(&cover, &v2->group[i].streams);
        if ( k == cover.nr )
            drop(unit, i);
        else
            cover.block[k] = cover.block[--cover.nr];
    }
    for_each_group ( unit, i, NULL )
    {
        if ( !cover.nr )
            break;
        take(unit, i, dev, &cover.block[--cover.nr], open);
    }

    return 0;
}

/* Without SMRs: the S2CRs of its stream IDs, but for those of others. */
static int index_streams(struct smmu_unit *unit, struct smmu_device *dev,
                         bool open)
{
    struct smmu_v2_group *group;
    struct smmu_block one;
    unsigned int i, n;

    for ( i = 0; i < dev->nr; i++ )
        for ( n = 0; n < dev->sids[i].count; n++ )
        {
            one = (struct smmu_block){ .id = dev->sids[i].first + n };
            group = &to_v2(unit)->group[one.id];
            if ( smmu_stream_owner(unit, one.id) == dev && group->dev != dev )
                take(unit, one.id, dev, &one, open);
        }

    return 0;
}

/* Whether its streams translate, so far. */
static bool is_open(struct smmu_unit *unit, const struct smmu_device *dev)
{
    unsigned int i;

    for_each_group ( unit, i, dev )
        return to_v2(unit)->group[i].open;

    return false;
}

static int map(struct smmu_unit *unit, struct smmu_device *dev)
{
    bool open = is_open(unit, dev);

    return to_v2(unit)->caps.matches ? match(unit, dev, open)
                                     : index_streams(unit, dev, open);
}

static void no_groups(struct smmu_unit *unit, const struct smmu_device *dev)
{
    smmu_log(SMMU_ERR, "%s: %s: not enough of its %u stream match registers are free for its stream IDs: %s",
             unit->name, dev->path, to_v2(unit)->caps.groups,
             smmu_reason_token(XEN_SMMU_REASON_NO_SMR));
}

/* What `dev` takes out of a bridge's range is not to match twice. */
#define for_each_robbed(d, dev)                                 \
    for ( (d) = (dev)->unit->devices; (d); (d) = (d)->next )    \
        if ( (d)->bridge && !(dev)->bridge )

/* All or nothing: a bridge keeps what it has if the device gets none. */
static int reserve(struct smmu_unit *unit, struct smmu_device *dev)
{
    struct smmu_device *d;
    int more, rc = 0;

    if ( to_v2(unit)->caps.matches )
    {
        more = more_groups(unit, dev);
        for_each_robbed ( d, dev )
            more += more_groups(unit, d);
        if ( more > free_groups(unit) )
            return -ENOSPC;
        for_each_robbed ( d, dev )
            rc = rc ?: map(unit, d);
    }

    return rc ?: map(unit, dev);
}

int smmu_v2_reserve(struct smmu_unit *unit, struct smmu_device *dev)
{
    struct smmu_v2 *v2 = to_v2(unit);
    int rc;

    smmu_mutex_lock(&v2->power);
    rc = reserve(unit, dev);
    smmu_mutex_unlock(&v2->power);
    smmu_v2_judge(unit);
    if ( rc )
        no_groups(unit, dev);

    return rc ?: smmu_unit_failed(unit) ? -EIO : 0;
}

void smmu_v2_release(struct smmu_unit *unit, struct smmu_device *dev)
{
    struct smmu_v2 *v2 = to_v2(unit);
    unsigned int i;

    smmu_mutex_lock(&v2->power);
    for_each_group ( unit, i, dev )
        drop(unit, i);
    smmu_mutex_unlock(&v2->power);
    smmu_v2_judge(unit);
}

/*
 * A bridge's groups as well: what it yielded may have come back.  It aborts,
 * so that they change at leisure; what finds no group goes on aborting.
 */
void smmu_v2_configure(struct smmu_unit *unit, struct smmu_device *dev)
{
    struct smmu_v2 *v2 = to_v2(unit);
    int rc = 0;

    smmu_mutex_lock(&v2->power);
    smmu_v2_bank_set(unit, dev->link);
    if ( dev->bridge )
        rc = map(unit, dev);
    smmu_mutex_unlock(&v2->power);
    smmu_v2_judge(unit);
    if ( rc )
        no_groups(unit, dev);
}

/* Some stream that leads to the link's bank. */
static bool any_open(struct smmu_unit *unit, const struct smmu_link *link)
{
    const struct smmu_v2 *v2 = to_v2(unit);
    unsigned int i;

    for ( i = 0; i < v2->caps.groups; i++ )
        if ( v2->group[i].dev && v2->group[i].open &&
             v2->group[i].dev->link == link )
            return true;

    return false;
}

static void set_open(struct smmu_unit *unit, struct smmu_device *dev,
                     bool open)
{
    struct smmu_v2 *v2 = to_v2(unit);
    unsigned int i;

    smmu_mutex_lock(&v2->power);
    /* Parked, they open when it runs: what was owed has been synced then. */
    if ( open && v2->running )
        smmu_v2_bank_root(unit, dev->link, true);
    for_each_group ( unit, i, dev )
    {
        v2->group[i].open = open;
        if ( v2->running || !open )
            write_s2cr(unit, i);
    }
    if ( !any_open(unit, dev->link) )
        smmu_v2_bank_root(unit, dev->link, false);
    smmu_mutex_unlock(&v2->power);
    smmu_v2_judge(unit);
}

void smmu_v2_open(struct smmu_unit *unit, struct smmu_device *dev)
{
    set_open(unit, dev, true);
}

void smmu_v2_abort(struct smmu_unit *unit, struct smmu_device *dev)
{
    set_open(unit, dev, false);
}

void smmu_v2_streams_clear(struct smmu_unit *unit)
{
    const struct smmu_v2_caps *caps = &to_v2(unit)->caps;
    uint32_t mask = V2_S2CR_TYPE_MASK |
                    (caps->extended ? V2_S2CR_EXIDVALID : 0);
    unsigned int i;

    for ( i = 0; i < caps->groups; i++ )
        smmu_v2_write_firm(unit, V2_S2CR(i), V2_S2CR_FAULT, mask);
}

/* The bits that an SMR keeps, of these; it stays invalid. */
static uint32_t kept_bits(struct smmu_unit *unit, uint32_t bits)
{
    smmu_v2_write(unit, V2_SMR(0), bits);

    return smmu_v2_read(unit, V2_SMR(0)) & bits;
}

/* So that no stream range is taken that cannot be told from others. */
static void test_matches(struct smmu_unit *unit)
{
    uint32_t all = (1U << unit->sid_bits) - 1;
    uint32_t ids = kept_bits(unit, all);

    unit->mask_bits &= kept_bits(unit, V2_SMR_MASK(all)) >> 16;
    while ( ((1U << unit->sid_bits) - 1) & ~ids )
        unit->sid_bits--;
    smmu_v2_write(unit, V2_SMR(0), 0);
}

void smmu_v2_matches_clear(struct smmu_unit *unit)
{
    struct smmu_v2 *v2 = to_v2(unit);
    unsigned int i;

    if ( !v2->caps.matches )
        return;
    for ( i = 0; i < v2->caps.groups; i++ )
        smmu_v2_write_firm(unit, V2_SMR(i), 0, V2_SMR_VALID);
    if ( !v2->tested )
        test_matches(unit);
}

void smmu_v2_streams_restore(struct smmu_unit *unit)
{
    unsigned int i;

    for ( i = 0; i < to_v2(unit)->caps.groups; i++ )
        if ( to_v2(unit)->group[i].dev )
            write_group(unit, i);
}

void smmu_v2_streams_apply(struct smmu_unit *unit)
{
    const struct smmu_v2 *v2 = to_v2(unit);
    unsigned int i;

    for ( i = 0; i < v2->caps.groups; i++ )
        if ( v2->group[i].dev && v2->group[i].open )
        {
            if ( v2->running )
                smmu_v2_bank_root(unit, v2->group[i].dev->link, true);
            write_s2cr(unit, i);
        }
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
