/* SPDX-License-Identifier: GPL-2.0-only */
#include "guest.h"

#define HYPERCALL_event_channel_op 32
#define HYPERCALL_hvm_op 34
#define HVMOP_get_param 1
#define EVTCHNOP_send 4
#define HVM_PARAM_CONSOLE_PFN 17
#define HVM_PARAM_CONSOLE_EVTCHN 18
#define DOMID_SELF 0x7ff0

/* struct xencons_interface of Xen's public headers */
struct ring {
    char in[1024];
    char out[2048];
    uint32_t in_cons, in_prod;
    volatile uint32_t out_cons, out_prod;
};
static struct ring *ring;
static uint32_t port;

static uint64_t param(unsigned int index)
{
    struct {
        uint16_t domid, pad;
        uint32_t index;
        uint64_t value;
    } p = { .domid = DOMID_SELF, .index = index };

    barrier();
    hypercall(HYPERCALL_hvm_op, HVMOP_get_param, &p);
    return *(volatile uint64_t *)&p.value;
}

void console_init(void)
{
    ring = (struct ring *)(param(HVM_PARAM_CONSOLE_PFN) << 12);
    port = param(HVM_PARAM_CONSOLE_EVTCHN);
}

static void put(char c)
{
    if (c == '\n')
        put('\r');
    while (ring->out_prod - ring->out_cons >= sizeof(ring->out))
        barrier();
    ring->out[ring->out_prod % sizeof(ring->out)] = c;
    barrier();
    ring->out_prod++;
}

static void number(uint64_t v, unsigned int base)
{
    char digits[24];
    unsigned int n = 0;

    do
        digits[n++] = "0123456789abcdef"[v % base];
    while (v /= base);
    while (n)
        put(digits[--n]);
}

void print(const char *f, ...)
{
    uint32_t send = port;
    const char *s;
    int64_t v;
    va_list a;

    va_start(a, f);
    for (; *f; f++) {
        if (*f != '%') {
            put(*f);
            continue;
        }
        switch (*++f) {
        case 'x':
            number(va_arg(a, uint64_t), 16);
            break;
        case 'd':
            if ((v = va_arg(a, int64_t)) < 0)
                put('-');
            number(v < 0 ? -v : v, 10);
            break;
        case 's':
            for (s = va_arg(a, const char *); *s; s++)
                put(*s);
        }
    }
    va_end(a);
    barrier();
    hypercall(HYPERCALL_event_channel_op, EVTCHNOP_send, &send);
}
