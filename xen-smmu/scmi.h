/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * An SCMI server for guests (DEN0056): one agent a guest, one power domain a
 * device, one channel of shared memory.
 *
 * Invariant: a guest is hostile, and its other vCPUs write the shared memory
 * whenever they like.  A message is copied out once, and only the copy is
 * looked at; nothing but the status word, length and answer is written back.
 * An agent's messages name its own devices only.
 *
 * Lock order: agent->mutex -> unit->config; channel.lock inside of anything.
 * No lock of the channel is held while a message is worked on.
 */
#ifndef __XEN_SMMU_SCMI_H__
#define __XEN_SMMU_SCMI_H__

#include "smmu.h"

#define SMMU_SCMI_BYTES     4096U       /* of shared memory */
#define SMMU_SCMI_NAME      64          /* of a power domain, with its NUL */
#define SMMU_SCMI_SHORT     16
#define SMMU_SCMI_DOMAINS   64U         /* power domains an agent may have */

/* Status of an answer. */
#define SCMI_SUCCESS                0
#define SCMI_NOT_SUPPORTED          (-1)
#define SCMI_INVALID_PARAMETERS     (-2)
#define SCMI_DENIED                 (-3)
#define SCMI_NOT_FOUND              (-4)
#define SCMI_GENERIC_ERROR          (-8)
#define SCMI_HARDWARE_ERROR         (-9)
#define SCMI_PROTOCOL_ERROR         (-10)

/* A device as a guest's power domain; its index is the id, for good. */
struct smmu_scmi_domain {
    struct smmu_device *dev;            /* NULL: it was taken away */
    char name[SMMU_SCMI_NAME];
    char path[];                        /* by which it is known again */
};

struct smmu_scmi_channel_page {
    struct smmu_lock lock;              /* all of this */
    uint8_t *bytes;                     /* SMMU_SCMI_BYTES */
    bool busy;                          /* a message is being worked on */
    uint64_t traps;                     /* accesses to it */
    uint64_t calls;
};

struct smmu_agent {
    struct smmu_domain *domain;
    struct smmu_scmi_channel_page channel;
    struct smmu_mutex mutex;            /* what follows */
    unsigned int nr;                    /* ids given; none is given twice */
    struct smmu_scmi_domain *domains[SMMU_SCMI_DOMAINS];

    uint64_t transitions;               /* votes that changed */
    uint64_t denied;                    /* answers */
    uint64_t errors;                    /* all others but success */
};

/* agent.c ---------------------------------------------------------------- */

/* Not yet the domain's.  NULL: no memory. */
struct smmu_agent *smmu_agent_create(struct smmu_domain *domain);

/* What the messages come down to: a status. */
int32_t smmu_agent_set(struct smmu_agent *agent, uint32_t id, bool on);
int32_t smmu_agent_get(struct smmu_agent *agent, uint32_t id, bool *on);
int32_t smmu_agent_name(struct smmu_agent *agent, uint32_t id,
                        char name[SMMU_SCMI_NAME]);
uint32_t smmu_agent_domains(struct smmu_agent *agent);
/* Counts an answer, by its status. */
void smmu_agent_answered(struct smmu_agent *agent, int32_t status);

/* scmi.c ----------------------------------------------------------------- */

#define SMMU_SCMI_IN_WORDS  3           /* the longest request */
#define SMMU_SCMI_OUT_WORDS 18          /* the longest answer */

/*
 * Answers one command: `bytes` of payload, of which `in` has as many words as
 * the longest request.  Returns the answer's words in `out`: 1 or more.
 */
unsigned int smmu_scmi_answer(struct smmu_agent *agent, uint32_t header,
                              const uint32_t in[SMMU_SCMI_IN_WORDS],
                              uint32_t bytes,
                              uint32_t out[SMMU_SCMI_OUT_WORDS]);

/* scmi-channel.c --------------------------------------------------------- */

/*
 * A guest's access to its shared memory: 1, 2, 4 or 8 bytes, aligned.  False:
 * it is none of these, or the server is off: the guest is to get an abort.
 */
bool smmu_scmi_access(struct smmu_agent *agent, uint64_t offset,
                      unsigned int bytes, bool write, uint64_t *value);
/*
 * A guest's call: the message in its shared memory is answered there before
 * this returns, unless another vCPU's call is working on it.
 */
void smmu_scmi_call(struct smmu_agent *agent);

#endif /* __XEN_SMMU_SCMI_H__ */

/*
 * Local variables:
 * mode: C
 * c-file-style: "BSD"
 * c-basic-offset: 4
 * tab-width: 4
 * indent-tabs-mode: nil
 * End:
 */
