/* SPDX-License-Identifier: GPL-2.0-only */
/* The files that gen writes. */
#include <inttypes.h>
#include <stdlib.h>

#include "gen.h"
#include "layout.h"

void gen_overlay(FILE *out, const struct plan *plan)
{
    int i;

    fprintf(out, "/*\n * Keeps the devices of %s from dom0.  Apply it before "
            "Xen starts:\n *\n"
            " *\tdtc -I dts -O dtb -o %s-host.dtbo %s-host.dtso\n"
            " *\tfdtoverlay -i HOST.dtb -o NEW.dtb %s-host.dtbo\n"
            " */\n/dts-v1/;\n/plugin/;\n", plan->name, plan->name,
            plan->name, plan->name);
    for (i = 0; i < plan->nr_nodes; i++) {
        char *path = tree_path(&plan->host->tree, plan->nodes[i]);

        fprintf(out, "\n&{%s} {\n\txen,passthrough;\n};\n", path);
        free(path);
    }
}

static void print_scmi(FILE *out)
{
    fputs("\n\t\t/* Power: the server that the hypervisor runs for the guest. "
          "*/\n", out);
    fprintf(out, "\t\tfirmware@%llx {\n\t\t\tcompatible = \"simple-mfd\";\n"
            "\t\t\t#address-cells = <2>;\n\t\t\t#size-cells = <2>;\n"
            "\t\t\tranges = <0 0x%llx 0 0x%llx 0 0x%llx>;\n\n"
            "\t\t\tscmi_memory: shmem@%llx {\n"
            "\t\t\t\tcompatible = \"arm,scmi-shmem\";\n"
            "\t\t\t\treg = <0 0x%llx 0 0x%llx>;\n\t\t\t};\n\n",
            SCMI_SHMEM, SCMI_SHMEM, SCMI_SHMEM, SCMI_SHMEM_SIZE, SCMI_SHMEM,
            SCMI_SHMEM, SCMI_SHMEM_SIZE);
    fprintf(out, "\t\t\tscmi {\n\t\t\t\tcompatible = \"arm,scmi-smc\";\n"
            "\t\t\t\tarm,smc-id = <0x%x>;\n"
            "\t\t\t\tshmem = <&scmi_memory>;\n"
            "\t\t\t\t#address-cells = <1>;\n\t\t\t\t#size-cells = <0>;\n\n"
            "\t\t\t\tpower: protocol@11 {\n\t\t\t\t\treg = <0x11>;\n"
            "\t\t\t\t\t#power-domain-cells = <1>;\n\t\t\t\t};\n"
            "\t\t\t};\n\t\t};\n", SCMI_SMC_ID);
}

void gen_guest(FILE *out, const struct plan *plan)
{
    int i;

    fprintf(out, "/*\n * Partial device tree of %s, for xl and for "
            "ImageBuilder:\n *\n *\tdtc -I dts -O dtb -o %s.dtb %s.dts\n *\n"
            " * The guest gets /passthrough.  Properties in comments name "
            "nodes of the\n * host's, or may do so: see what the driver "
            "needs.\n */\n", plan->name, plan->name, plan->name);
    fputs("/dts-v1/;\n\n/ {\n"
          "\t#address-cells = <2>;\n\t#size-cells = <2>;\n\n"
          "\t/* Stands for the guest's interrupt controller. */\n"
          "\tgic: gic {\n\t\t#interrupt-cells = <3>;\n"
          "\t\t#address-cells = <0>;\n"
          "\t\tinterrupt-controller;\n", out);
    fprintf(out, "\t\tphandle = <%d>;\n\t};\n\n", GUEST_GIC);
    fputs("\tpassthrough {\n\t\tcompatible = \"simple-bus\";\n"
          "\t\t#address-cells = <2>;\n\t\t#size-cells = <2>;\n"
          "\t\tranges;\n", out);
    if (!plan->no_scmi)
        print_scmi(out);
    for (i = 0; i < plan->nr_nodes; i++) {
        fputc('\n', out);
        gen_node(out, plan, i);
    }
    fputs("\t};\n};\n", out);
}

static void print_irqs(FILE *out, const struct plan *plan)
{
    const char *comma = "";
    int i, j;

    fputs("irqs = [", out);
    for (i = 0; i < plan->nr_nodes; i++) {
        struct irqs irqs;

        tree_irqs(&plan->host->tree, plan->nodes[i], 0, &irqs);
        for (j = 0; j < irqs.count; j++)
            if (irqs.list[j].number >= 32) {
                fprintf(out, "%s %" PRIu32, comma, irqs.list[j].number);
                comma = ",";
            }
        free(irqs.list);
    }
    fputs(" ]\n", out);
}

void gen_config(FILE *out, const struct plan *plan)
{
    int i;

    fprintf(out, "# Devices of %s: add these to its xl.cfg.%s\n"
            "dtdev = [\n", plan->name, plan->no_scmi ? "" :
            "  The order of dtdev gives\n# power-domains their numbers.");
    for (i = 0; i < plan->nr_nodes; i++) {
        char *path = tree_path(&plan->host->tree, plan->nodes[i]);

        fprintf(out, "    \"%s\",\n", path);
        free(path);
    }
    fputs("]\niomem = [\n", out);
    for (i = 0; i < plan->nr_mappings; i++)
        fprintf(out, "    \"%" PRIx64 ",%" PRIx64 "@%" PRIx64 "\",\n",
                plan->mappings[i].host.start >> 12,
                plan->mappings[i].host.size >> 12,
                plan->mappings[i].guest >> 12);
    fputs("]\n", out);
    print_irqs(out, plan);
    fprintf(out, "device_tree = \"%s.dtb\"\n", plan->name);
}

void gen_imagebuilder(FILE *out, const struct plan *plan)
{
    fprintf(out, "# For a guest that Xen starts itself: add these to "
            "ImageBuilder's\n# configuration, with the guest's number for "
            "0.\n"
            "NUM_DT_OVERLAY=1\n"
            "DT_OVERLAY[0]=\"%s-host.dtbo\"\n"
            "DOMU_PASSTHROUGH_DTB[0]=\"%s.dtb\"\n", plan->name, plan->name);
}
