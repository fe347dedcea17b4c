package dev.patchbay.stack.oracle.rules;

import dev.patchbay.stack.ip.IpAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** What passes between two who talk with each other by the router, or with the router. */
final class Talk {
  static final int[] CLIENTS = {1025, 4000, 4001, 50000};
  static final int[] SERVERS = {22, 53, 80, 443, 5000};

  final Random random;
  final Place.Host client;
  final IpAddress server;
  final int clientPort;
  final int serverPort;
  private final long serverMac;
  private final int serverLink;
  private final List<Step> steps = new ArrayList<>();
  private final int tos;
  private final int hops;
  private int id;

  /** The client's last step, which the server has heard; -1 none. */
  private int heard = -1;

  Talk(Random random, boolean v4, int id) {
    this.random = random;
    this.id = id;
    List<Place.Host> hosts = Place.hosts(v4);
    client = hosts.get(random.nextInt(hosts.size()));
    Place.Host other = hosts.get(random.nextInt(hosts.size()));
    while (other.port() == client.port()) {
      other = hosts.get(random.nextInt(hosts.size()));
    }
    int kind = random.nextInt(100);
    serverLink = other.port();
    serverMac = other.mac();
    if (kind < 20) {
      server = Place.router(kind < 12 ? client.port() : serverLink, v4);
    } else if (kind < 24 && !v4) {
      server = IpAddress.parse(Place.NOWHERE6);
    } else {
      server = other.ip();
    }
    clientPort = CLIENTS[random.nextInt(CLIENTS.length)];
    serverPort = SERVERS[random.nextInt(SERVERS.length)];
    tos = random.nextInt(4) == 0 ? random.nextInt(256) : 0;
    hops = random.nextInt(12) == 0 ? 1 + random.nextInt(2) : 20 + random.nextInt(100);
  }

  /** All so far; each looks back at steps of this talk alone. */
  List<Step> steps() {
    return steps;
  }

  boolean v4() {
    return client.ip().isV4();
  }

  /** The number of the client's last step. */
  int heard() {
    return heard;
  }

  /** The client's IP packet. */
  byte[] toServer(int protocol, byte[] body) {
    return Wire.ip(client.ip(), server, protocol, hops, tos, ++id, body);
  }

  /** The IP packet of the server to the client. */
  byte[] toClient(int protocol, byte[] body) {
    return Wire.ip(server, client.ip(), protocol, hops, tos, ++id, body);
  }

  /** The client sends something. */
  void ask(int protocol, byte[] body) {
    askRaw(toServer(protocol, body));
  }

  /** The client sends an IP packet. */
  void askRaw(byte[] packet) {
    askRaw(packet, Place.mac(client.port()));
  }

  /** The client sends an IP packet in a frame to that MAC. */
  void askRaw(byte[] packet, long to) {
    heard = steps.size();
    byte[] frame = Wire.frame(to, client.mac(), packet);
    steps.add(new Step.Plain(new Step.In(client.port(), frame)));
  }

  /** The server answers to whom it sees. The router itself answers without us. */
  void answer(int protocol, byte[] body) {
    if (!Place.routers().contains(server)) {
      byte[] frame = Wire.frame(Place.mac(serverLink), serverMac, toClient(protocol, body));
      steps.add(new Step.Answer(heard, new Step.In(serverLink, frame)));
    }
  }

  /** An error about the client's last packet, from the server or one between. */
  void fail() {
    if (heard < 0) {
      return;
    }
    int[][] kinds =
        v4()
            ? new int[][] {{3, 0}, {3, 1}, {3, 3}, {3, 4}, {3, 13}, {11, 0}, {11, 1}, {12, 0}}
            : new int[][] {{1, 0}, {1, 3}, {1, 4}, {2, 0}, {3, 0}, {4, 0}, {4, 1}, {1, 1}};
    int[] kind = kinds[random.nextInt(kinds.length)];
    boolean tooBig = v4() ? kind[0] == 3 && kind[1] == 4 : kind[0] == 2;
    int header = v4() ? 20 : 40;
    int most = random.nextInt(4) == 0 ? header + 4 * random.nextInt(5) : header + 8;
    most = random.nextInt(3) == 0 ? 400 : most;
    List<Place.Host> hosts = Place.hosts(v4());
    // nobody speaks in the router's name: ours takes that for wrong, Linux not so of IPv6
    boolean between = Place.routers().contains(server) || random.nextBoolean();
    Place.Host by = between ? hosts.get(2 + random.nextInt(4)) : null;
    steps.add(new Step.Failure(heard, kind[0], kind[1], tooBig ? 1300 : 0, most, by));
  }

  /** A step once more, or the one before it. */
  void repeat() {
    if (!steps.isEmpty()) {
      steps.add(steps.get(Math.max(0, steps.size() - 1 - random.nextInt(2))));
    }
  }

  /** So many bytes of data at most, few of them mostly. */
  byte[] data(int most) {
    byte[] data = new byte[random.nextInt(random.nextInt(8) == 0 ? most + 1 : 32)];
    random.nextBytes(data);
    return data;
  }
}
