/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * As much of Xen as some files of the glue want: xen/iommu.c, xen/scmi.c and
 * xen/gather.c; of the device tree, interrupts and the probe fake-tree.h has
 * more.
 *
 * Invariant: names and order of fields are of no meaning here; what a function
 * does that the tests look at, it does as Xen's (test_*.c, fake-tree.c).
 */
#ifndef __TESTS_GLUE_FAKE_XEN_H__
#define __TESTS_GLUE_FAKE_XEN_H__

#include "smmu-os.h"

#define __init
#define PAGE_SIZE_4K    4096
#define P2M_ROOT_LEVEL  1
#define SHUTDOWN_suspend 2
#define SHUTDOWN_crash  3

typedef uint8_t u8;
typedef uint32_t u32;
#define register_t uint64_t             /* the C library has one as well */
typedef uint64_t dfn_t;
#define dfn_x(dfn) (dfn)

/* -- domains -------------------------------------------------------------- */

struct page_info;
struct p2m_domain { struct page_info *root; };
struct domain {
    uint16_t domain_id;
    bool is_shutting_down;
    unsigned int shutdown_code;
    bool direct_mapped;
    unsigned int paused;
    struct p2m_domain p2m;
    struct { struct { void *priv; } arch; } iommu;
    struct { struct { unsigned int num_entries, max_num_entries; } vmmio; }
        arch;
};
struct vcpu { struct domain *domain; };
extern struct vcpu *current;
#define is_hardware_domain(d)       ((d)->domain_id == 0)
#define is_domain_direct_mapped(d)  ((d)->direct_mapped)
#define is_iommu_enabled(d)         true
#define dom_iommu(d)                (&(d)->iommu)
#define p2m_get_hostp2m(d)          (&(d)->p2m)
#define page_to_maddr(pg)           ((uint64_t)(uintptr_t)(pg))
#define p2m_ipa_bits                40
struct domain *rcu_lock_domain_by_id(uint16_t id);
static inline void rcu_unlock_domain(struct domain *d) { }
#define rcu_read_unlock(lock)       do { } while ( 0 )
void domain_pause(struct domain *d);
void domain_unpause(struct domain *d);

/* -- order ------------------------------------------------------------------ */

/* Other CPUs may come here, too. */
void smp_mb(void);
#define cmpxchg(p, old, new) \
    (smp_mb(), __sync_val_compare_and_swap(p, old, new))
#define smp_wmb()               __sync_synchronize()

/* -- devices ---------------------------------------------------------------- */

struct fake_prop { const char *name; const void *value; uint32_t bytes; };
struct dt_device_node {
    const char *full_name;
    bool is_protected;
    uint32_t phandle;
    struct dt_device_node *allnext;
    unsigned int used_by;
    unsigned int nr_props;
    struct fake_prop prop[12];
};
struct device { struct dt_device_node node; struct iommu_fwspec *fwspec; };
struct dt_phandle_args {
    struct dt_device_node *np;
    int args_count;
    uint32_t args[16];
};
struct iommu_fwspec {
    struct device *iommu_dev;
    void *iommu_priv;
    unsigned int num_ids;
    uint32_t ids[16];
};
#define dev_iommu_fwspec_get(dev)   ((dev)->fwspec)
#define dev_to_dt(dev)              (&(dev)->node)
#define dt_node_full_name(np)       ((np)->full_name)
#define dt_device_set_protected(np) ((np)->is_protected = true)
int iommu_fwspec_add_ids(struct device *dev, const uint32_t *ids,
                         unsigned int nr);
int dt_property_read_string(const struct dt_device_node *node,
                            const char *name, const char **out);
#define panic(...)                  assert(!"panic")
enum { SYS_STATE_boot, SYS_STATE_active };
#define system_state                SYS_STATE_active

/* -- iommu_ops --------------------------------------------------------------- */

#define IOMMUF_readable         1
#define IOMMU_FLUSHF_added      1
#define IOMMU_FLUSHF_modified   2
#define IOMMU_FLUSHF_all        4
#define IOMMU_FEAT_COHERENT_WALK 0
#define iommu_set_feature(d, f) do { } while ( 0 )
#define arch_iommu_hwdom_init(d) do { } while ( 0 )
#define arm_iommu_map_page      NULL
#define arm_iommu_unmap_page    NULL
struct iommu_ops {
    unsigned long page_sizes;
    int (*init)(struct domain *d);
    void (*hwdom_init)(struct domain *d);
    void (*teardown)(struct domain *d);
    int (*iotlb_flush)(struct domain *d, dfn_t dfn, unsigned long pages,
                       unsigned int flags);
    int (*assign_device)(struct domain *d, u8 devfn, struct device *dev,
                         u32 flag);
    int (*reassign_device)(struct domain *s, struct domain *t, u8 devfn,
                           struct device *dev);
    void *map_page, *unmap_page;
    int (*dt_xlate)(struct device *dev, const struct dt_phandle_args *args);
    int (*add_device)(u8 devfn, struct device *dev);
    int (*remove_device)(u8 devfn, struct device *dev);
    int (*suspend)(void);
    void (*resume)(void);
};
extern const struct iommu_ops *glue_ops;
#define iommu_set_ops(ops)      (glue_ops = (ops))

/* -- the P2M, and pages ------------------------------------------------------ */

typedef struct { uint64_t x; } gfn_t, mfn_t;
#define _gfn(n)         ((gfn_t){ n })
#define gfn_x(g)        ((g).x)
#define _mfn(n)         ((mfn_t){ n })
#define mfn_x(m)        ((m).x)
#define mfn_eq(a, b)    ((a).x == (b).x)
#define INVALID_MFN     _mfn(~0ULL)
typedef enum { p2m_invalid, p2m_ram_rw, p2m_grant_map_rw, p2m_grant_map_ro }
    p2m_type_t;
#define p2m_to_mask(t)  (1U << (t))
#define P2M_GRANT_TYPES \
    (p2m_to_mask(p2m_grant_map_rw) | p2m_to_mask(p2m_grant_map_ro))
#define p2m_access_rwx  7
void p2m_write_lock(struct p2m_domain *p2m);
void p2m_write_unlock(struct p2m_domain *p2m);
mfn_t p2m_get_entry(struct p2m_domain *p2m, gfn_t gfn, p2m_type_t *t,
                    void *access, unsigned int *order, bool *valid);
int p2m_set_entry(struct p2m_domain *p2m, gfn_t gfn, unsigned long nr,
                  mfn_t mfn, p2m_type_t t, unsigned int access);
int guest_physmap_remove_page(struct domain *d, gfn_t gfn, mfn_t mfn,
                              unsigned int order);
void put_page_alloc_ref(struct page_info *page);
void put_page(struct page_info *page);
void domain_crash(struct domain *d);
#define DEFINE_PER_CPU(type, name)  type per_cpu__##name
#define this_cpu(name)              (per_cpu__##name)

/* -- traps ------------------------------------------------------------------- */

struct cpu_user_regs { register_t x[2]; };
#define get_user_reg(regs, n)    ((regs)->x[n])
#define set_user_reg(regs, n, v) ((regs)->x[n] = (v))
typedef struct { uint64_t gpa; struct { unsigned int size; } dabt; }
    mmio_info_t;
struct mmio_handler_ops {
    int (*read)(struct vcpu *v, mmio_info_t *info, register_t *r, void *priv);
    int (*write)(struct vcpu *v, mmio_info_t *info, register_t r, void *priv);
};
void register_mmio_handler(struct domain *d,
                           const struct mmio_handler_ops *ops, uint64_t base,
                           uint64_t size, void *priv);

#include "fake-tree.h"

#endif /* __TESTS_GLUE_FAKE_XEN_H__ */
