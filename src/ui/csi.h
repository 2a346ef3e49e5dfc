/* SPDX-License-Identifier: MIT
 *
 * Control sequences (ECMA-48: ESC [ parameters, letter) and SS3 (ESC O letter) as keys and mouse
 * reports, in the forms of xterm, rxvt, the Linux console, VT220, and the "CSI u" and
 * modifyOtherKeys extensions.
 *
 * Follows: xterm control sequences (ctlseqs), console_codes(4). Thread: any. Owns: nothing.
 */
#ifndef UI_CSI_H
#define UI_CSI_H

#include "ui/key.h"

#define CSI_PARAMS 4

struct csi {
	char prefix; /* < = > ? before the parameters, or 0 */
	char final;  /* 0: broken off */
	bool intermediate;
	unsigned params[CSI_PARAMS]; /* 0 where not given */
	unsigned nparams;
	unsigned event; /* after a colon in the second parameter: 3 is the release of a key */
};

struct csi_mouse {
	enum mouse_kind kind;
	uint8_t button, mods; /* button 0: a release that does not say of which */
	int row, col;
};

/* Reads the sequence at s, which begins with ESC [. Returns its length, 0: it is not complete. One
 * that is broken off by a control character ends before it. */
size_t csi_scan(const char *s, size_t n, struct csi *ret_csi);
/* True when it has this final and exactly this parameter. */
bool csi_is(const struct csi *csi, char final, unsigned param);
/* KEYMOD_* of xterm's modifier parameter (1: none). */
unsigned csi_mods(unsigned param);
bool csi_key(const struct csi *csi, struct key *ret_key);
bool csi_ss3_key(char letter, unsigned mods, struct key *ret_key);
/* SGR reports; motion and buttons beyond the third are no events. */
bool csi_mouse(const struct csi *csi, struct csi_mouse *ret_mouse);
/* The three bytes after ESC [ M. */
bool csi_x10_mouse(const char *s, struct csi_mouse *ret_mouse);

#endif
