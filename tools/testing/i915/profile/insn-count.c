// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * QEMU TCG plugin: how often each instruction of the guest's kernel ran in a
 * measured section.
 *
 * A program in the guest tells us about sections by executing instructions
 * that do nothing, "nopl CODE(%rax)" with CODE = 0x69390000 + n:
 *
 *   n 0..15   next hexadecimal digit of the section's number
 *   n 16      the section with this number begins: all counts are zero from
 *             here; one that was open and has not ended is forgotten
 *   n 17      it ends: the counts are appended to the file
 *
 * Every instruction has an inline counter, added to just before it runs, so
 * the counts are exact: an instruction that is left in the middle of a block
 * by a fault or an I/O access is neither lost nor counted twice. Counters go
 * by virtual address, for addresses of the kernel's half; user space has one
 * counter for all of it. Made for one vCPU. Nothing here is visible to the
 * guest, its instruction count (-icount) included.
 *
 * File: records of little-endian 64-bit words, one record a section:
 *   0x4e53434e53493931, number, user-space instructions, n, then n pairs
 *   (address, count).
 *
 * -plugin insn-count.so,out=FILE
 */
#include <glib.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <qemu-plugin.h>

#define RECORD          0x4e53434e53493931ull
#define CODE            0x69390000u
#define CODE_BEGIN      16u
#define CODE_END        17u
#define CHUNK           4096u

QEMU_PLUGIN_EXPORT int qemu_plugin_version = QEMU_PLUGIN_VERSION;

/*
 * Translated code holds the addresses of counters, so they never move: they
 * come in chunks.
 */
typedef struct {
    uint64_t pc[CHUNK];
    uint64_t count[CHUNK];
    unsigned used;
} Chunk;

static GPtrArray *chunks;
static GHashTable *by_pc;       /* address of a Chunk's pc -> its counter */
static uint64_t user_count;
static uint64_t number;         /* of the section to come, so far */
static uint64_t section;        /* number of the one that is open */
static FILE *out;
static GMutex lock;

static uint64_t *counter_of(uint64_t pc)
{
    Chunk *chunk;
    uint64_t *count;

    if (!(pc >> 63)) {
        return &user_count;
    }
    count = g_hash_table_lookup(by_pc, &pc);
    if (count) {
        return count;
    }
    chunk = chunks->len ? g_ptr_array_index(chunks, chunks->len - 1) : NULL;
    if (!chunk || chunk->used == CHUNK) {
        chunk = g_new0(Chunk, 1);
        g_ptr_array_add(chunks, chunk);
    }
    chunk->pc[chunk->used] = pc;
    count = &chunk->count[chunk->used];
    g_hash_table_insert(by_pc, &chunk->pc[chunk->used], count);
    chunk->used++;

    return count;
}

static void section_begin(void)
{
    for (unsigned i = 0; i < chunks->len; i++) {
        Chunk *chunk = g_ptr_array_index(chunks, i);

        memset(chunk->count, 0, sizeof(chunk->count));
    }
    user_count = 0;
    section = number;
    number = 0;
}

static void put(uint64_t word)
{
    word = GUINT64_TO_LE(word);
    fwrite(&word, sizeof(word), 1, out);
}

static void section_end(void)
{
    uint64_t n = 0;

    for (int pass = 0; pass < 2; pass++) {
        if (pass) {
            put(RECORD);
            put(section);
            put(user_count);
            put(n);
        }
        for (unsigned i = 0; i < chunks->len; i++) {
            Chunk *chunk = g_ptr_array_index(chunks, i);

            for (unsigned c = 0; c < chunk->used; c++) {
                if (chunk->count[c] && pass) {
                    put(chunk->pc[c]);
                    put(chunk->count[c]);
                }
                n += chunk->count[c] != 0;
            }
        }
    }
    fflush(out);
}

static void marker(unsigned vcpu, void *data)
{
    unsigned n = GPOINTER_TO_UINT(data);

    g_mutex_lock(&lock);
    if (n < CODE_BEGIN) {
        number = number << 4 | n;
    } else if (n == CODE_BEGIN) {
        section_begin();
    } else {
        section_end();
    }
    g_mutex_unlock(&lock);
}

/* n of our instruction; false for any other */
static bool is_marker(const struct qemu_plugin_insn *insn, unsigned *n)
{
    const uint8_t *code = qemu_plugin_insn_data(insn);
    uint32_t displacement;

    if (qemu_plugin_insn_size(insn) != 7 || memcmp(code, "\x0f\x1f\x80", 3)) {
        return false;
    }
    memcpy(&displacement, code + 3, sizeof(displacement));
    *n = GUINT32_FROM_LE(displacement) - CODE;

    return *n <= CODE_END;
}

static void translated(qemu_plugin_id_t id, struct qemu_plugin_tb *tb)
{
    size_t count = qemu_plugin_tb_n_insns(tb);

    g_mutex_lock(&lock);
    for (size_t i = 0; i < count; i++) {
        struct qemu_plugin_insn *insn = qemu_plugin_tb_get_insn(tb, i);
        unsigned n;

        qemu_plugin_register_vcpu_insn_exec_inline(insn,
            QEMU_PLUGIN_INLINE_ADD_U64,
            counter_of(qemu_plugin_insn_vaddr(insn)), 1);
        if (is_marker(insn, &n)) {
            qemu_plugin_register_vcpu_insn_exec_cb(insn, marker,
                QEMU_PLUGIN_CB_NO_REGS, GUINT_TO_POINTER(n));
        }
    }
    g_mutex_unlock(&lock);
}

QEMU_PLUGIN_EXPORT int qemu_plugin_install(qemu_plugin_id_t id,
                                           const qemu_info_t *info,
                                           int argc, char **argv)
{
    const char *file = NULL;

    for (int i = 0; i < argc; i++) {
        if (g_str_has_prefix(argv[i], "out=")) {
            file = argv[i] + strlen("out=");
        } else {
            fprintf(stderr, "insn-count: no option '%s'; use out=FILE\n",
                    argv[i]);
            return -1;
        }
    }
    if (!file) {
        fprintf(stderr, "insn-count: where to? Use out=FILE\n");
        return -1;
    }
    if (strcmp(info->target_name, "x86_64")) {
        fprintf(stderr, "insn-count: made for x86_64, this is %s\n",
                info->target_name);
        return -1;
    }
    out = fopen(file, "wb");
    if (!out) {
        perror(file);
        return -1;
    }
    chunks = g_ptr_array_new();
    by_pc = g_hash_table_new(g_int64_hash, g_int64_equal);
    qemu_plugin_register_vcpu_tb_trans_cb(id, translated);

    return 0;
}
