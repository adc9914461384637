// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Virtual Intel GPU: the PCI device.
 *
 * Broadwell GT2 (8086:1616) or, with variant=skl, Skylake GT2 (8086:1912);
 * display fused off. BAR0: registers and the global page table. BAR2: the
 * aperture. README.md describes properties, reports and counters.
 */
#include "gt_int.h"
#include "qapi/error.h"
#include "hw/pci/msi.h"
#include "hw/qdev-properties.h"
#include "migration/vmstate.h"
#include "sysemu/sysemu.h"
#include "qom/object.h"

#define TYPE_INTEL_GT   "intel-gt"
#define CFG_GGC         0x50
#define GGC_8M_PTES     0x00c0          /* no stolen memory */

OBJECT_DECLARE_SIMPLE_TYPE(GtDev, INTEL_GT)

static uint64_t regs_read(void *opaque, hwaddr a, unsigned size)
{
    GtDev *s = opaque;
    uint32_t v;

    COUNT(s, CN_MMIO_RD);
    if (gt_armed(s, FT_GONE)) {
        const GtRule *r = gt_inject_hit(s, NULL, FT_GONE, 0, a);

        if (r) {
            gt_inject_gone(s, NULL, r);
        }
    }
    if (s->gone) {
        return ~0u;
    }
    gt_check_forcewake(s, a, false);
    v = gt_reg_read(s, NULL, a);
    GT_TRACE(s, 4, "rd %06x = %08x", (unsigned)a, v);
    return v;
}

static void regs_write(void *opaque, hwaddr a, uint64_t v, unsigned size)
{
    GtDev *s = opaque;

    COUNT(s, CN_MMIO_WR);
    if (s->gone) {
        return;
    }
    gt_check_forcewake(s, a, true);
    GT_TRACE(s, 4, "wr %06x = %08x", (unsigned)a, (unsigned)v);
    gt_reg_write(s, NULL, a, v);
}

static const MemoryRegionOps regs_ops = {
    .read = regs_read,
    .write = regs_write,
    .endianness = DEVICE_LITTLE_ENDIAN,
    .valid = { .min_access_size = 1, .max_access_size = 8 },
    .impl = { .min_access_size = 4, .max_access_size = 4 },
};

static uint32_t config_read(PCIDevice *dev, uint32_t a, int len)
{
    return INTEL_GT(dev)->gone ? ~0u : pci_default_read_config(dev, a, len);
}

static void config_write(PCIDevice *dev, uint32_t a, uint32_t v, int len)
{
    if (INTEL_GT(dev)->gone) {
        return;
    }
    pci_default_write_config(dev, a, v, len);
    gt_ram_forget(INTEL_GT(dev));       /* bus mastering may have changed */
}

static void init_bars(GtDev *s)
{
    memory_region_init(&s->bar0, OBJECT(s), "intel-gt-bar0", 16 * MiB);
    memory_region_init_io(&s->regs_mr, OBJECT(s), &regs_ops, s,
                          "intel-gt-registers", GT_PTE_BYTES);
    memory_region_add_subregion(&s->bar0, 0, &s->regs_mr);
    gt_ggtt_init(s);
    gt_count_init(s);
    gt_inject_window_init(s);
    gt_aperture_init(s);
    pci_register_bar(&s->dev, 0, PCI_BASE_ADDRESS_MEM_TYPE_64, &s->bar0);
    pci_register_bar(&s->dev, 2, PCI_BASE_ADDRESS_MEM_TYPE_64 |
                     PCI_BASE_ADDRESS_MEM_PREFETCH, &s->bar2);
}

void gt_power_on(GtDev *s)
{
    gt_inject_power_on(s);
    memset(s->iir2, 0, sizeof(s->iir2));
    s->line = false;
    s->rc6_ns = s->rc6_since = 0;
    s->ei_since[0] = s->ei_since[1] = 0;
    s->mark_open = false;
    s->pat_set = 0;
    memset(s->table, 0, sizeof(s->table));
    gt_ram_forget(s);
    for (int i = 0; i < GT_NENG; i++) {
        s->eng[i].held = false;
        gt_engine_reset(&s->eng[i]);
    }
    gt_regs_power_on(s);
    if (s->rc6) {
        R(s, REG_RC6_CTX) = 1;
    }
}

static void at_exit(Notifier *n, void *data)
{
    gt_count_exit(container_of(n, GtDev, exit_n));
}

static bool choose_variant(GtDev *s, Error **errp)
{
    uint8_t *cfg = s->dev.config;

    if (!s->variant || !strcmp(s->variant, "bdw")) {
        s->chip = CHIP_BDW;
    } else if (!strcmp(s->variant, "skl")) {
        s->chip = CHIP_SKL;
        pci_config_set_device_id(cfg, 0x1912);
        pci_config_set_revision(cfg, 7);
    } else {
        error_setg(errp, "variant %s: use bdw or skl", s->variant);
        return false;
    }
    return true;
}

static void gt_realize(PCIDevice *dev, Error **errp)
{
    GtDev *s = INTEL_GT(dev);
    Error *err = NULL;

    if (!choose_variant(s, errp)) {
        return;
    }
    gt_check_init(s, &err);
    if (err) {
        error_propagate(errp, err);
        return;
    }
    s->as = pci_get_address_space(dev);
    for (int i = 0; i < GT_NENG; i++) {
        gt_engine_init(s, i);
    }
    if (!gt_inject_init(s, errp)) {
        return;
    }
    gt_cs_init();
    gt_regs_init(s);
    init_bars(s);
    dev->config[PCI_INTERRUPT_PIN] = 1;
    pci_set_word(dev->config + CFG_GGC, GGC_8M_PTES);
    pci_set_word(dev->wmask + CFG_GGC, 0);
    if (msi_init(dev, 0x90, 1, false, false, errp) < 0) {
        return;
    }
    gt_power_on(s);
    s->exit_n.notify = at_exit;
    qemu_add_exit_notifier(&s->exit_n);
}

static void gt_reset(DeviceState *d)
{
    GtDev *s = INTEL_GT(d);

    gt_ggtt_clear(s);
    gt_power_on(s);
}

static Property gt_props[] = {
    DEFINE_PROP_STRING("variant", GtDev, variant),
    DEFINE_PROP_UINT32("inline", GtDev, inl, 64),
    DEFINE_PROP_UINT32("latency", GtDev, latency, 0),
    DEFINE_PROP_UINT32("slice", GtDev, slice, 4096),
    DEFINE_PROP_BOOL("strict", GtDev, strict, true),
    DEFINE_PROP_UINT32("strict-max", GtDev, strict_max, 16),
    DEFINE_PROP_STRING("report", GtDev, report),
    DEFINE_PROP_BOOL("rc6", GtDev, rc6, false),
    DEFINE_PROP_BOOL("break-inval", GtDev, break_inval, false),
    DEFINE_PROP_BOOL("walk-cache", GtDev, walk_cache, false),
    DEFINE_PROP_STRING("faults", GtDev, faults),
    DEFINE_PROP_UINT64("seed", GtDev, seed, 0),
    DEFINE_PROP_UINT32("trace", GtDev, trace, 0),
    DEFINE_PROP_END_OF_LIST(),
};

static const VMStateDescription gt_vmstate = {
    .name = TYPE_INTEL_GT,
    .unmigratable = 1,
};

static void gt_class_init(ObjectClass *k, void *data)
{
    DeviceClass *dc = DEVICE_CLASS(k);
    PCIDeviceClass *pc = PCI_DEVICE_CLASS(k);

    pc->realize = gt_realize;
    pc->config_read = config_read;
    pc->config_write = config_write;
    pc->vendor_id = PCI_VENDOR_ID_INTEL;
    pc->device_id = 0x1616;
    pc->revision = 0x09;
    pc->class_id = PCI_CLASS_DISPLAY_OTHER;
    dc->desc = "Virtual Intel Gen8/Gen9 GPU without display";
    dc->reset = gt_reset;
    dc->vmsd = &gt_vmstate;
    dc->user_creatable = true;
    dc->hotpluggable = false;
    set_bit(DEVICE_CATEGORY_DISPLAY, dc->categories);
    device_class_set_props(dc, gt_props);
}

static const TypeInfo gt_info = {
    .name = TYPE_INTEL_GT,
    .parent = TYPE_PCI_DEVICE,
    .instance_size = sizeof(GtDev),
    .class_init = gt_class_init,
    .interfaces = (InterfaceInfo[]) {
        { INTERFACE_CONVENTIONAL_PCI_DEVICE },
        { },
    },
};

static void gt_register(void)
{
    type_register_static(&gt_info);
}
type_init(gt_register)
