package dev.patchbay.backend.uplink;

import dev.patchbay.backend.config.Forward;
import dev.patchbay.backend.sys.DatagramReader;
import dev.patchbay.backend.sys.Fd;
import dev.patchbay.backend.sys.FdHandle;
import dev.patchbay.backend.sys.SockAddr;
import dev.patchbay.backend.sys.SockOpt;
import dev.patchbay.stack.ip.IpAddress;
import dev.patchbay.stack.packet.DropReason;
import dev.patchbay.stack.packet.Packet;
import dev.patchbay.stack.wire.Udp;
import org.jspecify.annotations.Nullable;

/** A UDP socket of the host: each client gets a port of its own towards the guest. */
final class UdpForward extends OpenForward implements DatagramBurst.Sender {
  private static final int ROUNDS = 4;
  private static final int FIRST_PORT = 32768;
  private static final int PORTS = 28232;
  private static final int ATTEMPTS = 64;

  /** A client, found by its address on the host's side. */
  private static final class Client extends EndpointTable.Node {
    final SockAddr address = new SockAddr();
    final IpAddress target;
    final Inner inner;
    long last;

    /** When the guest last answered; at first, when the client came. */
    long answered;

    Client(UdpForward forward, SockAddr from, IpAddress target, IpAddress source, int port) {
      super(from.hi(), from.lo(), from.port());
      address.copyFrom(from);
      this.target = target;
      inner = new Inner(forward, this, source, port);
    }
  }

  /** The same client, found by what the guest sees. */
  static final class Inner extends EndpointTable.Node {
    private final UdpForward forward;
    private final Client client;

    Inner(UdpForward forward, Client client, IpAddress source, int port) {
      super(source.hi(), source.lo(), port);
      this.forward = forward;
      this.client = client;
    }

    boolean reply(Packet p) {
      return forward.reply(client, p);
    }
  }

  private final EndpointTable<Client> clients;
  private final Shared shared;
  private final DatagramBurst.SegmentLimit segments = new DatagramBurst.SegmentLimit();

  UdpForward(ForwardTable table, int id, Forward rule, int port, int fd) {
    super(table, id, rule, port, fd);
    shared = table.shared;
    clients = new EndpointTable<>(table.random.hash("clients"));
    SockAddr bound = new SockAddr();
    Fd.localAddress(fd, bound);
    SockOpt.receiveTtl(fd, bound.family(), true);
  }

  @Override
  public void onReadable(FdHandle h) {
    DatagramReader r = shared.reader;
    for (int round = 0; round < ROUNDS; round++) {
      int n = r.receive(h.number());
      for (int i = 0; i < n; i++) {
        r.select(i);
        received(r);
      }
      if (n < Shared.BURST) {
        return;
      }
    }
  }

  private void received(DatagramReader r) {
    SockAddr from = r.source();
    Client client = clients.get(from.hi(), from.lo(), from.port());
    if (client == null) {
      client = open(from);
      if (client == null) {
        return;
      }
    }
    client.last = shared.now();
    Inner inner = client.inner;
    Packet p = UdpFlow.build(shared, r, inner.number, rule.guestPort());
    if (p == null) {
      return;
    }
    IpAddress to = client.target;
    Emitter.partialChecksum(p, 6, inner.hi, inner.lo, to.hi(), to.lo());
    shared.counters.udpIn++;
    shared.emitter.send(p, inner.hi, inner.lo, to.hi(), to.lo());
  }

  private @Nullable Client open(SockAddr from) {
    IpAddress target = table.resolver.resolve(rule.guest());
    if (target == null) {
      shared.counters.forwardFailed++;
      return null;
    }
    if (clients.count() >= shared.options.maxForwardClients) {
      shared.counters.flowLimit++;
      return null;
    }
    IpAddress source = table.source(from, target);
    boolean own = source.hi() == from.hi() && source.lo() == from.lo();
    int port = own ? from.port() : freePort(source);
    if (own && table.inner.get(source.hi(), source.lo(), port) != null) {
      // the same client speaks by another forward: the guests' answers could not be told apart
      source = shared.inside.gateway(target);
      port = freePort(source);
    }
    if (port < 0) {
      shared.counters.flowLimit++;
      return null;
    }
    Client client = new Client(this, from, target, source, port);
    client.answered = shared.now();
    clients.put(client);
    table.inner.put(client.inner);
    shared.counters.forwardOpened++;
    table.clientAdded();
    return client;
  }

  private int freePort(IpAddress source) {
    for (int i = 0; i < ATTEMPTS; i++) {
      int port = FIRST_PORT + table.random.nextInt(PORTS);
      if (table.inner.get(source.hi(), source.lo(), port) == null) {
        return port;
      }
    }
    return -1;
  }

  /**
   * A datagram from inside to a client's address there; false where its sender is not that client's
   * guest.
   */
  private boolean reply(Client client, Packet p) {
    if (p.sourceLo() != client.target.lo() || p.sourceHi() != client.target.hi()) {
      return false;
    }
    client.last = shared.now();
    client.answered = client.last;
    shared.counters.udpOut++;
    int length = p.udp().length() - Udp.LENGTH;
    shared.burst.add(this, p, p.l4 + Udp.LENGTH, length, client.address, 0, -1);
    return true;
  }

  @Override
  public int fd() {
    return handle.number();
  }

  @Override
  public void drainErrors() {
    // without an error queue: the call that failed took the error away
  }

  @Override
  public void sendNow(Packet p, int at, int length, SockAddr to) {
    shared.burst.sendAlone(this, p, at, length, to, 0, -1);
  }

  @Override
  public void failed(Packet p, int errno) {
    shared.counters.hostErrors++;
    p.drop(DropReason.HOST_ERROR);
  }

  @Override
  public DatagramBurst.SegmentLimit segments() {
    return segments;
  }

  @Override
  public void onError(FdHandle h, int events) {
    Fd.socketError(h.number());
  }

  @Override
  void sweep(long now) {
    for (Client client : clients.all()) {
      if (now - client.last > shared.options.udpIdle || isMisled(client, now)) {
        forget(client);
      }
    }
  }

  /**
   * Whether a client that gets no answer speaks to an address that its guest has left: without end,
   * where it goes on trying from one port. Forgotten, it finds the guest by its next datagram.
   */
  private boolean isMisled(Client client, long now) {
    return now - client.answered > shared.options.forwardConnect
        && !client.target.equals(table.resolver.resolve(rule.guest()));
  }

  private void forget(Client client) {
    clients.remove(client);
    table.inner.remove(client.inner);
  }

  @Override
  void close() {
    shared.burst.flush(this);
    super.close();
    clients.all().forEach(this::forget);
  }
}
