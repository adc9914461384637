// SPDX-License-Identifier: MIT

#include <linux/dma-fence.h>
#include <linux/dma-resv.h>
#include <linux/hash.h>
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/nospec.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include <linux/unaligned.h>

#include "base/i915_drv.h"
#include "gem/i915_eb.h"
#include "gem/i915_eb_lock.h"
#include "gem/i915_eb_reloc.h"
#include "mem/i915_gem_domain.h"
#include "mem/i915_gem_object.h"
#include "mem/i915_gem_pages.h"
#include "vm/i915_vma.h"

/**
 * DOC: Relocations of an execbuffer
 *
 * A relocation says that the address of one object plus a delta is stored at an
 * offset of another, and was written for a presumed address. If that is still
 * correct, nothing is done. If not, the CPU writes the address, once the GPU has
 * finished with the object that contains it.
 *
 * All relocations are read from user space, and their targets looked up, before the
 * objects are locked. If the GPU still uses an object that has to be written, the
 * locks are dropped for the wait; afterwards only what has moved in the meantime is
 * written again. Whoever keeps the object busy may have used it again by then. After a
 * few such waits it is waited for with the locks held, each time for twice as long, so
 * that this ends. Others are held up by it no longer than twice what they have made the
 * GPU do with the object.
 *
 * The written addresses are reported to user space, even when the ioctl fails: the
 * address in a batch and the presumed address have to agree.
 */

#define I915_EB_MAX_RELOCS	(INT_MAX / sizeof(struct drm_i915_gem_relocation_entry))
/* Number of relocations reported to user space in one piece */
#define I915_EB_RETURN_PIECE	SZ_4K
/* In buffer lists up to this length, handles are searched linearly. */
#define I915_EB_SEARCH_LIMIT	8
#define I915_EB_NO_ENTRY	U32_MAX
/* Number of waits for an object that is to be written, before one with locks held */
#define I915_EB_PATIENT_WAITS	3
/* Limit of the first of those, and how often it doubles: to some 16 s */
#define I915_EB_LOCKED_WAIT_MS	4
#define I915_EB_LOCKED_WAITS	12
/* Replaces read_domains, which are not needed any more, once the address was written */
#define I915_EB_RELOC_WRITTEN	U32_MAX

static int i915_eb_count_relocs(struct i915_execbuffer *eb, size_t *count)
{
	u64 total = 0;
	unsigned int i;

	for (i = 0; i < eb->count; i++)
		total += eb->exec[i].relocation_count;

	if (total > I915_EB_MAX_RELOCS) {
		drm_dbg(&eb->i915->drm, "relocation_count: %llu in all\n", total);
		return -EINVAL;
	}

	*count = total;
	return 0;
}

/* Hash of the list by handle; @head is NULL if the list is short or targets are indices */
struct i915_eb_handles {
	/* index of the first entry with that hash, I915_EB_NO_ENTRY: none */
	u32 *head;
	/* by index: next one with the same hash */
	u32 *next;
	unsigned int bits;
};

static u32 i915_eb_find_hashed(const struct i915_execbuffer *eb,
			       const struct i915_eb_handles *handles, u32 handle)
{
	u32 i = handles->head[hash_32(handle, handles->bits)];

	while (i != I915_EB_NO_ENTRY && eb->exec[i].handle != handle)
		i = handles->next[i];

	return i;
}

/* A handle that is listed repeatedly is in the table once, by its first entry. */
static int i915_eb_hash_handles(const struct i915_execbuffer *eb, struct i915_eb_handles *handles)
{
	size_t slots;
	unsigned int i;

	handles->bits = ilog2(eb->count) + 1;
	slots = BIT(handles->bits);
	handles->head = kvmalloc_array(slots + eb->count, sizeof(*handles->head),
				       GFP_KERNEL_ACCOUNT | __GFP_NOWARN);
	if (!handles->head)
		return -ENOMEM;
	handles->next = handles->head + slots;
	memset32(handles->head, I915_EB_NO_ENTRY, slots);

	for (i = 0; i < eb->count; i++) {
		u32 handle = eb->exec[i].handle;
		u32 *head = &handles->head[hash_32(handle, handles->bits)];
		int ret = i915_eb_breathe(i);

		if (ret)
			return ret;
		if (i915_eb_find_hashed(eb, handles, handle) != I915_EB_NO_ENTRY)
			continue;

		handles->next[i] = *head;
		*head = i;
	}

	return 0;
}

/* Index of the entry that a relocation names, or I915_EB_NO_ENTRY */
static u32 i915_eb_find(const struct i915_execbuffer *eb, const struct i915_eb_handles *handles,
			u32 handle)
{
	unsigned int i;

	if (eb->args->flags & I915_EXEC_HANDLE_LUT)
		return handle < eb->count ? array_index_nospec(handle, eb->count) :
					    I915_EB_NO_ENTRY;
	if (handles->head)
		return i915_eb_find_hashed(eb, handles, handle);

	for (i = 0; i < eb->count; i++) {
		if (eb->exec[i].handle == handle)
			return i;
	}

	return I915_EB_NO_ENTRY;
}

static int i915_eb_check_domains(const struct i915_execbuffer *eb,
				 const struct drm_i915_gem_relocation_entry *reloc)
{
	if (reloc->write_domain & (reloc->write_domain - 1)) {
		drm_dbg(&eb->i915->drm, "write_domain 0x%x: more than one\n",
			reloc->write_domain);
		return -EINVAL;
	}
	if ((reloc->write_domain | reloc->read_domains) & ~I915_GEM_GPU_DOMAINS) {
		drm_dbg(&eb->i915->drm, "domains 0x%x, 0x%x: not of the GPU\n",
			reloc->read_domains, reloc->write_domain);
		return -EINVAL;
	}

	return 0;
}

static int i915_eb_check_reloc(struct i915_execbuffer *eb, const struct i915_eb_handles *handles,
			       struct drm_i915_gem_relocation_entry *reloc)
{
	u32 target = i915_eb_find(eb, handles, reloc->target_handle);
	int ret;

	if (target == I915_EB_NO_ENTRY) {
		drm_dbg(&eb->i915->drm, "target_handle %u: not in the list\n",
			reloc->target_handle);
		return -ENOENT;
	}

	ret = i915_eb_check_domains(eb, reloc);
	if (ret)
		return ret;
	if (reloc->write_domain)
		eb->ev[eb->ev[target].first].flags |= EXEC_OBJECT_WRITE;

	reloc->target_handle = target;
	reloc->read_domains = 0;
	return 0;
}

/* Check all relocations; afterwards target_handle is an index into the list. */
static int i915_eb_check_relocs(struct i915_execbuffer *eb, size_t count)
{
	struct i915_eb_handles handles = {};
	int ret = 0;
	size_t n;

	if (eb->count > I915_EB_SEARCH_LIMIT && !(eb->args->flags & I915_EXEC_HANDLE_LUT))
		ret = i915_eb_hash_handles(eb, &handles);

	for (n = 0; n < count && !ret; n++)
		ret = i915_eb_check_reloc(eb, &handles, &eb->relocs[n]) ?: i915_eb_breathe(n);

	kvfree(handles.head);
	return ret;
}

static int i915_eb_read_relocs(const struct i915_execbuffer *eb,
			       struct drm_i915_gem_relocation_entry *relocs)
{
	unsigned int i;
	int ret = 0;

	for (i = 0; i < eb->count && !ret; i++) {
		const struct drm_i915_gem_exec_object2 *entry = &eb->exec[i];

		ret = i915_eb_breathe(i);
		if (ret || !entry->relocation_count)
			continue;

		ret = i915_eb_copy_from_user(relocs, u64_to_user_ptr(entry->relocs_ptr),
					     array_size(entry->relocation_count,
							sizeof(*relocs)));
		relocs += entry->relocation_count;
	}

	return ret;
}

/**
 * i915_eb_copy_relocs - read the relocations of all entries
 * @eb: the execbuffer, its objects not locked
 *
 * Context: process context, may fault.
 * Return: 0; -EINVAL for too many and for domains, -ENOENT for a target that is not
 * in the list; -EFAULT, -ENOMEM, -EINTR: killed. In each case
 * i915_eb_return_relocs() is due.
 */
int i915_eb_copy_relocs(struct i915_execbuffer *eb)
{
	struct drm_i915_gem_relocation_entry *relocs;
	size_t count;
	int ret;

	ret = i915_eb_count_relocs(eb, &count);
	if (ret)
		return ret;

	relocs = kvmalloc_array(count, sizeof(*relocs), GFP_KERNEL_ACCOUNT | __GFP_NOWARN);
	if (!relocs)
		return -ENOMEM;

	ret = i915_eb_read_relocs(eb, relocs);
	if (ret) {
		kvfree(relocs);
		return ret;
	}

	eb->relocs = relocs;
	eb->reloc_waits = 0;
	return i915_eb_check_relocs(eb, count);
}

/*
 * The entries were readable when they were copied in. If they are no longer writable, only
 * presumed_offset is lost, and that is a hint.
 */
static void i915_eb_return_presumed(struct drm_i915_gem_relocation_entry __user *user,
				    const struct drm_i915_gem_relocation_entry *relocs,
				    u32 count)
{
	u32 n;

	if (!user_write_access_begin(user, array_size(count, sizeof(*user))))
		return;

	for (n = 0; n < count; n++) {
		if (relocs[n].read_domains == I915_EB_RELOC_WRITTEN)
			unsafe_put_user(relocs[n].presumed_offset, &user[n].presumed_offset, out);
	}
out:
	user_write_access_end();
}

/**
 * i915_eb_return_relocs - report the written addresses to user space
 * @eb: the execbuffer, its objects not locked
 *
 * Also frees the copies of the relocations.
 *
 * Context: process context, may fault.
 */
void i915_eb_return_relocs(struct i915_execbuffer *eb)
{
	const struct drm_i915_gem_relocation_entry *relocs = eb->relocs;
	unsigned int i;

	if (!relocs)
		return;

	for (i = 0; i < eb->count; i++) {
		struct drm_i915_gem_relocation_entry __user *user =
			u64_to_user_ptr(eb->exec[i].relocs_ptr);
		u32 n, left = eb->exec[i].relocation_count;

		for (; left; left -= n) {
			n = min_t(u32, left, I915_EB_RETURN_PIECE);
			i915_eb_return_presumed(user, relocs, n);
			user += n;
			relocs += n;
			cond_resched();
		}
	}

	kvfree(eb->relocs);
	eb->relocs = NULL;
}

/* The object whose relocations are being written */
struct i915_eb_place {
	struct drm_i915_gem_object *obj;
	void *vaddr;		/* of the page written last */
	unsigned long page;	/* its index; ULONG_MAX: none yet */
	bool idle;		/* the GPU has finished with the object */
};

static void *i915_eb_address(struct i915_eb_place *place, u64 offset)
{
	unsigned long page = offset >> PAGE_SHIFT;

	if (page != place->page) {
		place->vaddr = page_address(place->obj->page_array[page]);
		place->page = page;
	}

	return place->vaddr + offset_in_page(offset);
}

static int i915_eb_write(struct i915_eb_place *place, u64 offset, u64 value)
{
	void *vaddr;

	if (place->obj->page_array) {
		if (offset_in_page(offset) <= PAGE_SIZE - sizeof(u64)) {
			put_unaligned(value, (u64 *)i915_eb_address(place, offset));
			return 0;
		}

		*(u32 *)i915_eb_address(place, offset) = lower_32_bits(value);
		*(u32 *)i915_eb_address(place, offset + sizeof(u32)) = upper_32_bits(value);
		return 0;
	}

	vaddr = i915_gem_object_vmap(place->obj);
	if (IS_ERR(vaddr))
		return PTR_ERR(vaddr);

	put_unaligned(value, (u64 *)(vaddr + offset));
	i915_gem_object_vunmap(place->obj);
	return 0;
}

static int i915_eb_check_place(struct i915_execbuffer *eb, const struct drm_i915_gem_object *obj,
			       u64 offset)
{
	if (offset > obj->base.size - sizeof(u64)) {
		drm_dbg(&eb->i915->drm, "relocation at 0x%llx: beyond the object\n", offset);
		return -EINVAL;
	}
	if (!IS_ALIGNED(offset, sizeof(u32))) {
		drm_dbg(&eb->i915->drm, "relocation at 0x%llx: not a multiple of 4\n", offset);
		return -EINVAL;
	}

	return 0;
}

static bool i915_eb_is_busy(struct drm_i915_gem_object *obj)
{
	return !i915_eb_is_alone(obj) && i915_gem_object_wait(obj, true, false, 0);
}

/* Return: 0 if the GPU has finished with the object; -EBUSY if it is to be waited for unlocked */
static int i915_eb_check_idle(struct i915_execbuffer *eb, struct drm_i915_gem_object *obj)
{
	unsigned int ms = I915_EB_LOCKED_WAIT_MS;
	long left;

	if (likely(!i915_eb_is_busy(obj)))
		return 0;
	if (eb->reloc_waits < I915_EB_PATIENT_WAITS)
		return -EBUSY;

	/* Nobody can use it again meanwhile. */
	ms <<= min(eb->reloc_waits - I915_EB_PATIENT_WAITS, I915_EB_LOCKED_WAITS);
	left = i915_gem_object_wait(obj, true, true, msecs_to_jiffies(ms));
	if (left == -ETIME)
		return -EBUSY;

	return left < 0 ? left : 0;
}

/*
 * Called with the objects locked; unlocks them, so that nobody else has to wait for the GPU. What
 * is waited for is what uses the object now: dma_resv_wait_timeout() begins again when others have
 * added to it meanwhile, and may never return.
 */
static int i915_eb_wait_for_place(struct i915_execbuffer *eb, struct drm_i915_gem_object *obj)
{
	struct dma_fence *fence;
	int ret;

	ret = dma_resv_get_singleton(obj->base.resv, dma_resv_usage_rw(true), &fence);
	eb->reloc_waits++;
	i915_eb_unlock(eb);
	if (!ret && fence) {
		ret = dma_fence_wait(fence, true);
		dma_fence_put(fence);
	}

	return ret ?: I915_EB_AGAIN;
}

static int i915_eb_relocate_one(struct i915_execbuffer *eb, struct i915_eb_place *place,
				struct drm_i915_gem_relocation_entry *reloc)
{
	u64 target = i915_vma_offset(eb->ev[reloc->target_handle].vma);
	u64 address = i915_canonical_address(target);
	int ret;

	if (address == reloc->presumed_offset)
		return 0;

	ret = i915_eb_check_place(eb, place->obj, reloc->offset);
	if (ret)
		return ret;

	if (!place->idle) {
		ret = i915_eb_check_idle(eb, place->obj);
		if (ret)
			return ret;
	}
	place->idle = true;

	/* The user API has an unsigned field for it, but a delta may be negative. */
	ret = i915_eb_write(place, reloc->offset,
			    i915_canonical_address(target + (s32)reloc->delta));
	if (ret)
		return ret;

	reloc->presumed_offset = address;
	reloc->read_domains = I915_EB_RELOC_WRITTEN;
	return 0;
}

static int i915_eb_relocate_entry(struct i915_execbuffer *eb, unsigned int i,
				  struct drm_i915_gem_relocation_entry *relocs)
{
	struct i915_eb_place place = { .obj = eb->ev[i].obj, .page = ULONG_MAX };
	u32 n, count = eb->exec[i].relocation_count;
	int ret = 0;

	for (n = 0; n < count && !ret; n++)
		ret = i915_eb_relocate_one(eb, &place, &relocs[n]) ?: i915_eb_breathe(n);

	return ret;
}

/**
 * i915_eb_relocate - write the addresses that differ from what user space presumed
 * @eb: the execbuffer: objects locked and bound, relocations read
 *
 * Context: process context; where the GPU has not finished with an object that is
 * to be written, drops the locks and waits interruptibly.
 * Return: 0; I915_EB_AGAIN: the locks were dropped; -EINVAL for an offset; -ENOMEM,
 * -ERESTARTSYS, -EINTR: killed.
 */
int i915_eb_relocate(struct i915_execbuffer *eb)
{
	struct drm_i915_gem_relocation_entry *relocs = eb->relocs;
	unsigned int i;
	int ret;

	/* Later entries may refer to earlier ones and the other way round; all have addresses. */
	for (i = 0; i < eb->count; i++) {
		ret = i915_eb_breathe(i);
		if (!ret && eb->exec[i].relocation_count)
			ret = i915_eb_relocate_entry(eb, i, relocs);
		if (ret == -EBUSY)
			return i915_eb_wait_for_place(eb, eb->ev[i].obj);
		if (ret)
			return ret;
		relocs += eb->exec[i].relocation_count;
	}

	return 0;
}
