/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A device tree, interrupts and a probe, for xen/bindings.c, bridge.c, irq.c
 * and probe.c.
 *
 * Invariant: cells are in the CPU's order.  `reg` has one cell for an address,
 * one for a size; `interrupts` one a line; a property may be a string.
 */
#ifndef __TESTS_GLUE_FAKE_TREE_H__
#define __TESTS_GLUE_FAKE_TREE_H__

/* -- the tree --------------------------------------------------------------- */

typedef uint32_t __be32;
#define be32_to_cpup(p)         (*(p))
#define MAX_PHANDLE_ARGS        16
#define DOMID_XEN               0x7ff2
#define dt_to_dev(np)           container_of(np, struct device, node)
#define dt_device_set_used_by(np, id) ((np)->used_by = (id))
#define dt_for_each_device_node(root, np) \
    for ( (np) = (root); (np); (np) = (np)->allnext )

extern struct dt_device_node *dt_host;
const void *dt_get_property(const struct dt_device_node *np, const char *name,
                            uint32_t *bytes);
bool dt_property_read_u32(const struct dt_device_node *np, const char *name,
                          uint32_t *out);
#define dt_property_read_bool(np, name) (dt_get_property(np, name, NULL) != NULL)
int dt_property_match_string(const struct dt_device_node *np,
                             const char *name, const char *string);
bool dt_device_is_compatible(const struct dt_device_node *np,
                             const char *compatible);
bool dt_device_is_available(const struct dt_device_node *np);
#define dt_device_for_passthrough(np) dt_property_read_bool(np, "xen,passthrough")
struct dt_device_node *dt_find_node_by_phandle(uint32_t phandle);
int dt_parse_phandle_with_args(const struct dt_device_node *np,
                               const char *list, const char *cells, int index,
                               struct dt_phandle_args *args);
unsigned int dt_number_of_address(const struct dt_device_node *np);
int dt_device_get_address(const struct dt_device_node *np, unsigned int index,
                          uint64_t *base, uint64_t *size);

int iommu_fwspec_init(struct device *dev, struct device *iommu);
void iommu_fwspec_free(struct device *dev);
int iommu_add_dt_device(struct dt_device_node *np);

/* -- interrupts ------------------------------------------------------------- */

#define XEN_SUBVERSION  20
#define IRQF_SHARED     1

typedef struct { bool held; } spinlock_t;
#define DEFINE_SPINLOCK(lock)   spinlock_t lock
void fake_spin_lock(spinlock_t *lock);
void fake_spin_unlock(spinlock_t *lock);
#define spin_lock_irqsave(lock, flags) \
    do { (flags) = 0; fake_spin_lock(lock); } while ( 0 )
#define spin_unlock_irqrestore(lock, flags) \
    do { (void)(flags); fake_spin_unlock(lock); } while ( 0 )

struct irq_desc;
struct fake_controller {
    void (*enable)(struct irq_desc *desc);
    void (*disable)(struct irq_desc *desc);
};
typedef void fake_handler(int irq, void *arg);
struct irq_desc {
    spinlock_t lock;
    const struct fake_controller *handler;
    bool masked;
    unsigned int taken;                 /* times it came to a CPU */
    unsigned int nr;
    struct { fake_handler *fn; void *arg; } action[4];
};
#define FAKE_IRQS       16
extern struct irq_desc fake_irq[FAKE_IRQS];
extern int fake_irq_refused;            /* a line that somebody else has */
#define irq_to_desc(irq)        (&fake_irq[irq])
int request_irq(unsigned int irq, unsigned int flags, fake_handler *fn,
                const char *name, void *arg);
unsigned int dt_number_of_irq(const struct dt_device_node *np);
int platform_get_irq(const struct dt_device_node *np, int index);

/* -- the probe -------------------------------------------------------------- */

#define __initdata
#define __initconstrel
#define PAGE_SIZE               4096
#define DEVICE_IOMMU            0
#define boolean_param(name, var) bool *const fake_##var = &(var)
#define DT_MATCH_COMPATIBLE(name) { .compatible = (name) }
struct dt_device_match { const char *compatible; };
struct fake_driver {
    const struct dt_device_match *dt_match;
    int (*init)(struct dt_device_node *np, const void *data);
};
#define DT_DEVICE_START(driver, name, class) const struct fake_driver driver = {
#define DT_DEVICE_END   };

extern unsigned long max_page;
#define pfn_to_paddr(pfn)       ((uint64_t)(pfn) << 12)
#define flsl(x)                 (64 - __builtin_clzll(x))
void p2m_restrict_ipa_bits(unsigned int bits);
void *ioremap_nocache(uint64_t base, size_t bytes);
void iounmap(void *p);

#endif /* __TESTS_GLUE_FAKE_TREE_H__ */
