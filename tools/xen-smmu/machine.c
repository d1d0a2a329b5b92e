/* SPDX-License-Identifier: GPL-2.0-only */
/* dom0's files that doctor looks at. */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <json-c/json.h>

#include "doctor.h"

/* Linux on arm64 takes 2048 bytes. */
#define MAX_CMDLINE (64U << 10)
/* Configurations of guests that are read: more than a machine runs. */
#define MAX_GIVEN 1024

static void unseen(struct system *system, char *file, const char *why)
{
    struct unseen *unseen = &system->unseen[system->nr_unseen++];

    unseen->file = file;
    unseen->why = format_text("%s", why);
}

static void load_cmdline(struct system *system, const char *root)
{
    char *file = format_text("%s/proc/cmdline", root);
    FILE *stream = fopen(file, "re");
    char *line = alloc(MAX_CMDLINE, 1);
    size_t length = stream ? fread(line, 1, MAX_CMDLINE - 1, stream) : 0;

    if (!stream || ferror(stream)) {
        unseen(system, file, strerror(errno));
        free(line);
    } else {
        line[length] = '\0';
        system->cmdline = line;
        system->cmdline_file = file;
    }
    if (stream)
        fclose(stream);
}

/* The blob is there whenever /proc/device-tree is: both are one tree. */
static int load_tree(struct system *system, const char *root)
{
    char *file = format_text("%s/sys/firmware/fdt", root);

    if (access(file, R_OK)) {
        unseen(system, file, strerror(errno));
        return RC_OK;
    }
    system->tree_file = file;
    return host_load(&system->tree, file);
}

static int array_length(struct json_object *object, const char *key)
{
    struct json_object *array;

    if (!object || !json_object_object_get_ex(object, key, &array) ||
        !json_object_is_type(array, json_type_array))
        return 0;
    return json_object_array_length(array);
}

/* userdata-d.DOMID.UUID.libxl-json: what libxl keeps of a running guest. */
static bool is_config(const char *name, unsigned int *domid)
{
    const char *last = strrchr(name, '.');

    return sscanf(name, "userdata-d.%5u.", domid) == 1 && last &&
           !strcmp(last, ".libxl-json") && *domid < XEN_SMMU_DOMID_ANY;
}

static void read_config(struct system *system, char *file, unsigned int domid)
{
    struct json_object *config = json_object_from_file(file), *info = NULL;
    struct given *given = &system->given[system->nr_given];

    if (!json_object_is_type(config, json_type_object)) {
        json_object_put(config);
        free(file);             /* of a guest that has just gone */
        return;
    }
    json_object_object_get_ex(config, "b_info", &info);
    if (!json_object_is_type(info, json_type_object))
        info = NULL;
    *given = (struct given){ .domid = domid, .file = file,
        .iomem = array_length(info, "iomem"),
        .dtdevs = array_length(config, "dtdevs") };
    system->nr_given++;
    json_object_put(config);
}

static void load_given(struct system *system, const char *root)
{
    char *directory = format_text("%s/var/lib/xen", root);
    DIR *stream = opendir(directory);
    struct dirent *entry;
    unsigned int domid;

    if (!stream) {
        unseen(system, directory, strerror(errno));
        return;
    }
    system->given = alloc(MAX_GIVEN, sizeof(*system->given));
    while (system->nr_given < MAX_GIVEN && (entry = readdir(stream)))
        if (is_config(entry->d_name, &domid))
            read_config(system, format_text("%s/%s", directory,
                                            entry->d_name), domid);
    closedir(stream);
    free(directory);
}

int machine_load(struct system *system, const char *root)
{
    int rc;

    if (!root) {
        unseen(system, format_text("dom0's files"), "the state is a snapshot; "
               "--root DIR says where the files of its machine are");
        return RC_OK;
    }
    if (!strcmp(root, "/"))
        root = "";
    load_cmdline(system, root);
    rc = load_tree(system, root);
    if (!rc)
        load_given(system, root);
    return rc;
}

void machine_free(struct system *system)
{
    int i;

    for (i = 0; i < system->nr_given; i++)
        free(system->given[i].file);
    for (i = 0; i < system->nr_unseen; i++) {
        free(system->unseen[i].file);
        free(system->unseen[i].why);
    }
    free(system->given);
    host_free(&system->tree);
    free(system->tree_file);
    free(system->cmdline);
    free(system->cmdline_file);
}
