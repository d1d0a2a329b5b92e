/* SPDX-License-Identifier: GPL-2.0-only */
/* arm_sci of an xl.cfg: see xl_scmi.c. */
#ifndef XL_SCMI_H
#define XL_SCMI_H

#include <stdint.h>

#include <libxlutil.h>

/* Ends xl where the value is not known. */
void scmi_parse(const XLU_Config *config);
/* The domain was built, and has not run.  0, or it must not run: said why. */
int scmi_before_start(uint32_t domid);

#endif
