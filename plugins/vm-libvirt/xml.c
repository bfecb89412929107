/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 *
 * Nodes of a domain description.  Values go in as text nodes, so that libxml2
 * escapes them; nothing is ever pasted into markup.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <libxml/parser.h>

#include "vm-libvirt.h"

void
vm_xml_fail(struct vm_xml *xml, enum rocks_code code, const char *fmt, ...)
{
  char text[1024];
  va_list ap;

  if (xml->failed)
    return;
  xml->failed = true;
  va_start(ap, fmt);
  (void)vsnprintf(text, sizeof text, fmt, ap);
  va_end(ap);
  xml->state->core->error(xml->call, code, "%s", text);
}

/* XML 1.0 has no way to write most control characters, and libvirt reads
 * UTF-8 only. */
static bool
writable(struct vm_xml *xml, const char *name, const char *value)
{
  const unsigned char *c;

  for (c = (const unsigned char *)value; *c != '\0'; c++)
    if (*c < 0x20 && *c != '\t' && *c != '\n' && *c != '\r')
      break;
  if (*c == '\0' && xmlCheckUTF8((const unsigned char *)value))
    return true;
  vm_xml_fail(xml, ROCKS_EINVALID,
              "the value for <%s> of VM '%s' holds bytes that XML cannot carry", name,
              xml->vm->name);
  return false;
}

static bool
made(struct vm_xml *xml, const void *what)
{
  if (what == NULL)
    vm_xml_fail(xml, ROCKS_EMEMORY, "out of memory");
  return what != NULL;
}

xmlNodePtr
vm_xml_add(struct vm_xml *xml, xmlNodePtr parent, const char *name, const char *text)
{
  xmlNodePtr node;

  if (xml->failed || (text != NULL && !writable(xml, name, text)))
    return NULL;
  node = xmlNewTextChild(parent, NULL, (const xmlChar *)name, (const xmlChar *)text);
  return made(xml, node) ? node : NULL;
}

void
vm_xml_number(struct vm_xml *xml, xmlNodePtr parent, const char *name, uint64_t number)
{
  char text[24];

  (void)snprintf(text, sizeof text, "%" PRIu64, number);
  vm_xml_add(xml, parent, name, text);
}

void
vm_xml_set(struct vm_xml *xml, xmlNodePtr node, const char *attribute, const char *value)
{
  if (xml->failed || !writable(xml, attribute, value))
    return;
  made(xml, xmlNewProp(node, (const xmlChar *)attribute, (const xmlChar *)value));
}

xmlNodePtr
vm_xml_with(struct vm_xml *xml, xmlNodePtr parent, const char *name, const char *attribute,
            const char *value)
{
  xmlNodePtr node = vm_xml_add(xml, parent, name, NULL);

  vm_xml_set(xml, node, attribute, value);
  return node;
}

/* The only element among `nodes`, or NULL; *text: there is bare text. */
static xmlNodePtr
only_element(xmlNodePtr nodes, size_t *elements, bool *text)
{
  xmlNodePtr node, element = NULL;

  *elements = 0;
  *text = false;
  for (node = nodes; node != NULL; node = node->next) {
    if (node->type == XML_ELEMENT_NODE) {
      element = node;
      ++*elements;
    } else if (node->type != XML_COMMENT_NODE && !xmlIsBlankNode(node)) {
      *text = true;
    }
  }
  return *elements == 1 ? element : NULL;
}

/* libxml2 ends its sentences with a newline. */
static const char *
parser_words(char *text, size_t size)
{
  const xmlError *error = xmlGetLastError();
  const char *words = error != NULL && error->message != NULL ? error->message : "";

  (void)snprintf(text, size, "%.*s", (int)strcspn(words, "\n"), words);
  return *text != '\0' ? text : "it is not well-formed";
}

void
vm_xml_fragment(struct vm_xml *xml, xmlNodePtr parent, const char *what, const char *text)
{
  xmlNodePtr list = NULL, only;
  size_t elements;
  bool bare_text;
  char words[256];

  if (xml->failed || !writable(xml, what, text))
    return;
  xmlResetLastError();
  if (xmlParseInNodeContext(parent, text, (int)strlen(text),
                            XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING |
                              XML_PARSE_NOBLANKS,
                            &list) != XML_ERR_OK) {
    vm_xml_fail(xml, ROCKS_EINVALID, "the attribute %s of VM '%s' is no XML: %s: '%s'", what,
                xml->vm->name, parser_words(words, sizeof words), text);
    xmlFreeNodeList(list);
    return;
  }
  only = only_element(list, &elements, &bare_text);
  if (elements == 0 || bare_text) {
    vm_xml_fail(xml, ROCKS_EINVALID, "the attribute %s of VM '%s' must hold XML elements: '%s'",
                what, xml->vm->name, text);
    xmlFreeNodeList(list);
    return;
  }
  if (only != NULL && xmlStrEqual(only->name, parent->name)) {
    xmlNodePtr content = only->children;

    only->children = only->last = NULL;
    xmlFreeNodeList(list);
    list = content;
  }
  if (list != NULL)
    made(xml, xmlAddChildList(parent, list));
}
