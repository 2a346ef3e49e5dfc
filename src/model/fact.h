/* SPDX-License-Identifier: MIT
 *
 * Facts of fs/facts.h in words, for the info pane and for `trowel info`. Each function appends what
 * there is to say of one fact, made safe to show, or nothing.
 *
 * Thread: any. Owns: nothing.
 */
#ifndef MODEL_FACT_H
#define MODEL_FACT_H

#include "base/perm.h"
#include "base/str.h"
#include "fs/event.h"

/* How they are written. */
struct fact_style {
	bool ascii;
	bool brief; /* where a line is short: "dangling", and not what that means */
	/* The name of a user or group, bytes from outside; NULL: it has none, or not yet. */
	const char *(*name)(void *ctx, bool group, uint32_t id);
	void *ctx;
};

/* "regular file", "symbolic link", ... */
const char *fact_type(enum entry_type type);
/* A device has a number in place of a size: meta.size, makedev(3). */
bool fact_is_device(const struct meta *meta);
/* Who may do what by the mode bits (base/perm.h); nothing for a link, whose bits mean nothing. */
int fact_sentence(const struct meta *meta, const struct subject *self, const struct fact_style *s,
		  struct str *out);
/* "12,345 bytes (13K)" */
void fact_size(struct str *out, uint64_t bytes);
/* "../bin/run (regular file)", "(dangling: there is no such file)" */
void fact_target(const struct facts *f, const struct fact_style *s, struct str *out);
/* "1,204", or "unknown: " and why. */
void fact_entries(const struct facts *f, const struct fact_style *s, struct str *out);
/* "www-data (33)" */
void fact_owner(bool group, uint32_t id, const struct fact_style *s, struct str *out);
/* "user:www-data:rw-", and what the mask leaves of it. */
void fact_acl_entry(const struct acl *acl, uint32_t i, const struct fact_style *s, struct str *out);
/* All entries of the list, separated by ", "; or that it cannot be read, and why. The list counts
 * for access, or is what new entries of a directory get. */
void fact_acl(const struct facts *f, bool is_default, const struct fact_style *s, struct str *out);
/* True when the list is there and is not consulted, since its mask is empty. */
bool fact_acl_idle(const struct facts *f);
void fact_caps(const struct facts *f, struct str *out);
/* The attributes that a person may want to know of: 0 .. ; NULL behind the last. Those of statx(2),
 * and those of chattr(1). */
const char *fact_attr(const struct facts *f, unsigned nth);
void fact_attrs(const struct facts *f, struct str *out);
void fact_xattrs(const struct facts *f, const struct fact_style *s, struct str *out);
/* "/srv (ext4, read-only)" */
void fact_mount(const struct facts *f, const struct fact_style *s, struct str *out);

#endif
