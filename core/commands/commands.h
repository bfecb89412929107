/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 *
 * The tables of the core's commands, one for each file of this folder.
 * commands.c puts them together.
 */
#ifndef ROCKS_COMMANDS_COMMANDS_H
#define ROCKS_COMMANDS_COMMANDS_H

#include "framework/command.h"

extern const struct command appliance_commands[];
extern const struct command attr_commands[];
extern const struct command attr_dump_commands[];
extern const struct command backend_commands[];
extern const struct command bootaction_commands[];
extern const struct command cluster_commands[];
extern const struct command cluster_compute_commands[];
extern const struct command database_commands[];
extern const struct command distribution_commands[];
extern const struct command dump_site_commands[];
extern const struct command help_commands[];
extern const struct command host_add_commands[];
extern const struct command host_alias_commands[];
extern const struct command host_attr_commands[];
extern const struct command host_boot_commands[];
extern const struct command host_commands[];
extern const struct command host_interface_commands[];
extern const struct command host_interface_set_commands[];
extern const struct command host_console_commands[];
extern const struct command host_key_commands[];
extern const struct command host_partition_commands[];
extern const struct command host_power_commands[];
extern const struct command host_remove_commands[];
extern const struct command host_route_commands[];
extern const struct command host_vlan_commands[];
extern const struct command host_vm_commands[];
extern const struct command host_vm_move_commands[];
extern const struct command keys_commands[];
extern const struct command membership_commands[];
extern const struct command network_commands[];
extern const struct command reconfigure_commands[];
extern const struct command report_interface_commands[];
extern const struct command report_network_commands[];
extern const struct command report_vm_commands[];
extern const struct command route_commands[];
extern const struct command run_host_commands[];
extern const struct command service_airboss_commands[];
extern const struct command site_commands[];
extern const struct command sync_config_commands[];
extern const struct command sync_network_commands[];

/* The entry that ends a table. */
#define COMMANDS_END { .words = NULL }

#endif
