/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 *
 * `report cluster map format=svg`: a column for each site, boxes for containers,
 * boxes for VMs in them; below, the network as a bar. From each VM a line leads to
 * the lane on the right of its site and down to the bar.
 */
#include <config.h>

#include <string.h>

#include "commands/cluster_map.h"
#include "commands/report.h"

/* Pixels. */
enum {
  FONT = 12,
  LINE = 16,  /* from one line of text to the next */
  PAD = 8,    /* between a box and what is in it, and between boxes */
  LANE = 24   /* for the lines to the network, on the right of a site */
};

struct drawing {
  struct text *out;
  unsigned bar; /* where the network's bar begins */
};

/* ---- how large it will be ---- */

static unsigned
count_lines(const char *text)
{
  unsigned n = 1;

  for (; *text != '\0'; text++)
    n += *text == '\n';
  return n;
}

/* Of the longest line. A digit of a monospaced font is three fifths as wide as high,
 * and few fonts are wider. */
static unsigned
text_width(const char *text)
{
  unsigned n = 0, longest = 0;

  for (; *text != '\0'; text++) {
    n = *text == '\n' ? 0 : n + (((unsigned char) *text & 0xc0) != 0x80);
    longest = n > longest ? n : longest;
  }
  return longest * FONT * 5 / 8;
}

static unsigned
vm_height(const struct map_vm *vm)
{
  return (2 + count_lines(vm->more)) * LINE + PAD;
}

static unsigned
container_height(const struct map_container *container)
{
  unsigned height = LINE + PAD;
  size_t i;

  for (i = 0; i < container->nvms; i++)
    height += vm_height(&container->vms[i]) + PAD;
  return height;
}

static unsigned
site_height(const struct map_site *site)
{
  unsigned height = LINE + PAD;
  size_t i;

  for (i = 0; i < site->ncontainers; i++)
    height += container_height(&site->containers[i]) + PAD;
  return height;
}

static unsigned
larger(unsigned a, unsigned b)
{
  return a > b ? a : b;
}

/* Without its lane. */
static unsigned
site_width(const struct map_site *site)
{
  unsigned width = text_width(site->title) + 2 * PAD;
  size_t i, k;

  for (i = 0; i < site->ncontainers; i++) {
    width = larger(width, text_width(site->containers[i].name) + 4 * PAD);
    for (k = 0; k < site->containers[i].nvms; k++) {
      const struct map_vm *vm = &site->containers[i].vms[k];

      width = larger(width, text_width(vm->name) + 6 * PAD);
      width = larger(width, text_width(vm->mac) + 6 * PAD);
      width = larger(width, text_width(vm->more) + 6 * PAD);
    }
  }
  return width;
}

/* ---- drawing ---- */

static void
draw_box(const struct drawing *drawing, const char *kind, unsigned x, unsigned y, unsigned width,
         unsigned height)
{
  text_add(drawing->out,
           "<rect class=\"%s\" x=\"%u\" y=\"%u\" width=\"%u\" height=\"%u\"/>\n", kind, x, y,
           width, height);
}

/* Lines of text below y; where the next one would be. */
static unsigned
draw_text(const struct drawing *drawing, const char *kind, unsigned x, unsigned y,
          const char *lines)
{
  CLEANUP_LIST struct list each = { 0 };
  size_t i;

  list_split(&each, lines, "\n");
  for (i = 0; i < each.count; i++, y += LINE) {
    text_add(drawing->out, "<text class=\"%s\" x=\"%u\" y=\"%u\">", kind, x, y + FONT);
    report_escape(drawing->out, each.item[i], false);
    text_add(drawing->out, "</text>\n");
  }
  return y;
}

static void
draw_vm(const struct drawing *drawing, const struct map_vm *vm, unsigned x, unsigned y,
        unsigned width, unsigned lane)
{
  unsigned below;

  draw_box(drawing, "vm", x, y, width, vm_height(vm));
  below = draw_text(drawing, "name", x + PAD, y + PAD / 2, vm->name);
  below = draw_text(drawing, "mac", x + PAD, below, vm->mac);
  draw_text(drawing, "fact", x + PAD, below, vm->more);
  text_add(drawing->out, "<path class=\"port\" d=\"M %u %u H %u V %u\"/>\n", x + width,
           y + vm_height(vm) / 2, lane, drawing->bar);
}

static void
draw_site(const struct drawing *drawing, const struct map_site *site, unsigned x, unsigned y)
{
  unsigned width = site_width(site);
  size_t i, k;

  draw_box(drawing, "site", x, y, width, site_height(site));
  y = draw_text(drawing, "name", x + PAD, y + PAD / 2, site->title) + PAD / 2;
  for (i = 0; i < site->ncontainers; i++) {
    const struct map_container *container = &site->containers[i];
    unsigned below;

    draw_box(drawing, "container", x + PAD, y, width - 2 * PAD, container_height(container));
    below = draw_text(drawing, "name", x + 2 * PAD, y + PAD / 2, container->name) + PAD / 2;
    for (k = 0; k < container->nvms; k++) {
      draw_vm(drawing, &container->vms[k], x + 2 * PAD, below, width - 4 * PAD,
              x + width + LANE / 2);
      below += vm_height(&container->vms[k]) + PAD;
    }
    y += container_height(container) + PAD;
  }
}

static void
begin(const struct drawing *drawing, const char *title, unsigned width, unsigned height)
{
  text_add(drawing->out,
           "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
           "<svg xmlns=\"http://www.w3.org/2000/svg\" version=\"1.1\" width=\"%u\" height=\"%u\" "
           "viewBox=\"0 0 %u %u\">\n<title>", width, height, width, height);
  report_escape(drawing->out, title, false);
  text_add(drawing->out,
           "</title>\n<style type=\"text/css\">\n"
           "text { font-family: monospace; font-size: %dpx }\n"
           ".title, .name { font-weight: bold }\n"
           "rect { stroke: #444444 }\n"
           ".paper { fill: #ffffff; stroke: none }\n"
           ".site { fill: #eeeeee }\n.container { fill: #ffffff }\n"
           ".vm { fill: #ddeeff }\n.network { fill: #ffeecc }\n"
           ".port { fill: none; stroke: #bb6600 }\n</style>\n", FONT);
  draw_box(drawing, "paper", 0, 0, width, height);
}

void
map_svg(struct text *out, const struct map *map)
{
  struct drawing drawing = { .out = out };
  const unsigned top = 2 * PAD + LINE;
  unsigned width = 0, highest = 0, x = PAD, bar_height = PAD + LINE * count_lines(map->network);
  size_t i;

  for (i = 0; i < map->nsites; i++) {
    width += site_width(&map->sites[i]) + LANE;
    highest = larger(highest, site_height(&map->sites[i]));
  }
  width = larger(width, larger(text_width(map->title), text_width(map->network) + 2 * PAD));
  drawing.bar = top + highest + 2 * PAD;
  begin(&drawing, map->title, width + 2 * PAD, drawing.bar + bar_height + PAD);
  draw_text(&drawing, "title", PAD, PAD, map->title);
  for (i = 0; i < map->nsites; i++) {
    draw_site(&drawing, &map->sites[i], x, top);
    x += site_width(&map->sites[i]) + LANE;
  }
  draw_box(&drawing, "network", PAD, drawing.bar, width, bar_height);
  draw_text(&drawing, "fact", 2 * PAD, drawing.bar + PAD / 2, map->network);
  text_add(out, "</svg>\n");
}
