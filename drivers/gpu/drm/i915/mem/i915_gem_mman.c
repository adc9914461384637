// SPDX-License-Identifier: MIT

#include <linux/anon_inodes.h>
#include <linux/file.h>
#include <linux/mm.h>
#include <linux/mman.h>
#include <linux/overflow.h>
#include <linux/pagemap.h>

#include <asm/memtype.h>

#include "base/i915_drv.h"
#include "base/i915_user_extensions.h"
#include "mem/i915_gem_mman.h"
#include "mem/i915_gem_object.h"
#include "mem/i915_gem_pages.h"
#include "mem/i915_mem_layer.h"

/**
 * DOC: CPU mappings
 *
 * An object has one range of fake file offsets, as long as the object. The offset
 * space has a window for each caching mode: the offset within a window selects the
 * object, the window selects how it is mapped. So an object takes no more offsets
 * than its size, and the DRM core's per-file access control, which comes and goes
 * with the handle, covers all modes.
 *
 * Only shared mappings are allowed. Writing to a private one would put anonymous
 * pages among PTEs that come and go with the pages of the object.
 *
 * A mapping holds the object, but not the file it was created through: closing the
 * file must end its contexts and handles even if a mapping remains. All mappings
 * of a device therefore refer to one anonymous file, which holds the device and
 * lives as long as any of them.
 *
 * Pages are mapped by frame number on the first access, one CPU page table at a
 * time. A mapping does not pin the pages: before the object gives them back it
 * zaps the mapping, under the lock that a fault takes.
 *
 * The legacy MMAP ioctl does the same and includes the mmap() call.
 */

/* Index into the object of a page offset of a mapping */
static unsigned long i915_mmap_page(const struct drm_i915_gem_object *obj, pgoff_t pgoff)
{
	return pgoff % I915_MMAP_WINDOW - drm_vma_node_start(&obj->base.vma_node);
}

/**
 * i915_gem_object_create_mmap_offset - give an object its fake offsets
 * @obj: the object; nothing happens if it has them
 *
 * Context: process context.
 * Return: 0, -ENOSPC, -ENOMEM.
 */
int i915_gem_object_create_mmap_offset(struct drm_i915_gem_object *obj)
{
	return drm_gem_create_mmap_offset(&obj->base);
}

static int i915_mmap_file_release(struct inode *inode, struct file *file)
{
	struct drm_i915_private *i915 = file->private_data;

	cmpxchg(&to_mm(i915)->mmap_file, file, NULL);
	drm_dev_put(&i915->drm);

	return 0;
}

static const struct file_operations i915_mmap_fops = {
	.owner = THIS_MODULE,
	.release = i915_mmap_file_release,
};

/* If two callers race, both files work, and the device remembers the later one. */
static struct file *i915_mmap_file(struct drm_i915_private *i915)
{
	struct file *file = get_file_active(&to_mm(i915)->mmap_file);

	if (file)
		return file;

	file = anon_inode_getfile("i915-mmap", &i915_mmap_fops, i915, O_RDWR);
	if (!IS_ERR(file)) {
		drm_dev_get(&i915->drm);
		file->f_mapping = i915->drm.anon_inode->i_mapping;
		xchg(&to_mm(i915)->mmap_file, file);
	}

	return file;
}

static pgprot_t i915_mmap_prot(struct vm_area_struct *area, enum i915_mmap_mode mode)
{
	pgprot_t prot = vm_get_page_prot(area->vm_flags);

	if (mode == I915_MMAP_MODE_WC)
		prot = pgprot_writecombine(prot);
	else if (mode == I915_MMAP_MODE_UC)
		prot = pgprot_noncached(prot);

	return pgprot_decrypted(prot);
}

/**
 * i915_gem_object_mmap - &drm_gem_object_funcs.mmap
 * @gem: the object
 * @area: the new mapping; vm_pgoff is the fake offset
 *
 * Also for mmap() of a dma-buf, with the offset of a write-back mapping.
 *
 * Context: process context, mmap lock held for writing.
 * Return: 0, -EINVAL (private, or crosses the end of the object), -ENODEV, -ENOMEM.
 */
int i915_gem_object_mmap(struct drm_gem_object *gem, struct vm_area_struct *area)
{
	struct drm_i915_gem_object *obj = to_i915_bo(gem);
	unsigned long pages = gem->size >> PAGE_SHIFT;
	unsigned long first = i915_mmap_page(obj, area->vm_pgoff);
	struct file *file;

	if (!obj->ops->cpu_access)
		return -ENODEV;

	if (is_cow_mapping(area->vm_flags)) {
		drm_dbg(gem->dev, "private mappings are not supported\n");
		return -EINVAL;
	}

	if (first >= pages || vma_pages(area) > pages - first)
		return -EINVAL;

	file = i915_mmap_file(to_i915(gem->dev));
	if (IS_ERR(file))
		return PTR_ERR(file);

	vma_set_file(area, file);
	fput(file);

	/* VM_IO: nobody else may pin the pages, which may be given back at any time. */
	vm_flags_set(area, VM_IO | VM_PFNMAP | VM_DONTEXPAND | VM_DONTDUMP);
	area->vm_page_prot = i915_mmap_prot(area, area->vm_pgoff / I915_MMAP_WINDOW);

	return 0;
}

/**
 * i915_gem_mmap - mmap() of a DRM file
 * @filp: the file
 * @area: the new mapping
 *
 * Like drm_gem_mmap(), but a mapping may start anywhere in an object, and in the
 * window of any caching mode.
 *
 * Return: 0, -EINVAL (no object there, or private), -EACCES (the file has no
 * handle of it), -ENODEV (unplugged), -ENOMEM.
 */
int i915_gem_mmap(struct file *filp, struct vm_area_struct *area)
{
	struct drm_file *file = filp->private_data;
	struct drm_device *dev = file->minor->dev;
	struct drm_vma_offset_node *node;
	struct drm_gem_object *gem = NULL;
	int ret = -EINVAL;

	if (drm_dev_is_unplugged(dev))
		return -ENODEV;

	if (area->vm_pgoff / I915_MMAP_WINDOW >= I915_MMAP_MODES)
		return -EINVAL;

	drm_vma_offset_lock_lookup(dev->vma_offset_manager);
	node = drm_vma_offset_lookup_locked(dev->vma_offset_manager,
					    area->vm_pgoff % I915_MMAP_WINDOW, vma_pages(area));
	if (node) {
		/* The node leaves the manager before the object is freed. */
		gem = container_of(node, struct drm_gem_object, vma_node);
		if (!kref_get_unless_zero(&gem->refcount))
			gem = NULL;
	}
	drm_vma_offset_unlock_lookup(dev->vma_offset_manager);
	if (!gem)
		return ret;

	if (drm_vma_node_is_allowed(&gem->vma_node, file))
		ret = drm_gem_mmap_obj(gem, gem->size, area);
	else
		ret = -EACCES;
	i915_gem_object_put(to_i915_bo(gem));

	return ret;
}

/* Progress of a fault */
struct i915_mmap_fill {
	struct mm_struct *mm;
	struct page **pages;
	pgprot_t prot;
};

static int i915_mmap_fill_pte(pte_t *pte, unsigned long address, void *data)
{
	struct i915_mmap_fill *fill = data;
	struct page *page = *fill->pages++;

	/* Another thread may have faulted first. A PTE that is present stays. */
	if (pte_none(ptep_get(pte)))
		set_pte_at(fill->mm, address, pte,
			   pte_mkspecial(pfn_pte(page_to_pfn(page), fill->prot)));

	return 0;
}

/* Object locked, pages pinned. Only the allocation of page tables can fail. */
static vm_fault_t i915_mmap_fill(struct vm_fault *vmf, struct page **pages)
{
	struct vm_area_struct *area = vmf->vma;
	unsigned long start = max(ALIGN_DOWN(vmf->address, PMD_SIZE), area->vm_start);
	unsigned long end = min(ALIGN(vmf->address + 1, PMD_SIZE), area->vm_end);
	struct i915_mmap_fill fill = {
		.pages = pages + i915_mmap_page(to_i915_bo(area->vm_private_data),
						linear_page_index(area, start)),
		.prot = area->vm_page_prot,
		.mm = area->vm_mm,
	};

	return apply_to_page_range(area->vm_mm, start, end - start, i915_mmap_fill_pte, &fill) ?
	       VM_FAULT_OOM : VM_FAULT_NOPAGE;
}

/*
 * On a signal, return to user space, which faults again after the signal is handled. A fault in the
 * kernel would be retried at once and forever; so it takes the lock uninterruptibly, and fails if
 * the task is killed while the pages are read in.
 */
static vm_fault_t i915_mmap_fault_error(const struct vm_fault *vmf, int err)
{
	bool interrupted = err == -EINTR || err == -ERESTARTSYS;

	return interrupted && vmf->flags & FAULT_FLAG_USER ? VM_FAULT_NOPAGE : VM_FAULT_SIGBUS;
}

static int i915_mmap_fault_lock(const struct vm_fault *vmf, struct drm_i915_gem_object *obj)
{
	if (vmf->flags & FAULT_FLAG_USER)
		return i915_gem_object_lock(obj);

	return dma_resv_lock(obj->base.resv, NULL);
}

static vm_fault_t i915_gem_fault(struct vm_fault *vmf)
{
	struct drm_i915_gem_object *obj = to_i915_bo(vmf->vma->vm_private_data);
	vm_fault_t result;
	int ret;

	if (drm_dev_is_unplugged(obj->base.dev))
		return VM_FAULT_SIGBUS;

	ret = i915_mmap_fault_lock(vmf, obj);
	if (ret)
		return i915_mmap_fault_error(vmf, ret);

	/*
	 * If the pages cannot be allocated, give up: the object may be larger than memory, or than
	 * its cgroup allows, so retrying by VM_FAULT_OOM might never end.
	 */
	ret = i915_gem_object_pin_pages(obj);
	if (!ret) {
		result = i915_mmap_fill(vmf, obj->page_array);
		i915_gem_object_unpin_pages(obj);
	} else {
		result = i915_mmap_fault_error(vmf, ret);
	}
	i915_gem_object_unlock(obj);

	return result;
}

static void i915_gem_vm_close(struct vm_area_struct *area)
{
	/* The mmap lock is held: leave the final put to the worker. */
	i915_gem_object_put(to_i915_bo(area->vm_private_data));
}

static void i915_mmap_access_pages(struct page **pages, unsigned long offset, void *buf, int len,
				   bool write)
{
	while (len) {
		void *vaddr = page_address(pages[offset >> PAGE_SHIFT]) + offset_in_page(offset);
		int part = min_t(int, len, PAGE_SIZE - offset_in_page(offset));

		if (write)
			memcpy(vaddr, buf, part);
		else
			memcpy(buf, vaddr, part);
		buf += part;
		offset += part;
		len -= part;
	}
}

/*
 * For debuggers. Either the whole range is in the mapping or nothing is copied. As with any shared
 * mapping, they may write only if the process could.
 */
static int i915_gem_vm_access(struct vm_area_struct *area, unsigned long address, void *buf,
			      int len, int write)
{
	struct drm_i915_gem_object *obj = to_i915_bo(area->vm_private_data);
	unsigned long offset;
	int ret;

	if (len <= 0 || address < area->vm_start || len > area->vm_end - address)
		return -EINVAL;

	if (write && !(area->vm_flags & VM_WRITE))
		return -EFAULT;

	if (drm_dev_is_unplugged(obj->base.dev))
		return -ENODEV;

	ret = i915_gem_object_pin_pages_unlocked(obj);
	if (ret)
		return ret;

	offset = i915_mmap_page(obj, linear_page_index(area, address)) << PAGE_SHIFT;
	i915_mmap_access_pages(obj->page_array, offset + offset_in_page(address), buf, len, write);
	i915_gem_object_unpin_pages(obj);

	return len;
}

const struct vm_operations_struct i915_gem_vm_ops = {
	.fault = i915_gem_fault,
	.access = i915_gem_vm_access,
	.open = drm_gem_vm_open,
	.close = i915_gem_vm_close,
};

static int i915_mmap_offset_mode(u64 flags, enum i915_mmap_mode *mode)
{
	switch (flags) {
	case I915_MMAP_OFFSET_WB:
		*mode = I915_MMAP_MODE_WB;
		return 0;
	case I915_MMAP_OFFSET_WC:
		*mode = I915_MMAP_MODE_WC;
		break;
	case I915_MMAP_OFFSET_UC:
		*mode = I915_MMAP_MODE_UC;
		break;
	case I915_MMAP_OFFSET_GTT: /* no mapping through the aperture */
	case I915_MMAP_OFFSET_FIXED: /* only for device memory */
		return -ENODEV;
	default:
		return -EINVAL;
	}

	return pat_enabled() ? 0 : -ENODEV;
}

/**
 * i915_gem_mmap_offset_ioctl - DRM_IOCTL_I915_GEM_MMAP_OFFSET
 * @dev: the device
 * @data: struct drm_i915_gem_mmap_offset
 * @file: the caller's file
 *
 * Return: 0, -EINVAL (flags, extensions), -ENODEV (mode or object cannot be
 * mapped), -ENOENT (handle), -ENOSPC, -ENOMEM.
 */
int i915_gem_mmap_offset_ioctl(struct drm_device *dev, void *data, struct drm_file *file)
{
	struct drm_i915_gem_mmap_offset *args = data;
	struct drm_i915_gem_object *obj;
	enum i915_mmap_mode mode;
	int ret;

	ret = i915_user_extensions(args->extensions, NULL, 0, NULL);
	if (ret)
		return ret;

	ret = i915_mmap_offset_mode(args->flags, &mode);
	if (ret) {
		drm_dbg(dev, "flags %#llx: no such mapping\n", args->flags);
		return ret;
	}

	obj = i915_gem_object_lookup(file, args->handle);
	if (!obj)
		return -ENOENT;

	ret = obj->ops->cpu_access ? i915_gem_object_create_mmap_offset(obj) : -ENODEV;
	if (!ret)
		args->offset = i915_mmap_offset(obj, mode);
	i915_gem_object_put(obj);

	return ret;
}

static unsigned long i915_gem_object_vm_mmap(struct drm_i915_gem_object *obj,
					     struct drm_file *file,
					     const struct drm_i915_gem_mmap *args)
{
	enum i915_mmap_mode mode =
		args->flags & I915_MMAP_WC ? I915_MMAP_MODE_WC : I915_MMAP_MODE_WB;
	u64 end;
	int ret;

	if (!obj->ops->cpu_access)
		return -ENXIO;

	if (check_add_overflow(args->offset, args->size, &end) || end > obj->base.size) {
		drm_dbg(obj->base.dev, "offset %llu, size %llu: the object ends at %zu\n",
			args->offset, args->size, obj->base.size);
		return -EINVAL;
	}

	ret = i915_gem_object_create_mmap_offset(obj);
	if (ret)
		return ret;

	return vm_mmap(file->filp, 0, args->size, PROT_READ | PROT_WRITE, MAP_SHARED,
		       i915_mmap_offset(obj, mode) + args->offset);
}

/**
 * i915_gem_mmap_ioctl - DRM_IOCTL_I915_GEM_MMAP
 * @dev: the device
 * @data: struct drm_i915_gem_mmap
 * @file: the caller's file
 *
 * Return: 0, -EINVAL (flags, range), -ENODEV (no write-combining), -ENOENT
 * (handle), -ENXIO (imported), -ENOSPC (fake offsets), -ENOMEM.
 */
int i915_gem_mmap_ioctl(struct drm_device *dev, void *data, struct drm_file *file)
{
	struct drm_i915_gem_mmap *args = data;
	struct drm_i915_gem_object *obj;
	unsigned long address;

	switch (args->flags) {
	case 0:
		break;
	case I915_MMAP_WC:
		if (pat_enabled())
			break;
		drm_dbg(dev, "flags: no write-combining without PAT\n");
		return -ENODEV;
	default:
		drm_dbg(dev, "flags %#llx: unknown\n", args->flags);
		return -EINVAL;
	}

	obj = i915_gem_object_lookup(file, args->handle);
	if (!obj)
		return -ENOENT;

	address = i915_gem_object_vm_mmap(obj, file, args);
	i915_gem_object_put(obj);
	if (IS_ERR_VALUE(address))
		return address;

	args->addr_ptr = address;

	return 0;
}
