// SPDX-License-Identifier: MIT

#include <linux/hash.h>
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include <linux/unaligned.h>

#include "gem/i915_gem.h"
#include "gem/i915_gem_execbuffer.h"
#include "i915_drv.h"
#include "mem/i915_gem_object.h"
#include "vm/i915_vma.h"

/**
 * DOC: Relocations of an execbuffer
 *
 * A relocation says: at this offset of this object stands the address of that
 * object, plus a delta; I wrote it for this presumed address. Where the
 * presumption is right, nothing is done. Where it is wrong, the CPU writes the
 * address, once the GPU has finished with the object it stands in.
 *
 * They are read from user space before the objects are locked, all at once. What
 * was written is told to user space afterwards, also when the ioctl fails: an
 * address in a batch and the presumption about it have to agree.
 */

#define I915_EB_MAX_RELOCS	(INT_MAX / sizeof(struct drm_i915_gem_relocation_entry))
/* Buffer lists up to this long are searched for a handle one by one. */
#define I915_EB_SEARCH_LIMIT	8
#define I915_EB_HASH_EMPTY	U32_MAX
/* In place of the offset, no longer needed: the address was written. No offset can be this. */
#define I915_EB_RELOC_WRITTEN	U64_MAX

#define I915_GEM_GPU_DOMAINS \
	(I915_GEM_DOMAIN_RENDER | I915_GEM_DOMAIN_SAMPLER | I915_GEM_DOMAIN_COMMAND | \
	 I915_GEM_DOMAIN_INSTRUCTION | I915_GEM_DOMAIN_VERTEX)

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

/**
 * i915_eb_copy_relocs - read the relocations of all entries
 * @eb: the execbuffer, its objects not locked
 *
 * Context: process context, may fault.
 * Return: 0; -EINVAL for too many, -EFAULT, -ENOMEM.
 */
int i915_eb_copy_relocs(struct i915_execbuffer *eb)
{
	struct drm_i915_gem_relocation_entry *relocs;
	size_t count, n = 0;
	unsigned int i;
	int ret;

	ret = i915_eb_count_relocs(eb, &count);
	if (ret)
		return ret;

	relocs = kvmalloc_array(count, sizeof(*relocs), GFP_KERNEL | __GFP_NOWARN);
	if (!relocs)
		return -ENOMEM;

	for (i = 0; i < eb->count; i++) {
		const struct drm_i915_gem_exec_object2 *entry = &eb->exec[i];

		if (copy_from_user(&relocs[n], u64_to_user_ptr(entry->relocs_ptr),
				   array_size(entry->relocation_count, sizeof(*relocs)))) {
			kvfree(relocs);
			return -EFAULT;
		}
		n += entry->relocation_count;
	}

	eb->relocs = relocs;
	return 0;
}

/* They could be read a moment ago; who takes them away now loses only hints. */
static void i915_eb_return_presumed(const struct drm_i915_gem_exec_object2 *entry,
				    const struct drm_i915_gem_relocation_entry *relocs)
{
	struct drm_i915_gem_relocation_entry __user *user = u64_to_user_ptr(entry->relocs_ptr);
	u32 n, count = entry->relocation_count;

	if (!user_write_access_begin(user, array_size(count, sizeof(*user))))
		return;

	for (n = 0; n < count; n++) {
		if (relocs[n].offset == I915_EB_RELOC_WRITTEN)
			unsafe_put_user(relocs[n].presumed_offset, &user[n].presumed_offset, out);
	}
out:
	user_write_access_end();
}

/**
 * i915_eb_return_relocs - tell user space which addresses were written
 * @eb: the execbuffer, its objects not locked
 *
 * Also frees what the relocations needed.
 *
 * Context: process context, may fault.
 */
void i915_eb_return_relocs(struct i915_execbuffer *eb)
{
	size_t first = 0;
	unsigned int i;

	if (!eb->relocs)
		return;

	for (i = 0; i < eb->count; i++) {
		if (eb->exec[i].relocation_count)
			i915_eb_return_presumed(&eb->exec[i], &eb->relocs[first]);
		first += eb->exec[i].relocation_count;
	}

	kvfree(eb->handle_hash);
	kvfree(eb->relocs);
	eb->relocs = NULL;
}

static int i915_eb_hash_handles(struct i915_execbuffer *eb)
{
	unsigned int bits = ilog2(eb->count) + 2;
	u32 mask = BIT(bits) - 1;
	unsigned int i;
	u32 *table;

	table = kvmalloc_array(BIT(bits), sizeof(*table), GFP_KERNEL | __GFP_NOWARN);
	if (!table)
		return -ENOMEM;
	memset32(table, I915_EB_HASH_EMPTY, BIT(bits));

	for (i = 0; i < eb->count; i++) {
		u32 slot = hash_32(eb->exec[i].handle, bits);

		while (table[slot] != I915_EB_HASH_EMPTY)
			slot = (slot + 1) & mask;
		table[slot] = i;
	}

	eb->handle_hash = table;
	eb->handle_bits = bits;
	return 0;
}

static struct i915_eb_vma *i915_eb_find_hashed(struct i915_execbuffer *eb, u32 handle)
{
	u32 mask = BIT(eb->handle_bits) - 1;
	u32 slot = hash_32(handle, eb->handle_bits);

	for (; eb->handle_hash[slot] != I915_EB_HASH_EMPTY; slot = (slot + 1) & mask) {
		u32 i = eb->handle_hash[slot];

		if (eb->exec[i].handle == handle)
			return &eb->ev[i];
	}

	return NULL;
}

static struct i915_eb_vma *i915_eb_find(struct i915_execbuffer *eb, u32 handle)
{
	unsigned int i;

	if (eb->args->flags & I915_EXEC_HANDLE_LUT)
		return handle < eb->count ? &eb->ev[handle] : NULL;
	if (eb->handle_hash)
		return i915_eb_find_hashed(eb, handle);

	for (i = 0; i < eb->count; i++) {
		if (eb->exec[i].handle == handle)
			return &eb->ev[i];
	}

	return NULL;
}

static int i915_eb_check_domains(struct i915_execbuffer *eb,
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

/* The object whose relocations are under way */
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

static int i915_eb_wait_object(struct drm_i915_gem_object *obj)
{
	long left;

	if (i915_eb_is_alone(obj))
		return 0;

	left = i915_gem_object_wait(obj, true, true, MAX_SCHEDULE_TIMEOUT);

	return left < 0 ? left : 0;
}

static int i915_eb_relocate_one(struct i915_execbuffer *eb, struct i915_eb_place *place,
				struct drm_i915_gem_relocation_entry *reloc)
{
	struct i915_eb_vma *target = i915_eb_find(eb, reloc->target_handle);
	u64 address;
	int ret;

	if (!target) {
		drm_dbg(&eb->i915->drm, "target_handle %u: not in the list\n",
			reloc->target_handle);
		return -ENOENT;
	}

	ret = i915_eb_check_domains(eb, reloc);
	if (ret)
		return ret;
	if (reloc->write_domain)
		target->flags |= EXEC_OBJECT_WRITE;

	address = i915_canonical_address(i915_vma_offset(target->vma));
	if (address == reloc->presumed_offset)
		return 0;

	ret = i915_eb_check_place(eb, place->obj, reloc->offset);
	if (ret)
		return ret;

	if (!place->idle) {
		ret = i915_eb_wait_object(place->obj);
		if (ret)
			return ret;
		place->idle = true;
	}

	ret = i915_eb_write(place, reloc->offset, address + reloc->delta);
	if (ret)
		return ret;

	reloc->presumed_offset = address;
	reloc->offset = I915_EB_RELOC_WRITTEN;
	return 0;
}

static int i915_eb_relocate_entry(struct i915_execbuffer *eb, unsigned int i, size_t first)
{
	struct drm_i915_gem_relocation_entry *reloc = &eb->relocs[first];
	struct i915_eb_place place = { .obj = eb->ev[i].obj, .page = ULONG_MAX };
	u32 left = eb->exec[i].relocation_count;
	int ret = 0;

	for (; left && !ret; left--)
		ret = i915_eb_relocate_one(eb, &place, reloc++);

	return ret;
}

/**
 * i915_eb_relocate - write the addresses that user space presumed wrong
 * @eb: the execbuffer: objects locked and bound, relocations read
 *
 * Context: process context; waits interruptibly until the GPU has finished with
 * an object that is to be written.
 * Return: 0; -ENOENT for a target that is not in the list, -EINVAL for offset or
 * domains, -ERESTARTSYS, -ENOMEM.
 */
int i915_eb_relocate(struct i915_execbuffer *eb)
{
	size_t first = 0;
	unsigned int i;
	int ret = 0;

	if (!eb->handle_hash && eb->count > I915_EB_SEARCH_LIMIT &&
	    !(eb->args->flags & I915_EXEC_HANDLE_LUT)) {
		ret = i915_eb_hash_handles(eb);
		if (ret)
			return ret;
	}

	/* Later entries may refer to earlier ones and the other way round; all have addresses. */
	for (i = 0; i < eb->count && !ret; i++) {
		ret = i915_eb_relocate_entry(eb, i, first);
		first += eb->exec[i].relocation_count;
	}

	return ret;
}
