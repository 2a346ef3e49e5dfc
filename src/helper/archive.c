/* SPDX-License-Identifier: MIT */
#include "helper/archive.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define BLOCK 65536u
/* Handed to libarchive at a time: what so little unpacks to is looked at before there is more. */
#define SLICE       1024u
#define MEMBERS_MAX 200000u

/* ---- what is what ---- */

typedef int add_format(struct archive *a);

static int add_tar(struct archive *a)
{
	return archive_read_support_format_tar(a);
}

/* A compressor says nothing of what is inside. */
static int add_packed(struct archive *a)
{
	archive_read_support_format_tar(a);
	archive_read_support_format_cpio(a);
	return archive_read_support_format_raw(a);
}

static int add_rar(struct archive *a)
{
	archive_read_support_format_rar(a);
	return archive_read_support_format_rar5(a);
}

static const struct signature {
	uint32_t at;
	uint8_t len;
	const char *bytes;
	const char *mime; /* or instead: what libmagic says */
	add_format *add;
} signatures[] = {
	{0, 2, "\x1f\x8b", NULL, add_packed},
	{0, 3, "BZh", NULL, add_packed},
	{0, 6,
	 "\xfd"
	 "7zXZ\0",
	 NULL, add_packed},
	{0, 4, "\x28\xb5\x2f\xfd", NULL, add_packed},
	{0, 4, "\x04\x22\x4d\x18", NULL, add_packed},
	{0, 4, "LZIP", NULL, add_packed},
	{0, 2, "\x1f\x9d", NULL, add_packed},
	{0, 0, NULL, "application/x-lzma", add_packed},
	{257, 5, "ustar", NULL, add_tar},
	{0, 0, NULL, "application/x-tar", add_tar},
	{0, 6, "070701", NULL, archive_read_support_format_cpio},
	{0, 6, "070702", NULL, archive_read_support_format_cpio},
	{0, 6, "070707", NULL, archive_read_support_format_cpio},
	{0, 2, "\xc7\x71", NULL, archive_read_support_format_cpio},
	{0, 2, "\x71\xc7", NULL, archive_read_support_format_cpio},
	{0, 4, "\xed\xab\xee\xdb", NULL, archive_read_support_format_cpio}, /* rpm */
	{0, 8, "!<arch>\n", NULL, archive_read_support_format_ar},          /* also deb */
	{0, 6, "7z\xbc\xaf\x27\x1c", NULL, archive_read_support_format_7zip},
	{32769, 5, "CD001", NULL, archive_read_support_format_iso9660},
	{0, 6, "Rar!\x1a\x07", NULL, add_rar},
	{0, 4, "MSCF", NULL, archive_read_support_format_cab},
	{2, 3, "-lh", NULL, archive_read_support_format_lha},
};

static const struct signature *find_signature(const uint8_t *head, size_t len, const char *mime)
{
	for (size_t i = 0; i < ARRAY_LEN(signatures); i++) {
		const struct signature *s = &signatures[i];

		if (s->mime ? !strcmp(s->mime, mime)
			    : s->at + s->len <= len && !memcmp(head + s->at, s->bytes, s->len))
			return s;
	}
	return NULL;
}

bool archive_known(const uint8_t *head, size_t len, const char *mime)
{
	return find_signature(head, len, mime);
}

/* Only what libarchive does itself: without a library it would start a program. */
static void add_filters(struct archive *a)
{
	archive_read_support_filter_compress(a);
	archive_read_support_filter_rpm(a);
	if (archive_zlib_version())
		archive_read_support_filter_gzip(a);
	if (archive_bzlib_version())
		archive_read_support_filter_bzip2(a);
	if (archive_liblz4_version())
		archive_read_support_filter_lz4(a);
	if (archive_libzstd_version())
		archive_read_support_filter_zstd(a);
	if (archive_liblzma_version()) {
		archive_read_support_filter_xz(a);
		archive_read_support_filter_lzma(a);
		archive_read_support_filter_lzip(a);
	}
}

/* ---- reading ---- */

struct reader {
	const struct source *source;
	struct budget *budget;
	struct archive *outer; /* it is read from the data of a member, or NULL */
	uint64_t at;           /* in the file: of what comes after the block */
	size_t from, len;      /* of the block: what was not yet handed over */
	uint8_t block[BLOCK];
};

static ssize_t no_more(struct archive *a, struct reader *r, int err)
{
	archive_set_error(a, err, "%s", r->budget->spent ? r->budget->spent : strerror(err));
	return ARCHIVE_FATAL;
}

static ssize_t read_member(struct archive *a, struct reader *r, const void **ret_bytes)
{
	size_t len;
	la_int64_t at;
	int rc = archive_read_data_block(r->outer, ret_bytes, &len, &at);

	if (rc == ARCHIVE_EOF)
		return 0;
	return rc == ARCHIVE_OK ? (ssize_t)len : no_more(a, r, EIO);
}

static la_ssize_t on_read(struct archive *a, void *data, const void **ret_bytes)
{
	struct reader *r = data;
	size_t n;

	if (budget_spent(r->budget, (uint64_t)archive_filter_bytes(a, 0)))
		return no_more(a, r, ENOMEM);
	if (r->outer)
		return read_member(a, r, ret_bytes);
	if (r->from == r->len) {
		ssize_t got = source_read(r->source, r->at, r->block, BLOCK);

		if (got < 0)
			return no_more(a, r, (int)-got);
		r->from = 0;
		r->len = (size_t)got;
		r->at += r->len;
	}
	n = MIN(r->len - r->from, SLICE);
	*ret_bytes = r->block + r->from;
	r->from += n;
	return (la_ssize_t)n;
}

static la_int64_t on_seek(struct archive *a, void *data, la_int64_t offset, int whence)
{
	struct reader *r = data;
	la_int64_t from = whence == SEEK_SET ? 0
			  : whence == SEEK_END
				  ? (la_int64_t)MIN(r->source->size, (uint64_t)INT64_MAX)
				  : (la_int64_t)(r->at - (r->len - r->from));

	if ((offset < 0 && from + offset < 0) || (offset > 0 && from > INT64_MAX - offset))
		return (la_int64_t)no_more(a, r, EINVAL);
	r->at = (uint64_t)(from + offset);
	r->from = r->len = 0;
	return (la_int64_t)r->at;
}

static la_int64_t on_skip(struct archive *a UNUSED, void *data, la_int64_t request)
{
	struct reader *r = data;

	if (request <= 0 || (uint64_t)request > INT64_MAX - r->at)
		return 0;
	/* What is in the block goes first; whoever asks reads on from there. */
	if (r->from < r->len) {
		size_t n = MIN(r->len - r->from, (size_t)request);

		r->from += n;
		return (la_int64_t)n;
	}
	/* Not past the end: there is nothing, and the archive is cut off. */
	if (r->at >= r->source->size)
		return 0;
	request = (la_int64_t)MIN((uint64_t)request, r->source->size - r->at);
	r->at += (uint64_t)request;
	return request;
}

static struct archive *open_archive(struct reader *r, add_format *add)
{
	struct archive *a = archive_read_new();

	if (!a)
		return NULL;
	add_filters(a);
	add(a);
	archive_read_set_read_callback(a, on_read);
	if (!r->outer) {
		archive_read_set_seek_callback(a, on_seek);
		archive_read_set_skip_callback(a, on_skip);
	}
	archive_read_set_callback_data(a, r);
	return a;
}

/* ---- members ---- */

static char letter(struct archive_entry *e)
{
	static const struct {
		__LA_MODE_T type;
		char letter;
	} types[] = {
		{AE_IFREG, '-'}, {AE_IFDIR, 'd'}, {AE_IFLNK, 'l'},  {AE_IFIFO, 'p'},
		{AE_IFCHR, 'c'}, {AE_IFBLK, 'b'}, {AE_IFSOCK, 's'},
	};

	for (size_t i = 0; i < ARRAY_LEN(types); i++) {
		if (types[i].type == archive_entry_filetype(e))
			return types[i].letter;
	}
	/* Hard links, and members of formats that know files only. */
	return archive_entry_hardlink(e) || archive_entry_size_is_set(e) ? '-' : 0;
}

/* The bytes as they are stored where there are such, else in UTF-8. */
static const char *name_of(struct archive_entry *e)
{
	const char *name = archive_entry_pathname(e);

	if (!name)
		name = archive_entry_pathname_utf8(e);
	return name ? name : "";
}

static int add_member(struct archive_entry *e, const struct wire_ask *ask, bool counts,
		      struct preview *p)
{
	struct preview_line line = {.size = PREVIEW_UNKNOWN, .packed = PREVIEW_UNKNOWN};
	const char *name = name_of(e);
	size_t len = strlen(name);

	if (archive_entry_size_is_set(e) && archive_entry_size(e) >= 0)
		line.size = (uint64_t)archive_entry_size(e);
	if (counts) {
		p->members++;
		if (line.size != PREVIEW_UNKNOWN && p->size <= PREVIEW_UNKNOWN - 1 - line.size)
			p->size += line.size;
	}
	if (p->nlines >= ask->lines) {
		p->more = true;
		return 0;
	}
	line.type = letter(e);
	line.cut = len > ask->columns;
	return preview_add(p, name, MIN(len, (size_t)ask->columns), &line);
}

/* Why there is not more, unless that was said already. */
static int add_reason(struct archive *a, const struct budget *budget, struct preview *p)
{
	const char *why = budget->spent ? budget->spent : archive_error_string(a);
	size_t len;

	if (p->reason.len)
		return 0;
	if (!why)
		why = "it is damaged";
	len = strlen(why);
	while (len > 1 && strchr(".\n ", why[len - 1]))
		len--;
	return str_add(&p->reason, why, len);
}

static int not_all(struct archive *a, const struct budget *budget, struct preview *p)
{
	p->partial = p->more = true;
	return add_reason(a, budget, p);
}

/* Members one after the other. */
struct lister {
	const struct wire_ask *ask;
	struct budget *budget;
	struct preview *p;
	bool deb;
};

static int list_deb_data(struct lister *l, struct archive *outer);

/* The member that is the content of a Debian package. */
static bool is_deb_data(const struct lister *l, struct archive_entry *e)
{
	return l->deb && strncmp(name_of(e), "data.tar", 8) == 0;
}

static int list(struct lister *l, struct archive *a, struct archive_entry *e)
{
	int rc = 0, r = ARCHIVE_OK;

	for (uint32_t n = 0; !rc; n++) {
		bool data;

		if (n == 0 && (archive_format(a) & ARCHIVE_FORMAT_BASE_MASK) == ARCHIVE_FORMAT_AR)
			l->deb = strcmp(name_of(e), "debian-binary") == 0;
		data = is_deb_data(l, e);
		rc = add_member(e, l->ask, !data, l->p);
		if (!rc && data)
			rc = list_deb_data(l, a);
		if (rc)
			break;
		if (l->p->members >= MEMBERS_MAX) {
			l->p->partial = l->p->more = true;
			return str_adds(&l->p->reason, "it has more members than are counted here");
		}
		if (budget_spent(l->budget, (uint64_t)archive_filter_bytes(a, 0)))
			r = ARCHIVE_FATAL;
		else
			r = archive_read_next_header(a, &e);
		if (r == ARCHIVE_EOF)
			return 0;
		if (r < ARCHIVE_WARN)
			return not_all(a, l->budget, l->p);
	}
	return rc;
}

static int list_deb_data(struct lister *l, struct archive *outer)
{
	struct reader *r = calloc(1, sizeof(*r));
	struct archive_entry *e = NULL;
	struct archive *a;
	int rc = 0;

	if (!r)
		return -ENOMEM;
	r->budget = l->budget;
	r->outer = outer;
	a = open_archive(r, add_tar);
	if (!a)
		rc = -ENOMEM;
	l->deb = false; /* one level only */
	if (!rc && archive_read_open1(a) == ARCHIVE_OK &&
	    archive_read_next_header(a, &e) >= ARCHIVE_WARN)
		rc = list(l, a, e);
	else if (!rc)
		rc = not_all(a, l->budget, l->p);
	l->deb = true;
	archive_read_free(a);
	free(r);
	return rc;
}

/* ---- what is only compressed ---- */

static int count_rest(struct archive *a, struct budget *budget, struct preview *p)
{
	uint8_t *scratch = malloc(BLOCK);
	la_ssize_t n = 1;

	if (!scratch)
		return -ENOMEM;
	while (n > 0 && !budget_spent(budget, p->size)) {
		n = archive_read_data(a, scratch, BLOCK);
		p->size += n > 0 ? (uint64_t)n : 0;
	}
	free(scratch);
	if (n == 0)
		return 0;
	p->partial = true;
	return add_reason(a, budget, p);
}

static int unpack(struct archive *a, struct archive_entry *e, struct budget *budget, size_t most,
		  const struct wire_ask *ask, struct preview *p,
		  struct archive_content *ret_content)
{
	struct preview_line line = {.type = '-'};
	uint8_t *bytes = malloc(most);
	size_t len = 0;
	la_ssize_t n = 1;
	int rc;

	if (!bytes)
		return -ENOMEM;
	/* As far as it goes: what is damaged may have a good beginning. */
	while (len < most && n > 0) {
		n = archive_read_data(a, bytes + len, most - len);
		len += n > 0 ? (size_t)n : 0;
	}
	p->members = 1;
	p->size = len;
	rc = count_rest(a, budget, p);
	line.size = p->partial ? PREVIEW_UNKNOWN : p->size;
	line.packed = p->packed;
	if (!rc && ask->lines > 0) {
		const char *name = strcmp(name_of(e), "data") ? name_of(e) : "(its content)";

		rc = preview_add(p, name, MIN(strlen(name), (size_t)ask->columns), &line);
	}
	*ret_content = (struct archive_content){
		.bytes = bytes, .len = len, .whole = n == 0 && !p->partial};
	return rc;
}

/* ---- */

static int describe(struct archive *a, struct preview *p)
{
	const char *filter = archive_filter_name(a, 0);

	if (archive_format(a) == ARCHIVE_FORMAT_RAW)
		return str_adds(&p->format, filter ? filter : "");
	str_adds(&p->format, archive_format_name(a) ? archive_format_name(a) : "");
	if (archive_filter_count(a) > 1 && filter)
		str_addf(&p->format, ", %s", filter);
	return p->format.failed ? -ENOMEM : 0;
}

/* 0, -ENOMEM, -ENOTSUP, or -ENOENT: there are no members. */
static int fill(struct archive *a, const struct wire_ask *ask, struct budget *budget, size_t most,
		struct preview *p, struct archive_content *ret_content)
{
	struct lister l = {.ask = ask, .budget = budget, .p = p};
	struct archive_entry *e = NULL;
	int r = archive_read_open1(a), rc;

	if (r == ARCHIVE_OK)
		r = archive_read_next_header(a, &e);
	if (r == ARCHIVE_EOF)
		return -ENOENT;
	if (r < ARCHIVE_WARN)
		return add_reason(a, budget, p) ? -ENOMEM : -ENOTSUP;
	/* Nothing was found to unpack. */
	if (archive_format(a) == ARCHIVE_FORMAT_RAW && archive_filter_count(a) < 2)
		return -ENOTSUP;
	p->kind = PREVIEW_ARCHIVE;
	if (archive_format(a) == ARCHIVE_FORMAT_RAW)
		rc = unpack(a, e, budget, most, ask, p, ret_content);
	else
		rc = list(&l, a, e);
	return rc ? rc : describe(a, p);
}

static int fill_as(const struct source *source, add_format *add, const struct wire_ask *ask,
		   struct budget *budget, size_t most, struct preview *p,
		   struct archive_content *ret_content)
{
	struct reader *r = calloc(1, sizeof(*r));
	struct archive *a;
	int rc = -ENOMEM;

	if (!r)
		return rc;
	r->source = source;
	r->budget = budget;
	a = open_archive(r, add);
	if (a)
		rc = fill(a, ask, budget, most, p, ret_content);
	archive_read_free(a);
	free(r);
	return rc;
}

int archive_fill(const struct source *source, const uint8_t *head, size_t len, const char *mime,
		 const struct wire_ask *ask, struct budget *budget, size_t most, struct preview *p,
		 struct archive_content *ret_content)
{
	const struct signature *s = find_signature(head, len, mime);
	int rc;

	if (!s)
		return -ENOTSUP;
	p->packed = source->size;
	rc = fill_as(source, s->add, ask, budget, most, p, ret_content);
	/* Zeros that were compressed look like an archive that ends at once. */
	if (rc == -ENOENT && s->add == add_packed)
		rc = fill_as(source, archive_read_support_format_raw, ask, budget, most, p,
			     ret_content);
	if (rc != -ENOENT)
		return rc;
	p->kind = PREVIEW_ARCHIVE;
	return str_adds(&p->reason, "it has no members");
}
