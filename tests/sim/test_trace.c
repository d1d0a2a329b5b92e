/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The ring of events by itself, with another CPU at each word of it; the
 * request that reads it; and what a domain's life leaves in it.
 */
#include "pair.h"

#define NR SMMU_TRACE_EVENTS

/* -- the ring ------------------------------------------------------------- */

static uint64_t written;

/* An event whose words all tell its number: a torn one is seen. */
static void write_one(void)
{
    uint64_t k = ++written * 0x9e3779b97f4a7c15ULL;

    smmu_trace((struct xen_smmu_event){
        .kind = k, .unit = k, .domid = k, .reason = k, .state = k,
        .before = k, .sid = k, .code = k, .address = k, .pages = k,
        .count = k,
    });
}

static void write_some(unsigned int nr)
{
    while ( nr-- )
        write_one();
}

static void assert_whole(const struct xen_smmu_event *e)
{
    uint64_t k = e->count;

    if ( !e->time || e->kind != (uint16_t)k || e->unit != (uint16_t)k ||
         e->domid != (uint16_t)k || e->reason != (uint16_t)k ||
         e->state != (uint32_t)k || e->before != (uint32_t)k ||
         e->sid != (uint32_t)k || e->code != (uint32_t)k ||
         e->address != k || e->pages != k )
        fail_msg("event %lu is torn: %lx %lx %x %x", (unsigned long)e->seq,
                 (unsigned long)e->address, (unsigned long)e->pages,
                 e->state, e->kind);
}

/* All that is left from `from` on; how many.  In order, each once. */
static uint64_t read_all(uint64_t *next, uint64_t *lost)
{
    struct xen_smmu_event e;
    uint64_t n = 0, from = *next, gone = *lost;

    for ( ; smmu_trace_read(next, lost, &e); n++ )
    {
        assert_whole(&e);
        assert_int_equal(e.seq + 1, *next);
        assert_int_equal(n + 1 + *lost - gone, *next - from);
    }

    return n;
}

static void in_order(void **state)
{
    uint64_t next = smmu_trace_head(), lost = 0, first = next;
    struct xen_smmu_event e;
    unsigned int i;

    assert_false(smmu_trace_read(&next, &lost, &e));
    /* Through the wrap, more than twice. */
    for ( i = 0; i < 5 * NR / 2; i++ )
    {
        write_one();
        assert_true(smmu_trace_read(&next, &lost, &e));
        assert_int_equal(e.seq, first + i);
        assert_whole(&e);
        assert_false(smmu_trace_read(&next, &lost, &e));
    }
    assert_int_equal(lost, 0);
    assert_int_equal(next, smmu_trace_head());
}

/* Just as many as there is room for; one more; many more. */
static void overrun(void **state)
{
    static const unsigned int more[] = { 0, 1, 2, NR - 1, NR, NR + 1,
                                         10 * NR + 3 };
    uint64_t next, lost;
    unsigned int i;

    for ( i = 0; i < ARRAY_SIZE(more); i++ )
    {
        next = smmu_trace_head();
        lost = 0;
        write_some(NR + more[i]);
        assert_int_equal(read_all(&next, &lost), NR);
        assert_int_equal(lost, more[i]);
        assert_int_equal(next, smmu_trace_head());
    }
    /* Two readers do not take anything from each other. */
    next = smmu_trace_head() - NR;
    lost = 0;
    assert_int_equal(read_all(&next, &lost), NR);
}

/* A number out of another boot. */
static void beyond(void **state)
{
    uint64_t next = ~0ULL, lost = 0;
    struct xen_smmu_event e;

    write_one();
    assert_false(smmu_trace_read(&next, &lost, &e));
    assert_int_equal(next, smmu_trace_head());
    assert_int_equal(lost, 0);
}

/* Another CPU's turn comes before the `at`-th word of this one. */
static unsigned int at, turn_writes;
static bool turn_reads;
static uint64_t turn_next, turn_lost, turn_read;

static void other_cpu(void)
{
    if ( at && --at )
        return;
    host_before_word = NULL;
    write_some(turn_writes);
    if ( turn_reads )
        turn_read += read_all(&turn_next, &turn_lost);
}

static const unsigned int bursts[] = { 1, 2, NR - 1, NR, NR + 1, 2 * NR,
                                       3 * NR + 1 };

static void reader_interrupted(void **state)
{
    uint64_t next, lost, n, from;
    unsigned int i, k;

    for ( i = 0; i < ARRAY_SIZE(bursts); i++ )
        for ( k = 1; k < 40; k++ )
        {
            from = next = smmu_trace_head();
            lost = 0;
            write_some(3);
            at = k;
            turn_writes = bursts[i];
            turn_reads = false;
            host_before_word = other_cpu;
            n = read_all(&next, &lost);
            host_before_word = NULL;
            n += read_all(&next, &lost);
            assert_int_equal(n + lost, smmu_trace_head() - from);
            if ( bursts[i] + 3 <= NR )
                assert_int_equal(lost, 0);
        }
}

/*
 * Until it goes on its slot is taken: who comes round to that drops its event.
 * What it writes then is an event of before, or none.
 */
static void writer_interrupted(void **state)
{
    uint64_t from, next, lost, n;
    unsigned int i, k;

    for ( i = 0; i < ARRAY_SIZE(bursts); i++ )
        for ( k = 1; k < 20; k++ )
        {
            from = next = turn_next = smmu_trace_head();
            lost = turn_lost = turn_read = 0;
            at = k;
            turn_writes = bursts[i];
            turn_reads = true;
            host_before_word = other_cpu;
            write_one();
            host_before_word = NULL;
            n = read_all(&next, &lost);
            turn_read += read_all(&turn_next, &turn_lost);
            /* Each is read or counted, by either reader. */
            assert_int_equal(next, smmu_trace_head());
            assert_int_equal(turn_next, next);
            assert_int_equal(n + lost, next - from);
            assert_int_equal(turn_read + turn_lost, next - from);
            if ( bursts[i] < NR )
                assert_int_equal(turn_lost, 0);
        }
}

/*
 * Two that come round to a taken slot, and say so the other way round: who
 * waits for the later one is not left waiting.
 */
static void a_lap_later(void)
{
    if ( --at )
        return;
    host_before_word = NULL;
    write_some(NR - 1);
    /* A number, a look at the slot; before its word: one more lap. */
    at = 3;
    turn_writes = NR;
    turn_reads = false;
    host_before_word = other_cpu;
    write_one();
}

static void dropped_twice(void **state)
{
    uint64_t next, lost = 0, from = smmu_trace_head();

    at = 5;
    host_before_word = a_lap_later;
    write_one();
    host_before_word = NULL;
    assert_int_equal(smmu_trace_head(), from + 2 * NR + 1);
    next = from + 2 * NR;
    assert_int_equal(read_all(&next, &lost), 0);
    assert_int_equal(lost, 1);
    assert_int_equal(next, smmu_trace_head());
}

/* -- the request ---------------------------------------------------------- */

static struct xen_smmu_event out[NR + 1];
static uint64_t copied;

static int copy(uint64_t buffer, uint64_t offset, const void *from,
                size_t bytes)
{
    if ( buffer != 0x1234 || offset + bytes > sizeof(out) )
        return -EFAULT;
    memcpy((char *)out + offset, from, bytes);
    copied += bytes;

    return 0;
}

static struct xen_smmu_op request(uint64_t next, uint32_t room)
{
    return (struct xen_smmu_op){
        .op = XEN_SMMU_read_trace, .abi = XEN_SMMU_ABI_VERSION,
        .u.trace = { .next = next, .count = room, .buffer = 0x1234,
                     .record_size = sizeof(struct xen_smmu_event) },
    };
}

static void op_reads(void **state)
{
    uint64_t from = smmu_trace_head();
    struct xen_smmu_op op = request(from, 10);
    unsigned int i;

    write_some(25);
    for ( i = 0; i < 3; i++ )
    {
        op = request(i ? op.u.trace.next : from, 10);
        assert_int_equal(smmu_op(&op, copy), 0);
        assert_int_equal(op.u.trace.count, i < 2 ? 10 : 5);
        assert_int_equal(op.u.trace.next, from + (i < 2 ? 10 * i + 10 : 25));
        assert_int_equal(out[0].seq, from + 10 * i);
        assert_int_equal(out[4].seq, from + 10 * i + 4);
        assert_int_equal(op.u.trace.lost, 0);
        assert_int_equal(op.u.trace.head, from + 25);
        assert_int_equal(op.u.trace.kept, NR);
        assert_int_equal(op.u.trace.record_size, sizeof(out[0]));
        assert_true(op.u.trace.now > out[4].time);
    }
    /* The end, a lap later; more room than there can be. */
    write_some(NR + 5);
    op = request(op.u.trace.next, ~0U);
    assert_int_equal(smmu_op(&op, copy), 0);
    assert_int_equal(op.u.trace.count, NR);
    assert_int_equal(op.u.trace.lost, 5);
    assert_int_equal(op.u.trace.next, op.u.trace.head);
}

static void op_asks(void **state)
{
    struct xen_smmu_op op = request(0, 0);

    write_some(3);
    op.u.trace.buffer = op.u.trace.record_size = 0;
    assert_int_equal(smmu_op(&op, copy), 0);
    assert_int_equal(op.u.trace.count, 0);
    assert_int_equal(op.u.trace.next, 0);
    assert_int_equal(op.u.trace.lost, 0);
    assert_int_equal(op.u.trace.head, smmu_trace_head());
}

/* An older tool's records are cut, a newer one's filled with zeroes. */
static void op_sizes(void **state)
{
    struct xen_smmu_op op = request(smmu_trace_head(), 3);
    unsigned int i;

    write_some(3);
    memset(out, 0xa5, sizeof(out));
    op.u.trace.record_size = 24;
    assert_int_equal(smmu_op(&op, copy), 0);
    assert_int_equal(((uint64_t *)out)[3], op.u.trace.next - 2);
    assert_int_equal(((uint8_t *)out)[72], 0xa5);

    op = request(op.u.trace.next - 3, 1);
    op.u.trace.record_size = 2 * sizeof(out[0]);
    assert_int_equal(smmu_op(&op, copy), 0);
    assert_whole(&out[0]);
    for ( i = 0; i < sizeof(out[0]); i++ )
        assert_int_equal(((uint8_t *)&out[1])[i], 0);
}

static void op_wrong(void **state)
{
    static const struct xen_smmu_trace wrong[] = {
        { .lost = 1, .count = 1, .record_size = 64, .buffer = 0x1234 },
        { .head = 1, .count = 1, .record_size = 64, .buffer = 0x1234 },
        { .now = 1, .count = 1, .record_size = 64, .buffer = 0x1234 },
        { .kept = 1, .count = 1, .record_size = 64, .buffer = 0x1234 },
        { .pad = 1, .count = 1, .record_size = 64, .buffer = 0x1234 },
        { .count = 1, .record_size = 0, .buffer = 0x1234 },
        { .count = 1, .record_size = 1025, .buffer = 0x1234 },
    };
    struct xen_smmu_op op;
    unsigned int i;

    write_some(3);
    copied = 0;
    for ( i = 0; i < ARRAY_SIZE(wrong); i++ )
    {
        op = request(0, 1);
        op.u.trace = wrong[i];
        assert_int_equal(smmu_op(&op, copy), -EINVAL);
        assert_int_equal(op.reason, XEN_SMMU_REASON_BAD_ARGUMENT);
    }
    assert_int_equal(copied, 0);
    op = request(0, 1);
    op.u.trace.buffer = 1;
    assert_int_equal(smmu_op(&op, copy), -EFAULT);
    assert_int_equal(op.reason, XEN_SMMU_REASON_BAD_BUFFER);
}

/* -- what becomes an event ------------------------------------------------ */

static uint64_t seen_to;

/* "link 1: dormant>waking", in one word each; NULL: none is left. */
static const char *one(struct xen_smmu_event *e)
{
    static char text[96];
    static const char *const kinds[] = {
        "?", "unit", "power", "link", "gone", "device", "vote", "force",
        "debt", "flush", "fault",
    };
    uint64_t lost = 0;

    if ( !smmu_trace_read(&seen_to, &lost, e) )
        return NULL;
    assert_int_equal(lost, 0);
    assert_in_range(e->kind, 1, ARRAY_SIZE(kinds) - 1);
    snprintf(text, sizeof(text), "%s u%d d%d %u>%u %s sid%u pages%ld count%lu",
             kinds[e->kind], (int16_t)e->unit, (int16_t)e->domid, e->before,
             e->state, smmu_reason_token(e->reason), e->sid, (long)e->pages,
             (unsigned long)e->count);

    return text;
}

/* Exactly these since the last call. */
static void assert_events(const char *const *want, unsigned int nr)
{
    struct xen_smmu_event e;
    uint64_t time = 0;
    const char *text;
    unsigned int i;

    for ( i = 0; (text = one(&e)); i++ )
    {
        if ( i >= nr || strcmp(text, want[i]) )
            fail_msg("event %u is '%s', not '%s'", i, text,
                     i < nr ? want[i] : "(none)");
        assert_true(e.time > time);
        time = e.time;
    }
    if ( i != nr )
        fail_msg("%u events, not %u: next '%s'", i, nr, want[i]);
}
#define EVENTS(...) assert_events((const char *const []){ __VA_ARGS__ }, \
    sizeof((const char *const []){ __VA_ARGS__ }) / sizeof(char *))

static void pass_over(void)
{
    seen_to = smmu_trace_head();
}

static int counting(void **state)
{
    pair_build((struct pair_power){ .source = false });
    pass_over();

    return 0;
}

#define TAIL " sid0 pages0 count0"

static void asleep_and_awake(void **state)
{
    unsigned int i;

    pair_sleep(dev_a);
    EVENTS("vote u0 d1 1>0 NONE sid8 pages0 count0",
           "link u0 d1 2>3 NONE" TAIL,
           "link u0 d1 3>0 NONE" TAIL,
           "unit u0 d-1 0>1 NONE" TAIL);

    /* The first unmap, then at powers of two: not each. */
    for ( i = 0; i < 1000; i++ )
        assert_int_equal(smmu_flush(a->d, 0x40000 + i, 1, true), 0);
    EVENTS("debt u0 d1 0>0 NONE sid0 pages1 count1",
           "debt u0 d1 0>0 NONE sid0 pages2 count1",
           "debt u0 d1 0>0 NONE sid0 pages4 count1",
           "debt u0 d1 0>0 NONE sid0 pages8 count1",
           "debt u0 d1 0>0 NONE sid0 pages16 count1",
           "debt u0 d1 0>0 NONE sid0 pages32 count1",
           "debt u0 d1 0>0 NONE sid0 pages64 count1",
           "debt u0 d1 0>0 NONE sid0 pages128 count1",
           "debt u0 d1 0>0 NONE sid0 pages256 count1",
           "debt u0 d1 0>0 NONE sid0 pages512 count1");

    pair_wake(dev_a);
    EVENTS("vote u0 d1 0>1 NONE sid8 pages0 count0",
           "link u0 d1 0>1 NONE" TAIL,
           "debt u0 d1 0>0 NONE" TAIL,
           "flush u0 d1 0>0 NONE sid0 pages1000 count1",
           "link u0 d1 1>2 NONE" TAIL,
           "unit u0 d-1 1>0 NONE" TAIL);

    /* It begins anew, though more was unmapped before. */
    pair_sleep(dev_a);
    pass_over();
    smmu_flush(a->d, 0x40000, 1, true);
    smmu_flush(a->d, 0x40001, 1, true);
    smmu_flush(a->d, 0x40002, 1, true);
    EVENTS("debt u0 d1 0>0 NONE sid0 pages1 count1",
           "debt u0 d1 0>0 NONE sid0 pages2 count1");
}

static void overflow(void **state)
{
    unsigned int i;

    pair_sleep(dev_a);
    pass_over();
    for ( i = 0; i < 1000; i++ )
        smmu_flush(a->d, 0x40000 + 2 * i, 1, true);
    EVENTS("debt u0 d1 0>0 NONE sid0 pages1 count1",
           "debt u0 d1 0>0 NONE sid0 pages2 count2",
           "debt u0 d1 0>0 NONE sid0 pages4 count4",
           "debt u0 d1 0>0 NONE sid0 pages8 count8",
           "debt u0 d1 0>0 NONE sid0 pages16 count16",
           "debt u0 d1 0>0 NONE sid0 pages-1 count0");
    pair_wake(dev_a);
    pass_over();
    pair_sleep(dev_a);
    pass_over();
    /* All at once. */
    smmu_flush(a->d, 0, ~0ULL, true);
    smmu_flush(a->d, 0, ~0ULL, true);
    EVENTS("debt u0 d1 0>0 NONE sid0 pages-1 count0");
}

static void forced(void **state)
{
    assert_int_equal(world_force(a, XEN_SMMU_FORCE_SUSPEND), 0);
    EVENTS("force u-1 d1 0>1 NONE" TAIL,
           "link u0 d1 2>3 FORCED_ASLEEP" TAIL,
           "link u0 d1 3>0 FORCED_ASLEEP" TAIL,
           "unit u0 d-1 0>1 NONE" TAIL);
    assert_int_equal(world_force(a, XEN_SMMU_FORCE_AUTO), 0);
    EVENTS("force u-1 d1 1>0 NONE" TAIL,
           "link u0 d1 0>1 NONE" TAIL,
           "link u0 d1 1>2 NONE" TAIL,
           "unit u0 d-1 1>0 NONE" TAIL);
}

/* Those that come fast are one event, with their number. */
static void flushes(void **state)
{
    unsigned int i;

    host_time_ns += 20000000;
    for ( i = 0; i < 50; i++ )
        assert_int_equal(smmu_flush(a->d, 0x40000 + i, 1, true), 0);
    EVENTS("flush u0 d1 0>0 NONE sid0 pages1 count1");
    host_time_ns += 20000000;
    assert_int_equal(smmu_flush(a->d, 0, ~0ULL, true), 0);
    EVENTS("flush u0 d1 0>3 NONE sid0 pages0 count49",
           "flush u0 d1 0>1 NONE sid0 pages-1 count1");
    assert_int_equal(smmu_flush(a->d, 0x40000, 1, true), 0);
    /* None is forgotten when it falls asleep. */
    pair_sleep(dev_a);
    EVENTS("vote u0 d1 1>0 NONE sid8 pages0 count0",
           "flush u0 d1 0>3 NONE sid0 pages0 count1",
           "link u0 d1 2>3 NONE" TAIL,
           "link u0 d1 3>0 NONE" TAIL,
           "unit u0 d-1 0>1 NONE" TAIL);
}

/* A guest that votes without end: others' events stay, its last vote is told. */
static void votes(void **state)
{
    struct xen_smmu_event e;
    unsigned int i, n = 0, links = 0;
    bool last = true;

    smmu_store(&smmu_delay, 50000000);
    for ( i = 0; i < 10001; i++ )
        assert_int_equal(world_vote(dev_a, i % 2), 0);
    while ( one(&e) )
        if ( e.kind == XEN_SMMU_EVENT_vote )
        {
            n++;
            assert_int_equal(e.before, last);
            last = e.state;
        }
    assert_in_range(n, 50, 100);
    /* It is asleep since the last word, and so its link is in a while. */
    world_wait(3000000000);
    while ( one(&e) )
    {
        if ( e.kind == XEN_SMMU_EVENT_vote )
            last = e.state;
        if ( e.kind == XEN_SMMU_EVENT_link &&
             e.state == XEN_SMMU_LINK_QUIESCING )
        {
            links++;
            assert_false(last);
        }
    }
    assert_int_equal(links, 1);
    /* Those that were none are counted. */
    assert_int_equal(world_vote(dev_a, true), 0);
    while ( one(&e) )
        if ( e.kind == XEN_SMMU_EVENT_vote )
            assert_true(e.state && e.count > 9000);
}

static void life(void **state)
{
    assert_int_equal(world_attach(b, dev_b), 0);
    EVENTS("device u0 d2 0>1 NONE sid16 pages0 count0",
           "link u0 d2 0>1 NONE" TAIL,
           "link u0 d2 1>2 NONE" TAIL);
    assert_int_equal(world_stop(b), 0);
    EVENTS("link u0 d2 2>3 DYING" TAIL,
           "link u0 d2 3>0 DYING" TAIL);
    assert_int_equal(world_detach(dev_b), 0);
    EVENTS("device u0 d2 1>0 NONE sid16 pages0 count0");
    assert_int_equal(world_destroy(b), 0);
    EVENTS("gone u0 d2 0>0 NONE" TAIL);
}

static void off_and_on(void **state)
{
    pair_build((struct pair_power){ .source = true, .held = true });
    pass_over();
    pair_sleep(dev_a);
    EVENTS("vote u0 d1 1>0 NONE sid8 pages0 count0",
           "link u0 d1 2>3 NONE" TAIL,
           "link u0 d1 3>0 NONE" TAIL,
           "unit u0 d-1 0>1 NONE" TAIL,
           "power u0 d-1 0>0 NONE" TAIL,
           "unit u0 d-1 1>2 NONE" TAIL);
    smmu_flush(a->d, 0x40000, 1, true);
    pass_over();
    pair_wake(dev_a);
    EVENTS("vote u0 d1 0>1 NONE sid8 pages0 count0",
           "power u0 d-1 0>1 NONE" TAIL,
           "unit u0 d-1 2>1 NONE" TAIL,
           "link u0 d1 0>1 NONE" TAIL,
           "debt u0 d1 0>0 NONE" TAIL,
           "flush u0 d-1 0>2 NONE sid0 pages-1 count1",
           "link u0 d1 1>2 NONE" TAIL,
           "unit u0 d-1 1>0 NONE" TAIL);
}

static void faults(void **state)
{
    struct xen_smmu_event e;
    unsigned int i, n = 0;

    for ( i = 0; i < 20; i++ )
        sim_dma(s, SID_A, 0xc0000000 + 0x1000 * i, true);
    sim_dma(s, 0x99, 0x1000, false);
    sim_settle();
    while ( one(&e) )
    {
        if ( e.kind != XEN_SMMU_EVENT_fault )
            continue;
        assert_int_equal(e.unit, 0);
        if ( e.sid == 0x99 )
        {
            assert_int_equal(e.domid, XEN_SMMU_DOMID_ANY);
            assert_int_equal(e.code, 0x04);
            assert_int_equal(e.state, XEN_SMMU_ACCESS_NONE);
            assert_int_equal(e.address, 0);
            continue;
        }
        assert_int_equal(e.sid, SID_A);
        assert_int_equal(e.domid, 1);
        assert_int_equal(e.code, 0x10);
        assert_int_equal(e.state, XEN_SMMU_ACCESS_WRITE);
        assert_int_equal(e.address, 0xc0000000 + 0x1000 * n);
        assert_int_equal(e.count, 0);
        n++;
    }
    /* A flood does not wash out the rest; the next one tells how many. */
    assert_int_equal(n, SMMU_LIMIT_BURST);
    world_wait(2000000000);
    sim_dma(s, SID_A, 0xd0000000, true);
    sim_settle();
    for ( n = 0; one(&e); )
        if ( e.kind == XEN_SMMU_EVENT_fault )
        {
            assert_int_equal(e.count, 20 - SMMU_LIMIT_BURST);
            n++;
        }
    assert_int_equal(n, 1);
}

/* The last resort: it and all that was awake on it. */
static void unit_fails(void **state)
{
    struct xen_smmu_event e;
    bool unit = false, link = false;

    sim_fail(1, SIM_DONE_SYNC, false);
    assert_true(smmu_flush(a->d, 0x40000, 1, true) < 0);
    while ( one(&e) )
    {
        if ( e.kind == XEN_SMMU_EVENT_unit &&
             e.state == XEN_SMMU_UNIT_FAILED )
        {
            unit = true;
            assert_int_equal(e.before, XEN_SMMU_UNIT_ON);
            assert_int_equal(e.reason, XEN_SMMU_REASON_SYNC_TIMEOUT);
        }
        if ( e.kind == XEN_SMMU_EVENT_link &&
             e.state == XEN_SMMU_LINK_FAILED )
        {
            link = true;
            assert_int_equal(e.reason, XEN_SMMU_REASON_SYNC_TIMEOUT);
        }
    }
    assert_true(unit && link);
}

#define T(f) cmocka_unit_test_setup_teardown(f, test_begin, test_end)
#define P(f) cmocka_unit_test_setup_teardown(f, counting, test_end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(in_order), T(overrun), T(beyond), T(reader_interrupted),
        T(writer_interrupted), T(dropped_twice), T(op_reads), T(op_asks),
        T(op_sizes), T(op_wrong),
        P(asleep_and_awake), P(overflow), P(forced), P(flushes), P(votes),
        P(life),
        P(off_and_on), P(faults), P(unit_fails),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
