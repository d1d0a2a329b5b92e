/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What Xen's own smmu-v3.c wants of Xen, on a build machine: forced in before
 * it, its includes being empty files.  The driver is compiled as it is.
 *
 * Registers, barriers, locks and time are functions of stock.c, which counts
 * them and plays the SMMU; so none of their instructions is the driver's.
 */
#ifndef __TESTS_BENCH_STOCK_H__
#define __TESTS_BENCH_STOCK_H__

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#undef __BIG_ENDIAN             /* libc's has another meaning */

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;
typedef uint32_t __le32;
typedef uint64_t __le64;
typedef uint64_t paddr_t;
typedef uint64_t dma_addr_t;
typedef unsigned int gfp_t;
typedef int64_t s_time_t;
typedef struct { int counter; } atomic_t;

#define PRIpaddr                "lx"
#define __init
#define __iomem
#define __ro_after_init
#define __must_check
#define __maybe_unused          __attribute__((unused))
#define fallthrough             __attribute__((fallthrough))
#define unlikely(x)             __builtin_expect(!!(x), 0)
#define ACCESS_ONCE(x)          (*(volatile __typeof__(x) *)&(x))
#define IS_ENABLED(option)      0
#define BUG_ON(x)               do { if ( x ) abort(); } while ( 0 )
#define BUG()                   abort()
#define ASSERT(x)               BUG_ON(!(x))
#define WARN_ON(x)              (!!(x))
#define BUILD_BUG_ON(x)         _Static_assert(!(x), #x)
#define ARRAY_SIZE(x)           (sizeof(x) / sizeof((x)[0]))
#define container_of(p, type, member) \
    ((type *)((char *)(p) - offsetof(type, member)))
#define min(a, b)               ((a) < (b) ? (a) : (b))
#define max(a, b)               ((a) > (b) ? (a) : (b))
#define min_t(type, a, b)       min((type)(a), (type)(b))
#define ilog2(x)                (63 - __builtin_clzll(x))
#define BIT(n, suffix)          (1##suffix << (n))
#define GENMASK(h, l)           ((~0UL << (l)) & (~0UL >> (63 - (h))))
#define GENMASK_ULL(h, l)       GENMASK(h, l)
#define ffs64(x)                __builtin_ffsll(x)
#define DECLARE_BITMAP(name, n) unsigned long name[((n) + 63) / 64]
#define cpu_to_le64(x)          (x)
#define le64_to_cpu(x)          (x)
#define cpu_to_le32(x)          (x)
#define write_atomic(p, v)      (*(volatile __typeof__(*(p)) *)(p) = (v))
#define atomic_inc(a)           ((a)->counter++)
#define atomic_dec(a)           ((a)->counter--)
#define PAGE_SHIFT              12
#define MAX_ORDER               20
#define PAGE_SIZE               4096UL
#define PADDR_BITS              48
#define P2M_ROOT_LEVEL          1
#define SZ_4K                   0x1000UL
#define SZ_16K                  0x4000UL
#define SZ_64K                  0x10000UL
#define SZ_128K                 0x20000UL
#define SZ_2M                   0x200000UL
#define SZ_32M                  0x2000000UL
#define SZ_512M                 0x20000000UL
#define SZ_1G                   0x40000000UL
#define PAGE_SIZE_4K            4096
#define DOMID_XEN               0x7ff2
#define DEVICE_IOMMU            0
#define IOMMU_FEAT_COHERENT_WALK 0

/* -- lists ------------------------------------------------------------------ */

struct list_head { struct list_head *next, *prev; };
#define LIST_HEAD(name)         struct list_head name = { &(name), &(name) }
#define INIT_LIST_HEAD(l)       ((l)->next = (l)->prev = (l))
#define list_empty(l)           ((l)->next == (l))
#define list_entry(p, type, member) container_of(p, type, member)
#define list_for_each_entry(at, list, member) \
    for ( (at) = list_entry((list)->next, __typeof__(*(at)), member); \
          &(at)->member != (list); \
          (at) = list_entry((at)->member.next, __typeof__(*(at)), member) )

static inline void list_add(struct list_head *new, struct list_head *list)
{
    new->next = list->next;
    new->prev = list;
    list->next->prev = new;
    list->next = new;
}

static inline void list_del(struct list_head *at)
{
    at->next->prev = at->prev;
    at->prev->next = at->next;
}

/* -- what counts ------------------------------------------------------------ */

/* Locks: which of them is held is what matters. */
typedef struct spinlock { int held; } spinlock_t;
#define DEFINE_SPINLOCK(name)   spinlock_t name
void shim_lock(int *held);
void shim_unlock(int *held);
#define spin_lock_init(l)       ((l)->held = 0)
#define spin_lock(l)            shim_lock(&(l)->held)
#define spin_unlock(l)          shim_unlock(&(l)->held)
#define spin_lock_irqsave(l, f) ((f) = 0, shim_lock(&(l)->held))
#define spin_unlock_irqrestore(l, f) ((void)(f), shim_unlock(&(l)->held))

/* Registers.  On Arm readl() and writel() have a barrier of their own. */
u32 readl_relaxed(const volatile void *at);
void writel_relaxed(u32 value, volatile void *at);
void writeq_relaxed(u64 value, volatile void *at);
void shim_barrier(void);
static inline u32 readl(const volatile void *at)
{
    u32 value = readl_relaxed(at);

    shim_barrier();
    return value;
}
static inline void writel(u32 value, volatile void *at)
{
    shim_barrier();
    writel_relaxed(value, at);
}
#define dmb(kind)               shim_barrier()

s_time_t NOW(void);
void cpu_relax(void);
void udelay(unsigned long us);
#define wfe()                   cpu_relax()
#define MICROSECS(us)           ((s_time_t)(us) * 1000)

/* -- memory, logs, the rest of Xen ------------------------------------------ */

#define _xzalloc(size, align)   calloc(1, size)
#define _xzalloc_array(size, align, n) calloc(n, size)
#define xzalloc(type)           calloc(1, sizeof(type))
#define xfree(p)                free(p)
#define virt_to_maddr(p)        ((paddr_t)(uintptr_t)(p))
#define XENLOG_DEBUG            ""
#define XENLOG_INFO             ""
#define XENLOG_WARNING          ""
#define XENLOG_ERR              ""
#define printk(...)             ((void)snprintf(NULL, 0, __VA_ARGS__))

struct dt_device_node { const char *name; };
struct device { struct dt_device_node *of_node; void *fwspec; };
struct iommu_fwspec {
    struct device *iommu_dev;
    void *iommu_priv;
    unsigned int num_ids;
    u32 ids[8];
};
struct dt_phandle_args { u32 args[4]; };
struct dt_device_match { const char *compatible; };
struct page_info { int unused; };
typedef uint64_t dfn_t;
struct arch_iommu { void *priv; };
struct domain_iommu { struct arch_iommu arch; };
struct domain {
    unsigned int domain_id;
    struct { struct { struct page_info *root; } p2m; } arch;
    struct domain_iommu iommu;
};
#define dom_iommu(d)            (&(d)->iommu)
#define iommu_set_feature(d, f) ((void)(d))
#define is_hardware_domain(d)   ((d)->domain_id == 0)
#define page_to_maddr(p)        ((paddr_t)(uintptr_t)(p))
#define p2m_ipa_bits            40U
#define p2m_restrict_ipa_bits(n) ((void)(n))
#define dev_iommu_fwspec_get(d) ((struct iommu_fwspec *)(d)->fwspec)
#define dt_node_full_name(n)    ((n)->name)
#define dev_to_dt(d)            ((d)->of_node)
#define dt_to_dev(n)            ((struct device *)NULL)
#define dt_property_read_bool(n, p) ((void)(n), false)
#define dt_property_read_u32(n, p, v) ((void)(n), *(v) = 1, true)
#define dt_get_property(n, p, l) ((const void *)(n))
#define dt_device_is_protected(n) ((void)(n), false)
#define dt_device_set_protected(n) ((void)(n))
#define dt_device_set_used_by(n, d) ((void)(n))
#define iommu_fwspec_add_ids(d, a, n) ((void)(d), 0)
#define platform_get_irq_byname(n, name) ((void)(n), 1)
#define request_irq(irq, f, fn, name, p) ((void)(fn), 0)
#define release_irq(irq, p)     ((void)(irq))
#define IS_ERR(p)               (!(p))
#define PTR_ERR(p)              (-ENOMEM)
#define iounmap(p)              ((void)(p))
int dt_device_get_paddr(struct dt_device_node *n, int i, paddr_t *at,
                        paddr_t *size);
volatile void *shim_registers(paddr_t at);
#define ioremap_nocache(at, size) ((void *)shim_registers(at))
struct tasklet { int unused; };
#define tasklet_init(t, fn, p)  ((void)(fn))
#define tasklet_schedule(t)     ((void)(t))
#define set_bit(n, map)         ((map)[(n) / 64] |= 1UL << (n) % 64)
#define clear_bit(n, map)       ((map)[(n) / 64] &= ~(1UL << (n) % 64))
static inline bool test_and_set_bit(unsigned int n, unsigned long *map)
{
    bool was = map[n / 64] >> n % 64 & 1;

    set_bit(n, map);
    return was;
}
static inline int find_first_zero_bit(const unsigned long *map, int size)
{
    int i;

    for ( i = 0; i < size && (map[i / 64] >> i % 64 & 1); i++ )
        continue;
    return i;
}

struct iommu_ops {
    unsigned long page_sizes;
    int (*init)(struct domain *d);
    void *hwdom_init, *map_page, *unmap_page;
    void (*teardown)(struct domain *d);
    int (*iotlb_flush)(struct domain *d, dfn_t dfn, unsigned long pages,
                       unsigned int flags);
    int (*assign_device)(struct domain *d, u8 devfn, struct device *dev,
                         u32 flag);
    int (*reassign_device)(struct domain *s, struct domain *t, u8 devfn,
                           struct device *dev);
    int (*dt_xlate)(struct device *dev, const struct dt_phandle_args *args);
    int (*add_device)(u8 devfn, struct device *dev);
};
#define arch_iommu_hwdom_init   NULL
#define arm_iommu_map_page      NULL
#define arm_iommu_unmap_page    NULL
#define iommu_set_ops(ops)      ((void)(ops))
#define DT_DEVICE_START(name, text, kind) \
    static const struct { const struct dt_device_match *dt_match; \
        int (*init)(struct dt_device_node *node, const void *data); \
    } __maybe_unused device_##name = {
#define DT_DEVICE_END           };

#endif /* __TESTS_BENCH_STOCK_H__ */
