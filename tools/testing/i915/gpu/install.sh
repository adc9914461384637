#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Put the virtual GPU into an unpacked QEMU 7.2 source tree:
#   install.sh QEMU_SOURCE_DIR
# May be run again at any time: it copies what changed and adds its build
# lines once. Afterwards build as usual, for instance
#   mkdir build && cd build && ../configure --target-list=x86_64-softmmu
#   ninja qemu-system-x86_64 tests/qtest/i915-gt-test
set -eu

here=$(cd "$(dirname "$0")" && pwd)
usage() {
	echo "usage: $0 QEMU_SOURCE_DIR" >&2
	echo "$1" >&2
	exit 2
}
[ $# -eq 1 ] || usage "one argument expected: an unpacked QEMU source tree"
src=$1
[ -f "$src/hw/display/meson.build" ] ||
	usage "$src holds no QEMU source (no hw/display/meson.build)"
[ -f "$src/tests/qtest/meson.build" ] ||
	usage "$src has no tests/qtest: unpack the whole source"

dst=$src/hw/display/i915-gt
mkdir -p "$dst"

# copy only what differs, so that a build after an edit stays short
put() {
	cmp -s "$1" "$2" || cp "$1" "$2"
}
for f in "$here"/gt_*.c "$here"/gt_*.h; do
	put "$f" "$dst/${f##*/}"
done
for f in "$dst"/gt_*.[ch]; do
	[ -f "$here/${f##*/}" ] || rm "$f"
done
tests=
for f in "$here"/i915-gt-*.[ch]; do
	put "$f" "$src/tests/qtest/${f##*/}"
	case $f in
	*/i915-gt-test.c | *.h) ;;
	*) tests="$tests'${f##*/}', " ;;
	esac
done

{
	echo "softmmu_ss.add(when: 'CONFIG_PCI', if_true: files("
	for f in "$here"/gt_*.c; do
		echo "  '${f##*/}',"
	done
	echo "))"
} > "$dst/meson.build.new"
put "$dst/meson.build.new" "$dst/meson.build"
rm "$dst/meson.build.new"

grep -q "subdir('i915-gt')" "$src/hw/display/meson.build" ||
	echo "subdir('i915-gt')" >> "$src/hw/display/meson.build"
meson=$src/tests/qtest/meson.build
sed -e '/i915-gt-test.: files(/d' \
	-e "s/^qtests_i386 = \\\\/qtests_i386 = ['i915-gt-test'] + \\\\/" \
	-e "/^qtests = {/a\\  'i915-gt-test': files(${tests%, })," \
	"$meson" > "$meson.new"
put "$meson.new" "$meson"
rm "$meson.new"
grep -q "'i915-gt-test': files" "$meson" ||
	usage "$src/tests/qtest/meson.build has no qtests_i386 list: QEMU 7.2 expected"
