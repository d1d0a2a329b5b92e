/* SPDX-License-Identifier: GPL-2.0-only */
/* The shared memory between a guest and its SCMI server (DEN0056 5.1.2). */
#include "scmi.h"

#define STATUS              0x04
#define STATUS_FREE         (1U << 0)   /* the guest's; clear: ours */
#define STATUS_ERROR        (1U << 1)   /* there was no message to answer */
#define LENGTH              0x14        /* header and payload, bytes */
#define HEADER              0x18
#define PAYLOAD             0x1c
#define LENGTH_MAX          (SMMU_SCMI_BYTES - HEADER)

/* A message's copy. */
struct message {
    uint32_t length;
    uint32_t header;
    uint32_t words[SMMU_SCMI_IN_WORDS];
};

static uint32_t get32(const struct smmu_scmi_channel_page *c, unsigned int at)
{
    uint32_t value;

    memcpy(&value, c->bytes + at, sizeof(value));

    return value;
}

static void put32(struct smmu_scmi_channel_page *c, unsigned int at,
                  uint32_t value)
{
    memcpy(c->bytes + at, &value, sizeof(value));
}

bool smmu_scmi_access(struct smmu_agent *agent, uint64_t offset,
                      unsigned int bytes, bool write, uint64_t *value)
{
    struct smmu_scmi_channel_page *c = &agent->channel;
    bool valid = (bytes == 1 || bytes == 2 || bytes == 4 || bytes == 8) &&
                 offset % bytes == 0 && offset < SMMU_SCMI_BYTES;
    unsigned long flags;

    if ( !smmu_scmi_enabled(agent->domain) )
        return false;

    /* Both are little-endian: the value's first bytes are its lowest. */
    flags = smmu_lock(&c->lock);
    c->traps++;
    if ( valid && write )
        memcpy(c->bytes + smmu_index(offset, SMMU_SCMI_BYTES), value, bytes);
    else if ( valid )
    {
        *value = 0;
        memcpy(value, c->bytes + smmu_index(offset, SMMU_SCMI_BYTES), bytes);
    }
    smmu_unlock(&c->lock, flags);

    return valid;
}

/*
 * The one look at what the guest wrote.  False: there is nothing to do: the
 * guest did not take the channel, or another vCPU's call is at it.
 */
static bool take(struct smmu_scmi_channel_page *c, struct message *m)
{
    unsigned long flags = smmu_lock(&c->lock);
    bool taken;

    c->calls++;
    taken = !c->busy && !(get32(c, STATUS) & STATUS_FREE);
    if ( taken )
    {
        c->busy = true;
        m->length = get32(c, LENGTH);
        m->header = get32(c, HEADER);
        memcpy(m->words, c->bytes + PAYLOAD, sizeof(m->words));
    }
    smmu_unlock(&c->lock, flags);

    return taken;
}

/* No words: the message was none. */
static void give_back(struct smmu_scmi_channel_page *c, const uint32_t *words,
                      unsigned int nr)
{
    unsigned long flags = smmu_lock(&c->lock);

    if ( nr )
    {
        memcpy(c->bytes + PAYLOAD, words, nr * sizeof(*words));
        put32(c, LENGTH, (1 + nr) * sizeof(*words));
    }
    put32(c, STATUS, STATUS_FREE | (nr ? 0 : STATUS_ERROR));
    c->busy = false;
    smmu_unlock(&c->lock, flags);
}

void smmu_scmi_call(struct smmu_agent *agent)
{
    uint32_t answer[SMMU_SCMI_OUT_WORDS];
    unsigned int nr = 0;
    struct message m;

    if ( !take(&agent->channel, &m) )
        return;
    if ( m.length >= sizeof(m.header) && m.length <= LENGTH_MAX )
        nr = smmu_scmi_answer(agent, m.header, m.words,
                              m.length - sizeof(m.header), answer);
    else
        smmu_agent_answered(agent, SCMI_PROTOCOL_ERROR);
    give_back(&agent->channel, answer, nr);
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
