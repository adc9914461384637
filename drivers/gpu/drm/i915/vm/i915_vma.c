// SPDX-License-Identifier: MIT

#include <linux/slab.h>
#include <linux/wait_bit.h>

#include <drm/drm_print.h>

#include <kunit/visibility.h>

#include "diag/i915_audit.h"
#include "i915_drv.h"
#include "mem/i915_gem_object.h"
#include "vm/i915_vm.h"
#include "vm/i915_vma.h"
#include "vm/i915_vma_internal.h"

/**
 * DOC: Life of a VMA
 *
 * A VMA is one object in one address space (VM). It holds a reference of the
 * memory of its VM and none of its object, and it is destroyed by whichever
 * comes first: the end of the VM's last user (i915_vm_clean()), the end of the
 * object (i915_vma_release_object()), or the file letting go of its handle
 * (i915_vma_close()). Five parties meet here, so this is why none of them ever
 * touches freed memory.
 *
 * A VMA is reachable by two ways: through its VM's lists, under vm->lock, and
 * through its object's tree, under obj->vma_lock. i915_vma_destroy() takes it
 * off both, holding vm->lock throughout, and only while it has no active mark,
 * which it checks under obj->vma_lock. Hence:
 *
 * 1. Who holds vm->lock and found the VMA on a list of the VM, or in the tree of
 *    an object that is alive, keeps it until the lock is dropped.
 * 2. Who holds an active mark keeps it, bound and in its place: marks leave zero
 *    under obj->vma_lock only, and unbinding checks for zero under the same lock
 *    before it changes anything. Marked after that check means to find the VMA
 *    not bound, and to wait for vm->lock in i915_vma_bind().
 *
 * Object and VMA: the object's end destroys its VMAs before its memory goes.
 * Each needs the vm->lock of its VM, so the object outlives whoever met one of
 * its VMAs under (1). A mark implies a reference of the object, so (2) never
 * meets the object's end. To lock the VM of a VMA found in the tree, a
 * reference of the VM is taken under obj->vma_lock, where the VMA holds one;
 * with vm->lock taken the VMA is looked up again, for it may be gone.
 *
 * VM and VMA: the VMA's reference is dropped last, by a caller that has
 * another: vm->lock is never freed while held.
 *
 * Retire against close: both run at any time, retire also in hard interrupt.
 * The count of marks and the bit I915_VMA_CLOSED share one atomic. Close sets
 * the bit only on top of a mark. Who drops the last mark and sees the bit in
 * the same atomic operation does not drop it after all: it hands the mark, with
 * a reference of the object, to i915_ggtt.closed_work, which destroys the VMA
 * under vm->lock like everybody else. So a closed VMA is never idle and never
 * touched after its last mark is gone. A later execbuf through another handle
 * clears the bit, and the worker then merely drops its mark.
 *
 * The shrinker comes with locks it must not wait for: it only tries object
 * lock and vm->lock, and unbinds, but never destroys.
 *
 * Costs: trees per object are searched by VM, so that sharing one object among
 * 100,000 VMs, or 100,000 objects in one VM, stays O(log n) for each of them.
 */

static struct kmem_cache *i915_vma_slab;

/**
 * i915_vma_slab_init - make the slab of VMAs
 *
 * Return: 0 or -ENOMEM.
 */
int i915_vma_slab_init(void)
{
	i915_vma_slab = KMEM_CACHE(i915_vma, SLAB_HWCACHE_ALIGN);

	return i915_vma_slab ? 0 : -ENOMEM;
}

/**
 * i915_vma_slab_exit - destroy the slab; no VMA may be left
 */
void i915_vma_slab_exit(void)
{
	kmem_cache_destroy(i915_vma_slab);
	i915_vma_slab = NULL;
}

static struct i915_vma *i915_vma_find(struct drm_i915_gem_object *obj,
				      const struct i915_address_space *vm)
{
	struct rb_node *rb = obj->vmas.rb_node;

	lockdep_assert_held(&obj->vma_lock);

	while (rb) {
		struct i915_vma *vma = rb_entry(rb, struct i915_vma, obj_node);

		if (vma->vm == vm)
			return vma;

		rb = vm < vma->vm ? rb->rb_left : rb->rb_right;
	}

	return NULL;
}

/**
 * i915_vma_lookup - the VMA of an object in a VM
 * @obj: the object
 * @vm: the address space
 *
 * Context: vm->lock held, which keeps the VMA.
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
 * i915_vma_busy - is there a marked VMA of an object in a VM?
 * @obj: the object; the caller holds a reference
 * @vm: the address space; the caller holds a reference
 *
 * Context: any but interrupt.
 * Return: true if there is.
 */
bool i915_vma_busy(struct drm_i915_gem_object *obj, struct i915_address_space *vm)
{
	struct i915_vma *vma;
	bool busy;

	spin_lock(&obj->vma_lock);
	vma = i915_vma_find(obj, vm);
	busy = vma && i915_vma_is_active(vma);
	spin_unlock(&obj->vma_lock);

	return busy;
}

static struct i915_vma *i915_vma_find_and_mark(struct drm_i915_gem_object *obj,
					       const struct i915_address_space *vm)
{
	struct i915_vma *vma = i915_vma_find(obj, vm);

	if (vma) {
		i915_vma_mark_active(vma);
		/* Used through another handle: it stays. */
		if (unlikely(atomic_read(&vma->active) & I915_VMA_CLOSED))
			atomic_andnot(I915_VMA_CLOSED, &vma->active);
	}

	return vma;
}

static void i915_vma_insert(struct i915_vma *vma)
{
	struct rb_node **link = &vma->obj->vmas.rb_node, *parent = NULL;

	while (*link) {
		parent = *link;
		link = vma->vm < rb_entry(parent, struct i915_vma, obj_node)->vm ?
		       &parent->rb_left : &parent->rb_right;
	}
	rb_link_node(&vma->obj_node, parent, link);
	rb_insert_color(&vma->obj_node, &vma->obj->vmas);
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
	atomic_set(&vma->active, 1);

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
 * i915_vma_get_active - find or make the VMA of an object in a VM, and mark it
 * @obj: the object; the caller holds a reference until i915_vma_put_active()
 * @vm: the address space; the caller is a user, or speaks for one
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
 * @vma: the VMA; do not touch it afterwards
 *
 * Wakes i915_vma_unbind(). The last mark of a closed VMA goes to the worker
 * that destroys it.
 *
 * Context: any, also hard interrupt. The caller still holds its reference of
 * the object.
 */
void i915_vma_put_active(struct i915_vma *vma)
{
	struct drm_i915_gem_object *obj = vma->obj;
	int old = atomic_read(&vma->active);

	do {
		if (unlikely(old == (I915_VMA_CLOSED | 1))) {
			struct drm_i915_private *i915 = vma->vm->i915;

			i915_gem_object_get(obj);
			if (llist_add(&vma->retire_link, &i915->ggtt.closed))
				queue_work(i915->wq, &i915->ggtt.closed_work);
			return;
		}
	} while (!atomic_try_cmpxchg(&vma->active, &old, old - 1));

	/* After a full barrier; pairs with i915_gem_object_is_idle(). */
	atomic_dec(&obj->in_use);
	/* The address is only a key by now. */
	if (old == 1)
		wake_up_var(&vma->active);
}
EXPORT_SYMBOL_IF_KUNIT(i915_vma_put_active);

/**
 * i915_vma_destroy - destroy an idle, unbound VMA
 * @vma: the VMA; the caller has another reference of its VM
 *
 * Context: vm->lock held.
 * Return: false if it was marked meanwhile and stays.
 */
bool i915_vma_destroy(struct i915_vma *vma)
{
	struct drm_i915_gem_object *obj = vma->obj;
	struct i915_address_space *vm = vma->vm;
	bool idle;

	lockdep_assert_held(&vm->lock);

	spin_lock(&obj->vma_lock);
	idle = !i915_vma_is_active(vma);
	if (idle)
		rb_erase(&vma->obj_node, &obj->vmas);
	spin_unlock(&obj->vma_lock);
	if (!idle)
		return false;

	/* From here on the object may be freed. */
	list_del(&vma->vm_link);
	kmem_cache_free(i915_vma_slab, vma);
	i915_audit_dec(I915_AUDIT_VMA);
	i915_vm_put(vm);

	return true;
}

static struct i915_address_space *i915_vma_first_vm(struct drm_i915_gem_object *obj)
{
	struct i915_address_space *vm = NULL;
	struct rb_node *rb;

	spin_lock(&obj->vma_lock);
	rb = rb_first(&obj->vmas);
	if (rb)
		vm = i915_vm_get(rb_entry(rb, struct i915_vma, obj_node)->vm);
	spin_unlock(&obj->vma_lock);

	return vm;
}

/**
 * i915_vma_release_object - the object dies: destroy its VMAs in every VM
 * @obj: an object without references
 *
 * This cannot fail, so it does not go through the function whose failure can
 * be injected.
 *
 * Context: process context, may sleep; no VM locked.
 */
void i915_vma_release_object(struct drm_i915_gem_object *obj)
{
	struct i915_address_space *vm;
	struct i915_vma *vma;

	while ((vm = i915_vma_first_vm(obj))) {
		mutex_lock(&vm->lock);
		vma = i915_vma_lookup(obj, vm);
		if (vma) {
			/* A mark comes with a reference of the object, of which none is left. */
			if (drm_WARN_ON(&vm->i915->drm, i915_vma_is_active(vma)))
				atomic_set(&vma->active, 0);
			i915_vma_do_unbind(vma, 0);
			i915_vma_destroy(vma);
		}
		mutex_unlock(&vm->lock);
		i915_vm_put_sync(vm);
	}
}
EXPORT_SYMBOL_IF_KUNIT(i915_vma_release_object);

/* Return: false if there is nothing to destroy now: no VMA, or marked and now closed. */
static bool i915_vma_mark_closed(struct drm_i915_gem_object *obj, struct i915_address_space *vm)
{
	struct i915_vma *vma;
	bool idle = false;
	int old;

	spin_lock(&obj->vma_lock);
	vma = i915_vma_find(obj, vm);
	if (vma) {
		old = atomic_read(&vma->active);
		do {
			idle = !old;
		} while (!idle &&
			 !atomic_try_cmpxchg(&vma->active, &old, old | I915_VMA_CLOSED));
	}
	spin_unlock(&obj->vma_lock);

	return idle;
}

/**
 * i915_vma_close - a file let go of its handle of an object
 * @obj: the object; the caller holds a reference
 * @vm: an address space of the file; the caller keeps it
 *
 * Destroys the VMA at once if it is idle, else when it retires.
 *
 * Context: process context, may sleep; neither the object nor a VM locked.
 */
void i915_vma_close(struct drm_i915_gem_object *obj, struct i915_address_space *vm)
{
	struct i915_vma *vma;

	if (RB_EMPTY_ROOT(&obj->vmas) || !i915_vma_mark_closed(obj, vm))
		return;

	mutex_lock(&vm->lock);
	vma = i915_vma_lookup(obj, vm);
	/* Marked again meanwhile: somebody uses it through another handle. */
	if (vma && !__i915_vma_unbind_no_wait(vma))
		i915_vma_destroy(vma);
	mutex_unlock(&vm->lock);
}
EXPORT_SYMBOL_IF_KUNIT(i915_vma_close);

/* Destroy a closed VMA whose last mark is the caller's, or drop the mark if it is wanted again. */
static void i915_vma_reap(struct i915_vma *vma)
{
	struct drm_i915_gem_object *obj = vma->obj;
	struct i915_address_space *vm = i915_vm_get(vma->vm);
	bool idle;

	mutex_lock(&vm->lock);

	spin_lock(&obj->vma_lock);
	idle = atomic_cmpxchg(&vma->active, I915_VMA_CLOSED | 1, 0) == (I915_VMA_CLOSED | 1);
	spin_unlock(&obj->vma_lock);
	if (idle) {
		atomic_dec(&obj->in_use);
		wake_up_var(&vma->active);
		if (!__i915_vma_unbind_no_wait(vma))
			i915_vma_destroy(vma);
	} else {
		i915_vma_put_active(vma);
	}
	mutex_unlock(&vm->lock);

	i915_gem_object_put(obj);
	i915_vm_put_sync(vm);
}

/**
 * i915_vma_closed_work - destroy VMAs that were closed and have retired
 * @work: i915_ggtt.closed_work
 */
void i915_vma_closed_work(struct work_struct *work)
{
	struct i915_ggtt *ggtt = container_of(work, struct i915_ggtt, closed_work);
	struct i915_vma *vma, *next;

	llist_for_each_entry_safe(vma, next, llist_del_all(&ggtt->closed), retire_link) {
		i915_vma_reap(vma);
		cond_resched();
	}
}

/**
 * i915_vma_print - one VMA in a line about its object
 * @vma: the VMA; nothing is printed if it is not bound
 * @p: where to
 *
 * Context: obj->vma_lock held.
 */
void i915_vma_print(const struct i915_vma *vma, struct drm_printer *p)
{
	lockdep_assert_held(&vma->obj->vma_lock);

	if (!READ_ONCE(vma->bound))
		return;

	drm_printf(p, " (%sgtt offset: %08llx, size: %08llx%s)", vma->vm->is_ggtt ? "g" : "pp",
		   vma->node.start, vma->node.size, i915_vma_is_active(vma) ? ", active" : "");
}
