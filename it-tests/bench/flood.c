// flood: a guest that sends frames as fast as it is told, over QEMU's stream framing.
// usage: flood unix:PATH udp|unknown|arp RATE SECONDS    RATE in frames a second, 0 for no limit
//   udp      shortest datagrams from 10.0.2.66 to 192.0.2.3, port 9: out by the uplink, to nobody
//   unknown  frames for a station that no port has: the bridge must give them to every other port
//   arp      broadcasts that ask for an address which nobody has
// prints the frames that it has sent a second. What comes back is read and forgotten.
// build: cc -O2 -pthread -o flood flood.c
#include <arpa/inet.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

enum { LENGTH = 60, BATCH = 64 };
static int sock;

static void die(const char *what) { perror(what); exit(1); }

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec + t.tv_nsec / 1e9;
}

static void *forget(void *unused) {
  static char buffer[1 << 16];
  while (read(sock, buffer, sizeof buffer) > 0) {}
  return unused;
}

static void sum(unsigned char *ip) {
  uint32_t s = 0;
  for (int i = 0; i < 20; i += 2) s += ip[i] << 8 | ip[i + 1];
  while (s >> 16) s = (s & 0xffff) + (s >> 16);
  ip[10] = ~s >> 8;
  ip[11] = ~s;
}

static void fill(unsigned char *f, const char *kind) {
  static const unsigned char bridge[] = {0x52, 0x55, 0x0a, 0, 2, 2}, own[] = {0x52, 0x54, 0, 0x66, 0x66, 0x66};
  memset(f, 0, LENGTH);
  memcpy(f, bridge, 6);
  memcpy(f + 6, own, 6);
  f[12] = 8;
  if (!strcmp(kind, "arp")) {
    static const unsigned char arp[] = {0, 1, 8, 0, 6, 4, 0, 1, 0x52, 0x54, 0, 0x66, 0x66, 0x66, 10, 0, 2, 66, 0, 0, 0, 0, 0, 0, 10, 0, 2, 99};
    memset(f, 0xff, 6);
    f[13] = 6;
    memcpy(f + 14, arp, sizeof arp);
    return;
  }
  if (!strcmp(kind, "unknown")) memcpy(f, "\x52\x54\x00\x77\x77\x77", 6);
  static const unsigned char ip[] = {0x45, 0, 0, 46, 0, 0, 0x40, 0, 64, 17, 0, 0, 10, 0, 2, 66, 192, 0, 2, 3,
                                     0x0f, 0xa0, 0, 9, 0, 26, 0, 0};
  memcpy(f + 14, ip, sizeof ip);
  sum(f + 14);
}

int main(int argc, char **argv) {
  if (argc != 5 || strncmp(argv[1], "unix:", 5)) { fprintf(stderr, "usage: flood unix:PATH udp|unknown|arp RATE SECONDS\n"); return 2; }
  double rate = atof(argv[3]), seconds = atof(argv[4]);
  struct sockaddr_un a = {.sun_family = AF_UNIX};
  strncpy(a.sun_path, argv[1] + 5, sizeof a.sun_path - 1);
  sock = socket(AF_UNIX, SOCK_STREAM, 0);
  if (connect(sock, (struct sockaddr *) &a, sizeof a) < 0) die("connect");
  pthread_t t;
  pthread_create(&t, NULL, forget, NULL);
  static unsigned char batch[BATCH * (4 + LENGTH)];
  for (int i = 0; i < BATCH; i++) {
    uint32_t length = htonl(LENGTH);
    memcpy(batch + i * (4 + LENGTH), &length, 4);
    fill(batch + i * (4 + LENGTH) + 4, argv[2]);
  }
  double start = now(), passed;
  long sent = 0;
  while ((passed = now() - start) < seconds) {
    if (rate > 0 && sent >= passed * rate) { usleep(1000); continue; }
    for (size_t at = 0; at < sizeof batch;) {
      ssize_t n = write(sock, batch + at, sizeof batch - at);
      if (n <= 0) die("write");
      at += n;
    }
    sent += BATCH;
  }
  printf("%.0f\n", sent / passed);
  return 0;
}
