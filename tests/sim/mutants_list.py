# SPDX-License-Identifier: GPL-2.0-only
"""What is taken out of the driver: (name, [(file, old, new)...], catchers).

A catcher is a test program and its arguments; the first that fails will do."""

HISTORIES = ("random", "1", "20000", "20")
LONG = ("random", "1", "600000", "3")
DRIVER = ("test_driver",)
FAILURE = ("test_failure",)
EVENT = ("test_event",)
SWEEP = ("sweep",)
THREADS = [("threads", str(n), "6000") for n in range(1, 6)]

VMALL = """        cmd[n++] = (struct cmd){ { V3_CMD_TLBI_S12_VMALL |
                                   V3_CMD_TLBI_VMID(inv->vmid), 0 } };"""
# CMD_TLBI_S2_IPA, TG=4K, from 0 on, 32 << 31 pages: dword 1 as given.
RANGE = """        cmd[n++] = (struct cmd){ { 0x2a | 0x1fULL << 12 | 0x1fULL << 20 |
                                   V3_CMD_TLBI_VMID(inv->vmid), %s } };"""
QUIESCE_EARLY = [
    ("link.c", "move(link, XEN_SMMU_LINK_LIVE, XEN_SMMU_LINK_QUIESCING);",
     "move(link, XEN_SMMU_LINK_LIVE, XEN_SMMU_LINK_DORMANT);"),
    ("link.c", "blocked = move(link, XEN_SMMU_LINK_QUIESCING, "
     "XEN_SMMU_LINK_DORMANT);", "blocked = true;")]
SYNC_BLOCK = "    if ( smmu_inv_sync(&list) )\n    {\n        smmu_unit_fail("
ADD_VMID = ("smmu_inv_add(&list, (struct smmu_inv){ .kind = SMMU_INV_VMID, "
            ".vmid = link->vmid })")
VMID_CLEAN = ("vmid.c", "vmids->state[vmid] = DIRTY;",
              "vmids->state[vmid] = CLEAN;")

MUTANTS = [
    ("no TLBI in a flush",
     [("flush.c", "issue(link->unit, &inv, 1,", "issue(link->unit, &inv, 0,")],
     [HISTORIES]),
    ("TLBI of the neighbour's VMID",
     [("flush.c", ".vmid = link->vmid }", ".vmid = link->vmid % 7 + 1 }")],
     [HISTORIES]),
    ("sync of a flush not waited for",
     [("flush.c", "err = p->rc ?: unit->backend->wait(unit, p->ticket);",
       "err = p->rc;")],
     [HISTORIES]),
    ("TLBI waited for without a sync behind it",
     [("smmu-v3-cmdq.c", "cmds[n++] = (struct cmd){ { V3_CMD_SYNC, 0 } };", "")],
     [HISTORIES]),
    ("flush elided on a live link",
     [("flush.c", "link->state == XEN_SMMU_LINK_DORMANT",
       "link->state == XEN_SMMU_LINK_DORMANT || "
       "link->state == XEN_SMMU_LINK_LIVE")],
     [HISTORIES]),
    ("flush elided while quiescing",
     QUIESCE_EARLY,
     [HISTORIES, LONG]),
    ("CFGI left out when streams change",
     [("inv.c", "i < dev->nr; i++", "i < 0 * dev->nr; i++")],
     [HISTORIES]),
    ("sync of a quiesce not waited for",
     [("link.c", "if ( smmu_inv_sync(&list) )", "if ( smmu_inv_sync0(&list) )"),
      ("inv.c", "int smmu_inv_sync(struct smmu_inv_list *list)",
       "int smmu_inv_sync0(struct smmu_inv_list *list)\n"
       "{ issue(list); return list->rc; }\n"
       "int smmu_inv_sync(struct smmu_inv_list *list)")],
     [HISTORIES]),
    ("streams not aborted by a quiesce",
     [("link.c", "            unit->backend->abort(unit, dev);\n"
       "            smmu_inv_add_streams(&list, dev);",
       "            smmu_inv_add_streams(&list, dev);")],
     [HISTORIES]),
    ("abort by V=0, without CFGI",
     [("smmu-v3-strtab.c", "V3_STE0_V | V3_STE0_CONFIG_ABORT", "0"),
      ("link.c", "            smmu_inv_add_streams(&list, dev);\n        }\n\n"
       "    if", "        }\n\n    if")],
     [HISTORIES]),
    ("a stopped domain's links stay open",
     [("domain.c", "err = smmu_link_block(link);", "err = 0;")],
     [HISTORIES]),
    ("detach leaves the streams open",
     [("link.c", "        rc = got ? detach_locked(dev->link, dev) :",
       "        rc = got ? 0 :")],
     [HISTORIES]),
    ("dword 0 before the rest of an STE",
     [("link.c", "    unit->backend->configure(unit, dev);\n", ""),
      ("link.c", "    unit->backend->open(unit, dev);\n",
       "    unit->backend->open(unit, dev);\n"
       "    unit->backend->configure(unit, dev);\n")],
     [HISTORIES]),
    ("streams opened before CFGI of the rest",
     [("link.c", "    rc = smmu_inv_sync(&list);\n    if ( rc && waking )",
       "    rc = 0;\n    if ( rc && waking )")],
     [HISTORIES]),
    ("debt dropped at attach",
     [("link.c", "debt = waking && link->debt_all;", "debt = false;")],
     [HISTORIES]),
    ("VMID reused dirty",
     [("vmid.c", "*dirty = !vmid;", "*dirty = false;")],
     [LONG]),
    ("PROD before the barrier",
     [("smmu-v3-cmdq.c", "            smmu_wmb();\n", "")],
     [HISTORIES]),
    ("command queue not cleaned for a unit that does not snoop",
     [("smmu-v3-cmdq.c", "smmu_dma_clean(slot, sizeof(*cmds));", ";")],
     [HISTORIES]),
    ("stream table not cleaned for a unit that does not snoop",
     [("smmu-v3-priv.h", "smmu_dma_clean(p, bytes);", ";")],
     [HISTORIES]),
    ("L1 descriptors left in the cache (Leaf=1)",
     [("smmu-v3-cmdq.c", "V3_CMD_CFGI_STE_SID(inv->sids.first), 0 }",
       "V3_CMD_CFGI_STE_SID(inv->sids.first), 1 }")],
     [DRIVER]),
    ("wrap bit dropped",
     [("smmu-v3-cmdq.c", "((2U << q->log2) - 1)", "((1U << q->log2) - 1)")],
     [HISTORIES]),
    ("configuration caches not invalidated at enable",
     [("smmu-v3-cmdq.c", "        cmd[n++] = cfgi_all;\n"
       "        cmd[n++] = (struct cmd){ { V3_CMD_TLBI_NSNH",
       "        cmd[n++] = (struct cmd){ { V3_CMD_TLBI_NSNH")],
     [HISTORIES]),
    ("TLBs not invalidated at enable",
     [("smmu-v3-cmdq.c",
       "        cmd[n++] = (struct cmd){ { V3_CMD_TLBI_NSNH_ALL, 0 } };\n",
       "")],
     [HISTORIES]),
    ("EL2 TLBs not invalidated at enable",
     [("smmu-v3-cmdq.c",
       "            cmd[n++] = (struct cmd){ { V3_CMD_TLBI_EL2_ALL, 0 } };",
       "            ;")],
     [HISTORIES]),
    ("ATSCHK left 0",
     [("smmu-v3-enable.c", "return to_v3(unit)->caps.ats ? V3_CR0_ATSCHK : 0;",
       "return 0;")],
     [HISTORIES]),
    ("no use count in the event handler",
     [("unit.c", "    if ( !smmu_unit_get(unit) )\n        return;\n"
       "    unit->backend->events(unit);\n    smmu_unit_put(unit);",
       "    unit->backend->events(unit);")],
     [HISTORIES]),
    ("timeout taken as success",
     [("smmu-v3-cmdq.c", "            return -ETIMEDOUT;", "            return 0;")],
     [SWEEP]),
    ("CERROR not noticed",
     [("smmu-v3-cmdq.c", "return stopped(v3, reg) ? -EIO : 0;",
       "return stopped(v3, reg) ? 0 : 0;")],
     [FAILURE]),
    ("a quiesce that failed taken as done",
     [("link.c", "        give_up(link, reason);\n        return -EIO;",
       "        return 0;")],
     [SWEEP]),
    ("debt forgotten when a flush fails",
     [("link.c", "        link->debt_all = true;\n        link->reason = reason;",
       "        link->reason = reason;")],
     [FAILURE]),
    ("debt forgotten when a wake fails",
     [("link.c", "        link->debt_all = true;\n"
       "        link->reason = XEN_SMMU_REASON_SYNC_TIMEOUT;",
       "        link->reason = XEN_SMMU_REASON_SYNC_TIMEOUT;")],
     [FAILURE]),
    ("a quarantined domain's VMID freed",
     [("domain.c", "    if ( smmu_domain_stop(domain) )\n        return;",
       "    smmu_domain_stop(domain);")],
     [FAILURE]),
    ("live links of a failed unit taken as blocked",
     [("link.c", "    if ( !smmu_unit_get(unit) )\n"
       "        return smmu_link_lost(link) ? -EIO : 0;",
       "    if ( !smmu_unit_get(unit) )\n        return 0;")],
     [FAILURE]),
    ("a flush on a failed unit taken as done",
     [("flush.c", "            rc = -EIO;\n        else if ( flush )",
       "            ;\n        else if ( flush )")],
     [FAILURE]),
    ("a failed unit not told to abort",
     [("unit.c", "unit->backend->disable(unit)\n", "0\n")],
     [FAILURE]),
    ("a failed unit's gate left open",
     [("unit.c", "gate | GATE_CLOSED", "gate")],
     [FAILURE]),
    ("GBPA left at bypass",
     [("smmu-v3-enable.c", "    return poll(unit, \"GBPA\", V3_GBPA, "
       "V3_GBPA_UPDATE | V3_GBPA_ABORT,\n                V3_GBPA_ABORT);",
       "    return 0;"),
      ("smmu-v3-enable.c", "gbpa | V3_GBPA_ABORT | V3_GBPA_UPDATE",
       "gbpa | V3_GBPA_UPDATE")],
     [DRIVER, FAILURE]),
    ("a carved-out stream left open",
     [("smmu-v3-strtab.c", "    for_each_ste(unit, dev, ste_abort);\n\n"
       "    return 0;", "    return 0;")],
     [DRIVER]),
    ("a stream claimed twice",
     [("stream.c", "            return -EBUSY;\n", "            ;\n")],
     [DRIVER]),
    ("forced stall accepted",
     [("smmu-v3-identify.c",
       "return V3_IDR0_STALL_MODEL(r) == V3_IDR0_STALL_FORCED;",
       "return false;")],
     [DRIVER]),
    ("event records read before PROD",
     [("smmu-v3-evtq.c", "    smmu_rmb();\n    for ( ; n; n-- )",
       "    for ( ; n; n-- )")],
     [EVENT]),
    ("event records read out of a stale cache",
     [("smmu-v3-evtq.c", "smmu_dma_discard(slot, sizeof(record));", ";")],
     [EVENT]),
    ("event queue overflow not acknowledged",
     [("smmu-v3-evtq.c", "(cons & mask) | (prod & V3_EVENTQ_OVERFLOW)",
       "(cons & mask)")],
     [EVENT]),
    ("no limit to the lines",
     [("fault.c", "if ( limit->lines >= SMMU_LIMIT_BURST )", "if ( 0 )")],
     [EVENT]),
    ("a link's state read outside its lock",
     [("flush.c", "unsigned long flags = smmu_lock(&link->lock);",
       "unsigned long flags = 0;"),
      ("flush.c", "    smmu_unlock(&link->lock, flags);\n\n    return flush;",
       "    (void)flags;\n    return flush;")],
     THREADS),
    ("the queue's producer moved without its lock",
     [("smmu-v3-cmdq.c", "flags = smmu_lock(&q->lock);", "flags = 0;"),
      ("smmu-v3-cmdq.c", "smmu_unlock(&q->lock, flags);", "(void)flags;")],
     THREADS),
    ("streams changed without unit->config",
     [("link.c", "    if ( !smmu_unit_get(unit) )\n        return -EIO;\n"
       "    smmu_mutex_lock(&unit->config);\n",
       "    if ( !smmu_unit_get(unit) )\n        return -EIO;\n"),
      ("link.c", "    smmu_mutex_unlock(&unit->config);\n    smmu_unit_put(unit);\n\n"
       "    return rc;\n}\n\n/* unit->config and a use count are held. */\n"
       "static int detach_locked", "    smmu_unit_put(unit);\n\n"
       "    return rc;\n}\n\n/* unit->config and a use count are held. */\n"
       "static int detach_locked")],
     THREADS),
    ("table descriptors left in the walk cache (Leaf=1)",
     [("smmu-v3-cmdq.c", VMALL, RANGE % "0x401")],
     [HISTORIES]),
    # DESIGN 2.8.
    ("a TLBI in the same sync as the abort taken as retiring the VMID",
     [("link.c", SYNC_BLOCK, f"    {ADD_VMID};\n{SYNC_BLOCK}"), VMID_CLEAN],
     [HISTORIES, LONG]),
    ("blocks left in the TLB (a TTL hint)",
     [("smmu-v3-cmdq.c", VMALL, RANGE % "0x700")],
     [HISTORIES]),
]


def without(*freedoms):
    """The histories, on units that do not use these freedoms (sim.h)."""
    names = ["ASYNC", "REORDER", "LATE_SYNC", "INFLIGHT", "WALK_CACHE",
             "L1_CACHE", "STE_INVALID", "TORN_STE", "BYPASS", "JUNK",
             "PREFETCH", "EVICT"]
    mask = 0x8fff
    for f in freedoms:
        mask &= ~(0x8000 if f == "STORE_BUFFER" else 1 << names.index(f))
    return ("random", "1", "20000", "20", hex(mask))


# The other way round: what must pass.  A driver that is as right as ours, and
# broken ones on units without the freedom that shows it: so it is that freedom
# of the model that catches them, and not luck.
PASSING = [
    ("a TLBI after the sync of the abort retires the VMID",
     [("link.c", SYNC_BLOCK, SYNC_BLOCK.replace(
         "(&list) )", f"(&list) || ({ADD_VMID}, smmu_inv_sync(&list)) )")),
      VMID_CLEAN], [HISTORIES]),
    ("a range of everything in place of the VMID, Leaf=0, TTL=0",
     [("smmu-v3-cmdq.c", VMALL, RANGE % "0x400")], [HISTORIES]),
    ("unseen without walk caches: Leaf=1",
     [("smmu-v3-cmdq.c", VMALL, RANGE % "0x401")], [without("WALK_CACHE")]),
    ("unseen without a store buffer: PROD before the barrier",
     [("smmu-v3-cmdq.c", "            smmu_wmb();\n", "")],
     [without("STORE_BUFFER")]),
    ("unseen without junk at reset: no CFGI_ALL at enable",
     [("smmu-v3-cmdq.c", "        cmd[n++] = cfgi_all;\n"
       "        cmd[n++] = (struct cmd){ { V3_CMD_TLBI_NSNH",
       "        cmd[n++] = (struct cmd){ { V3_CMD_TLBI_NSNH")],
     [without("JUNK")]),
    ("unseen where commands complete inside the PROD write, as QEMU's: "
     "sync not waited for",
     [("flush.c", "err = p->rc ?: unit->backend->wait(unit, p->ticket);",
       "err = p->rc;")],
     [without("ASYNC", "REORDER", "LATE_SYNC")]),
    ("unseen without transactions in flight: a flush that is elided while "
     "quiescing", QUIESCE_EARLY,
     [without("INFLIGHT", "ASYNC", "REORDER", "LATE_SYNC", "PREFETCH",
              "TORN_STE")]),
]
