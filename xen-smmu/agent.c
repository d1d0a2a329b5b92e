/* SPDX-License-Identifier: GPL-2.0-only */
/* A guest as SCMI agent: its devices are power domains, its words votes. */
#include "scmi.h"

struct smmu_agent *smmu_agent_create(struct smmu_domain *domain)
{
    struct smmu_agent *agent = smmu_zalloc(sizeof(*agent));
    uint64_t free_channel = 1ULL << 32;

    if ( !agent )
        return NULL;
    agent->domain = domain;
    smmu_mutex_init(&agent->mutex);
    smmu_lock_init(&agent->channel.lock);
    agent->channel.bytes = smmu_zalloc(SMMU_SCMI_BYTES);
    if ( !agent->channel.bytes )
    {
        smmu_free(agent);
        return NULL;
    }
    memcpy(agent->channel.bytes, &free_channel, sizeof(free_channel));

    return agent;
}

void smmu_agent_destroy(struct smmu_agent *agent)
{
    unsigned int i;

    for ( i = 0; i < agent->nr; i++ )
        smmu_free(agent->domains[i]);
    smmu_free(agent->channel.bytes);
    smmu_free(agent);
}

static bool name_taken(const struct smmu_agent *agent, const char *name)
{
    unsigned int i;

    for ( i = 0; i < agent->nr; i++ )
        if ( !strcmp(agent->domains[i]->name, name) )
            return true;

    return false;
}

/*
 * The path's last component; with the id before it where that is taken, or too
 * long for the short name, so that short names are unique as well.
 */
static void choose_name(const struct smmu_agent *agent, const char *path,
                        char name[SMMU_SCMI_NAME])
{
    const char *last = path, *p;

    for ( p = path; *p; p++ )
        if ( *p == '/' )
            last = p + 1;
    snprintf(name, SMMU_SCMI_NAME, "%s", last);
    if ( !*name || strlen(name) >= SMMU_SCMI_SHORT ||
         name_taken(agent, name) )
        snprintf(name, SMMU_SCMI_NAME, "%u:%s", agent->nr, last);
}

void smmu_agent_add(struct smmu_agent *agent, struct smmu_device *dev)
{
    struct smmu_scmi_domain *pd = NULL;
    size_t length = strlen(dev->path) + 1;
    unsigned int i;

    smmu_mutex_lock(&agent->mutex);
    /* One that comes back has its id again. */
    for ( i = 0; i < agent->nr && !pd; i++ )
        if ( !strcmp(agent->domains[i]->path, dev->path) )
            pd = agent->domains[i];
    i -= pd != NULL;
    if ( !pd && i < SMMU_SCMI_DOMAINS )
    {
        pd = smmu_zalloc(sizeof(*pd) + length);
        if ( pd )
        {
            memcpy(pd->path, dev->path, length);
            choose_name(agent, pd->path, pd->name);
            agent->domains[i] = pd;
            agent->nr = i + 1;
        }
    }
    if ( pd )
        pd->dev = dev;
    smmu_mutex_unlock(&agent->mutex);

    if ( pd )
        smmu_store(&dev->scmi, i + 1);
    else
        smmu_log(SMMU_WARN, "%s: d%u has no SCMI power domain for it (%u of %u, or no memory): it stays awake; 'xl smmu suspend' puts it to sleep",
                 dev->path, agent->domain->id, agent->nr, SMMU_SCMI_DOMAINS);
}

void smmu_agent_remove(struct smmu_agent *agent, struct smmu_device *dev)
{
    unsigned int i;

    smmu_mutex_lock(&agent->mutex);
    for ( i = 0; i < agent->nr; i++ )
        if ( agent->domains[i]->dev == dev )
        {
            agent->domains[i]->dev = NULL;
            smmu_store(&dev->scmi, 0);
        }
    smmu_mutex_unlock(&agent->mutex);
}

/* agent->mutex held: the device stays. */
static struct smmu_scmi_domain *find(struct smmu_agent *agent, uint32_t id)
{
    return id < agent->nr && agent->domains[id]->dev ? agent->domains[id]
                                                     : NULL;
}

static int32_t to_status(int rc)
{
    switch ( rc )
    {
    case 0:
        return SCMI_SUCCESS;

    case -EACCES:
        return SCMI_DENIED;

    case -ENODEV:
        return SCMI_NOT_FOUND;

    case -EIO:
    case -ETIMEDOUT:
        return SCMI_HARDWARE_ERROR;
    }

    return SCMI_GENERIC_ERROR;
}

int32_t smmu_agent_set(struct smmu_agent *agent, uint32_t id, bool on)
{
    struct smmu_scmi_domain *pd;
    bool before;
    int rc = -ENODEV;

    smmu_mutex_lock(&agent->mutex);
    pd = find(agent, id);
    if ( pd && !smmu_scmi_enabled(agent->domain) )
        rc = -EACCES;
    else if ( pd )
    {
        before = smmu_voted(pd->dev);
        rc = smmu_vote(agent->domain, pd->dev, on);
        if ( !rc && on != before )
            smmu_add(&agent->transitions, 1);
    }
    smmu_mutex_unlock(&agent->mutex);

    return to_status(rc);
}

int32_t smmu_agent_get(struct smmu_agent *agent, uint32_t id, bool *on)
{
    struct smmu_scmi_domain *pd;

    smmu_mutex_lock(&agent->mutex);
    pd = find(agent, id);
    /* What the guest asked for, unless it does not have it. */
    if ( pd )
        *on = smmu_voted(pd->dev) &&
              smmu_load(&agent->domain->force) != XEN_SMMU_FORCE_SUSPEND;
    smmu_mutex_unlock(&agent->mutex);

    return pd ? SCMI_SUCCESS : SCMI_NOT_FOUND;
}

int32_t smmu_agent_name(struct smmu_agent *agent, uint32_t id,
                        char name[SMMU_SCMI_NAME])
{
    struct smmu_scmi_domain *pd;

    smmu_mutex_lock(&agent->mutex);
    pd = find(agent, id);
    if ( pd )
        memcpy(name, pd->name, sizeof(pd->name));
    smmu_mutex_unlock(&agent->mutex);

    return pd ? SCMI_SUCCESS : SCMI_NOT_FOUND;
}

uint32_t smmu_agent_domains(struct smmu_agent *agent)
{
    uint32_t nr;

    smmu_mutex_lock(&agent->mutex);
    nr = agent->nr;
    smmu_mutex_unlock(&agent->mutex);

    return nr;
}

void smmu_agent_answered(struct smmu_agent *agent, int32_t status)
{
    if ( status == SCMI_DENIED )
        smmu_add(&agent->denied, 1);
    else if ( status )
        smmu_add(&agent->errors, 1);
}

bool smmu_scmi_enabled(const struct smmu_domain *domain)
{
    return !smmu_load(&domain->scmi_off);
}

void smmu_record_agent(struct smmu_agent *agent, struct xen_smmu_link *r)
{
    unsigned long flags = smmu_lock(&agent->channel.lock);

    r->scmi_calls = agent->channel.calls;
    r->scmi_exits = agent->channel.traps + agent->channel.calls;
    smmu_unlock(&agent->channel.lock, flags);
    r->scmi_transitions = smmu_load(&agent->transitions);
    r->scmi_denied = smmu_load(&agent->denied);
    r->scmi_errors = smmu_load(&agent->errors);
    r->scmi = smmu_scmi_enabled(agent->domain) ? XEN_SMMU_SCMI_ON
                                               : XEN_SMMU_SCMI_OFF;
}

int smmu_scmi_switch(struct smmu_domain *domain, bool on)
{
    struct smmu_agent *agent = domain->agent;
    unsigned int i;
    int rc = 0, err;

    smmu_store(&domain->scmi_off, !on);
    if ( on || !agent )
        return 0;

    /* Who has no voice is awake.  A forced sleep stays one. */
    smmu_mutex_lock(&agent->mutex);
    for ( i = 0; i < agent->nr; i++ )
        if ( agent->domains[i]->dev )
        {
            err = smmu_unvote(domain, agent->domains[i]->dev);
            rc = rc ?: err;
        }
    smmu_mutex_unlock(&agent->mutex);

    return rc;
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
