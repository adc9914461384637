// SPDX-License-Identifier: MIT

#include <linux/slab.h>
#include <linux/wait_bit.h>

#include <drm/drm_print.h>

#include <kunit/visibility.h>

#include "base/i915_audit.h"
#include "base/i915_drv.h"
#include "mem/i915_gem_object.h"
#include "vm/i915_vm.h"
#include "vm/i915_vm_layer.h"
#include "vm/i915_vma.h"

/**
 * DOC: Life of a VMA
 *
 * A VMA is one object in one address space (VM). It holds a reference to the
 * memory of its VM and none to its object, and it is destroyed by whichever comes
 * first: the VM's last user leaves (i915_vm_clean()), the object is freed
 * (i915_vma_release_object()), or the file closes its handle of the object
 * (i915_vma_close_owner()). All three are in i915_vma_end.c. Five parties meet in a
 * VMA; this is why none of them ever touches freed memory.
 *
 * A VMA can be reached in two ways: through its VM's lists, under vm->lock, and
 * through its object's tree, under obj->vma_lock. Destroying it takes it off both,
 * holding vm->lock throughout, and only while it has no mark, which is checked
 * under obj->vma_lock. Hence:
 *
 * 1. A caller that holds vm->lock and found the VMA on one of the VM's lists, or in
 *    the tree of a live object, may use it until it drops the lock.
 * 2. A caller that holds a mark may use the VMA, which stays bound and in place:
 *    marks leave zero only under obj->vma_lock, and unbinding checks for zero
 *    under the same lock before it changes anything. A mark taken after that check
 *    finds the VMA unbound; its holder then blocks on vm->lock in i915_vma_bind().
 *
 * Object and VMA: an object destroys its VMAs before it is freed. Each takes the
 * vm->lock of its VM, so the object outlives a caller that uses one of its VMAs by
 * rule 1. A mark implies a reference to the object, so by rule 2 the object is
 * never being freed. To lock the VM of a VMA found in the tree, a reference to the
 * VM is taken under obj->vma_lock, where the VMA still holds one; once vm->lock is
 * taken, the VMA is looked up again, because it may be gone.
 *
 * VM and VMA: the VMA's reference to the VM is put last, by a caller that holds
 * another one, so vm->lock is never freed while held.
 *
 * Retire against close: both run at any time, retire also in hard interrupts. The
 * marks and the "closed" flag share one atomic, see struct i915_vma_marks.
 * Whoever would drop the last mark of a closed VMA passes that mark, with a
 * reference to the object, to i915_vm_device.closed_work, which destroys the VMA
 * under vm->lock like everybody else. So a closed VMA is never idle, and never
 * touched after its last mark is gone. An execbuf through another handle clears
 * the flag, and the worker then merely drops its mark, unless the VM has no users
 * by then.
 *
 * The shrinker runs in reclaim and must not block on these locks: it trylocks the
 * object and vm->lock, and it unbinds but never destroys.
 *
 * Costs: an object's tree is ordered by the file that owns the VM, and then by VM.
 * So one object shared by 100,000 VMs, or 100,000 objects in one VM, cost O(log n)
 * each, and a file that closes its handle visits its own VMAs of that object only.
 */

static struct kmem_cache *i915_vma_slab;

/**
 * i915_vma_slab_init - create the slab of VMAs
 *
 * Return: 0 or -ENOMEM.
 */
int i915_vma_slab_init(void)
{
	i915_vma_slab = KMEM_CACHE(i915_vma, SLAB_HWCACHE_ALIGN | SLAB_ACCOUNT);

	return i915_vma_slab ? 0 : -ENOMEM;
}

/**
 * i915_vma_slab_exit - destroy the slab of VMAs
 */
void i915_vma_slab_exit(void)
{
	kmem_cache_destroy(i915_vma_slab);
	i915_vma_slab = NULL;
}

/* Order of the tree: by owner, so that the VMs of a file are adjacent, then by VM. */
static int i915_vma_compare(u64 owner, const struct i915_address_space *vm,
			    const struct i915_vma *vma)
{
	if (owner != vma->vm->owner)
		return owner < vma->vm->owner ? -1 : 1;
	if (vm != vma->vm)
		return vm < vma->vm ? -1 : 1;

	return 0;
}

/**
 * i915_vma_find - find the VMA of an object in a VM
 * @obj: the object
 * @vm: the address space
 *
 * Context: obj->vma_lock held.
 * Return: the VMA or NULL.
 */
struct i915_vma *i915_vma_find(struct drm_i915_gem_object *obj,
			       const struct i915_address_space *vm)
{
	struct rb_node *rb = obj->vmas.rb_node;

	lockdep_assert_held(&obj->vma_lock);

	while (rb) {
		struct i915_vma *vma = rb_entry(rb, struct i915_vma, obj_node);

		if (vma->vm == vm)
			return vma;

		rb = i915_vma_compare(vm->owner, vm, vma) < 0 ? rb->rb_left : rb->rb_right;
	}

	return NULL;
}

/**
 * i915_vma_lookup - find the VMA of an object in a locked VM
 * @obj: the object
 * @vm: the address space
 *
 * Context: vm->lock held, which keeps the VMA; takes obj->vma_lock.
 * Return: the VMA or NULL.
 */
struct i915_vma *i915_vma_lookup(struct drm_i915_gem_object *obj,
				 const struct i915_address_space *vm)
{
	struct i915_vma *vma;

	spin_lock(&obj->vma_lock);
	vma = i915_vma_find(obj, vm);
	spin_unlock(&obj->vma_lock);

	return vma;
}

/**
 * i915_vma_next_vm - walk the address spaces that an object has VMAs in
 * @obj: the object
 * @owner: i915_address_space.owner to begin with, or that of @last
 * @last: the address space found before, or NULL
 *
 * Finds the next address space in the order of the tree, even if the VMA in @last
 * has been destroyed. Those of one owner are adjacent.
 *
 * Context: any but interrupt.
 * Return: the address space, referenced, or NULL at the end.
 */
struct i915_address_space *i915_vma_next_vm(struct drm_i915_gem_object *obj, u64 owner,
					    const struct i915_address_space *last)
{
	struct i915_address_space *vm = NULL;
	struct rb_node *rb;

	spin_lock(&obj->vma_lock);
	rb = obj->vmas.rb_node;
	while (rb) {
		struct i915_vma *vma = rb_entry(rb, struct i915_vma, obj_node);

		if (i915_vma_compare(owner, last, vma) < 0) {
			vm = vma->vm;
			rb = rb->rb_left;
		} else {
			rb = rb->rb_right;
		}
	}
	if (vm)
		i915_vm_get(vm);
	spin_unlock(&obj->vma_lock);

	return vm;
}

static struct i915_vma *i915_vma_find_and_mark(struct drm_i915_gem_object *obj,
					       const struct i915_address_space *vm)
{
	struct i915_vma *vma = i915_vma_find(obj, vm);

	if (vma) {
		i915_vma_marks_take(&vma->marks);
		atomic_inc(&obj->in_use);
	}

	return vma;
}

static void i915_vma_insert(struct i915_vma *vma)
{
	struct rb_node **link = &vma->obj->vmas.rb_node, *parent = NULL;

	while (*link) {
		parent = *link;
		link = i915_vma_compare(vma->vm->owner, vma->vm,
					rb_entry(parent, struct i915_vma, obj_node)) < 0 ?
		       &parent->rb_left : &parent->rb_right;
	}
	rb_link_node(&vma->obj_node, parent, link);
	rb_insert_color(&vma->obj_node, &vma->obj->vmas);
}

/**
 * i915_vma_free - free a VMA that nobody can reach any more
 * @vma: the VMA, off all lists; the caller takes over its reference to the VM
 *
 * Context: any.
 */
void i915_vma_free(struct i915_vma *vma)
{
	kmem_cache_free(i915_vma_slab, vma);
	i915_audit_dec(I915_AUDIT_VMA);
}

static struct i915_vma *i915_vma_create_active(struct drm_i915_gem_object *obj,
					       struct i915_address_space *vm)
{
	struct i915_vma *vma, *other;

	vma = kmem_cache_zalloc(i915_vma_slab, GFP_KERNEL);
	if (!vma)
		return ERR_PTR(-ENOMEM);

	vma->vm = i915_vm_get(vm);
	vma->obj = obj;
	i915_vma_marks_take(&vma->marks);

	mutex_lock(&vm->lock);
	spin_lock(&obj->vma_lock);
	other = i915_vma_find_and_mark(obj, vm);
	if (!other) {
		i915_vma_insert(vma);
		atomic_inc(&obj->in_use);
	}
	spin_unlock(&obj->vma_lock);
	if (!other)
		list_add_tail(&vma->vm_link, &vm->unbound_list);
	mutex_unlock(&vm->lock);

	if (other) {
		/* Never the last reference: the caller has one too. */
		i915_vm_put(vm);
		kmem_cache_free(i915_vma_slab, vma);
		return other;
	}

	i915_audit_inc(I915_AUDIT_VMA);

	return vma;
}

/**
 * i915_vma_get_active - find or create the VMA of an object in a VM, and mark it
 * @obj: the object; the caller holds a reference until i915_vma_put_active()
 * @vm: the address space; the caller is a user, or acts for one
 *
 * The mark keeps the VMA from being unbound or freed.
 *
 * Context: process context, may sleep; vm->lock not held.
 * Return: the VMA or ERR_PTR(-ENOMEM).
 */
struct i915_vma *i915_vma_get_active(struct drm_i915_gem_object *obj,
				     struct i915_address_space *vm)
{
	struct i915_vma *vma;

	spin_lock(&obj->vma_lock);
	vma = i915_vma_find_and_mark(obj, vm);
	spin_unlock(&obj->vma_lock);

	return vma ?: i915_vma_create_active(obj, vm);
}
EXPORT_SYMBOL_IF_KUNIT(i915_vma_get_active);

/**
 * i915_vma_put_active - drop a mark
 * @vma: the VMA; must not be touched afterwards
 *
 * Wakes i915_vma_unbind(). The last mark of a closed VMA is passed to the worker
 * that destroys the VMA.
 *
 * Context: any, including hard interrupts. The caller still holds its reference to
 * the object.
 */
void i915_vma_put_active(struct i915_vma *vma)
{
	struct drm_i915_gem_object *obj = vma->obj;
	enum i915_vma_dropped left = i915_vma_marks_drop(&vma->marks);

	if (unlikely(left == I915_VMA_ENDS)) {
		struct drm_i915_private *i915 = vma->vm->i915;

		i915_gem_object_get(obj);
		if (llist_add(&vma->retire_link, &to_vm_device(i915)->closed))
			queue_work(i915->wq, &to_vm_device(i915)->closed_work);
		return;
	}

	/* After a full barrier; pairs with i915_gem_object_is_idle(). */
	atomic_dec(&obj->in_use);
	/* The VMA may be freed by now; its address is only a key. */
	if (left == I915_VMA_IDLE)
		wake_up_var(&vma->marks);
}
EXPORT_SYMBOL_IF_KUNIT(i915_vma_put_active);

/**
 * i915_vma_print - print a VMA in the line about its object
 * @vma: the VMA; nothing is printed if it is not bound
 * @p: the printer
 *
 * Context: obj->vma_lock held.
 */
void i915_vma_print(const struct i915_vma *vma, struct drm_printer *p)
{
	lockdep_assert_held(&vma->obj->vma_lock);

	if (!READ_ONCE(vma->bound))
		return;

	drm_printf(p, " (ppgtt offset: %08llx, size: %08llx%s)", vma->node.start, vma->node.size,
		   i915_vma_is_active(vma) ? ", active" : "");
}
