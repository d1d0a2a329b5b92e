/* SPDX-License-Identifier: GPL-2.0-only */
/* Can the hypervisor assign the device, and protect the rest from it? */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "rules.h"

static char *path_of(const struct check *check, int node)
{
    return tree_path(&check->host->tree, node);
}

static const char *host_file(const struct check *check)
{
    return check->host->tree.file;
}

void rule_no_node(struct check *check, const struct rule *rule,
                  const struct device *device)
{
    if (device->node < 0 && device->guest)
        found(check, rule, device->guest->file,
              format_text("%s", device->path), NULL,
              "The host device tree %s has no such node.", host_file(check));
}

void rule_disabled(struct check *check, const struct rule *rule,
                   const struct device *device)
{
    if (device->node >= 0 && !tree_available(&check->host->tree, device->node))
        found(check, rule, host_file(check), path_of(check, device->node),
              "status", "says that the device is not to be used.");
}

void rule_not_reserved(struct check *check, const struct rule *rule,
                       const struct device *device)
{
    if (device->guest && device->node >= 0 &&
        !host_reserved(check->host, device->node))
        found(check, rule, host_file(check), path_of(check, device->node),
              "xen,passthrough", "is absent, so dom0 gets the device, and %s "
              "cannot.", device->guest->file);
}

void rule_no_iommus(struct check *check, const struct rule *rule,
                    const struct device *device)
{
    if (device->node >= 0 && !host_is_master(check->host, device->node))
        found(check, rule, host_file(check), path_of(check, device->node),
              "iommus", "is absent, so Xen cannot protect the device.");
}

void rule_pcie_bridge(struct check *check, const struct rule *rule,
                      const struct device *device)
{
    const struct tree *tree = &check->host->tree;

    if (device->node >= 0 && tree_has(tree, device->node, "iommu-map") &&
        !tree_has(tree, device->node, "iommus"))
        found(check, rule, host_file(check), path_of(check, device->node),
              "iommu-map", "is all it has: the devices behind it are found "
              "when it runs, and are dom0's.");
}

/* The device's SMMUs; false: a rule above has to do with it. */
static bool get_refs(const struct check *check, const struct device *device,
                     struct refs *refs)
{
    if (device->node < 0)
        return false;
    host_refs(check->host, device->node, refs);
    if (refs->trouble != REF_ABSENT)
        return true;
    free(refs->list);
    return false;
}

void rule_bad_iommus(struct check *check, const struct rule *rule,
                     const struct device *device)
{
    struct refs refs;
    char *what;

    if (!get_refs(check, device, &refs))
        return;
    if (refs.trouble || !refs.count) {
        what = refs.trouble ? ref_text(&refs) : format_text("is empty");
        found(check, rule, host_file(check), path_of(check, device->node),
              "iommus", "%s.", what);
        free(what);
    }
    free(refs.list);
}

void rule_many_smmus(struct check *check, const struct rule *rule,
                     const struct device *device)
{
    char *first, *other;
    struct refs refs;
    int i;

    if (!get_refs(check, device, &refs))
        return;
    for (i = 1; i < refs.count; i++)
        if (refs.list[i].node != refs.list[0].node)
            break;
    if (i < refs.count) {
        first = path_of(check, refs.list[0].node);
        other = path_of(check, refs.list[i].node);
        found(check, rule, host_file(check), path_of(check, device->node),
              "iommus", "names two SMMUs, %s and %s.", first, other);
        free(first);
        free(other);
    }
    free(refs.list);
}

/* The first of its units for which it holds. */
static const struct iommu *find_unit(const struct check *check,
                                     const struct refs *refs,
                                     bool (*bad)(const struct check *check,
                                                 const struct iommu *iommu))
{
    int i;

    for (i = 0; i < refs->count; i++) {
        const struct iommu *iommu = host_iommu(check->host,
                                               refs->list[i].node);

        if (iommu && bad(check, iommu))
            return iommu;
    }
    return NULL;
}

static void about_unit(struct check *check, const struct rule *rule,
                       const struct device *device,
                       bool (*bad)(const struct check *check,
                                   const struct iommu *iommu),
                       const char *why)
{
    const struct iommu *iommu;
    const char *compatible;
    struct refs refs;
    char *path;

    if (!get_refs(check, device, &refs))
        return;
    iommu = find_unit(check, &refs, bad);
    if (iommu) {
        path = path_of(check, iommu->node);
        compatible = tree_string(&check->host->tree, iommu->node,
                                 "compatible");
        found(check, rule, host_file(check), path_of(check, device->node),
              "iommus", "names %s (%s), %s.", path,
              compatible ? compatible : "without 'compatible'", why);
        free(path);
    }
    free(refs.list);
}

static bool not_driven(const struct check *check, const struct iommu *iommu)
{
    (void)check;
    return !host_drives(iommu);
}

void rule_not_driven(struct check *check, const struct rule *rule,
                     const struct device *device)
{
    about_unit(check, rule, device, not_driven,
               "which xen-smmu does not drive");
}

static bool smmu_disabled(const struct check *check,
                          const struct iommu *iommu)
{
    return !iommu->available || tree_has(&check->host->tree, iommu->node,
                                         "xen,passthrough");
}

void rule_smmu_disabled(struct check *check, const struct rule *rule,
                        const struct device *device)
{
    about_unit(check, rule, device, smmu_disabled,
               "which is disabled, or reserved for a guest");
}

void rule_smmu_cells(struct check *check, const struct rule *rule,
                     const struct device *device)
{
    struct refs refs;
    int i;

    if (!get_refs(check, device, &refs))
        return;
    for (i = 0; i < refs.count; i++) {
        const struct iommu *iommu = host_iommu(check->host,
                                               refs.list[i].node);

        if (iommu && host_drives(iommu) &&
            (refs.list[i].nr < 1 ||
             refs.list[i].nr > host_most_cells(iommu))) {
            found(check, rule, host_file(check), path_of(check, iommu->node),
                  "#iommu-cells", "is %u; an %s takes %s.", refs.list[i].nr,
                  iommu_kind_text(iommu->kind), host_most_cells(iommu) > 1
                  ? "1, the stream ID, or 2, with a mask"
                  : "1, the stream ID");
            break;
        }
    }
    free(refs.list);
}

void rule_stream_shared(struct check *check, const struct rule *rule,
                        const struct device *device)
{
    int other = device->node < 0 ? -1 : check->host->shares[device->node];
    char *path;

    if (other < 0)
        return;
    path = path_of(check, other);
    found(check, rule, host_file(check), path_of(check, device->node),
          "iommus", "has a stream ID that %s has, too.", path);
    free(path);
}

void rule_assigned_twice(struct check *check, const struct rule *rule,
                         const struct device *device)
{
    const struct device *before;

    for (before = check->devices; device->guest && before < device; before++)
        if (before->guest && !strcmp(before->path, device->path)) {
            found(check, rule, device->guest->file,
                  format_text("%s", device->path), "dtdev",
                  "names a device that %s %s.", before->guest->file,
                  before->guest == device->guest ? "has named already"
                                                 : "is to have, too");
            return;
        }
}
