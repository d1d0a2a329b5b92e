/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * SCMI messages and their answers: DEN0056, base protocol 2.1 and power domain
 * protocol 3.1, all that is mandatory.  Commands only: no notification, no
 * delayed response.
 */
#include "scmi.h"

#define BASE                0x10
#define POWER               0x11

#define HEADER_ID(h)        ((h) & 0xff)
#define HEADER_TYPE(h)      (((h) >> 8) & 0x3)      /* 0: a command */
#define HEADER_PROTOCOL(h)  (((h) >> 10) & 0xff)

#define BASE_VERSION        0x20001
#define POWER_VERSION       0x30001
#define IMPLEMENTATION      1
#define AGENT_PLATFORM      0
#define AGENT_GUEST         1
#define AGENT_CALLER        0xffffffffU

#define STATE_ON            0U
#define STATE_OFF           0x40000000U
#define SET_ASYNC           (1U << 0)
#define ATTR_SYNC           (1U << 29)
#define ATTR_LONG_NAME      (1U << 27)
/* The spec has the upper half of a domain's id ignored. */
#define DOMAIN_ID(word)     ((word) & 0xffff)

/* out: behind the status; *words: how many, 0 to begin with. */
typedef int32_t answer_fn(struct smmu_agent *agent, const uint32_t *in,
                          uint32_t *out, unsigned int *words);

static void put_string(uint32_t *out, const char *text, size_t bytes)
{
    size_t length = strlen(text);

    memset(out, 0, bytes);
    memcpy(out, text, length < bytes ? length : bytes - 1);
}

static int32_t base_version(struct smmu_agent *agent, const uint32_t *in,
                            uint32_t *out, unsigned int *words)
{
    out[(*words)++] = BASE_VERSION;

    return SCMI_SUCCESS;
}

static int32_t base_attributes(struct smmu_agent *agent, const uint32_t *in,
                               uint32_t *out, unsigned int *words)
{
    /* One protocol beside this one, one agent. */
    out[(*words)++] = 1 | (1 << 8);

    return SCMI_SUCCESS;
}

static int32_t base_vendor(struct smmu_agent *agent, const uint32_t *in,
                           uint32_t *out, unsigned int *words)
{
    put_string(out, "Xen", SMMU_SCMI_SHORT);
    *words = SMMU_SCMI_SHORT / 4;

    return SCMI_SUCCESS;
}

static int32_t base_sub_vendor(struct smmu_agent *agent, const uint32_t *in,
                               uint32_t *out, unsigned int *words)
{
    put_string(out, "xen-smmu", SMMU_SCMI_SHORT);
    *words = SMMU_SCMI_SHORT / 4;

    return SCMI_SUCCESS;
}

static int32_t base_implementation(struct smmu_agent *agent,
                                   const uint32_t *in, uint32_t *out,
                                   unsigned int *words)
{
    out[(*words)++] = IMPLEMENTATION;

    return SCMI_SUCCESS;
}

static int32_t base_protocols(struct smmu_agent *agent, const uint32_t *in,
                              uint32_t *out, unsigned int *words)
{
    if ( in[0] > 1 )
        return SCMI_INVALID_PARAMETERS;
    out[(*words)++] = 1 - in[0];
    if ( !in[0] )
        out[(*words)++] = POWER;

    return SCMI_SUCCESS;
}

static int32_t base_agent(struct smmu_agent *agent, const uint32_t *in,
                          uint32_t *out, unsigned int *words)
{
    uint32_t id = in[0] == AGENT_CALLER ? AGENT_GUEST : in[0];

    if ( id > AGENT_GUEST )
        return SCMI_NOT_FOUND;
    out[0] = id;
    put_string(out + 1, id == AGENT_PLATFORM ? "platform" : "guest",
               SMMU_SCMI_SHORT);
    *words = 1 + SMMU_SCMI_SHORT / 4;

    return SCMI_SUCCESS;
}

static int32_t base_negotiate(struct smmu_agent *agent, const uint32_t *in,
                              uint32_t *out, unsigned int *words)
{
    return in[0] == BASE_VERSION ? SCMI_SUCCESS : SCMI_NOT_SUPPORTED;
}

static int32_t power_version(struct smmu_agent *agent, const uint32_t *in,
                             uint32_t *out, unsigned int *words)
{
    out[(*words)++] = POWER_VERSION;

    return SCMI_SUCCESS;
}

static int32_t power_attributes(struct smmu_agent *agent, const uint32_t *in,
                                uint32_t *out, unsigned int *words)
{
    out[0] = smmu_agent_domains(agent);
    out[1] = out[2] = out[3] = 0;               /* no statistics */
    *words = 4;

    return SCMI_SUCCESS;
}

static int32_t power_domain(struct smmu_agent *agent, const uint32_t *in,
                            uint32_t *out, unsigned int *words)
{
    char name[SMMU_SCMI_NAME];
    int32_t status = smmu_agent_name(agent, DOMAIN_ID(in[0]), name);

    if ( status )
        return status;
    out[0] = ATTR_SYNC |
             (strlen(name) < SMMU_SCMI_SHORT ? 0 : ATTR_LONG_NAME);
    put_string(out + 1, name, SMMU_SCMI_SHORT);
    *words = 1 + SMMU_SCMI_SHORT / 4;

    return SCMI_SUCCESS;
}

static int32_t power_name(struct smmu_agent *agent, const uint32_t *in,
                          uint32_t *out, unsigned int *words)
{
    char name[SMMU_SCMI_NAME];
    int32_t status = smmu_agent_name(agent, DOMAIN_ID(in[0]), name);

    if ( status )
        return status;
    out[0] = 0;
    put_string(out + 1, name, SMMU_SCMI_NAME);
    *words = 1 + SMMU_SCMI_NAME / 4;

    return SCMI_SUCCESS;
}

static int32_t power_set(struct smmu_agent *agent, const uint32_t *in,
                         uint32_t *out, unsigned int *words)
{
    uint32_t flags = in[0], state = in[2];

    if ( flags & SET_ASYNC )
        return SCMI_NOT_SUPPORTED;
    if ( flags || (state != STATE_ON && state != STATE_OFF) )
        return SCMI_INVALID_PARAMETERS;

    return smmu_agent_set(agent, DOMAIN_ID(in[1]), state == STATE_ON);
}

static int32_t power_get(struct smmu_agent *agent, const uint32_t *in,
                         uint32_t *out, unsigned int *words)
{
    bool on;
    int32_t status = smmu_agent_get(agent, DOMAIN_ID(in[0]), &on);

    if ( !status )
        out[(*words)++] = on ? STATE_ON : STATE_OFF;

    return status;
}

static int32_t power_negotiate(struct smmu_agent *agent, const uint32_t *in,
                               uint32_t *out, unsigned int *words)
{
    return in[0] == POWER_VERSION ? SCMI_SUCCESS : SCMI_NOT_SUPPORTED;
}

static answer_fn base_message, power_message;

static const struct command {
    uint8_t protocol;
    uint8_t id;
    uint8_t bytes;                              /* of payload, exactly */
    answer_fn *answer;
} commands[] = {
    { BASE,  0x00,  0, base_version },
    { BASE,  0x01,  0, base_attributes },
    { BASE,  0x02,  4, base_message },
    { BASE,  0x03,  0, base_vendor },
    { BASE,  0x04,  0, base_sub_vendor },
    { BASE,  0x05,  0, base_implementation },
    { BASE,  0x06,  4, base_protocols },
    { BASE,  0x07,  4, base_agent },
    { BASE,  0x10,  4, base_negotiate },
    { POWER, 0x00,  0, power_version },
    { POWER, 0x01,  0, power_attributes },
    { POWER, 0x02,  4, power_message },
    { POWER, 0x03,  4, power_domain },
    { POWER, 0x04, 12, power_set },
    { POWER, 0x05,  4, power_get },
    { POWER, 0x08,  4, power_name },
    { POWER, 0x10,  4, power_negotiate },
};

static const struct command *find(uint32_t protocol, uint32_t id)
{
    unsigned int i;

    for ( i = 0; i < ARRAY_SIZE(commands); i++ )
        if ( commands[i].protocol == protocol && commands[i].id == id )
            return &commands[i];

    return NULL;
}

static int32_t base_message(struct smmu_agent *agent, const uint32_t *in,
                            uint32_t *out, unsigned int *words)
{
    out[(*words)++] = 0;

    return find(BASE, in[0]) ? SCMI_SUCCESS : SCMI_NOT_FOUND;
}

static int32_t power_message(struct smmu_agent *agent, const uint32_t *in,
                             uint32_t *out, unsigned int *words)
{
    out[(*words)++] = 0;

    return find(POWER, in[0]) ? SCMI_SUCCESS : SCMI_NOT_FOUND;
}

unsigned int smmu_scmi_answer(struct smmu_agent *agent, uint32_t header,
                              const uint32_t in[SMMU_SCMI_IN_WORDS],
                              uint32_t bytes,
                              uint32_t out[SMMU_SCMI_OUT_WORDS])
{
    const struct command *command = find(HEADER_PROTOCOL(header),
                                         HEADER_ID(header));
    unsigned int words = 0;
    int32_t status;

    if ( HEADER_TYPE(header) )
        status = SCMI_PROTOCOL_ERROR;
    else if ( !command )
        status = SCMI_NOT_SUPPORTED;
    else if ( bytes != command->bytes )
        status = SCMI_PROTOCOL_ERROR;
    else
        status = command->answer(agent, in, out + 1, &words);

    out[0] = status;
    smmu_agent_answered(agent, status);

    return status ? 1 : 1 + words;
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
