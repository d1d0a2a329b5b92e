/* SPDX-License-Identifier: GPL-2.0-only */
/* What the hostile guest runs on: start.S and console.c. */
#ifndef HOSTILE_GUEST_H
#define HOSTILE_GUEST_H

#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>

/* Exceptions that were taken, and skipped, by each CPU. */
extern volatile uint64_t cpu_faults[2];

int64_t call_hvc(uint64_t function, ...);
int64_t call_smc(uint64_t function);
int64_t call_hvc_immediate(uint64_t function);
int64_t call_smc_immediate(uint64_t function);
int64_t hypercall(uint64_t number, uint64_t a, void *b);
void odd_accesses(uint64_t address);
void second(void);

/* The guest's PV console, which the toolstack logs.  %x, %d, %s. */
void console_init(void);
void print(const char *format, ...);

#define ACCESS(bits, w)                                             \
    static inline uint##bits##_t read##bits(uint64_t address)       \
    {                                                               \
        uint64_t v = 0;                                             \
                                                                    \
        asm volatile (w : "+r" (v) : "r" (address) : "memory");     \
        return v;                                                   \
    }
ACCESS(8, "ldrb %w0, [%1]")
ACCESS(16, "ldrh %w0, [%1]")
ACCESS(32, "ldr %w0, [%1]")
ACCESS(64, "ldr %x0, [%1]")
#undef ACCESS
#define ACCESS(bits, w)                                             \
    static inline void write##bits(uint64_t address, uint##bits##_t v) \
    {                                                               \
        asm volatile (w : : "r" ((uint64_t)v), "r" (address)        \
                      : "memory");                                  \
    }
ACCESS(8, "strb %w0, [%1]")
ACCESS(16, "strh %w0, [%1]")
ACCESS(32, "str %w0, [%1]")
ACCESS(64, "str %x0, [%1]")
#undef ACCESS

static inline void barrier(void)
{
    asm volatile ("dsb sy" : : : "memory");
}

#endif
