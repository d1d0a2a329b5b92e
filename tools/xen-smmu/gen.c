/* SPDX-License-Identifier: GPL-2.0-only */
/* xen-smmu gen: the files that give devices of a host to a guest. */
#include <stdlib.h>
#include <string.h>

#include "gen.h"
#include "output.h"

static const struct {
    const char *suffix;
    gen_text_fn *text;
} outputs[] = {
    { "-host.dtso", gen_overlay },
    { ".dts", gen_guest },
    { ".cfg", gen_config },
    { ".imagebuilder", gen_imagebuilder },
};

#define NR_OUTPUTS (sizeof(outputs) / sizeof(outputs[0]))

static int make_text(struct file *file, const struct plan *plan, size_t kind)
{
    FILE *out = open_memstream(&file->text, &file->length);

    file->name = format_text("%s%s", plan->name, outputs[kind].suffix);
    if (out) {
        outputs[kind].text(out, plan);
        if (!ferror(out) && !fclose(out))
            return RC_OK;
    }
    return fail(RC_FAILED, "Free memory, try again.", "out of memory");
}

static int say(const struct options *options, const struct plan *plan,
               const struct file *files)
{
    struct json_object *document, *array;
    size_t i;

    if (!options->json) {
        for (i = 0; i < NR_OUTPUTS && !options->quiet; i++)
            printf("wrote %s/%s\n", options->output, files[i].name);
        if (!options->quiet)
            printf("Next: compile the trees as their first lines say, then\n"
                   "  xen-smmu check NEW.dtb %s/%s.cfg %s.dtb\n", options->output, plan->name,
                   plan->name);
        return RC_OK;
    }
    document = json_document(XEN_SMMU_ABI_VERSION);
    array = json_object_new_array();
    for (i = 0; i < NR_OUTPUTS; i++) {
        char *path = format_text("%s/%s", options->output, files[i].name);

        json_object_array_add(array, json_string(path));
        free(path);
    }
    json_add(document, "files", array);
    return json_print(document);
}

static int write_all(const struct options *options, const struct plan *plan)
{
    struct file files[NR_OUTPUTS] = { { 0 } };
    int rc = RC_OK;
    size_t i;

    for (i = 0; i < NR_OUTPUTS && !rc; i++)
        rc = make_text(&files[i], plan, i);
    if (!rc)
        rc = files_write(options->output, files, NR_OUTPUTS,
                         options->force);
    if (!rc)
        rc = say(options, plan, files);
    for (i = 0; i < NR_OUTPUTS; i++) {
        free(files[i].name);
        free(files[i].text);
    }
    return rc;
}

int verb_gen(const struct options *options, char **arguments)
{
    struct plan plan = { .name = options->name ? options->name : "guest" };
    struct options with = *options;
    struct host host;
    int rc = RC_OK;

    for (; *arguments && !rc; arguments++)
        rc = options_take(&with, TAKES_DEVICE, *arguments);
    if (rc)
        return rc;
    if (!with.output)
        with.output = ".";
    options = &with;
    plan.no_scmi = options->no_scmi;
    if (!options->host_dtb || !options->nr_devices)
        return fail(RC_USAGE, "Give --host-dtb FILE, and the path of a "
                    "device's node, or several.", "'gen' needs a host and a "
                    "device");
    if (!*plan.name || strlen(plan.name) > 64 ||
        strchr(".-", plan.name[0]) || !is_name(plan.name, "._-"))
        return fail(RC_USAGE, "Letters, digits, '.', '_' and '-' make a name "
                    "of 64 characters at most.", "'%s' is no name for files",
                    plan.name);
    rc = host_load(&host, options->host_dtb);
    plan.host = &host;
    if (!rc)
        rc = plan_make(&plan, options);
    if (!rc)
        rc = write_all(options, &plan);
    plan_free(&plan);
    host_free(&host);
    return rc;
}
