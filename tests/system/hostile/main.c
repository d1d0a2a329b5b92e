/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The hostile guest: what a kernel could throw at the SCMI server, all of it
 * wrong but for what shows between that the server still works.  It owns one
 * device, an edu, which is its power domain 0.  One line a kind of attack:
 *
 *   HOSTILE: name: N calls, M wrong
 *
 * and at last "HOSTILE: DONE".  "Wrong" is an answer that is no error where it
 * has to be one, or the other way round.
 */
#include "guest.h"

/* The channel, at the address and with the function that Xen gives it. */
#define SHMEM 0x22001000ul
#define SHMEM_SIZE 0x1000u
#define STATUS (SHMEM + 0x04)
#define FLAGS (SHMEM + 0x10)
#define LENGTH (SHMEM + 0x14)
#define HEADER (SHMEM + 0x18)
#define PAYLOAD (SHMEM + 0x1c)
#define FREE 1u
#define ERROR 2u
#define FUNCTION 0x82000010ul
#define PSCI_CPU_ON 0xc4000003ul

#define BASE 0x10u
#define POWER 0x11u
#define STATE_SET 4u
#define STATE_GET 5u
#define ON 0u
#define OFF 0x40000000u
#define NOT_FOUND -4

volatile uint64_t cpu_faults[2];
static const char *test;
static uint64_t calls, wrong;
static volatile bool scribble;
static volatile unsigned int toggle_second, second_done;

static uint32_t header(unsigned int protocol, unsigned int message)
{
    return message | protocol << 10;
}

static void begin(const char *name)
{
    test = name;
    calls = wrong = 0;
}

static void end(void)
{
    print("HOSTILE: %s: %d calls, %d wrong\n", test, calls, wrong);
}

static void complain(const char *what, uint64_t a, uint64_t b, int64_t got)
{
    if (wrong++ < 5)
        print("HOSTILE: %s: %s: %x %x: got %d\n", test, what, a, b, got);
}

/* One message of `length` bytes; its status, or 1000 and more without one. */
static int64_t send(uint32_t hdr, uint32_t length, const uint32_t *payload,
                    unsigned int words)
{
    unsigned int i;
    uint32_t state;
    int64_t rc;

    calls++;
    write32(STATUS, 0);
    write32(FLAGS, 0);
    write32(LENGTH, length);
    write32(HEADER, hdr);
    for (i = 0; i < words; i++)
        write32(PAYLOAD + 4 * i, payload[i]);
    barrier();
    rc = calls & 1 ? call_hvc(FUNCTION) : call_smc(FUNCTION);
    if (rc)
        return 1000 + (rc < 0 ? -rc : rc);
    state = read32(STATUS);
    if (!(state & FREE))
        return 2000;                    /* the channel was not given back */
    if (state & ERROR)
        return 3000;
    if (read32(HEADER) != hdr)
        return 4000;
    return (int32_t)read32(PAYLOAD);
}

static int64_t ask(unsigned int protocol, unsigned int message, uint32_t a,
                   uint32_t b, uint32_t c, unsigned int words)
{
    uint32_t payload[] = { a, b, c };

    return send(header(protocol, message), 4 + 4 * words, payload, words);
}

static int64_t set(uint32_t domain, uint32_t state)
{
    return ask(POWER, STATE_SET, 0, domain, state, 3);
}

/* It serves what is right. */
static void sane(void)
{
    uint32_t state;
    int64_t rc;

    for (state = OFF; ; state = ON) {
        if ((rc = set(0, state)))
            complain("a right SET failed", 0, state, rc);
        rc = ask(POWER, STATE_GET, 0, 0, 0, 1);
        if (rc || read32(PAYLOAD + 4) != state)
            complain("GET after SET", state, read32(PAYLOAD + 4), rc);
        if (state == ON)
            break;
    }
    if ((rc = ask(BASE, 0, 0, 0, 0, 0)))
        complain("a right VERSION failed", 0, 0, rc);
}

/* No status of success may come. */
static void refused(const char *what, uint64_t a, uint64_t b, int64_t rc)
{
    if (!rc || rc == 2000)
        complain(what, a, b, rc);
}

/* Bytes of payload of the mandatory messages; -1: it is none of these. */
static int payload_of(unsigned int protocol, unsigned int message)
{
    static const int8_t base[] = { 0, 0, 4, 0, 0, 0, 4, 4 };
    static const int8_t power[] = { 0, 0, 4, 4, 12, 4 };

    if (protocol == BASE && message < sizeof(base))
        return base[message];
    if (protocol == POWER && message < sizeof(power))
        return power[message];
    return -1;
}

static void ids(void)
{
    unsigned int p, m;

    begin("protocols and messages");
    for (p = 0; p < 256; p++)
        for (m = 0; m < 256; m += p == BASE || p == POWER || m < 17 ? 1 : 59)
            if (payload_of(p, m) < 0)      /* none takes 12 bytes */
                refused("protocol, message", p, m, ask(p, m, 0, 0, 0, 3));
    for (p = BASE; p <= POWER; p++)
        for (m = 1; m < 4; m++)
            refused("message type", p, m,
                    send(header(p, 0) | m << 8, 4, 0, 0));
    sane();
    end();
}

static void lengths(void)
{
    static const uint32_t more[] = {
        0x7f, 0x80, 0x81, 0x84, 0xfe4, 0xfe8, 0xfec, 0x1000, 0x7fffffff,
        0x80000000, 0xfffffff8, 0xfffffffc, 0xfffffffe, 0xffffffff,
    };
    uint32_t zero[3] = { 0 };
    unsigned int p, m, i, n;
    uint32_t length;
    int want;

    begin("lengths");
    for (p = BASE; p <= POWER; p++)
        for (m = 0; (want = payload_of(p, m)) >= 0; m++)
            for (i = 0; i < 40 + sizeof(more) / sizeof(*more); i++) {
                length = i < 40 ? i : more[i - 40];
                if (length != 4u + want)
                    refused("header, length", header(p, m), length,
                            send(header(p, m), length, zero, 3));
            }
    sane();
    for (n = 0; n < SHMEM_SIZE; n += 4)        /* the page full of ones */
        write32(SHMEM + n, ~0u);
    refused("all ones", 0, 0, call_hvc(FUNCTION) ?: (int64_t)read32(PAYLOAD));
    sane();
    end();
}

static void domains(void)
{
    static const uint32_t bad[] = {             /* the upper half is ignored */
        1, 2, 3, 31, 32, 33, 63, 64, 65, 127, 128, 255, 256, 0x7fff, 0x8000,
        0xffff, 0x10001, 0x3fffffff, 0x7fffffff, 0xffff0001, 0xffffffff,
    };
    unsigned int i, bit;
    int64_t rc;

    begin("domains and states");
    for (i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
        rc = set(bad[i], OFF);
        if (rc != NOT_FOUND)
            complain("SET of a domain that is not there", bad[i], 0, rc);
        rc = ask(POWER, STATE_GET, bad[i], 0, 0, 1);
        if (rc != NOT_FOUND)
            complain("GET of a domain that is not there", bad[i], 0, rc);
        rc = ask(POWER, 3, bad[i], 0, 0, 1);
        if (rc != NOT_FOUND)
            complain("ATTRIBUTES of one that is not there", bad[i], 0, rc);
    }
    for (bit = 0; bit < 32; bit++)
        if (1u << bit != OFF)
            refused("state", 1u << bit, 0, set(0, 1u << bit));
    refused("state", ~0u, 0, set(0, ~0u));
    for (bit = 0; bit < 32; bit++)
        refused("flags", 1u << bit, 0,
                ask(POWER, STATE_SET, 1u << bit, 0, OFF, 3));
    sane();
    end();
}

static void accesses(void)
{
    unsigned int i, size;
    uint64_t before, seen;

    begin("accesses");
    for (i = 0; i < SHMEM_SIZE + 8; i += i < 0x28 || i > 0xff0 ? 1 : 251)
        for (size = 1; size <= 8; size *= 2) {
            before = cpu_faults[0];
            calls++;
            switch (size) {
            case 1: write8(SHMEM + i, read8(SHMEM + i)); break;
            case 2: write16(SHMEM + i, read16(SHMEM + i)); break;
            case 4: write32(SHMEM + i, read32(SHMEM + i)); break;
            case 8: write64(SHMEM + i, read64(SHMEM + i)); break;
            }
            seen = cpu_faults[0] - before;
            if (!(i % size) && i + size <= SHMEM_SIZE ? seen : !seen)
                complain("offset, size", i, size, seen);
        }
    for (i = 0; i < 0x40; i += 8, calls++)
        odd_accesses(SHMEM + i);
    print("HOSTILE: %d accesses were refused\n", cpu_faults[0]);
    sane();
    end();
}

static void conduits(void)
{
    uint64_t f;
    int64_t rc;

    begin("conduits");
    for (f = 0x8200000c; f < 0x82000014; f++, calls += 4)
        if (f != FUNCTION) {
            if (!call_hvc(f) || !call_smc(f))
                complain("a call that is nobody's was answered", f, 0, 0);
            call_hvc(f | 0x40000000);
            call_smc(f | 0x40000000);
        }
    /* Only the lower half of x0 is the function; r0 is no error then. */
    if ((rc = call_hvc(FUNCTION | 0xdeadbeef00000000)) && rc != -1)
        complain("upper half of x0", 0, 0, rc);
    call_hvc_immediate(FUNCTION);
    call_smc_immediate(FUNCTION);
    sane();
    end();
}

/* Off and on as fast as it goes; ON is never refused. */
static void toggle(unsigned int times)
{
    while (times--) {
        set(0, OFF);
        set(0, ON);
    }
}

static uint32_t noise(void)
{
    static uint32_t x = 0x2545f491;

    x ^= x << 13;
    x ^= x >> 17;
    return x ^= x << 5;
}

void other(void)
{
    static const uint32_t words[] = {
        0, 1, 4, 8, 16, 0x4410, 0x4411, 0x4404, 0x7fffffff, 0xffffffff, OFF,
    };

    while (!toggle_second) {
        if (!scribble)
            continue;
        write32(SHMEM + (noise() % 0x30) * 4,
                words[noise() % (sizeof(words) / sizeof(*words))]);
        if (!(noise() % 4))
            call_hvc(FUNCTION);
    }
    toggle(200);
    second_done = 1;
}

/* The other CPU writes the message and calls while this one does. */
static void race(void)
{
    unsigned int i, p, m;

    begin("two CPUs");
    scribble = true;
    for (i = 0; i < 2000; i++) {
        p = noise() % 4 ? POWER : BASE;
        m = noise() % 8;
        ask(p, m, noise() % 3, noise() % 2, noise() & OFF, 3);
    }
    scribble = false;
    /* Wait until it has seen that: it may be in the middle of a call. */
    for (i = 0; i < 1000; i++)
        read32(STATUS);
    sane();
    toggle_second = 1;
    toggle(200);
    while (!second_done)
        barrier();
    sane();
    end();
}

static void fast(void)
{
    int64_t rc;
    int i;

    begin("toggle");
    for (i = 0; i < 2000; i++) {
        if ((rc = set(0, OFF)))
            complain("OFF", i, 0, rc);
        if ((rc = set(0, ON)))
            complain("ON", i, 0, rc);
    }
    sane();
    end();
}

void main(void)
{
    int64_t rc;

    console_init();
    print("GUEST: READY\n");
    begin("at the start");
    sane();
    end();
    if (wrong)
        return;
    ids();
    lengths();
    domains();
    accesses();
    conduits();
    fast();
    rc = call_hvc(PSCI_CPU_ON, 1ul, (uint64_t)&second, 1ul);
    if (rc)
        print("HOSTILE: the second CPU does not start: %d\n", rc);
    else
        race();
    set(0, ON);
    print("HOSTILE: DONE\n");
}
