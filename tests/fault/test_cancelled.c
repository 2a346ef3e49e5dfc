/* SPDX-License-Identifier: MIT */
#include "layers.h"

int main(void)
{
	return campaign_main(&layer_cancelled);
}
