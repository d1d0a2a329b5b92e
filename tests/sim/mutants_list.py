# SPDX-License-Identifier: GPL-2.0-only
"""What is taken out of the driver: (name, [(file, old, new)...], catchers).

A catcher is a test program and its arguments; the first that fails will do."""

HISTORIES = ("random", "1", "20000", "20")
LONG = ("random", "1", "600000", "3")
DRIVER = ("test_driver",)
FAILURE = ("test_failure",)
EVENT = ("test_event",)
SWEEP = ("sweep",)
POWER = ("test_power",)
ASLEEP = ("test_asleep",)
SCMI = ("test_scmi",)
SOURCE = ("test_source",)
RACE = ("test_race",)
BRIDGE = ("test_bridge",)
TEARDOWN = ("test_teardown",)
CALLS = ("test_calls",)
STEPS = ("steps",)
THREADS = [("threads", str(n), "6000") for n in range(1, 6)]

VMALL = """        cmd[n++] = (struct cmd){ { V3_CMD_TLBI_S12_VMALL |
                                   V3_CMD_TLBI_VMID(inv->vmid), 0 } };"""
# CMD_TLBI_S2_IPA, TG=4K, from 0 on, 32 << 31 pages: dword 1 as given.
RANGE = f"""        if ( v3->caps.range_inv )
        cmd[n++] = (struct cmd){{ {{ 0x2a | 0x1fULL << 12 | 0x1fULL << 20 |
                                   V3_CMD_TLBI_VMID(inv->vmid), %s }} }};
        else
{VMALL}"""
QUIESCE_EARLY = [
    ("link.c", "smmu_link_event(link, SMMU_LINK_SLEEP);",
     "smmu_link_event(link, SMMU_LINK_SLEEP);\n"
     "    smmu_link_event(link, SMMU_LINK_BLOCKED);"),
    ("link.c", "blocked = smmu_link_event(link, SMMU_LINK_BLOCKED);",
     "blocked = true;")]
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
     [("domain.c", "err = smmu_settle_locked(link);", "err = 0;")],
     [HISTORIES]),
    ("detach leaves the streams open",
     [("attach.c", "        smmu_settle_locked(dev->link);\n", ""),
      ("attach.c", "        rc = dev->open && smmu_link_state(dev->link) != "
       "XEN_SMMU_LINK_DORMANT\n             ? -EIO : 0;", "        rc = 0;")],
     [HISTORIES]),
    ("dword 0 before the rest of an STE",
     [("smmu-v3-strtab.c", "    for_each_ste(unit, dev, ste_configure);\n",
       ""),
      ("smmu-v3-strtab.c", "    for_each_ste(unit, dev, ste_open);\n",
       "    for_each_ste(unit, dev, ste_open);\n"
       "    for_each_ste(unit, dev, ste_configure);\n")],
     [HISTORIES]),
    ("streams opened before CFGI of the rest",
     [("wake.c", "            smmu_inv_add_streams(&owed, dev);", "            ;")],
     [HISTORIES]),
    ("VMID reused dirty",
     [("vmid.c", "*dirty = !vmid;", "*dirty = false;")],
     [HISTORIES]),
    ("VMID clean by an invalidation of before it was freed",
     [("vmid.c", "vmids->epoch[i] < epoch", "vmids->epoch[i] <= epoch")],
     [POWER]),
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
     [("smmu-v3-power.c", "return to_v3(unit)->caps.ats ? V3_CR0_ATSCHK : 0;",
       "return 0;")],
     [HISTORIES]),
    ("no use count in the event handler",
     [("unit.c", "    bool any = false;\n\n    if ( smmu_unit_get(unit) )\n"
       "    {\n        any = unit->backend->events(unit);\n"
       "        smmu_unit_put(unit);\n    }\n",
       "    bool any = unit->backend->events(unit);\n")],
     [HISTORIES]),
    ("timeout taken as success",
     [("smmu-v3-cmdq.c", "            return -ETIMEDOUT;", "            return 0;")],
     [SWEEP]),
    ("CERROR not noticed",
     [("smmu-v3-cmdq.c", "return stopped(v3, reg) ? -EIO : 0;",
       "return stopped(v3, reg) ? 0 : 0;")],
     [FAILURE]),
    ("a quiesce that failed taken as done",
     [("link.c", "        give_up(link, reason);\n"
       "        smmu_unit_put(unit);\n        return -EIO;",
       "        smmu_unit_put(unit);\n        return 0;")],
     [SWEEP]),
    ("debt forgotten when a flush fails",
     [("link.c", "        smmu_debt_add_all(&link->debt);\n"
       "        link->reason = reason;", "        link->reason = reason;")],
     [FAILURE]),
    ("debt forgotten when a wake fails",
     [("wake.c", "    smmu_debt_add_all(&link->debt);\n    link->reason = rc",
       "    link->reason = rc")],
     [ASLEEP]),
    ("a quarantined domain's VMID freed",
     [("domain.c", "    if ( smmu_domain_stop(domain) )\n        return;",
       "    smmu_domain_stop(domain);")],
     [FAILURE]),
    ("live links of a failed unit taken as blocked",
     [("settle.c", "        rc = smmu_link_lost(link) ? -EIO : 0;\n"
       "    else if ( !any )", "        rc = 0;\n    else if ( !dev )")],
     [FAILURE]),
    ("a flush on a failed unit taken as done",
     [("flush.c", "            rc = -EIO;\n        else if ( flush )",
       "            ;\n        else if ( flush )")],
     [FAILURE]),
    ("a failed unit not told to abort",
     [("unit.c", "unit->backend->disable(unit)\n", "0\n")],
     [FAILURE]),
    ("a failed unit's gate left open",
     [("unit.c", "set_closed(unit, GATE_CLOSED);", "set_closed(unit, 0);")],
     [FAILURE]),
    ("GBPA left at bypass",
     [("smmu-v3-power.c", "    return poll(unit, \"GBPA\", V3_GBPA, "
       "V3_GBPA_UPDATE | V3_GBPA_ABORT,\n                V3_GBPA_ABORT);",
       "    return 0;"),
      ("smmu-v3-power.c", "gbpa | V3_GBPA_ABORT | V3_GBPA_UPDATE",
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
     [("attach.c", "    smmu_mutex_lock(&unit->config);\n\n    rc = dev->link",
       "    rc = dev->link"),
      ("attach.c", "    smmu_mutex_unlock(&unit->config);\n\n    return rc;\n"
       "}\n\nint smmu_detach", "    return rc;\n}\n\nint smmu_detach")],
     THREADS),
    ("table descriptors left in the walk cache (Leaf=1)",
     [("smmu-v3-cmdq.c", VMALL, RANGE % "0x401")],
     [HISTORIES]),
    # -- asleep, awake, off --
    ("flush after open",
     [("wake.c", "    rc = smmu_inv_sync(&owed);\n", "    rc = 0;\n"),
      ("wake.c", "    rc = smmu_inv_sync(&news);\n",
       "    rc = smmu_inv_sync(&news) ?: smmu_inv_sync(&owed);\n")],
     [HISTORIES]),
    ("flush elided while waking",
     [("flush.c", "link->state == XEN_SMMU_LINK_DORMANT",
       "link->state == XEN_SMMU_LINK_DORMANT || "
       "link->state == XEN_SMMU_LINK_WAKING")],
     [POWER]),
    ("debt not taken at a wake",
     [("wake.c", "    *debt = link->debt;\n", "    smmu_debt_clear(debt);\n")],
     [HISTORIES]),
    ("debt not kept while asleep",
     [("flush.c", "        owe(link, first, pages);",
       "        if ( 0 ) owe(link, first, pages);")],
     [HISTORIES]),
    ("only a debt's first range flushed",
     [("wake.c", "debt->nr == 1 ?", "debt->nr ?")],
     [HISTORIES]),
    ("a debt that overflows forgets",
     [("debt.c", "            smmu_debt_add_all(debt);\n"
       "            return", "            return")],
     [POWER]),
    ("off though nobody holds the masters",
     [("power.c", "return caps->masters_held;", "return true;")],
     [HISTORIES]),
    ("no whole invalidation after a power-up",
     [("unit-power.c", "        unit->stale |= !caps->registers_kept;",
       "        ;")],
     [HISTORIES]),
    ("caches believed lost",
     [("unit-power.c", "if ( caps->caches_lost )", "if ( 1 )")],
     [HISTORIES]),
    ("registers believed kept",
     [("unit-power.c", "!caps->registers_kept && unit->backend->program",
       "unit->since != unit->last_flush && unit->nr_offs == 0 && "
       "unit->backend->program")],
     [HISTORIES]),
    ("registers believed kept over a host suspend",
     [("unit-power.c", "        unit->by_source = false;\n", "")],
     [HISTORIES, POWER]),
    ("GBPA not written when programmed",
     [("smmu-v3-power.c", "    rc = abort_by_gbpa(unit);\n    if ( rc )\n"
       "        return rc;\n    to_v3", "    to_v3")],
     [HISTORIES]),
    ("power off with the gate open",
     [("unit-power.c", "    smmu_unit_close(unit);\n    while", "    while")],
     [HISTORIES]),
    ("power off without waiting for users",
     [("unit-power.c", "    while ( smmu_unit_users(unit) && "
       "smmu_now() < deadline )\n        smmu_relax();\n", ""),
      ("unit-power.c", "    if ( smmu_unit_users(unit) )\n    {\n"
       "        /* Not now", "    if ( deadline == 1 )\n    {\n"
       "        /* Not now")],
     [POWER]),
    ("an epoch counts for what was blocked in it",
     [("unit-power.c", "link->epoch < unit->epoch",
       "link->epoch <= unit->epoch")],
     [POWER]),
    ("an epoch counts for links that are awake",
     [("unit-power.c", "link->state == XEN_SMMU_LINK_DORMANT &&", "1 &&")],
     [POWER]),
    ("a range with a TTL hint",
     [("smmu-v3-regs.h", "#define V3_CMD_TLBI_TG_4K       V3_FIELD(1, 10)",
       "#define V3_CMD_TLBI_TG_4K       V3_FIELD(13, 8)")],
     [POWER]),
    ("a range one short",
     [("smmu-v3-cmdq.c", "V3_CMD_TLBI_NUM(num - 1)",
       "V3_CMD_TLBI_NUM(num - 2)")],
     [HISTORIES]),
    ("a range rounded down",
     [("smmu-v3-cmdq.c", "num = (num + 1) / 2;", "num = num / 2;")],
     [POWER]),
    ("a single page in the reserved form",
     [("smmu-v3-cmdq.c", "    if ( num == 1 )\n        return cmd;\n", "")],
     [HISTORIES]),
    ("parked while somebody is awake",
     [("unit-power.c", "        if ( smmu_link_state(link) != "
       "XEN_SMMU_LINK_DORMANT )\n            return;",
       "        if ( link->state == XEN_SMMU_LINK_FAILED )\n"
       "            return;")],
     [HISTORIES]),
    ("SMMUEN before the sync of a wake",
     [("wake.c", "    rc = smmu_inv_sync(&list);\n    if ( rc )\n    {",
       "    smmu_unit_run(unit);\n    rc = smmu_inv_sync(&list);\n"
       "    if ( rc )\n    {")],
     [HISTORIES]),
    ("no CFGI when a parked unit's streams open",
     [("wake.c", "        if ( !unit->stale )\n            smmu_inv_add_streams",
       "        if ( 0 )\n            smmu_inv_add_streams")],
     [HISTORIES]),
    ("one that opens beside others not counted as open",
     [("settle.c", "dev->configured = dev->open = true;",
       "dev->configured = true;")],
     [SWEEP]),
    ("what is wanted asked again half-way",
     [("settle.c", "            dev->open = dev->wanted;",
       "            dev->open = smmu_device_wanted(dev);")],
     [POWER]),
    ("force does not stand above votes",
     [("power.c", "stopped || force == XEN_SMMU_FORCE_SUSPEND", "stopped")],
     [HISTORIES]),
    ("a suspended host's devices wake",
     [("wake.c", "!dev->leaving && !dev->unit->suspended &&",
       "!dev->leaving &&")],
     [HISTORIES]),
    ("a failed unit left as it is after a host suspend",
     [("unit-power.c", "            rc = unit->backend->program(unit);\n"
       "            unit->backend->disable(unit);\n", "")],
     [POWER]),
    ("no end to thrashing",
     [("policy.c", "if ( wakes <= FREE_WAKES )", "if ( 1 )")],
     [POWER]),
    ("events that come while they cool are never looked at",
     [("unit.c", "    smmu_store(&unit->hot, 0);\n", "")],
     [EVENT]),
    ("an SCMI answer to another message taken",
     [("power-scmi.c", "smmu_read32(c->shmem, SHM_HEADER) != header ||",
       "")], [SCMI]),
    ("an SCMI refusal taken as done",
     [("power-scmi.c", " || smmu_read32(c->shmem, SHM_PAYLOAD) )", " )")],
     [SCMI]),
    ("SCMI silence taken as done",
     [("power-scmi.c", "            return -ETIMEDOUT;", "            return 0;")],
     [SCMI]),
    # -- power that fails, and another CPU at the wrong moment --
    ("promises believed though off was not confirmed",
     [("unit-power.c", "        by_source = false;\n    }\n", "    }\n")],
     [SOURCE]),
    ("debt forgotten when there is no power",
     [("wake.c", "    if ( rc )\n        return rc;\n\n    commands",
       "    if ( rc )\n    {\n        smmu_debt_clear(&link->debt);\n"
       "        return rc;\n    }\n\n    commands")],
     [SOURCE]),
    ("CR0 altered before its last change was acknowledged",
     [("smmu-v3-power.c", "    smmu_mutex_lock(&v3->power);\n"
       "    v3->disabled = true;\n    rc = disable(unit);\n"
       "    smmu_mutex_unlock(&v3->power);\n",
       "    v3->disabled = true;\n    rc = disable(unit);\n")],
     [RACE]),
    ("a unit that was disabled made to run",
     [("smmu-v3-power.c", "v3->disabled = true;", ";")],
     [RACE]),
    ("a use count to be had before the registers are programmed",
     [("unit-power.c", "    smmu_add(&unit->gate, 1);\n    if ( !caps",
       "    smmu_unit_reopen(unit);\n    smmu_add(&unit->gate, 1);\n"
       "    if ( !caps")],
     [RACE]),
    ("power let go of a unit that failed while its users left",
     [("unit-power.c", "    if ( smmu_unit_failed(unit) )\n        return;\n"
       "    if ( smmu_unit_users(unit) )", "    if ( smmu_unit_users(unit) )")],
     [RACE]),
    ("an interrupt that came while the gate was closed forgotten",
     [("unit-power.c", "        smmu_unit_close(unit);\n"
       "    smmu_unit_interrupt(unit);\n", "        smmu_unit_close(unit);\n")],
     [RACE]),
    # -- streams of a bridge --
    ("a bridge opens with the translation of a stream's last owner",
     [("stream.c", "            bridge->configured = false;", "            ;")],
     [BRIDGE]),
    ("a bridge opens what was taken out of it",
     [("smmu-v3-strtab.c", "if ( ste && smmu_stream_owner(unit, sid) == dev )",
       "if ( ste )")],
     [BRIDGE]),
    ("no CFGI when a stream is taken out of a bridge",
     [("stream.c", "    rc = unit->backend->reserve(unit, dev) ?: "
       "smmu_sync_streams(dev);", "    rc = unit->backend->reserve(unit, dev);")],
     [BRIDGE]),
    # -- the end; calls that make no sense --
    ("a VMID clean as soon as it is free", [VMID_CLEAN], [TEARDOWN]),
    ("a dead domain's timer left",
     [("domain.c", "    smmu_settle_kill(link);\n", ""),
      ("domain.c", "    smmu_free(link);\n", "")], [TEARDOWN]),
    ("a dead domain's link left on its unit",
     [("domain.c", "    *p = link->unit_next;\n", ""),
      ("domain.c", "    smmu_free(link);\n", "")], [TEARDOWN]),
    ("a device leaves though its abort was not confirmed",
     [("attach.c", "rc = dev->open && smmu_link_state(dev->link) != "
       "XEN_SMMU_LINK_DORMANT\n             ? -EIO : 0;", "rc = 0;")],
     [TEARDOWN]),
    ("a domain stopped as it wakes goes on",
     [("power.c", "if ( stopped || force", "if ( force")], [TEARDOWN]),
    ("a device given to a second domain",
     [("attach.c", "rc = dev->link ? -EBUSY : smmu_link_find",
       "rc = smmu_link_find")], [CALLS]),
    ("a stranger takes a device",
     [("attach.c", "if ( dev->link && dev->link->domain == domain )",
       "if ( dev->link )")], [CALLS]),
    ("a stranger's vote counts",
     [("settle.c", "if ( link && link->domain == domain )", "if ( link )")],
     [CALLS]),
    ("a device forgotten that a domain has",
     [("stream.c", "if ( !dev->link && !dev->bridge )",
       "if ( !dev->bridge )")], [CALLS]),
    ("a guest's word above the toolstack's",
     [("settle.c", " == XEN_SMMU_FORCE_SUSPEND\n                 ? -EACCES :",
       " == ~0ULL\n                 ? -EACCES :")], [CALLS]),
    # -- what an unmap costs that is elided --
    ("a debt searched from its beginning",
     [("debt.c", "mid = (low + high) / 2;", "mid = low;")], [STEPS]),
    ("a barrier in an unmap that is elided",
     [("flush.c", "    link->stats.elided++;",
       "    smmu_wmb();\n    link->stats.elided++;")], [STEPS]),
    ("an unmap that is elided asks for the unit",
     [("flush.c", "        owe(link, first, pages);",
       "        owe(link, first, pages);\n"
       "        smmu_unit_interrupt(link->unit);")], [STEPS]),
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
             "PREFETCH", "EVICT", "", "", "POWER", "STORE_BUFFER"]
    mask = 0xcfff
    for f in freedoms:
        mask &= ~(1 << names.index(f))
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
     [without("JUNK", "POWER")]),
    ("unseen where no power is ever lost: no whole invalidation after it",
     [("unit-power.c", "        unit->stale |= !caps->registers_kept;",
       "        ;")],
     [without("POWER")]),
    ("unseen where no power is ever lost: off though nobody holds the masters",
     [("power.c", "return caps->masters_held;", "return true;")],
     [without("POWER")]),
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
