/*
 * Copyright (C) 2026 The strongSwan redirect plugin authors
 *
 * This program is free software; you can redistribute it and/or modify it
 * under the terms of the GNU General Public License as published by the
 * Free Software Foundation; either version 2 of the License, or (at your
 * option) any later version.  See <http://www.fsf.org/copyleft/gpl.txt>.
 *
 * This program is distributed in the hope that it will be useful, but
 * WITHOUT ANY WARRANTY; without even the implied warranty of MERCHANTABILITY
 * or FITNESS FOR A PARTICULAR PURPOSE.  See the GNU General Public License
 * for more details.
 */

/**
 * @defgroup policy_review policy_review
 * @{ @ingroup redirect_policy
 */

#ifndef POLICY_REVIEW_H_
#define POLICY_REVIEW_H_

#include "policy.h"

/**
 * Warn of what a policy without errors can hardly be meant to say: gateways
 * that take nobody, rules that never match or are never asked.
 *
 * @param section		section charon.plugins.redirect; warnings are added to
 *						those of it, nothing is done if nobody wants them
 * @param policy		policy
 */
void policy_review(const config_section_t *section, const policy_t *policy);

#endif /** POLICY_REVIEW_H_ @}*/
