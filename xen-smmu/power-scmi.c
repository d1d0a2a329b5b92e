/* SPDX-License-Identifier: GPL-2.0-only */
/* Xen as SCMI client, for the power of an SMMU: see power-scmi.h. */
#include "power-scmi.h"

/* Shared memory: byte offsets (DEN0056 5.1.2). */
#define SHM_STATUS          0x04
#define SHM_STATUS_FREE     (1U << 0)
#define SHM_STATUS_ERROR    (1U << 1)
#define SHM_FLAGS           0x10        /* 0: no interrupt, we poll */
#define SHM_LENGTH          0x14        /* header and payload, bytes */
#define SHM_HEADER          0x18
#define SHM_PAYLOAD         0x1c

/* Message header: id [7:0], protocol [17:10], token [27:18]. */
#define HEADER(protocol, id, token) \
    ((id) | ((protocol) << 10) | ((token) << 18))
#define TOKENS              1024

#define POWER               0x11
#define POWER_VERSION       0x0
#define POWER_ATTRIBUTES    0x1
#define POWER_STATE_SET     0x4
#define POWER_STATE_GET     0x5

/* Power states: context lost or not is the source's to say, by its caps. */
#define STATE_ON            0U
#define STATE_OFF           0x40000000U

#define ANSWER_NS           30000000ULL

static int wait_free(struct smmu_scmi_channel *c, uint32_t *status)
{
    uint64_t deadline = smmu_now() + ANSWER_NS;
    bool late = false;

    for ( ; ; )
    {
        *status = smmu_read32(c->shmem, SHM_STATUS);
        if ( *status & SHM_STATUS_FREE )
            return 0;
        if ( late )
            return -ETIMEDOUT;
        late = smmu_now() > deadline;
        smmu_relax();
    }
}

/*
 * Sends `n` words, expects `want` words behind the answer's status, into
 * `answer`.
 */
static int message(struct smmu_scmi_channel *c, uint32_t id,
                   const uint32_t *words, unsigned int n,
                   uint32_t *answer, unsigned int want)
{
    uint32_t header, status, length;
    unsigned int i;
    int rc = wait_free(c, &status);

    if ( rc )
        return rc;

    c->token = (c->token + 1) % TOKENS;
    header = HEADER(POWER, id, c->token);
    smmu_write32(c->shmem, SHM_FLAGS, 0);
    smmu_write32(c->shmem, SHM_LENGTH, 4 + 4 * n);
    smmu_write32(c->shmem, SHM_HEADER, header);
    for ( i = 0; i < n; i++ )
        smmu_write32(c->shmem, SHM_PAYLOAD + 4 * i, words[i]);
    smmu_wmb();
    smmu_write32(c->shmem, SHM_STATUS, 0);
    smmu_wmb();

    if ( smmu_smc(c->smc_id) )
    {
        /* Nobody took it: the channel is as free as before. */
        smmu_write32(c->shmem, SHM_STATUS, SHM_STATUS_FREE);
        return -EIO;
    }
    rc = wait_free(c, &status);
    if ( rc )
        return rc;
    smmu_rmb();

    length = smmu_read32(c->shmem, SHM_LENGTH);
    if ( (status & SHM_STATUS_ERROR) ||
         smmu_read32(c->shmem, SHM_HEADER) != header ||
         length < 8 + 4 * want || smmu_read32(c->shmem, SHM_PAYLOAD) )
        return -EIO;
    for ( i = 0; i < want; i++ )
        answer[i] = smmu_read32(c->shmem, SHM_PAYLOAD + 4 + 4 * i);

    return 0;
}

static int locked_message(struct smmu_scmi_channel *c, uint32_t id,
                          const uint32_t *words, unsigned int n,
                          uint32_t *answer, unsigned int want)
{
    int rc;

    smmu_mutex_lock(&c->mutex);
    rc = message(c, id, words, n, answer, want);
    smmu_mutex_unlock(&c->mutex);

    return rc;
}

/*
 * Flags 0: synchronous, the answer comes when the transition is done.  But
 * SUCCESS says that the request was good, for this agent; another agent may
 * hold the domain on, or firmware err.  What counts is the state it is in.
 */
static int set_state(const struct smmu_scmi_power *power, const char *name,
                     uint32_t state)
{
    const uint32_t words[] = { 0, power->domain, state };
    uint32_t now = ~state;
    int rc;

    rc = locked_message(power->channel, POWER_STATE_SET, words,
                        ARRAY_SIZE(words), NULL, 0);
    if ( !rc )
        rc = locked_message(power->channel, POWER_STATE_GET, &power->domain,
                            1, &now, 1);
    if ( !rc && now != state )
    {
        smmu_log(SMMU_ERR, "%s: SCMI power domain %u: the firmware took the request for %s (%#x), but the state is %#x: does another agent hold it? Next: give Xen the domain alone, or take 'power-domains' out of the SMMU's node",
                 name, power->domain, state == STATE_ON ? "on" : "off", state,
                 now);
        rc = -EIO;
    }

    return rc;
}

static int scmi_on(struct smmu_unit *unit)
{
    return set_state(unit->source_private, unit->name, STATE_ON);
}

static int scmi_off(struct smmu_unit *unit)
{
    return set_state(unit->source_private, unit->name, STATE_OFF);
}

/* Off for the one would be off for the other, which may be in use. */
static void join(struct smmu_scmi_power *power, const char *name)
{
    struct smmu_scmi_channel *c = power->channel;
    struct smmu_scmi_power *other;

    for ( other = c->first; other; other = other->next )
    {
        if ( other->domain != power->domain )
            continue;
        other->source.caps.masters_held = false;
        power->source.caps.masters_held = false;
        smmu_log(SMMU_WARN, "%s: another SMMU has SCMI power domain %u as well: both are parked at most",
                 name, power->domain);
    }
    power->next = c->first;
    c->first = power;
}

int smmu_scmi_power_init(struct smmu_scmi_power *power, const char *name)
{
    uint32_t version = 0, attributes[4] = { 0 };
    int rc;

    rc = locked_message(power->channel, POWER_VERSION, NULL, 0, &version, 1);
    if ( !rc )
        rc = locked_message(power->channel, POWER_ATTRIBUTES, NULL, 0,
                            attributes, ARRAY_SIZE(attributes));
    if ( !rc && (version >> 16) < 2 )
        rc = -ENODEV;
    /* Attributes [15:0]: the number of power domains. */
    if ( !rc && power->domain >= (attributes[0] & 0xffff) )
        rc = -ENODEV;
    if ( !rc )
        rc = set_state(power, name, STATE_ON);
    if ( rc )
    {
        smmu_log(SMMU_WARN, "%s: no power by SCMI: domain %u, protocol version %#x, %u domains (%d): it is parked at most",
                 name, power->domain, version, attributes[0] & 0xffff, rc);
        return rc;
    }

    power->source.name = "scmi";
    power->source.on = scmi_on;
    power->source.off = scmi_off;
    join(power, name);

    return 0;
}
