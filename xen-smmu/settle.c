/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Votes and the toolstack's word become streams that are open or abort.
 *
 * One function makes them so, whatever it was that changed.  A word for awake
 * is carried out before it is answered; one for asleep after the autosuspend
 * delay, by deferred work.
 */
#include "backend.h"

/* A failed wake is tried again after these ns, then twice as long, ... */
#define RETRY_NS    100000000ULL
#define MAX_TRIES   4

/* Whether the device's streams are to be open.  A delay opens none. */
static bool wanted(const struct smmu_device *dev, uint64_t now)
{
    const struct smmu_domain *domain = dev->link->domain;

    return !dev->leaving && !dev->unit->suspended &&
           !smmu_load(&domain->suspended) &&
           smmu_power_wanted(smmu_load(&domain->stopped),
                             smmu_load(&domain->force),
                             dev->awake || (dev->open && now < dev->until));
}

/* LIVE stays LIVE: some of its streams open or close. */
static int adjust(struct smmu_link *link)
{
    struct smmu_unit *unit = link->unit;
    struct smmu_inv_list news = { .unit = unit }, list = { .unit = unit };
    struct smmu_device *dev;
    bool opens = false;

    for ( dev = unit->devices; dev; dev = dev->next )
        if ( dev->link == link && !dev->configured && dev->wanted &&
             !dev->open )
        {
            unit->backend->configure(unit, dev);
            smmu_inv_add_streams(&news, dev);
        }
    if ( smmu_inv_sync(&news) )
        return -EIO;

    for ( dev = unit->devices; dev; dev = dev->next )
    {
        if ( dev->link != link )
            continue;
        if ( dev->wanted == dev->open )
            continue;
        /* Until that is acknowledged, one that closes counts as open, too. */
        if ( dev->wanted )
        {
            unit->backend->open(unit, dev);
            dev->configured = dev->open = opens = true;
        }
        else
            unit->backend->abort(unit, dev);
        smmu_inv_add_streams(&list, dev);
    }
    if ( smmu_inv_sync(&list) )
        return -EIO;
    /* One that toggles beside one that stays awake is slowed, too. */
    if ( opens )
        smmu_policy_woke(&link->policy, smmu_now());

    for ( dev = unit->devices; dev; dev = dev->next )
        if ( dev->link == link )
            dev->open = dev->wanted;

    return 0;
}

static int settle_live(struct smmu_link *link)
{
    struct smmu_unit *unit = link->unit;
    int rc;

    if ( !smmu_unit_get(unit) )
        return smmu_link_lost(link) ? -EIO : 0;
    rc = adjust(link);
    if ( rc )
        smmu_link_fail_locked(link, XEN_SMMU_REASON_SYNC_TIMEOUT);
    smmu_unit_put(unit);

    return rc;
}

int smmu_settle_locked(struct smmu_link *link)
{
    struct smmu_unit *unit = link->unit;
    uint64_t now = smmu_now();
    struct smmu_device *dev;
    unsigned int state;
    bool any = false;
    int rc = 0;

    /* Force and the domain's end may change meanwhile; then we run again. */
    for ( dev = unit->devices; dev; dev = dev->next )
        if ( dev->link == link )
        {
            dev->wanted = wanted(dev, now);
            any |= dev->wanted;
        }

    state = smmu_link_state(link);
    if ( state == XEN_SMMU_LINK_FAILED )
        rc = smmu_link_lost(link) ? -EIO : 0;
    else if ( !any )
        rc = smmu_link_block(link, XEN_SMMU_REASON_SYNC_TIMEOUT);
    else
        rc = state == XEN_SMMU_LINK_DORMANT ? smmu_link_wake(link)
                                            : settle_live(link);
    smmu_unit_rest(unit);
    smmu_settle_later(link);

    return rc;
}

/* When the device's streams are to close, if that is sooner. */
static void due(const struct smmu_device *dev, uint64_t now, uint64_t *next)
{
    if ( !dev->open || dev->awake )
        return;
    /* It may have come while they were settled; force keeps them open. */
    if ( !wanted(dev, now) )
        *next = now;
    else if ( now < dev->until && dev->until < *next )
        *next = dev->until;
}

void smmu_settle_later(struct smmu_link *link)
{
    struct smmu_unit *unit = link->unit;
    uint64_t now = smmu_now(), next = ~0ULL;
    unsigned int state = smmu_link_state(link);
    struct smmu_device *dev;

    link->stuck = false;
    for ( dev = unit->devices; dev; dev = dev->next )
    {
        if ( dev->link != link )
            continue;
        if ( state == XEN_SMMU_LINK_LIVE )
            due(dev, now, &next);
        else if ( state == XEN_SMMU_LINK_DORMANT && wanted(dev, now) )
            link->stuck = !smmu_unit_failed(unit);
    }
    if ( link->stuck && link->tries < MAX_TRIES )
        next = now + (RETRY_NS << link->tries);

    if ( next == ~0ULL )
        smmu_timer_stop(&link->timer);
    else
        smmu_timer_set(&link->timer, next);
}

static void settle_work(void *arg)
{
    struct smmu_link *link = arg;
    bool again;

    smmu_mutex_lock(&link->unit->config);
    again = link->stuck && link->tries < MAX_TRIES;
    link->tries += again;
    smmu_settle_locked(link);
    if ( again && link->stuck && link->tries == MAX_TRIES )
        smmu_log(SMMU_ERR, "%s: d%u: %u more tries to open its streams have failed: they stay closed. Next: 'xl smmu show %u', then 'xl smmu auto %u' for another try; for dom0 reboot the host",
                 link->unit->name, link->domain->id, MAX_TRIES,
                 link->domain->id, link->domain->id);
    smmu_mutex_unlock(&link->unit->config);
}

static void settle_timer(void *arg)
{
    struct smmu_link *link = arg;

    smmu_work_schedule(&link->settle);
}

void smmu_settle_init(struct smmu_link *link)
{
    smmu_work_init(&link->settle, settle_work, link);
    smmu_timer_init(&link->timer, settle_timer, link);
}

void smmu_settle_kill(struct smmu_link *link)
{
    smmu_timer_kill(&link->timer);
    smmu_work_kill(&link->settle);
}

uint64_t smmu_domain_delay(const struct smmu_domain *domain)
{
    uint64_t delay = smmu_load(&domain->delay);

    return delay == XEN_SMMU_DELAY_GLOBAL ? smmu_load(&smmu_delay) : delay;
}

static void set_vote(struct smmu_device *dev, bool awake)
{
    if ( dev->awake == awake )
        return;
    dev->awake = awake;
    smmu_trace_vote(dev);
}

/* Later, unless there is no delay. */
static int vote_asleep(struct smmu_link *link, struct smmu_device *dev)
{
    uint64_t now = smmu_now();
    uint64_t delay = smmu_policy_delay(&link->policy, now,
                                       smmu_domain_delay(link->domain));

    /* Said again, it is not put off. */
    if ( dev->awake || dev->until > now + delay )
        dev->until = now + delay;
    set_vote(dev, false);
    if ( !delay )
        return smmu_settle_locked(link);
    smmu_settle_later(link);

    return 0;
}

/* What fails leaves the vote as it was: the guest is told so. */
static int vote_awake(struct smmu_link *link, struct smmu_device *dev)
{
    struct smmu_domain *domain = link->domain;
    bool before = dev->awake;
    int rc;

    if ( smmu_load(&domain->stopped) )
        return -ENXIO;
    if ( smmu_load(&domain->force) == XEN_SMMU_FORCE_SUSPEND )
        return -EACCES;

    set_vote(dev, true);
    link->tries = 0;
    rc = smmu_settle_locked(link);
    if ( rc )
    {
        set_vote(dev, before);
        smmu_settle_later(link);
    }

    return rc;
}

int smmu_vote(struct smmu_domain *domain, struct smmu_device *dev, bool awake)
{
    struct smmu_unit *unit = dev->unit;
    struct smmu_link *link;
    int rc = -ENODEV;

    smmu_mutex_lock(&unit->config);

    link = dev->link;
    if ( link && link->domain == domain )
        rc = awake ? vote_awake(link, dev) : vote_asleep(link, dev);

    smmu_mutex_unlock(&unit->config);

    return rc;
}

int smmu_unvote(struct smmu_domain *domain, struct smmu_device *dev)
{
    struct smmu_unit *unit = dev->unit;
    int rc = -ENODEV;

    smmu_mutex_lock(&unit->config);
    if ( dev->link && dev->link->domain == domain )
    {
        set_vote(dev, true);
        dev->link->tries = 0;
        rc = smmu_settle_locked(dev->link);
    }
    smmu_mutex_unlock(&unit->config);

    return rc;
}

bool smmu_voted(struct smmu_device *dev)
{
    bool awake;

    smmu_mutex_lock(&dev->unit->config);
    awake = dev->awake;
    smmu_mutex_unlock(&dev->unit->config);

    return awake;
}

static int settle_all(struct smmu_domain *domain)
{
    struct smmu_link *link;
    int rc = 0, err;

    for ( link = smmu_domain_links(domain); link; link = link->next )
    {
        smmu_mutex_lock(&link->unit->config);
        link->tries = 0;
        err = smmu_settle_locked(link);
        smmu_mutex_unlock(&link->unit->config);
        rc = rc ?: err;
    }

    return rc;
}

/*
 * Before the links are looked at, in that order for other CPUs, too: one that
 * adds a link sees the word, or is seen (as in smmu_domain_stop()).
 */
static void say(uint64_t *word, uint64_t value)
{
    uint64_t old = smmu_load(word), seen;

    while ( (seen = smmu_cmpxchg(word, old, value)) != old )
        old = seen;
}

int smmu_force(struct smmu_domain *domain, unsigned int force)
{
    smmu_trace_force(domain, smmu_load(&domain->force), force);
    say(&domain->force, force);

    return settle_all(domain);
}

int smmu_domain_suspend(struct smmu_domain *domain, bool suspended)
{
    say(&domain->suspended, suspended);

    return settle_all(domain);
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
