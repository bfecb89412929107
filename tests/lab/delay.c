/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 *
 * Holds packets for a while, where the kernel has no netem: `delay QUEUE MS` takes what a packet
 * filter's NFQUEUE rule diverts to queue number QUEUE and lets it go on MS milliseconds later, in
 * order. Only the packets' numbers come here; their contents stay in the kernel. Ends with SIGTERM.
 * The messages: linux/netfilter/nfnetlink_queue.h.
 */
#define _GNU_SOURCE /* ppoll */

#include <arpa/inet.h>
#include <errno.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_queue.h>
#include <linux/netlink.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum {
  HELD_MAX = 1 << 16,   /* packets; the queue's length is the same, so the ring cannot overflow */
  BUFFER_SIZE = 1 << 18,
  NS_PER_MS = 1000000,
  NS_PER_S = 1000000000,
};

struct held {
  uint32_t id;
  int64_t due; /* monotonic ns */
};

struct delay {
  int fd;
  uint16_t queue;
  int64_t wait; /* ns */
  uint32_t head, tail; /* counts of packets taken and released: differ by at most HELD_MAX */
  struct held ring[HELD_MAX];
  _Alignas(struct nlmsghdr) char buffer[BUFFER_SIZE];
};

/* A request under construction: netlink header, nfnetlink header, attributes. */
struct request {
  struct nlmsghdr header;
  struct nfgenmsg family;
  char attributes[64];
};

static int64_t
now_ns(void)
{
  struct timespec t;

  clock_gettime(CLOCK_MONOTONIC, &t);
  return (int64_t)t.tv_sec * NS_PER_S + t.tv_nsec;
}

static void
request_start(struct request *request, const struct delay *delay, int type, int flags)
{
  memset(request, 0, sizeof *request);
  request->header.nlmsg_len = NLMSG_LENGTH(sizeof request->family);
  request->header.nlmsg_type = (uint16_t)(NFNL_SUBSYS_QUEUE << 8 | type);
  request->header.nlmsg_flags = (uint16_t)(NLM_F_REQUEST | flags);
  request->family.nfgen_family = AF_UNSPEC;
  request->family.version = NFNETLINK_V0;
  request->family.res_id = htons(delay->queue);
}

/* The attributes that are sent here fit with room to spare. */
static void
request_add(struct request *request, int type, const void *data, size_t size)
{
  struct nlattr attribute = { .nla_len = (uint16_t)(NLA_HDRLEN + size),
                              .nla_type = (uint16_t)type };
  char *place = (char *)request + request->header.nlmsg_len;

  memcpy(place, &attribute, sizeof attribute);
  memcpy(place + NLA_HDRLEN, data, size);
  request->header.nlmsg_len += NLA_ALIGN(NLA_HDRLEN + size);
}

static bool
request_send(const struct request *request, const struct delay *delay)
{
  return send(delay->fd, request, request->header.nlmsg_len, 0) >= 0;
}

/* Sends a request and waits for the kernel's word on it; errno is set when that is no. */
static bool
request_ask(struct request *request, struct delay *delay)
{
  struct nlmsghdr *answer = (struct nlmsghdr *)delay->buffer;
  const struct nlmsgerr *error;

  if (!request_send(request, delay)) return false;
  do {
    if (recv(delay->fd, delay->buffer, sizeof delay->buffer, 0) < 0) return false;
  } while (answer->nlmsg_type != NLMSG_ERROR);
  error = NLMSG_DATA(answer);
  errno = -error->error;
  return error->error == 0;
}

static bool
open_queue(struct delay *delay)
{
  struct sockaddr_nl address = { .nl_family = AF_NETLINK };
  struct nfqnl_msg_config_cmd bind_command = { .command = NFQNL_CFG_CMD_BIND };
  struct nfqnl_msg_config_params copy = { .copy_mode = NFQNL_COPY_META };
  uint32_t length = htonl(HELD_MAX);
  /* Large packets stay whole; what comes when the queue is full goes on without delay. */
  uint32_t flags = htonl(NFQA_CFG_F_GSO | NFQA_CFG_F_FAIL_OPEN);
  int size = 64 << 20, one = 1;
  struct request request;

  delay->fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_NETFILTER);
  if (delay->fd < 0) return false;
  if (bind(delay->fd, (struct sockaddr *)&address, sizeof address) != 0) return false;
  setsockopt(delay->fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof size);
  setsockopt(delay->fd, SOL_NETLINK, NETLINK_NO_ENOBUFS, &one, sizeof one);

  request_start(&request, delay, NFQNL_MSG_CONFIG, NLM_F_ACK);
  request_add(&request, NFQA_CFG_CMD, &bind_command, sizeof bind_command);
  if (!request_ask(&request, delay)) return false;
  request_start(&request, delay, NFQNL_MSG_CONFIG, NLM_F_ACK);
  request_add(&request, NFQA_CFG_PARAMS, &copy, sizeof copy);
  request_add(&request, NFQA_CFG_QUEUE_MAXLEN, &length, sizeof length);
  request_add(&request, NFQA_CFG_FLAGS, &flags, sizeof flags);
  request_add(&request, NFQA_CFG_MASK, &flags, sizeof flags);
  return request_ask(&request, delay);
}

/* Puts the packet that MESSAGE tells of behind the others. */
static void
take_packet(struct delay *delay, struct nlmsghdr *message, int64_t due)
{
  char *place = (char *)NLMSG_DATA(message) + NLMSG_ALIGN(sizeof(struct nfgenmsg));
  char *end = (char *)message + message->nlmsg_len;

  while (end - place >= NLA_HDRLEN) {
    struct nlattr *attribute = (struct nlattr *)place;
    if ((attribute->nla_type & NLA_TYPE_MASK) == NFQA_PACKET_HDR) {
      struct nfqnl_msg_packet_hdr packet;
      memcpy(&packet, place + NLA_HDRLEN, sizeof packet);
      delay->ring[delay->head++ % HELD_MAX] =
        (struct held){ .id = ntohl(packet.packet_id), .due = due };
      return;
    }
    if (attribute->nla_len < NLA_HDRLEN) return;
    place += NLA_ALIGN(attribute->nla_len);
  }
}

/* Takes what has arrived, but no more than fits the ring. */
static void
take_arrived(struct delay *delay)
{
  while (delay->head - delay->tail < HELD_MAX) {
    ssize_t got = recv(delay->fd, delay->buffer, sizeof delay->buffer, MSG_DONTWAIT);
    struct nlmsghdr *message = (struct nlmsghdr *)delay->buffer;
    int64_t due = now_ns() + delay->wait;
    if (got <= 0) return;
    for (; NLMSG_OK(message, got); message = NLMSG_NEXT(message, got)) {
      if ((message->nlmsg_type & 0xff) == NFQNL_MSG_PACKET) take_packet(delay, message, due);
    }
  }
}

/* Lets go what is due: all wait equally long, so those are the oldest, and one verdict on the
 * youngest of them is one on all before it. */
static void
release_due(struct delay *delay)
{
  struct nfqnl_msg_verdict_hdr verdict = { .verdict = htonl(NF_ACCEPT) };
  uint32_t before = delay->tail;
  int64_t now = now_ns();
  struct request request;

  while (delay->tail != delay->head && delay->ring[delay->tail % HELD_MAX].due <= now) {
    verdict.id = htonl(delay->ring[delay->tail++ % HELD_MAX].id);
  }
  if (delay->tail == before) return;
  request_start(&request, delay, NFQNL_MSG_VERDICT_BATCH, 0);
  request_add(&request, NFQA_VERDICT_HDR, &verdict, sizeof verdict);
  request_send(&request, delay);
}

/* Waits for the next packet to arrive or to be due; false when that fails. */
static bool
wait_next(const struct delay *delay)
{
  struct pollfd arrival = { .fd = delay->fd, .events = POLLIN };
  struct timespec left = { 0, 0 }, *until = NULL;

  if (delay->tail != delay->head) {
    int64_t ns = delay->ring[delay->tail % HELD_MAX].due - now_ns();
    if (ns > 0) left = (struct timespec){ .tv_sec = ns / NS_PER_S, .tv_nsec = ns % NS_PER_S };
    until = &left;
  }
  return ppoll(&arrival, 1, until, NULL) >= 0 || errno == EINTR;
}

/* Reads a whole number up to MAX; false if TEXT is anything else. */
static bool
parse_number(const char *text, unsigned long max, unsigned long *number)
{
  char *end;

  if (text[0] < '0' || text[0] > '9') return false;
  errno = 0;
  *number = strtoul(text, &end, 10);
  return errno == 0 && *end == '\0' && *number <= max;
}

int
main(int argc, char **argv)
{
  static struct delay delay;
  unsigned long queue, ms;

  if (argc != 3 || !parse_number(argv[1], UINT16_MAX, &queue) || !parse_number(argv[2], 9999, &ms)) {
    fprintf(stderr, "usage: delay QUEUE MILLISECONDS (at most 9999)\n");
    return 1;
  }
  delay.queue = (uint16_t)queue;
  delay.wait = (int64_t)ms * NS_PER_MS;
  if (!open_queue(&delay)) {
    fprintf(stderr, "delay: queue %lu: %s\n", queue, strerror(errno));
    return 1;
  }
  puts("ready");
  fflush(stdout);
  while (wait_next(&delay)) {
    take_arrived(&delay);
    release_due(&delay);
  }
  fprintf(stderr, "delay: %s\n", strerror(errno));
  return 1;
}
