/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What Xen's configure would have found out, as Debian's packages have it:
 * where things are, and that yajl tells its version.
 */
#define __XEN_TOOLS__ 1
#define HAVE_YAJL_YAJL_VERSION_H 1
#define HAVE_PYGRUB 1
#define XEN_CONFIG_DIR "/etc/xen"
#define XEN_SCRIPT_DIR "/etc/xen/scripts"
#define XEN_DUMP_DIR "/var/lib/xen/dump"
#define XENFIRMWAREDIR "/usr/lib/xen/boot"     /* of x86 guests */
#define XEN_LOCK_DIR "/var/lock"
#define XEN_LOG_DIR "/var/log/xen"
