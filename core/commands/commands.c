/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 */
#include <config.h>

#include "commands/commands.h"

const struct command *const command_tables[] = {
  appliance_commands,
  attr_commands,
  attr_dump_commands,
  backend_commands,
  bootaction_commands,
  cluster_commands,
  cluster_compute_commands,
  database_commands,
  distribution_commands,
  dump_site_commands,
  help_commands,
  host_add_commands,
  host_alias_commands,
  host_attr_commands,
  host_boot_commands,
  host_commands,
  host_console_commands,
  host_interface_commands,
  host_interface_set_commands,
  host_key_commands,
  host_partition_commands,
  host_power_commands,
  host_remove_commands,
  host_route_commands,
  host_vlan_commands,
  host_vm_commands,
  host_vm_move_commands,
  keys_commands,
  membership_commands,
  network_commands,
  reconfigure_commands,
  report_interface_commands,
  report_network_commands,
  report_vm_commands,
  route_commands,
  run_host_commands,
  service_airboss_commands,
  site_commands,
  sync_config_commands,
  sync_network_commands,
  NULL
};
