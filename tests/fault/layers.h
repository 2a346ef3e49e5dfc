/* SPDX-License-Identifier: MIT
 *
 * The layers: what is done to a run.
 */
#ifndef TESTS_FAULT_LAYERS_H
#define TESTS_FAULT_LAYERS_H

#include "campaign.h"

extern const struct layer layer_fails, layer_killed, layer_cancelled, layer_attacked, layer_power,
	layer_shutdown, layer_policy, layer_raced;

#endif
