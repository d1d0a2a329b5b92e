/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Guests whose vCPUs all use one channel at once, for ThreadSanitizer and the
 * lock rules: calls, messages torn by the others, accesses of every kind,
 * while devices come and go, servers are turned off and on, and sleep is
 * forced.  Afterwards each server must still answer as ever.
 *
 * usage: guests [steps]
 */
#include <stdlib.h>

#include "world.h"
#include "scmi.h"

#define GUESTS      3
#define VCPUS       3

static uint64_t steps, going, answers;

static unsigned int dice(unsigned int *state, unsigned int n)
{
    *state = *state * 1103515245U + 12345;

    return (*state >> 12) % n;
}

static void store(struct smmu_agent *agent, unsigned int at, uint64_t value)
{
    smmu_scmi_access(agent, at, 4, true, &value);
}

static uint32_t load(struct smmu_agent *agent, unsigned int at)
{
    uint64_t value = 0;

    smmu_scmi_access(agent, at, 4, false, &value);

    return value;
}

static void message(struct smmu_agent *agent, uint32_t id, unsigned int n,
                    uint32_t w0, uint32_t w1, uint32_t w2)
{
    store(agent, 0x14, 4 + 4 * n);
    store(agent, 0x18, id | 0x11 << 10);
    store(agent, 0x1c, w0);
    store(agent, 0x20, w1);
    store(agent, 0x24, w2);
    store(agent, 4, 0);
    smmu_scmi_call(agent);
}

static void *vcpu(void *arg)
{
    unsigned int seed = (uintptr_t)arg, i;
    struct smmu_agent *agent = world.dom[seed % GUESTS].d->agent;

    for ( i = 0; i < steps; i++ )
    {
        switch ( dice(&seed, 8) )
        {
        case 0:
            store(agent, 4 * dice(&seed, 32), dice(&seed, 65536));
            break;

        case 1:
            message(agent, 3 + dice(&seed, 6), 1, dice(&seed, 8), 0, 0);
            break;

        case 2:
            message(agent, 5, 1, dice(&seed, 8), 0, 0);
            break;

        default:
            message(agent, 4, 3, 0, dice(&seed, 8),
                    dice(&seed, 2) ? 0x40000000 : 0);
        }
        if ( load(agent, 4) & 1 )
            smmu_add(&answers, 1);
    }

    return NULL;
}

static void *toolstack(void *arg)
{
    unsigned int seed = (uintptr_t)arg, i;
    struct world_dev *dev;
    struct world_dom *dom;
    int rc = 0;

    for ( i = 0; i < steps / 4; i++ )
    {
        dev = &world.dev[dice(&seed, world.devs)];
        dom = &world.dom[dice(&seed, GUESTS)];
        switch ( dice(&seed, 8) )
        {
        case 0:
            rc = smmu_scmi_switch(dom->d, dice(&seed, 4));
            break;

        case 1:
            rc = smmu_force(dom->d, dice(&seed, 4) % 3);
            break;

        case 2:
            rc = smmu_domain_suspend(dom->d, dice(&seed, 2));
            break;

        default:
            rc = dev->dom ? world_detach(dev) : world_attach(dom, dev);
        }
        if ( rc )
            host_complain("the toolstack's word failed (%d)", rc);
    }

    return NULL;
}

static int swallow(uint64_t buffer, uint64_t offset, const void *from,
                   size_t bytes)
{
    return 0;
}

static void *watcher(void *arg)
{
    struct xen_smmu_op op;
    unsigned int i;

    for ( i = 0; smmu_load(&going); i++ )
    {
        memset(&op, 0, sizeof(op));
        op.op = XEN_SMMU_list_links + i % 2;
        op.abi = XEN_SMMU_ABI_VERSION;
        op.u.list.count = 100;
        op.u.list.record_size = 1024;
        op.u.list.domid = XEN_SMMU_DOMID_ANY;
        if ( smmu_op(&op, swallow) )
            host_complain("a list was refused");
    }

    return NULL;
}

static void *hardware(void *arg)
{
    while ( smmu_load(&going) )
    {
        host_enter();
        sim_nudge();
        host_time_ns += 50000;
        host_leave();
        sim_interrupts();
        host_run_work();
    }

    return NULL;
}

static void start(void)
{
    struct sim_id id = sim_id_good();
    unsigned int i;

    world_reset(1, true);
    for ( i = 0; i < 2; i++ )
        if ( world_unit(&id, SIM_NASTY, true) )
            host_complain("a good unit was refused");
    for ( i = 0; i < 8; i++ )
        world_dev(i % 2, 8 * i);
    for ( i = 0; i < GUESTS; i++ )
    {
        world_create(i, 1);
        smmu_store(&world.dom[i].d->delay, i % 2 ? 0 : 300000);
        world.dom[i].d->agent = smmu_agent_create(world.dom[i].d);
    }
    for ( i = 0; i < 8; i++ )
        if ( world_attach(&world.dom[i % GUESTS], &world.dev[i]) )
            host_complain("a device was refused");
    world_dma(4);
}

/* Every server answers, by the votes that it had. */
static void still_well(struct world_dom *dom)
{
    struct smmu_agent *agent = dom->d->agent;
    unsigned int i;

    if ( smmu_scmi_switch(dom->d, true) ||
         smmu_domain_suspend(dom->d, false) ||
         smmu_force(dom->d, XEN_SMMU_FORCE_AUTO) )
        host_complain("a guest does not come back");
    if ( agent->channel.busy )
        host_complain("a channel is busy for ever");
    for ( i = 0; i < agent->nr; i++ )
    {
        bool there = agent->domains[i]->dev;

        message(agent, 4, 3, 0, i, 0);
        if ( load(agent, 4) != 1 ||
             load(agent, 0x1c) != (there ? 0 : (uint32_t)SCMI_NOT_FOUND) )
            host_complain("ON was answered %d", (int)load(agent, 0x1c));
        message(agent, 5, 1, i, 0, 0);
        if ( load(agent, 0x1c) != (there ? 0 : (uint32_t)SCMI_NOT_FOUND) ||
             (there && (load(agent, 0x20) || !agent->domains[i]->dev->open)) )
            host_complain("a device that is on does not translate");
    }
}

int main(int argc, char **argv)
{
    pthread_t t[GUESTS * VCPUS + 3];
    unsigned int i, n = 0;

    steps = argc > 1 ? strtoull(argv[1], NULL, 0) : 2000;
    start();
    smmu_store(&going, 1);
    for ( i = 0; i < GUESTS * VCPUS; i++ )
        pthread_create(&t[n++], NULL, vcpu, (void *)(uintptr_t)(i + 9));
    pthread_create(&t[n++], NULL, toolstack, (void *)(uintptr_t)5);
    pthread_create(&t[n++], NULL, watcher, NULL);
    pthread_create(&t[n++], NULL, hardware, NULL);
    for ( i = 0; i < n; i++ )
    {
        if ( i == GUESTS * VCPUS + 1 )
            smmu_store(&going, 0);
        pthread_join(t[i], NULL);
    }
    sim_settle();
    for ( i = 0; i < GUESTS; i++ )
        still_well(&world.dom[i]);
    sim_background = 0;
    world_free();

    if ( host_complaints )
        printf("# %s\n", host_first_complaint);
    printf("%sok 1 - all vCPUs of each guest call at once\n",
           host_complaints ? "not " : "");
    printf("%sok 2 - and were answered: %lu times\n1..2\n",
           answers > steps ? "" : "not ", (unsigned long)answers);

    return host_complaints || answers <= steps;
}
