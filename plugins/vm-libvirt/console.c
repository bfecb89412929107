/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 *
 * Where a running VM's screen is, in libvirt's own words.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <libxml/parser.h>

#include "vm-libvirt.h"

static bool
is_element(const xmlNode *node, const char *name)
{
  return node->type == XML_ELEMENT_NODE && strcmp((const char *)node->name, name) == 0;
}

static xmlNodePtr
child_of(xmlNodePtr parent, const char *name)
{
  xmlNodePtr node = parent != NULL ? parent->children : NULL;

  while (node != NULL && !is_element(node, name))
    node = node->next;
  return node;
}

/* A server that listens everywhere is reached at the nearest place. */
static void
set_address(struct rocks_vm_console *console, const xmlChar *listen)
{
  const char *address = (const char *)listen;

  if (address == NULL || *address == '\0' || strcmp(address, "0.0.0.0") == 0)
    address = "127.0.0.1";
  else if (strcmp(address, "::") == 0)
    address = "::1";
  snprintf(console->address, sizeof console->address, "%s", address);
}

/* <graphics type='vnc' port='5900' listen='127.0.0.1'>; the port is -1 while
 * the VM is off. */
static bool
read_graphics(xmlNodePtr node, struct rocks_vm_console *console)
{
  xmlChar *type = xmlGetProp(node, BAD_CAST "type");
  xmlChar *port = xmlGetProp(node, BAD_CAST "port");
  xmlChar *listen = xmlGetProp(node, BAD_CAST "listen");
  long number = port != NULL ? strtol((const char *)port, NULL, 10) : 0;
  bool good = type != NULL && strcmp((const char *)type, "vnc") == 0 && number > 0
              && number <= 65535;

  if (good) {
    console->port = (uint32_t)number;
    set_address(console, listen);
  }
  xmlFree(type);
  xmlFree(port);
  xmlFree(listen);
  return good;
}

static bool
read_description(const char *xml, struct rocks_vm_console *console)
{
  xmlDocPtr doc = xmlReadMemory(xml, (int)strlen(xml), NULL, NULL,
                                XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING);
  xmlNodePtr devices = doc != NULL ? child_of(xmlDocGetRootElement(doc), "devices") : NULL;
  xmlNodePtr node = devices != NULL ? devices->children : NULL;

  while (node != NULL && !(is_element(node, "graphics") && read_graphics(node, console)))
    node = node->next;
  xmlFreeDoc(doc);
  return node != NULL;
}

int
vm_console(void *connection, struct rocks_call *call, const char *name,
           struct rocks_vm_console *console)
{
  struct vm_connection *here = connection;
  virDomainPtr domain = vm_find(here, call, name);
  char *xml;
  int result = 0;

  if (domain == NULL)
    return -1;
  xml = virDomainGetXMLDesc(domain, 0);
  if (xml == NULL) {
    result = vm_libvirt_error(here, call, "describe VM", name, NULL);
  } else if (!read_description(xml, console)) {
    here->state->core->error(call, ROCKS_ENOTFOUND, "VM '%s' on %s shows no console: it is off, "
                             "or has no VNC display", name, here->host);
    result = -1;
  }
  free(xml);
  virDomainFree(domain);
  return result;
}
