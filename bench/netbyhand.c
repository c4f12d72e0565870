/*
 * A container's wire by hand: what Alcove's networks are measured against. The same messages to rtnetlink as Alcove
 * sends, and nothing else: no addresses are chosen, nothing is recorded. In a network namespace of its own, with a bridge.
 *
 *   netbyhand end|delete      then a count a line on standard input: so many times a wire is made into a new network
 *                             namespace (which is made before the clock runs) and taken away; for each a line "WALL CPU" in
 *                             nanoseconds. It is taken away by the end of the namespace, which the kernel does later, or by
 *                             deleting the link
 *   netbyhand stay            the same, but all wires stay until the last is made
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <linux/veth.h>
#include <net/if.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { MOST = 1000 };
static int host, house, sequence;
static char buffer[4096] __attribute__((aligned(8)));

static long ok(long r, const char *what) {
    if (r < 0) {
        fprintf(stderr, "netbyhand: %s: %s\n", what, strerror(errno));
        _exit(1);
    }
    return r;
}
#define OK(call) ok((call), #call)

static struct nlmsghdr *begin(int type, int flags, const void *fixed, int length) {
    struct nlmsghdr *n = (struct nlmsghdr *)buffer;
    memset(buffer, 0, sizeof buffer);
    n->nlmsg_len = NLMSG_LENGTH(length);
    n->nlmsg_type = type;
    n->nlmsg_flags = NLM_F_REQUEST | flags;
    n->nlmsg_seq = ++sequence;
    memcpy(NLMSG_DATA(n), fixed, length);
    return n;
}

static struct rtattr *put(struct nlmsghdr *n, int type, const void *value, int length) {
    struct rtattr *a = (struct rtattr *)((char *)n + NLMSG_ALIGN(n->nlmsg_len));
    a->rta_type = type;
    a->rta_len = RTA_LENGTH(length);
    if (length) memcpy(RTA_DATA(a), value, length);
    n->nlmsg_len = NLMSG_ALIGN(n->nlmsg_len) + RTA_ALIGN(a->rta_len);
    return a;
}

static void end(struct nlmsghdr *n, struct rtattr *a) { a->rta_len = (char *)n + n->nlmsg_len - (char *)a; }

/* Sends it and reads one answer: the acknowledgement's error, or the link's peer. */
static int ask(int socket, struct nlmsghdr *n) {
    static char answer[32768] __attribute__((aligned(8)));
    OK(send(socket, n, n->nlmsg_len, 0));
    OK(recv(socket, answer, sizeof answer, 0));
    struct nlmsghdr *a = (struct nlmsghdr *)answer;
    if (a->nlmsg_type == NLMSG_ERROR) {
        struct nlmsgerr *e = NLMSG_DATA(a);
        if (e->error) {
            errno = -e->error;
            ok(-1, "rtnetlink");
        }
        return 0;
    }
    struct ifinfomsg *i = NLMSG_DATA(a);
    int left = a->nlmsg_len - NLMSG_LENGTH(sizeof *i);
    for (struct rtattr *r = IFLA_RTA(i); RTA_OK(r, left); r = RTA_NEXT(r, left))
        if (r->rta_type == IFLA_LINK) return *(int *)RTA_DATA(r);
    return i->ifi_index;
}

static int rtnetlink(void) {
    int fd = OK(socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE));
    return fd;
}

static int index_of(int socket, const char *name) {
    struct ifinfomsg link = {0};
    struct nlmsghdr *n = begin(RTM_GETLINK, 0, &link, sizeof link);
    uint32_t skip = RTEXT_FILTER_SKIP_STATS;
    put(n, IFLA_EXT_MASK, &skip, 4);
    put(n, IFLA_IFNAME, name, strlen(name) + 1);
    return ask(socket, n);
}

static void set_up(int socket, int index) {
    struct ifinfomsg link = {.ifi_index = index, .ifi_flags = IFF_UP, .ifi_change = IFF_UP};
    ask(socket, begin(RTM_NEWLINK, NLM_F_ACK, &link, sizeof link));
}

static void address(int socket, int index, uint32_t ip, int prefix) {
    struct ifaddrmsg a = {.ifa_family = AF_INET, .ifa_prefixlen = prefix, .ifa_index = index};
    struct nlmsghdr *n = begin(RTM_NEWADDR, NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL, &a, sizeof a);
    uint32_t be = htonl(ip), all = htonl(ip | ((1u << (32 - prefix)) - 1));
    put(n, IFA_LOCAL, &be, 4);
    put(n, IFA_ADDRESS, &be, 4);
    put(n, IFA_BROADCAST, &all, 4);
    ask(socket, n);
}

static void default_route(int socket, int index, uint32_t by) {
    struct rtmsg r = {.rtm_family = AF_INET, .rtm_table = RT_TABLE_MAIN, .rtm_protocol = RTPROT_STATIC,
                      .rtm_type = RTN_UNICAST};
    struct nlmsghdr *n = begin(RTM_NEWROUTE, NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL, &r, sizeof r);
    uint32_t be = htonl(by);
    put(n, RTA_GATEWAY, &be, 4);
    put(n, RTA_OIF, &index, 4);
    ask(socket, n);
}

static void veth(int socket, const char *name, int bridge, int space, uint32_t ip) {
    struct ifinfomsg here = {.ifi_flags = IFF_UP, .ifi_change = IFF_UP}, there = {0};
    struct nlmsghdr *n = begin(RTM_NEWLINK, NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL, &here, sizeof here);
    put(n, IFLA_IFNAME, name, strlen(name) + 1);
    put(n, IFLA_MASTER, &bridge, 4);
    struct rtattr *info = put(n, IFLA_LINKINFO | NLA_F_NESTED, 0, 0);
    put(n, IFLA_INFO_KIND, "veth", 5);
    struct rtattr *data = put(n, IFLA_INFO_DATA | NLA_F_NESTED, 0, 0);
    struct rtattr *peer = put(n, VETH_INFO_PEER | NLA_F_NESTED, &there, sizeof there);
    uint32_t be = htonl(ip);
    unsigned char mac[6] = {2, 0x42};
    memcpy(mac + 2, &be, 4);
    put(n, IFLA_IFNAME, "eth0", 5);
    put(n, IFLA_ADDRESS, mac, 6);
    put(n, IFLA_NET_NS_FD, &space, 4);
    end(n, peer);
    end(n, data);
    end(n, info);
    ask(socket, n);
}

static void no_ipv6(const char *link) {
    char path[128];
    snprintf(path, sizeof path, "/proc/sys/net/ipv6/conf/%s/disable_ipv6", link);
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    if (fd >= 0) {
        OK(write(fd, "1", 1));
        close(fd);
    }
}

static int64_t clock_of(clockid_t c) {
    struct timespec t;
    clock_gettime(c, &t);
    return t.tv_sec * 1000000000LL + t.tv_nsec;
}

static int new_space(void) {
    OK(unshare(CLONE_NEWNET));
    int fd = OK(open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC));
    OK(setns(house, CLONE_NEWNET));
    return fd;
}

static void wire(const char *name, int space, uint32_t ip, uint32_t gateway) {
    int bridge = index_of(host, "br0");
    veth(host, name, bridge, space, ip);
    int inside = index_of(host, name);
    OK(setns(space, CLONE_NEWNET));
    int socket = rtnetlink();
    no_ipv6("eth0");
    address(socket, inside, ip, 16);
    set_up(socket, inside);
    default_route(socket, inside, gateway);
    close(socket);
    OK(setns(house, CLONE_NEWNET));
}

static void unwire(const char *name, int delete) {
    if (delete) {
        struct ifinfomsg link = {0};
        struct nlmsghdr *n = begin(RTM_DELLINK, NLM_F_ACK, &link, sizeof link);
        put(n, IFLA_IFNAME, name, strlen(name) + 1);
        ask(host, n);
    }
}

int main(int argc, char **argv) {
    int delete = argc > 1 && !strcmp(argv[1], "delete"), stay = argc > 1 && !strcmp(argv[1], "stay");
    uint32_t gateway = 10u << 24 | 90u << 16 | 1;
    OK(unshare(CLONE_NEWNET));
    house = OK(open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC));
    host = rtnetlink();
    struct ifinfomsg link = {0};
    struct nlmsghdr *n = begin(RTM_NEWLINK, NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL, &link, sizeof link);
    put(n, IFLA_IFNAME, "br0", 4);
    struct rtattr *info = put(n, IFLA_LINKINFO | NLA_F_NESTED, 0, 0);
    put(n, IFLA_INFO_KIND, "bridge", 7);
    end(n, info);
    ask(host, n);
    int bridge = index_of(host, "br0");
    no_ipv6("br0");
    address(host, bridge, gateway, 16);
    set_up(host, bridge);
    static int spaces[MOST];
    char line[64];
    uint32_t next = 1;
    while (fgets(line, sizeof line, stdin)) {
        int count = atoi(line) < MOST ? atoi(line) : MOST;
        for (int i = 0; i < count; i++) spaces[i] = new_space();
        for (int i = 0; i < count; i++) {
            char name[16];
            next = next % 60000 + 1;
            snprintf(name, sizeof name, "av%u", next);
            int64_t cpu = clock_of(CLOCK_PROCESS_CPUTIME_ID), wall = clock_of(CLOCK_MONOTONIC);
            wire(name, spaces[i], gateway + next, gateway);
            unwire(name, delete);
            wall = clock_of(CLOCK_MONOTONIC) - wall;
            cpu = clock_of(CLOCK_PROCESS_CPUTIME_ID) - cpu;
            printf("%lld %lld\n", (long long)wall, (long long)cpu);
            if (!stay) close(spaces[i]);
        }
        fflush(stdout);
        for (int i = 0; stay && i < count; i++) close(spaces[i]);
    }
    return 0;
}
