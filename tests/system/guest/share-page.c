/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * share-page: grant one page of this domain to another, and do with it what
 * the tests say.
 *
 *   share-page DOMID FIFO OUT &      prints "ref N" to OUT, then serves FIFO
 *   echo "fill SEED" > FIFO          SEED, SEED+1, ... into the page
 *   echo "look SEED" > FIFO          compares; answers in OUT
 *   echo "quit" > FIFO
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define WORDS 1024
#define WRITABLE 1

/* struct ioctl_gntalloc_alloc_gref of the kernel's ABI */
struct alloc_gref {
    uint16_t domid, flags;
    uint32_t count;
    uint64_t index;
    uint32_t ref[2];
};

static void die(const char *what)
{
    fprintf(stderr, "share-page: %s: %s\n", what, strerror(errno));
    exit(2);
}

static void look(volatile uint32_t *p, uint32_t seed)
{
    unsigned int i, differ = 0;

    for (i = 0; i < WORDS; i++)
        differ += p[i] != seed + i;
    printf("look %#x: %s differ=%u words=%08x,%08x\n", seed,
           differ ? "DIFFERENT" : "same", differ, p[0], p[1]);
}

int main(int argc, char **argv)
{
    struct alloc_gref a = { .flags = WRITABLE, .count = 1 };
    volatile uint32_t *p;
    char line[64], op[8];
    uint32_t seed;
    FILE *in;
    int fd, i;

    if (argc != 4)
        return 1;
    a.domid = atoi(argv[1]);
    if ((mkfifo(argv[2], 0600) && errno != EEXIST) || !(in = fopen(argv[2], "r+")))
        die(argv[2]);
    if (!freopen(argv[3], "w", stdout))
        die(argv[3]);
    setvbuf(stdout, NULL, _IOLBF, 0);
    if ((fd = open("/dev/xen/gntalloc", O_RDWR)) < 0)
        die("/dev/xen/gntalloc");
    if (ioctl(fd, _IOC(_IOC_NONE, 'G', 5, 24), &a))
        die("granting a page");
    p = mmap(NULL, WORDS * 4, PROT_READ | PROT_WRITE, MAP_SHARED, fd, a.index);
    if (p == MAP_FAILED)
        die("mapping the granted page");
    printf("ref %u\n", a.ref[0]);
    while (fgets(line, sizeof(line), in)) {
        if (sscanf(line, "%7s %x", op, &seed) == 2 && !strcmp(op, "fill")) {
            for (i = 0; i < WORDS; i++)
                p[i] = seed + i;
            printf("fill %#x: done\n", seed);
        } else if (!strcmp(op, "look"))
            look(p, seed);
        else
            return 0;
    }
    return 0;
}
