// SPDX-License-Identifier: MIT

#include <linux/dma-resv.h>
#include <linux/error-injection.h>
#include <linux/sizes.h>
#include <linux/slab.h>
#include <linux/wait_bit.h>

#include <drm/drm_print.h>

#include <kunit/visibility.h>

#include "diag/i915_audit.h"
#include "i915_drv.h"
#include "mem/i915_gem_object.h"
#include "vm/i915_vm.h"
#include "vm/i915_vma.h"

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

/* Kernel-placed VMAs stay off the first addresses: relocations have negative deltas. */
#define I915_VM_BIAS	SZ_256K
/* State base addresses plus 4 GiB wrap in the last page of the 32-bit zone. */
#define I915_LOW_END	(SZ_4G - SZ_4K)

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

/* For callers that keep the VMA otherwise, by vm->lock. */
static struct i915_vma *i915_vma_lookup(struct drm_i915_gem_object *obj,
					const struct i915_address_space *vm)
{
	struct i915_vma *vma;

	spin_lock(&obj->vma_lock);
	vma = i915_vma_find(obj, vm);
	spin_unlock(&obj->vma_lock);

	return vma;
}

static struct i915_vma *i915_vma_find_and_mark(struct drm_i915_gem_object *obj,
					       const struct i915_address_space *vm)
{
	struct i915_vma *vma = i915_vma_find(obj, vm);

	if (vma) {
		atomic_inc(&vma->active);
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
	if (!other)
		i915_vma_insert(vma);
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
	int old = atomic_read(&vma->active);

	do {
		if (unlikely(old == (I915_VMA_CLOSED | 1))) {
			struct drm_i915_private *i915 = vma->vm->i915;

			i915_gem_object_get(vma->obj);
			if (llist_add(&vma->retire_link, &i915->ggtt.closed))
				queue_work(i915->wq, &i915->ggtt.closed_work);
			return;
		}
	} while (!atomic_try_cmpxchg(&vma->active, &old, old - 1));

	/* The address is only a key by now. */
	if (old == 1)
		wake_up_var(&vma->active);
}
EXPORT_SYMBOL_IF_KUNIT(i915_vma_put_active);

/**
 * i915_vma_fits - is a VMA bound where it is wanted?
 * @vma: the VMA; the caller holds a mark
 * @where: where it is wanted
 *
 * Context: any, no lock needed.
 * Return: true if it is bound and its address satisfies @where.
 */
bool i915_vma_fits(const struct i915_vma *vma, const struct i915_vma_placement *where)
{
	/* Pairs with i915_vma_bind(). */
	if (!smp_load_acquire(&vma->bound))
		return false;

	if (where->exact && vma->node.start != where->offset)
		return false;

	if (where->align && !IS_ALIGNED(vma->node.start, where->align))
		return false;

	if (where->low && vma->node.start + vma->node.size > I915_LOW_END)
		return false;

	return vma->node.size >= where->size;
}
EXPORT_SYMBOL_IF_KUNIT(i915_vma_fits);

static int i915_vma_place_exact(struct i915_vma *vma, const struct i915_vma_placement *where,
				u64 size, u64 end)
{
	struct i915_address_space *vm = vma->vm;
	int ret;

	if (!IS_ALIGNED(where->offset, max_t(u64, where->align, SZ_4K)) ||
	    size > end || where->offset > end - size)
		return -EINVAL;

	vma->node.start = where->offset;
	vma->node.size = size;
	ret = drm_mm_reserve_node(&vm->mm, &vma->node);
	if (ret != -ENOSPC)
		return ret;

	ret = i915_vm_evict_range(vm, where->offset, size, vma);
	if (ret)
		return ret;

	return drm_mm_reserve_node(&vm->mm, &vma->node);
}

static bool i915_vma_place_preferred(struct i915_vma *vma, const struct i915_vma_placement *where,
				     u64 size, u64 end)
{
	if (!IS_ALIGNED(where->offset, max_t(u64, where->align, SZ_4K)) ||
	    size > end || where->offset > end - size)
		return false;

	vma->node.start = where->offset;
	vma->node.size = size;

	return !drm_mm_reserve_node(&vma->vm->mm, &vma->node);
}

static int i915_vma_place_anywhere(struct i915_vma *vma, const struct i915_vma_placement *where,
				   u64 size, u64 end)
{
	struct i915_address_space *vm = vma->vm;
	u64 start = vm->total > SZ_4G ? I915_VM_BIAS : 0;
	int ret;

	if (size > end - start)
		return -ENOSPC;

	ret = drm_mm_insert_node_in_range(&vm->mm, &vma->node, size, where->align, 0, start, end,
					  DRM_MM_INSERT_BEST);
	if (ret != -ENOSPC)
		return ret;

	ret = i915_vm_evict_something(vm, size, where->align, start, end, where->low);
	if (ret)
		return ret;

	return drm_mm_insert_node_in_range(&vm->mm, &vma->node, size, where->align, 0, start, end,
					   DRM_MM_INSERT_EVICT);
}

static int i915_vma_place(struct i915_vma *vma, const struct i915_vma_placement *where)
{
	u64 size = max_t(u64, where->size, vma->obj->base.size);
	u64 end = vma->vm->total;

	if (!IS_ALIGNED(size, SZ_4K) || (where->align && !is_power_of_2(where->align)))
		return -EINVAL;

	if (where->low)
		end = min_t(u64, end, I915_LOW_END);

	if (where->exact)
		return i915_vma_place_exact(vma, where, size, end);

	if (where->prefer && i915_vma_place_preferred(vma, where, size, end))
		return 0;

	return i915_vma_place_anywhere(vma, where, size, end);
}

/*
 * Marked by at most @marks: not bound from here on for whoever marks it next.
 * Return: false if there are more.
 */
static bool i915_vma_begin_unbind(struct i915_vma *vma, int marks)
{
	struct drm_i915_gem_object *obj = vma->obj;
	bool idle;

	spin_lock(&obj->vma_lock);
	idle = (atomic_read(&vma->active) & ~I915_VMA_CLOSED) <= marks;
	if (idle)
		WRITE_ONCE(vma->bound, false);
	spin_unlock(&obj->vma_lock);

	return idle;
}

/* The one way to unbind. @marks: marks of the caller's own. */
static int i915_vma_do_unbind(struct i915_vma *vma, int marks)
{
	struct i915_address_space *vm = vma->vm;
	struct drm_i915_gem_object *obj = vma->obj;

	lockdep_assert_held(&vm->lock);

	if (!vma->bound)
		return 0;

	if (!i915_vma_begin_unbind(vma, marks))
		return -EBUSY;

	vm->ops->unbind(vm, vma);
	drm_mm_remove_node(&vma->node);
	list_move_tail(&vma->vm_link, &vm->unbound_list);

	WRITE_ONCE(obj->tlb_stale, true);
	atomic_dec(&obj->bind_count);
	i915_gem_object_unpin_pages(obj);
	i915_audit_dec(I915_AUDIT_VMA_BOUND);

	return 0;
}

/**
 * __i915_vma_unbind_no_wait - unbind a VMA that is certainly idle
 * @vma: the VMA
 *
 * All of i915_vma_unbind() but the wait. May be made to fail by the kernel's
 * function error injection (fail_function).
 *
 * Context: vm->lock held.
 * Return: 0; -EBUSY: it is active.
 */
noinline int __i915_vma_unbind_no_wait(struct i915_vma *vma)
{
	return i915_vma_do_unbind(vma, 0);
}
EXPORT_SYMBOL_IF_KUNIT(__i915_vma_unbind_no_wait);
ALLOW_ERROR_INJECTION(__i915_vma_unbind_no_wait, ERRNO);

static bool i915_vma_busy(struct drm_i915_gem_object *obj, struct i915_address_space *vm)
{
	struct i915_vma *vma;
	bool busy;

	spin_lock(&obj->vma_lock);
	vma = i915_vma_find(obj, vm);
	busy = vma && i915_vma_is_active(vma);
	spin_unlock(&obj->vma_lock);

	return busy;
}

/**
 * i915_vma_unbind - wait until a VMA is idle and unbind it
 * @vma: the VMA; the caller holds references of its object and VM
 *
 * Context: process context; neither the object nor the VM locked.
 * Return: 0 or -ERESTARTSYS.
 */
int i915_vma_unbind(struct i915_vma *vma)
{
	struct drm_i915_gem_object *obj = vma->obj;
	struct i915_address_space *vm = vma->vm;
	void *key = &vma->active;
	long wait;
	int ret;

	do {
		/* The fences first: asking for them makes the GPU report completion. */
		wait = i915_gem_object_wait(obj, true, true, MAX_SCHEDULE_TIMEOUT);
		if (wait < 0)
			return wait;

		ret = wait_var_event_interruptible(key, !i915_vma_busy(obj, vm));
		if (ret)
			return ret;

		/* It may have been closed meanwhile. */
		mutex_lock(&vm->lock);
		vma = i915_vma_lookup(obj, vm);
		ret = vma ? i915_vma_do_unbind(vma, 0) : 0;
		mutex_unlock(&vm->lock);
	} while (ret == -EBUSY);

	return ret;
}
EXPORT_SYMBOL_IF_KUNIT(i915_vma_unbind);

static int i915_vma_bind_locked(struct i915_vma *vma, const struct i915_vma_placement *where)
{
	struct i915_address_space *vm = vma->vm;
	int ret;

	/* Bound elsewhere: move it, unless somebody else counts on it. */
	ret = i915_vma_do_unbind(vma, 1);
	if (ret)
		return ret;

	ret = i915_vma_place(vma, where);
	if (ret)
		return ret;

	ret = vm->ops->bind(vm, vma);
	if (ret) {
		drm_mm_remove_node(&vma->node);
		return ret;
	}

	list_move_tail(&vma->vm_link, &vm->bound_list);
	atomic_inc(&vma->obj->bind_count);
	i915_audit_inc(I915_AUDIT_VMA_BOUND);

	/* PTEs and address are there for whoever sees this, see i915_vma_fits(). */
	smp_store_release(&vma->bound, true);

	return 0;
}

/**
 * i915_vma_bind - give a VMA an address and PTEs
 * @vma: the VMA; the caller holds a mark
 * @where: where it is wanted
 *
 * Nothing happens if it is bound and fits. If it is bound elsewhere it is
 * moved, provided the caller's is the only mark. Idle VMAs in the way are
 * evicted.
 *
 * Context: object locked; takes vm->lock, may sleep; does not wait for the GPU.
 * Return: 0; -ENOSPC: no room without waiting; -EINVAL: no such address;
 * -EBUSY: this VMA, or one at the exact address, is active; -ENOMEM; -EFAULT:
 * the object was purged.
 */
int i915_vma_bind(struct i915_vma *vma, const struct i915_vma_placement *where)
{
	struct i915_address_space *vm = vma->vm;
	int ret;

	if (i915_vma_fits(vma, where))
		return 0;

	/* The pin of the bound VMA; before vm->lock, for it may take long. */
	ret = i915_gem_object_pin_pages(vma->obj);
	if (ret)
		return ret;

	mutex_lock(&vm->lock);
	ret = i915_vma_bind_locked(vma, where);
	mutex_unlock(&vm->lock);

	if (ret)
		i915_gem_object_unpin_pages(vma->obj);

	return ret;
}
EXPORT_SYMBOL_IF_KUNIT(i915_vma_bind);

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

/* A reference of the VM of the next VMA of the object after @last, in the order of the tree */
static struct i915_address_space *i915_vma_next_vm(struct drm_i915_gem_object *obj,
						   const struct i915_address_space *last)
{
	struct i915_address_space *vm = NULL;
	struct rb_node *rb;

	spin_lock(&obj->vma_lock);
	rb = obj->vmas.rb_node;
	while (rb) {
		struct i915_address_space *here = rb_entry(rb, struct i915_vma, obj_node)->vm;

		if (here > last) {
			vm = here;
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

static void i915_vma_unbind_in(struct drm_i915_gem_object *obj, struct i915_address_space *vm)
{
	struct i915_vma *vma = i915_vma_lookup(obj, vm);

	/* An active one, or one whose unbind fails, shows in bind_count. */
	if (vma && __i915_vma_unbind_no_wait(vma))
		drm_dbg(&vm->i915->drm, "a VMA stays bound\n");
}

/**
 * i915_vma_unbind_object - unbind every idle VMA of an object
 * @obj: the object; the caller holds a reference
 *
 * Context: process context, may sleep; no VM locked.
 * Return: VMAs still bound.
 */
unsigned int i915_vma_unbind_object(struct drm_i915_gem_object *obj)
{
	struct i915_address_space *vm = NULL, *last;

	do {
		last = vm;
		vm = i915_vma_next_vm(obj, last);
		if (last)
			i915_vm_put(last);
		if (!vm)
			break;

		mutex_lock(&vm->lock);
		i915_vma_unbind_in(obj, vm);
		mutex_unlock(&vm->lock);
	} while (true);

	return atomic_read(&obj->bind_count);
}
EXPORT_SYMBOL_IF_KUNIT(i915_vma_unbind_object);

/**
 * i915_vma_try_unbind_object - the same where locks must not be waited for
 * @obj: the object; the caller holds a reference
 *
 * Context: memory reclaim; vm->lock is only tried.
 * Return: VMAs still bound.
 */
unsigned int i915_vma_try_unbind_object(struct drm_i915_gem_object *obj)
{
	struct i915_address_space *vm = NULL, *last;

	do {
		last = vm;
		vm = i915_vma_next_vm(obj, last);
		if (last)
			i915_vm_put(last);
		if (!vm || !mutex_trylock(&vm->lock))
			break;

		i915_vma_unbind_in(obj, vm);
		mutex_unlock(&vm->lock);
	} while (true);

	if (vm)
		i915_vm_put(vm);

	return atomic_read(&obj->bind_count);
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
