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
GUEST = ("test_guest",)
GUESTS = ("guests", "20000")
GATHER = ("test_gather",)
ORDER = ("test_order",)
FAIR = ("fair", "200")
TRACE = ("test_trace",)
TRACERS = [("tracers", "200000")] * 5
ROUNDS = ("rounds", "20000")
THREADS2 = [("v2:threads", str(n), "3000") for n in range(1, 4)]
THREADS = [("threads", str(n), "6000") for n in range(1, 6)]

# On SMMUv1 and v2.
HISTORIES2 = ("v2:random", "1", "20000", "20")
V2 = ("v2:test_v2",)
FAILURE2 = ("v2:test_failure",)
POWER2 = ("v2:test_power",)
LOST2 = ("v2:sweep", "register write, lost")
EVENT2 = ("v2:test_event",)

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
SYNC_NOT_AWAITED = [
    ("link.c", "if ( smmu_inv_sync(&list) )", "if ( smmu_inv_sync0(&list) )"),
    ("inv.c", "int smmu_inv_sync(struct smmu_inv_list *list)",
     "int smmu_inv_sync0(struct smmu_inv_list *list)\n"
     "{ issue(list); return list->rc; }\n"
     "int smmu_inv_sync(struct smmu_inv_list *list)")]
FLUSH_LATE = [
    ("wake.c", "    rc = smmu_inv_sync(&owed);\n", "    rc = 0;\n"),
    ("wake.c", "    rc = smmu_inv_sync(&news);\n",
     "    rc = smmu_inv_sync(&news) ?: smmu_inv_sync(&owed);\n")]
# v2: a change of a stream is followed by a sync, and by no invalidation.
STREAMS_BY_SYNC = (
    "smmu-v2-tlb.c", "    case SMMU_INV_STREAMS:\n",
    "        if ( 0 )\n    case SMMU_INV_STREAMS:\n            return 0;\n")
CREDIBLE = ("return cr0 != ~0U && (cr0 & CR0_FIRM) == V2_CR0_USFCFG &&\n"
            "           !smmu_load(&to_v2(unit)->lost);")
CR0_NOT_READ = ("smmu-v2-power.c", CREDIBLE, "return cr0 != ~0U;")
SYNC_BLOCK = "    if ( smmu_inv_sync(&list) )\n    {\n        smmu_unit_fail("
ADD_VMID = ("smmu_inv_add(&list, (struct smmu_inv){ .kind = SMMU_INV_VMID, "
            ".vmid = link->vmid })")
VMID_CLEAN = ("vmid.c", "vmids->state[vmid] = DIRTY;",
              "vmids->state[vmid] = CLEAN;")

def without(*freedoms, kind="v3"):
    """The histories, on units that do not use these freedoms (sim.h)."""
    names = ["ASYNC", "REORDER", "LATE_SYNC", "INFLIGHT", "WALK_CACHE",
             "L1_CACHE", "STE_INVALID", "TORN_STE", "BYPASS", "JUNK",
             "PREFETCH", "EVICT", "STALE_S2CR", "TLBI_DRAINS", "LATE_WALK",
             "POSTED", "POWER", "STORE_BUFFER"]
    mask = 0x3ffff
    for f in freedoms:
        mask &= ~(1 << names.index(f))
    return (f"{kind}:random", "1", "20000", "20", hex(mask))


KIND_SYNC = without("TLBI_DRAINS", "LATE_WALK", kind="v2")


MUTANTS = [
    ("no TLBI in a flush",
     [("flush.c", "issue(link->unit, &inv, 1,", "issue(link->unit, &inv, 0,")],
     [HISTORIES]),
    ("TLBI of the neighbour's VMID",
     [("inv.c", ".vmid = link->vmid }", ".vmid = link->vmid % 7 + 1 }")],
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
     SYNC_NOT_AWAITED, [HISTORIES]),
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
     [("smmu-v3-cmdq.c", "    smmu_wmb();\n", "")],
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
     [("unit.c", "        if ( !get_or_miss(unit) )\n            break;\n"
       "        *had", "        *had"),
      ("unit.c", "        smmu_unit_put(unit);\n        for",
       "        for")],
     [HISTORIES]),
    ("timeout taken as success",
     [("smmu-v3-cmdq.c", "    while ( !rc && smmu_load(&q->cons) < done )\n"
       "        rc = once_more(unit, &w);",
       "    while ( !rc && smmu_load(&q->cons) < done )\n"
       "        rc = once_more(unit, &w);\n"
       "    rc = rc == -ETIMEDOUT ? 0 : rc;")],
     [SWEEP]),
    ("CERROR not noticed",
     [("smmu-v3-cmdq.c", "return stopped(unit, reg) ? -EIO : 0;",
       "return stopped(unit, reg) ? 0 : 0;")],
     [FAILURE]),
    ("a quiesce that failed taken as done",
     [("link.c", "        give_up(link, reason);\n"
       "        smmu_unit_put(unit);\n        return -EIO;",
       "        smmu_unit_put(unit);\n        return 0;")],
     [SWEEP]),
    ("debt forgotten when a flush fails",
     [("link.c", "        smmu_debt_add_all(&link->debt);\n"
       "        smmu_trace_debt(link);\n        smmu_unlock",
       "        smmu_unlock")],
     [FAILURE]),
    ("debt forgotten when a wake fails",
     [("wake.c", "    smmu_debt_add_all(&link->debt);\n", "")],
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
     [("unit.c", "int rc = unit->backend->disable(unit);", "int rc = 0;")],
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
     [("smmu-v3-evtq.c", "    smmu_rmb();\n    for ( ; n &&",
       "    for ( ; n &&")],
     [EVENT]),
    ("events reported with a use count held",
     [("unit.c", "        smmu_unit_put(unit);\n        for",
       "        for"),
      ("unit.c", "&faults.fault[i]);\n    } while",
       "&faults.fault[i]);\n        smmu_unit_put(unit);\n    } while")],
     [EVENT]),
    ("a delay that opens streams",
     [("settle.c", "(dev->open && now < dev->until)",
       "now < dev->until")],
     [POWER]),
    ("one delay for all devices of a link",
     [("settle.c", "dev->until < *next )", "*next == ~0ULL )"),
      ("settle.c", "    smmu_settle_later(link);\n\n    return 0;\n}",
       "    smmu_timer_set(&link->timer, now + delay);\n\n"
       "    return 0;\n}")],
     [POWER]),
    ("a failed ON is a vote all the same",
     [("settle.c", "        set_vote(dev, before);\n", "")],
     [ASLEEP]),
    ("a forced sleep that who attaches may miss, on Arm",
     [("settle.c", "    say(&domain->force, force);",
       "    smmu_store(&domain->force, force);")],
     [ORDER]),
    ("a guest's suspend that who attaches may miss, on Arm",
     [("settle.c", "    say(&domain->suspended, suspended);",
       "    smmu_store(&domain->suspended, suspended);")],
     [ORDER]),
    ("a stop that who attaches may miss, on Arm",
     [("domain.c", "    smmu_cmpxchg(&domain->stopped, 0, 1);",
       "    smmu_store(&domain->stopped, 1);")],
     [ORDER]),
    ("a server turned off that who makes it may miss, on Arm",
     [("agent.c", "    smmu_cmpxchg(&domain->scmi_off, on, !on);",
       "    smmu_store(&domain->scmi_off, !on);")],
     [ORDER]),
    ("a link that who stops its domain may miss, on Arm",
     [("link.c", "        seen = head;\n"
       "        head = smmu_cmpxchg(&domain->links, seen, (uintptr_t)link);",
       "        seen = head;\n"
       "        smmu_store(&domain->links, (uintptr_t)link);"),
      # An event orders as well, by the way.
      ("attach.c", "        smmu_trace_device(dev, true);\n", "")],
     [ORDER]),
    ("tries of all failures there ever were added up",
     [("link.c", "        link->tries = 0;\n", "        ;\n")],
     [ASLEEP]),
    ("tries without end",
     [("settle.c", "link->stuck && link->tries < MAX_TRIES;",
       "0;")],
     [ASLEEP]),
    ("event records read out of a stale cache",
     [("smmu-v3-evtq.c", "smmu_dma_discard(slot, sizeof(record));", ";")],
     [EVENT]),
    ("event queue overflow not acknowledged",
     [("smmu-v3-evtq.c", "(cons & mask) | (prod & V3_EVENTQ_OVERFLOW)",
       "(cons & mask)")],
     [EVENT]),
    ("no limit to the lines",
     [("fault.c", "if ( limit->lines >= burst )", "if ( 0 )")],
     [EVENT]),
    ("a link's state read outside its lock",
     [("flush.c", "unsigned long flags = smmu_lock(&link->lock);",
       "unsigned long flags = 0;"),
      ("flush.c", "    smmu_unlock(&link->lock, flags);\n\n    return flush;",
       "    (void)flags;\n    return flush;")],
     THREADS),
    ("the queue's producer moved without its lock",
     [("smmu-v3-cmdq.c", "    unsigned long flags = smmu_lock(&q->lock);\n"
       "    struct smmu_v3_waiter **p", "    unsigned long flags = 0;\n"
       "    struct smmu_v3_waiter **p"),
      ("smmu-v3-cmdq.c", "    smmu_unlock(&q->lock, flags);\n\n    return fits;",
       "    (void)flags;\n\n    return fits;")],
     THREADS),
    ("who comes later takes the room that another waits for",
     [("smmu-v3-cmdq.c", "    bool fits = p == &q->line &&\n", "    bool fits = ")],
     [FAIR]),
    ("the last who waits for room is the first to get it",
     [("smmu-v3-cmdq.c", "    while ( *p && *p != me )\n        p = &(*p)->next;\n",
       "    while ( *p && *p != me )\n        p = &(*p)->next;\n"
       "    if ( !*p )\n    {\n"
       "        ((struct smmu_v3_waiter *)me)->next = q->line;\n"
       "        p = &q->line;\n    }\n")],
     [FAIR]),
    ("who gives up stays in line",
     [("smmu-v3-cmdq.c", "    *place(q, me) = me->next;\n", "")],
     [FAIR]),
    ("streams changed without unit->config",
     [("attach.c", "    smmu_mutex_lock(&unit->config);\n\n    rc = dev->link",
       "    rc = dev->link"),
      ("attach.c", "    smmu_mutex_unlock(&unit->config);\n"
       "    if ( !rc && domain", "    if ( !rc && domain")],
     THREADS),
    ("table descriptors left in the walk cache (Leaf=1)",
     [("smmu-v3-cmdq.c", VMALL, RANGE % "0x401")],
     [HISTORIES]),
    # -- asleep, awake, off --
    ("flush after open",
     FLUSH_LATE, [HISTORIES]),
    ("flush elided while waking",
     [("flush.c", "link->state == XEN_SMMU_LINK_DORMANT",
       "link->state == XEN_SMMU_LINK_DORMANT || "
       "link->state == XEN_SMMU_LINK_WAKING")],
     [POWER]),
    ("debt not taken at a wake",
     [("wake.c", "    *debt = link->debt;\n", "    smmu_debt_clear(debt);\n")],
     [HISTORIES]),
    ("debt not kept while asleep",
     [("flush.c", "        owe(link, what, unmaps);",
       "        if ( 0 ) owe(link, what, unmaps);")],
     [HISTORIES]),
    ("only a debt's first range flushed",
     [("inv.c", "debt->nr != 1 ||", "!debt->nr ||")],
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
    ("off before all units are known",
     [("unit-power.c", "         unit->complete && smmu_power_may_off",
       "         smmu_power_may_off")],
     [POWER]),
    ("registers believed kept",
     [("unit-power.c", "rc = caps->registers_kept ?",
       "rc = unit->since == unit->last_flush || unit->nr_offs ?")],
     [HISTORIES]),
    ("registers believed kept over a host suspend",
     [("unit-power.c", "is lost now. */\n        unit->by_source = false;",
       "is lost now. */")],
     [HISTORIES, POWER]),
    ("GBPA not written when programmed",
     [("smmu-v3-power.c", "    rc = abort_by_gbpa(unit);\n    if ( rc )\n"
       "        return rc;\n    to_v3", "    to_v3")],
     [HISTORIES]),
    ("power off with the gate open",
     [("unit-power.c", "    smmu_unit_close(unit);\n    while", "    while")],
     [HISTORIES]),
    ("power off with the queues on",
     [("unit-power.c", "&& !stopped(unit) )\n        return;",
       "&& unit->nr_offs == ~0ULL )\n        return;")],
     [HISTORIES]),
    ("queues that do not stop taken as stopped",
     [("smmu-v3-power.c", "    to_v3(unit)->quiet = !rc;\n\n    return rc;",
       "    to_v3(unit)->quiet = !rc;\n\n    return 0;")],
     [POWER]),
    ("MSI addresses left as reset left them",
     [("smmu-v3-power.c", "    smmu_v3_write64(unit, V3_EVENTQ_IRQ_CFG0, 0);\n",
       "")],
     [POWER]),
    ("MSI addresses written whatever the enables say",
     [("smmu-v3-power.c", " || smmu_v3_poll(unit, V3_IRQ_CTRLACK) )", " )")],
     [POWER]),
    ("a register access more at a power-up",
     [("smmu-v3-power.c", "    smmu_v3_write(unit, V3_CR1, V3_CR1_INIT);\n",
       "    smmu_v3_write(unit, V3_CR1, V3_CR1_INIT);\n" * 2)],
     [POWER]),
    ("a register access not counted",
     [("smmu-v3-evtq.c", "smmu_v3_write(unit, V3_EVENTQ_CONS, q->cons);",
       "smmu_write32(to_v3(unit)->regs, V3_EVENTQ_CONS, q->cons);")],
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
     [("settle.c", "dev->configured = dev->open = opens = true;",
       "dev->configured = opens = true;")],
     [SWEEP]),
    ("what is wanted asked again half-way",
     [("settle.c", "            dev->open = dev->wanted;",
       "            dev->open = wanted(dev, smmu_now());")],
     [POWER]),
    ("force does not stand above votes",
     [("power.c", "stopped || force == XEN_SMMU_FORCE_SUSPEND", "stopped")],
     [HISTORIES]),
    ("a suspended host's devices wake",
     [("settle.c", "!dev->leaving && !dev->unit->suspended &&",
       "!dev->leaving &&")],
     [HISTORIES]),
    ("a failed unit left as it is after a host suspend",
     [("unit-power.c", "            rc = unit->backend->program(unit);\n"
       "            smmu_store(&unit->unsure, 0);\n"
       "            smmu_unit_disable(unit);\n", "")],
     [POWER]),
    ("a failed unit programmed anew while somebody waits for its queue",
     [("unit-power.c", "        while ( smmu_unit_users(unit) )\n"
       "            smmu_relax();\n        smmu_add(&unit->gate, 1);",
       "        smmu_add(&unit->gate, 1);")],
     [RACE]),
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
    ("an SCMI request that was taken taken as done: on",
     [("power-scmi.c", "now != state )", "now != state && state )")],
     [SCMI]),
    ("an SCMI request that was taken taken as done: off",
     [("power-scmi.c", "now != state )", "now != state && !state )")],
     [SCMI]),
    ("one of two SMMUs turns their power domain off",
     [("power-scmi.c", "    join(power, name);\n", "")],
     [SCMI]),
    ("SCMI silence taken as done",
     [("power-scmi.c", "            return -ETIMEDOUT;", "            return 0;")],
     [SCMI]),
    # -- power that fails, and another CPU at the wrong moment --
    ("promises believed though off was not confirmed",
     [("unit-power.c", "        by_source = false;\n    }\n", "    }\n")],
     [SOURCE]),
    ("debt forgotten when there is no power",
     [("wake.c", "    if ( rc )\n        return rc;\n\n    take_debt",
       "    if ( rc )\n    {\n        smmu_debt_clear(&link->debt);\n"
       "        return rc;\n    }\n\n    take_debt")],
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
     [("unit-power.c", "    smmu_add(&unit->gate, 1);\n    rc = caps",
       "    smmu_unit_reopen(unit);\n    smmu_add(&unit->gate, 1);\n"
       "    rc = caps")],
     [RACE]),
    ("power let go of a unit that failed while its users left",
     [("unit-power.c", "    if ( smmu_unit_failed(unit) )\n        return;\n"
       "    if ( smmu_unit_users(unit) )", "    if ( smmu_unit_users(unit) )"),
      ("unit-power.c", "&& !stopped(unit) )", "&& 0 )")],
     [RACE]),
    ("errors acknowledged before interrupts are on",
     [("smmu-v3-power.c", "    write_tables(unit);\n    rc = enable",
       "    write_tables(unit);\n    smmu_v3_write(unit, V3_GERRORN, "
       "smmu_v3_read(unit, V3_GERROR));\n    rc = enable"),
      ("smmu-v3-power.c", "    smmu_v3_write(unit, V3_GERRORN, "
       "smmu_v3_read(unit, V3_GERROR));\n\n    return", "    return")],
     [RACE]),
    ("promises believed though it was not turned on",
     [("unit-power.c", "        unit->by_source = false;\n        return rc;",
       "        return rc;")],
     [SOURCE]),
    ("an interrupt that came while the gate was closed forgotten",
     [("unit.c", "    if ( smmu_cmpxchg(&unit->missed, 1, 0) )\n"
       "        smmu_unit_interrupt(unit);\n", "")],
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
     [("settle.c", "== XEN_SMMU_FORCE_SUSPEND )\n        return -EACCES;",
       "== ~0ULL )\n        return -EACCES;")], [CALLS]),
    # -- what an unmap costs that is elided --
    ("a debt searched from its beginning",
     [("debt.c", "mid = (low + high) / 2;", "mid = low;")], [STEPS]),
    ("a barrier in an unmap that is elided",
     [("flush.c", "    link->stats.elided += unmaps;",
       "    smmu_wmb();\n    link->stats.elided += unmaps;")], [STEPS]),
    ("an unmap that is elided asks for the unit",
     [("flush.c", "        owe(link, what, unmaps);",
       "        owe(link, what, unmaps);\n"
       "        smmu_unit_interrupt(link->unit);")], [STEPS]),
    # A guest's SCMI server (what its messages may do: tests/fuzz).
    ("a device that was taken away is still the guest's",
     [("agent.c", "            agent->domains[i]->dev = NULL;\n", "")],
     [GUEST]),
    ("a device's id is given again",
     [("agent.c", "i < agent->nr && !pd; i++ )",
       "i < agent->nr && agent->domains[i]->dev; i++ )"),
      ("agent.c", "    if ( !pd && i < SMMU_SCMI_DOMAINS )",
       "    if ( i < agent->nr )\n        pd = agent->domains[i++];\n"
       "    i -= pd != NULL;\n"
       "    if ( !pd && i < SMMU_SCMI_DOMAINS )")],
     [GUEST]),
    ("ON answered before the streams are open",
     [("settle.c", "    link->tries = 0;\n    rc = smmu_settle_locked(link);",
       "    smmu_timer_set(&link->timer, smmu_now() + 1);\n    rc = 0;")],
     [GUEST]),
    ("ON under a forced sleep answered SUCCESS",
     [("settle.c", "        return -EACCES;\n\n    set_vote",
       "        return 0;\n\n    set_vote")],
     [GUEST]),
    ("STATE_GET is the vote, whatever is forced",
     [("agent.c", "XEN_SMMU_FORCE_SUSPEND;", "99;")],
     [GUEST]),
    ("a server turned off leaves what was asleep asleep",
     [("agent.c", "smmu_unvote(domain, agent->domains[i]->dev);",
       "smmu_vote(domain, agent->domains[i]->dev, false);")],
     [GUEST]),
    ("a server that is off still has its memory",
     [("scmi-channel.c", "if ( !smmu_scmi_enabled(agent->domain) )",
       "if ( false )")],
     [GUEST]),
    ("a guest that is suspended goes on with its DMA",
     [("settle.c", "           !smmu_load(&domain->suspended) &&\n", "")],
     [GUEST]),
    ("toggling beside a device that stays awake is not slowed",
     [("settle.c", "    if ( opens )\n", "    if ( false )\n")],
     [GUEST]),
    ("short names of power domains are not unique",
     [("agent.c", "strlen(name) >= SMMU_SCMI_SHORT ||", "")],
     [GUEST]),
    ("two vCPUs' calls work on one message",
     [("scmi-channel.c", "taken = !c->busy && ", "taken = ")],
     [GUEST]),
    ("the channel is read and written without its lock",
     [("scmi-channel.c", "    flags = smmu_lock(&c->lock);\n    c->traps++;",
       "    flags = 0;\n    c->traps++;"),
      ("scmi-channel.c", "    smmu_unlock(&c->lock, flags);\n\n    return valid;",
       "    return valid;")],
     [GUESTS]),
    ("a device is detached beside a message about it",
     [("agent.c", "void smmu_agent_remove(struct smmu_agent *agent, "
       "struct smmu_device *dev)\n{\n    unsigned int i;\n\n"
       "    smmu_mutex_lock(&agent->mutex);",
       "void smmu_agent_remove(struct smmu_agent *agent, "
       "struct smmu_device *dev)\n{\n    unsigned int i;\n"),
      ("agent.c", "            smmu_store(&dev->scmi, 0);\n        }\n"
       "    smmu_mutex_unlock(&agent->mutex);",
       "            smmu_store(&dev->scmi, 0);\n        }\n")],
     [GUESTS]),
    # -- gathers --
    ("gathered pages let go at once",
     [("gather.c", "    gather->pages[gather->nr++] = page;",
       "    smmu_page_release(page, true);")],
     [HISTORIES]),
    ("gathered pages let go before their flush",
     [("gather.c", "    int rc = 0;\n\n    if ( gather->run !=",
       "    int rc = 0;\n\n    while ( gather->nr )\n"
       "        smmu_page_release(gather->pages[--gather->nr], true);\n"
       "    if ( gather->run !=")],
     [ROUNDS]),
    ("a drain that failed lets its pages go",
     [("gather.c", "smmu_page_release(*page, !rc);",
       "smmu_page_release(*page, true);")],
     [GATHER]),
    ("a quarantined domain's pages lose a reference",
     [("gather.c", "if ( !rc || !smmu_domain_quarantined(gather->domain) )",
       "if ( 1 )")],
     [GATHER]),
    ("a drain that failed is forgotten at the operation's end",
     [("gather.c", "    gather->rc = gather->rc ?: rc;\n\n"
       "    return gather->rc;", "    return rc;")],
     [GATHER]),
    ("an empty gather drives the hardware",
     [("gather.c", "if ( !smmu_debt_none(&gather->owed) )", "if ( 1 )")],
     [GATHER]),
    ("a gather without end",
     [("gather.c", "    gather->why = SMMU_DRAIN_FULL;\n"
       "    smmu_gather_drain(gather);\n", "")],
     [GATHER]),
    ("a barrier for each page that is gathered",
     [("gather.c", "        smmu_store(&gather->run_end, first + 1);\n",
       "        smmu_store(&gather->run_end, first + 1);\n"
       "        smmu_wmb();\n")],
     [GATHER]),
    ("a gathered page drives the hardware",
     [("gather.c", "        smmu_store(&gather->run_end, first + 1);\n",
       "        smmu_store(&gather->run_end, first + 1);\n"
       "        smmu_flush(gather->domain, first, pages, true);\n")],
     [GATHER]),
    ("drains counted of who sleeps, too",
     [("flush.c", "        owe(link, what, unmaps);\n",
       "        owe(link, what, unmaps);\n        link->stats.drains[why]++;\n")],
     [GATHER]),
    ("a gather forgets a page",
     [("gather.c", "    end_run(gather);\n    if ( pages == ~0ULL )",
       "    if ( smmu_debt_none(&gather->owed) )\n"
       "        end_run(gather);\n    if ( pages == ~0ULL )")],
     [HISTORIES]),
    ("mapping does not look at the run that is gathered",
     [("gather.c", "    return run != end && run <= last && end - 1 >= first;",
       "    return false;")],
     [GATHER]),
    ("it looks at the first page of the run only",
     [("gather.c", "    return run != end && run <= last && end - 1 >= first;",
       "    return run != end && run <= last && run >= first;")],
     [GATHER]),
    ("a run wraps below",
     [("gather.c", "if ( pages == 1 && first < gather->run && "
       "gather->run - first == 1 )",
       "if ( pages == 1 && gather->run - first == 1 )")],
     [GATHER]),
    ("a run wraps above",
     [("gather.c", "else if ( pages > RUN_LIMIT || first > RUN_LIMIT - pages )",
       "else if ( 0 )")],
     [GATHER]),
    ("a gather takes another domain's pages",
     [("gather.c", "        if ( gather->domain != domain )\n"
       "            return false;\n", "")],
     [GATHER]),
    ("a nested operation leaves its flush to the outer one",
     [("gather.c", "    int rc = smmu_gather_drain(gather);\n",
       "    int rc = gather->depth > 1 ? 0 : smmu_gather_drain(gather);\n")],
     [GATHER]),
    ("mapping does not look at what is gathered",
     [("gather.c", "    if ( !gathered(domain, first, pages) )\n", "    if ( 1 )\n")],
     [HISTORIES, GATHER]),
    ("what is being flushed does not count as gathered",
     [("gather.c", "        rc = smmu_flush_debt(gather->domain, "
       "&gather->owed, gather->unmaps,\n"
       "                             gather->why);",
       "        struct smmu_debt owed = gather->owed;\n\n"
       "        smmu_debt_clear(&gather->owed);\n"
       "        rc = smmu_flush_debt(gather->domain, &owed, "
       "gather->unmaps, gather->why);")],
     [GATHER]),
    ("a replaced entry's old translation left",
     [("gather.c", "    if ( replaced )\n", "    if ( 0 )\n")],
     [HISTORIES]),
    ("one unit awaited before the next is told",
     [("flush.c", "        if ( n == BATCH )", "        if ( n )")],
     [GATHER]),
    ("a gather looked at without its lock",
     [("gather.c", "    flags = smmu_lock(&domain->lock);\n"
       "    for ( g = first_of", "    flags = 0;\n    for ( g = first_of"),
      ("gather.c", "    smmu_unlock(&domain->lock, flags);\n\n"
       "    return found;", "    (void)flags;\n    return found;")],
     THREADS),
    # DESIGN 2.8.
    ("a TLBI in the same sync as the abort taken as retiring the VMID",
     [("link.c", SYNC_BLOCK, f"    {ADD_VMID};\n{SYNC_BLOCK}"), VMID_CLEAN],
     [HISTORIES, LONG]),
    ("blocks left in the TLB (a TTL hint)",
     [("smmu-v3-cmdq.c", VMALL, RANGE % "0x700")],
     [HISTORIES]),
    # -- the ring of events --
    ("an event read without looking whether it was written meanwhile",
     [("trace.c", "    if ( smmu_load(&slot->state) != state )\n"
       "        return LOST;\n", "")],
     [TRACE]),
    ("the same, beside real writers",
     [("trace.c", "    if ( smmu_load(&slot->state) != state )\n"
       "        return LOST;\n", "")],
     TRACERS),
    ("a slot taken from the writer that is in it",
     [("trace.c", "if ( (state & 1) || state > WRITTEN(n) ||\n"
       "         smmu_cmpxchg(&slot->state, state, WRITING(n)) != state )",
       "smmu_store(&slot->state, WRITING(n));\n    if ( 0 )")],
     [TRACE]),
    ("an event that was dropped is waited for",
     [("trace.c", "        smmu_store(&slot->dropped, n + 1);\n", "")],
     [TRACE]),
    ("an event said to be written before it is",
     [("trace.c", "    for ( i = 0; i < WORDS; i++ )\n        smmu_store",
       "    smmu_store(&slot->state, WRITTEN(n));\n"
       "    for ( i = 0; i < WORDS; i++ )\n        smmu_store")],
     [TRACE]),
    ("what was overwritten is not counted",
     [("trace.c", "            *lost += skip;\n", "")],
     [TRACE]),
    ("a guest's votes wash out all other events",
     [("trace-events.c", "smmu_now(), VOTES, &dropped)", "smmu_now(), ~0U, &dropped)")],
     [TRACE]),
    ("the vote that moves a link is not told",
     [("trace-events.c", "        untold_votes(link);\n", "        ;\n")],
     [TRACE]),
    ("an event for each unmap",
     [("trace-events.c", "+ (unmaps ? 2 * unmaps : 1)", "+ unmaps + 1")],
     [TRACE]),
    # -- SMMUv1 and v2 --
    ("v2: no TLBI in a flush",
     [("flush.c", "issue(link->unit, &inv, 1,", "issue(link->unit, &inv, 0,")],
     [HISTORIES2]),
    ("v2: TLBI of the neighbour's VMID",
     [("inv.c", ".vmid = link->vmid }", ".vmid = link->vmid % 7 + 1 }")],
     [HISTORIES2]),
    ("v2: sync of a flush not waited for",
     [("flush.c", "err = p->rc ?: unit->backend->wait(unit, p->ticket);",
       "err = p->rc;")],
     [HISTORIES2]),
    ("v2: a sync taken as done at once",
     [("smmu-v2-tlb.c", "        if ( smmu_load(&tlb->done) >= ticket )\n",
       "        if ( tlb->wanted >= ticket )\n")],
     [HISTORIES2]),
    ("v2: a sync that runs already taken as one's own",
     [("smmu-v2-tlb.c", "    *ticket = ++tlb->wanted;\n",
       "    if ( tlb->running != tlb->done )\n"
       "        *ticket = tlb->running;\n    else\n"
       "        *ticket = ++tlb->wanted;\n")],
     [HISTORIES2, ("v2:rounds", "20000")] + THREADS2),
    ("v2: sync of a quiesce not waited for",
     SYNC_NOT_AWAITED, [HISTORIES2]),
    ("v2: a quiesce without an invalidation",
     [STREAMS_BY_SYNC], [HISTORIES2]),
    ("v2: S2CR opened before the flush",
     [STREAMS_BY_SYNC] + FLUSH_LATE, [KIND_SYNC]),
    ("v2: VMID and bank reused dirty",
     [STREAMS_BY_SYNC, ("vmid.c", "*dirty = !vmid;", "*dirty = false;")],
     [KIND_SYNC]),
    ("v2: debt not taken at a wake",
     [STREAMS_BY_SYNC,
      ("wake.c", "    *debt = link->debt;\n", "    smmu_debt_clear(debt);\n")],
     [KIND_SYNC]),
    ("v2: streams not aborted by a quiesce",
     [("link.c", "            unit->backend->abort(unit, dev);\n"
       "            smmu_inv_add_streams(&list, dev);",
       "            smmu_inv_add_streams(&list, dev);")],
     [HISTORIES2]),
    ("v2: the barrier before a TLBI left out",
     [("smmu-v2-tlb.c", "    smmu_wmb();\n", "")], [HISTORIES2]),
    ("v2: TLBIIPAS2 of an address, not of a page",
     [("smmu-v2-tlb.c", "V2_TLBIIPAS2), inv->first);",
       "V2_TLBIIPAS2), inv->first << 12);")], [HISTORIES2]),
    ("v2: USFCFG=0",
     [("smmu-v2-power.c", "return V2_CR0_USFCFG | V2_CR0_SMCFCFG",
       "return V2_CR0_SMCFCFG"), CR0_NOT_READ], [HISTORIES2]),
    ("v2: parked by CLIENTPD=1",
     [("smmu-v2-power.c", "    return set_running(unit, false);",
       "    set_running(unit, false);\n"
       "    smmu_v2_write(unit, V2_CR0, cr0_of(unit, true) | "
       "V2_CR0_CLIENTPD);\n    return 0;"),
      ("smmu-v2-power.c", "    return set_running(unit, true);",
       "    smmu_v2_write(unit, V2_CR0, cr0_of(unit, true));\n"
       "    return set_running(unit, true);"), CR0_NOT_READ], [HISTORIES2]),
    ("v2: S2CRs as reset left them",
     [("smmu-v2-power.c", "    streams_clear(unit);\n    if", "    if")],
     [HISTORIES2]),
    ("v2: off though nobody holds the masters",
     [("power.c", "return caps->masters_held;", "return true;")],
     [HISTORIES2]),
    ("v2: off with interrupts on",
     [("smmu-v2-power.c", "        smmu_v2_banks_silence(unit);\n"
       "        rc = write", "        rc = write")], [HISTORIES2]),
    ("v2: no whole invalidation after a power-up",
     [("unit-power.c", "        unit->stale |= !caps->registers_kept;",
       "        ;"), ("smmu-v2-tlb.c",
       "    smmu_v2_write(unit, V2_TLBIALLNSNH, 0);\n"
       "    smmu_v2_write(unit, V2_TLBIALLH, 0);\n"
       "    smmu_v2_write(unit, V2_TLBGSYNC, 0);",
       "    smmu_v2_write(unit, V2_TLBGSYNC, 0);"), STREAMS_BY_SYNC],
     [KIND_SYNC]),
    ("v2: CFCFG=1: faults stall",
     [("smmu-v2-bank.c", "V2_SCTLR_CFRE | V2_SCTLR_CFIE",
       "V2_SCTLR_CFRE | V2_SCTLR_CFIE | 1 << 7")], [V2]),
    ("v2: 16-bit VMIDs on, an 8-bit one in CBAR",
     [("smmu-v2-power.c", "return V2_CR0_USFCFG | V2_CR0_SMCFCFG",
       "return 1U << 31 | V2_CR0_USFCFG | V2_CR0_SMCFCFG")], [HISTORIES2]),
    ("v2: a stream led to its neighbour's bank",
     [("smmu-v2-stream.c", "V2_S2CR_TRANSLATE | "
       "smmu_v2_bank_of(group->dev->link->vmid);",
       "V2_S2CR_TRANSLATE | (group->dev->link->vmid & 3);")], [HISTORIES2]),
    ("v2: a bridge's range matched over what was taken out of it",
     [("smmu-v2-stream.c", "if ( !bits && !taken(unit, dev, cover, &b, &by) )",
       "if ( taken(unit, dev, cover, &b, &by) || true )")],
     [HISTORIES2]),
    ("v2: mask bits that SMRs do not have",
     [("smmu-v2-stream.c", "bits = b.mask & ~unit->mask_bits;", "bits = 0;")],
     [V2]),
    ("v2: SMRs' bits not looked at",
     [("smmu-v2-stream.c", "        test_matches(unit);\n",
       "        (void)test_matches;\n")], [V2]),
    ("v2: overlapping SMRs accepted",
     [("stream.c", "            return -EBUSY;\n", "            ;\n")], [V2]),
    ("v2: a failed unit's streams left open",
     [("smmu-v2-power.c", "    streams_clear(unit);\n"
       "    smmu_v2_write(unit, V2_CR0, cr0_of(unit, false));\n", "")],
     [FAILURE2]),
    ("v2: what does not answer taken as an answer",
     [("smmu-v2-power.c", CREDIBLE, "return cr0 || true;")],
     [V2]),
    ("v2: a global fault not cleared",
     [("smmu-v2-fault.c", "    smmu_v2_write(unit, V2_GFSR, gfsr);\n", "")],
     [V2]),
    ("v2: a context fault not cleared",
     [("smmu-v2-fault.c", "    smmu_v2_write(unit, smmu_v2_cb(unit, bank, "
       "V2_FSR), fsr);\n", "")], [V2]),
    ("v2: a bank's next owner inherits a fault",
     [("smmu-v2-bank.c", "    smmu_v2_write(unit, smmu_v2_cb(unit, bank, "
       "V2_FSR), V2_FSR_ALL);\n", "")], [V2]),
    ("v2: what was written not read back",
     [("smmu-v2-power.c", "    if ( !((seen ^ value) & mask) ||\n",
       "    if ( !((seen ^ value) & mask) || true ||\n")], [LOST2]),
    ("v2: a closed link keeps its root",
     [("smmu-v2-stream.c", "        smmu_v2_bank_root(unit, dev->link, "
       "false);\n", "        ;\n")], [V2]),
    ("v2: a bank bypasses while it gets its next owner",
     [("smmu-v2-bank.c", "        if ( !v2->caps.va64 )\n        {\n"
       "            note", "        {\n            note")], [V2]),
    ("v2: the next owner's root before the sync of what was owed",
     [("smmu-v2-stream.c", "    if ( open && v2->running )\n",
       "    if ( open )\n")], [V2]),
    ("v2: RAM beyond the input addresses accepted",
     [("smmu-v2-identify.c", "least(caps->oas_bits, caps->ipa_bits)",
       "caps->oas_bits")], [V2]),
    ("v2: a unit that did not hear that it is to abort is not told again",
     [("unit.c", "        if ( !smmu_unit_disable(unit) )\n            smmu_log",
       "        if ( 0 )\n            smmu_log")], [V2]),
    ("v2: after a resume it is told as late as before",
     [("unit-power.c", "            smmu_store(&unit->unsure, 0);\n",
       "            smmu_store(&unit->unsure, 50000000);\n")], [V2]),
    ("v2: that it did not hear it is not shown",
     [("record.c", "smmu_load(&unit->unsure) ? XEN_SMMU_REASON_UNCONFIRMED\n"
       "                                         : smmu_load(&unit->reason);",
       "smmu_load(&unit->reason);")], [V2]),
    ("v2: S2CRs written before sCR2 says where they are",
     [("smmu-v2-power.c", "static void streams_clear(struct smmu_unit *unit)\n"
       "{\n", "static void streams_clear(struct smmu_unit *unit)\n"
       "{\n    smmu_v2_streams_clear(unit);\n"),
      ("smmu-v2-power.c", "V2_CR2_GROUPS);\n    smmu_v2_streams_clear(unit);\n",
       "V2_CR2_GROUPS);\n")], [V2]),
    ("v2: a TLBI left on its way when another CPU starts the sync",
     [("smmu-v2-tlb.c", "    if ( !believed(unit) )\n"
       "        return -EIO;\n\n    flags", "    flags")], THREADS2),
    ("v2: a sync left on its way when another CPU looks",
     [("smmu-v2-tlb.c", "    smmu_v2_poll(unit, V2_TLBGSTATUS);\n"
       "    smmu_add(&unit->nr_syncs, 1);",
       "    smmu_add(&unit->nr_syncs, 1);")], THREADS2),
    ("v2: a unit that bypasses is looked at, and left alone",
     [("smmu-v2-fault.c", "    smmu_v2_judge(unit);\n", "")], [V2]),
    ("v2: a line that stays up listened to at once",
     [("unit.c", "    if ( any || (had && unit->listen && !unit->calm) )",
       "    if ( any )")], [V2]),
    ("v2: a failed unit keeps a line that others wait for",
     [("unit.c", "        if ( unit->listen )\n            unit->listen(unit);\n"
       "        return;", "        return;")], [V2]),
    ("v2: SMRs cleared while streams without one bypass",
     [("smmu-v2-power.c", "    rc = write_cr0(unit, cr0_of(unit, false));\n"
       "    if ( rc )\n        return rc;\n\n"
       "    smmu_v2_matches_clear(unit);\n",
       "    smmu_v2_matches_clear(unit);\n"
       "    rc = write_cr0(unit, cr0_of(unit, false));\n"
       "    if ( rc )\n        return rc;\n\n")], [V2]),
    ("v2: what firmware left stalled not ended",
     [("smmu-v2-power.c", "    smmu_v2_banks_terminate(unit);\n", "")],
     [V2]),
    ("v2: a prefetcher that stays on accepted",
     [("smmu-v2-bank.c", "return !(smmu_v2_read(unit, offset) & "
       "V2_ACTLR_CPRE);", "return true;")], [V2]),
    ("v2: an interrupt never listened to again",
     [("unit.c", "    else if ( unit->listen )\n"
       "        unit->listen(unit);", "")], [V2]),
]


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
     [("smmu-v3-cmdq.c", "    smmu_wmb();\n", "")],
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
    ("unseen where nothing walks late: v2: a closed link keeps its root",
     [("smmu-v2-stream.c", "        smmu_v2_bank_root(unit, dev->link, "
       "false);\n", "        ;\n")], [without("LATE_WALK", kind="v2")]),
    ("unseen where a sync drains by itself: v2: a quiesce without an "
     "invalidation", [STREAMS_BY_SYNC], [KIND_SYNC]),
]
