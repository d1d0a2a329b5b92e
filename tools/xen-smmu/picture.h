/* SPDX-License-Identifier: GPL-2.0-only */
/* The writers of timelines, and what is computed for them. */
#ifndef XEN_SMMU_PICTURE_H
#define XEN_SMMU_PICTURE_H

#include <stdio.h>

#include "timeline.h"

/* They write to `out`, whose errors the caller sees. */
int picture_svg(FILE *out, const struct timeline *timeline);
int picture_perfetto(FILE *out, const struct timeline *timeline);
/* Events as they are, decoded. */
int picture_csv(FILE *out, const struct state *state);

/* picture.c: pure. */

/* Tenths of a pixel from the left, of a time in a plot `length` ns long. */
unsigned int picture_x(uint64_t at, uint64_t length);
/* 1, 2 or 5 times a power of ten: at most `most` of it in `length` ns. */
uint64_t picture_step(uint64_t length, unsigned int most);
/* "1.5 s", with the digits that steps of that size need; to free. */
char *picture_time_text(uint64_t at, uint64_t step);
/* Pixels, rather too many: no font is known. */
unsigned int picture_text_width(const char *text);
/* "10000 pages", "all"; to free. */
char *picture_debt_text(const struct lane *lane);
/* One sentence about all of it; to free. */
char *picture_summary(const struct timeline *timeline);

#endif
