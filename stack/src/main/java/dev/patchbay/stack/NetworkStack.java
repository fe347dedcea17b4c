package dev.patchbay.stack;

import dev.patchbay.stack.autoconf.RouterDiscovery;
import dev.patchbay.stack.bridge.Bridge;
import dev.patchbay.stack.classifier.ActionTable;
import dev.patchbay.stack.conf.ConfChanges;
import dev.patchbay.stack.conf.Ipv6Key;
import dev.patchbay.stack.conf.StackConf;
import dev.patchbay.stack.device.DeviceHost;
import dev.patchbay.stack.device.DeviceQueueing;
import dev.patchbay.stack.device.LinkEvent;
import dev.patchbay.stack.device.LinkListener;
import dev.patchbay.stack.device.Loopback;
import dev.patchbay.stack.device.MasterPort;
import dev.patchbay.stack.device.NetDevice;
import dev.patchbay.stack.icmp.IcmpInput;
import dev.patchbay.stack.icmp.IcmpOutput;
import dev.patchbay.stack.ip.DatagramMemory;
import dev.patchbay.stack.ip.Fragmenter;
import dev.patchbay.stack.ip.InterfaceAddress;
import dev.patchbay.stack.ip.InterfaceAddresses;
import dev.patchbay.stack.ip.IpAddress;
import dev.patchbay.stack.ip.IpCounters;
import dev.patchbay.stack.ip.IpOutput;
import dev.patchbay.stack.ip.Ipv4Input;
import dev.patchbay.stack.ip.Ipv6Input;
import dev.patchbay.stack.ip.LocalFallback;
import dev.patchbay.stack.ip.Reassembler;
import dev.patchbay.stack.ip.Redirects;
import dev.patchbay.stack.ip.SocketOutput;
import dev.patchbay.stack.ip.Transports;
import dev.patchbay.stack.loop.EventLoop;
import dev.patchbay.stack.multicast.MulticastEngine;
import dev.patchbay.stack.neighbour.ArpProtocol;
import dev.patchbay.stack.neighbour.NdpProtocol;
import dev.patchbay.stack.neighbour.NdpRedirect;
import dev.patchbay.stack.neighbour.NeighbourTable;
import dev.patchbay.stack.neighbour.ProxyTable;
import dev.patchbay.stack.netfilter.Netfilter;
import dev.patchbay.stack.packet.DropReason;
import dev.patchbay.stack.packet.Packet;
import dev.patchbay.stack.packet.PacketPool;
import dev.patchbay.stack.ping.PingEngine;
import dev.patchbay.stack.qdisc.QdiscHandles;
import dev.patchbay.stack.random.RandomSource;
import dev.patchbay.stack.raw.PacketEngine;
import dev.patchbay.stack.raw.RawEngine;
import dev.patchbay.stack.route.Fib;
import dev.patchbay.stack.route.Route;
import dev.patchbay.stack.socket.SocketLayer;
import dev.patchbay.stack.tcp.TcpConfig;
import dev.patchbay.stack.tcp.TcpEngine;
import dev.patchbay.stack.udp.UdpEngine;
import dev.patchbay.stack.wire.Addresses;
import dev.patchbay.stack.wire.EtherType;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One network namespace: devices, addresses, routes, neighbours, protocols and sockets. Everything
 * in it belongs to one event loop; no method may be called from another thread.
 */
public final class NetworkStack implements DeviceHost {
  private static final int IPV6_MINIMUM_MTU = 1280;

  /** Between pieces of work that would hold up the loop at once, in ns. */
  private static final long PIECE_GAP = 1_000_000;

  private final Namespaces namespaces;
  private final NamespaceNumbers numbers = new NamespaceNumbers();
  private final StackConf conf = new StackConf();
  private final EventLoop loop;
  private final PacketPool pool;
  private final RandomSource random;
  private final List<NetDevice> devices = new ArrayList<>();
  private final IpCounters counters4 = new IpCounters();
  private final IpCounters counters6 = new IpCounters();
  private final Fib routes4 = new Fib(true);
  private final Fib routes6 = new Fib(false);
  private final InterfaceAddresses addresses;
  private final Netfilter netfilter;
  private final NeighbourTable neighbours;
  private final ArpProtocol arp;
  private final NdpProtocol ndp;
  private final NdpRedirect ndpRedirect;
  private final Redirects redirects;
  private final RouterDiscovery routerDiscovery;
  private final IpOutput output;
  private final Fragmenter fragmenter;
  private final SocketOutput socketOutput;
  private final Reassembler reassembler;
  private final Ipv4Input input4;
  private final Ipv6Input input6;
  private final Transports transports;
  private final IcmpOutput icmp;
  private final IcmpInput icmpInput;
  private final DatagramMemory datagramMemory;
  private final MulticastEngine multicast;
  private final UdpEngine udp;
  private final UdpEngine udpLite;
  private final RawEngine raw;
  private final PingEngine ping;
  private final PacketEngine packets;
  private final TcpConfig tcpConfig;
  private final TcpEngine tcp;
  private final Loopback loopback;
  private final SocketLayer sockets;
  private final QdiscHandles qdiscHandles = new QdiscHandles();
  private final ActionTable actions = new ActionTable();
  private final List<LinkListener> linkListeners = new ArrayList<>();
  private int nextIndex = 1;

  /**
   * An appliance's initial namespace, with {@code lo} only, up, as {@code ip netns add} and {@code
   * ip link set lo up} leave it. It is a router; those that are made beside it send packets of IPv4
   * on as it does then, and of IPv6 not, as on Linux.
   */
  public NetworkStack(EventLoop loop, PacketPool pool, RandomSource random) {
    this(null, loop, pool, random);
    ConfChanges.router(this);
    setUp(loopback, true);
  }

  /** One more beside others, with {@code lo} only, down. */
  NetworkStack(Namespaces others, RandomSource random) {
    this(others, others.initial().loop(), others.initial().pool(), random);
  }

  private NetworkStack(
      @Nullable Namespaces others, EventLoop loop, PacketPool pool, RandomSource random) {
    namespaces = others != null ? others : new Namespaces(this);
    if (others != null) {
      conf.inherit(others.initial().conf());
    }
    this.loop = loop;
    this.pool = pool;
    this.random = random;
    routes4.inPieces(this::runSoon);
    routes6.inPieces(this::runSoon);
    routes4.hashKey(random.hash("multipath inet"));
    routes6.hashKey(random.hash("multipath inet6"));
    addresses = new InterfaceAddresses(this);
    netfilter = new Netfilter(this);
    neighbours = new NeighbourTable(loop, random);
    ndpRedirect = new NdpRedirect(this);
    redirects = new Redirects(this);
    output = new IpOutput(this);
    fragmenter = new Fragmenter(this);
    reassembler = new Reassembler(this);
    input4 = new Ipv4Input(this);
    input6 = new Ipv6Input(this);
    transports = new Transports(this);
    icmp = new IcmpOutput(this);
    icmpInput = new IcmpInput(this);
    arp = new ArpProtocol(this);
    ndp = new NdpProtocol(this);
    routerDiscovery = new RouterDiscovery(this);
    datagramMemory = new DatagramMemory(pool.limit() / 4);
    socketOutput = new SocketOutput(this);
    multicast = new MulticastEngine(this);
    udp = new UdpEngine(this, false);
    udpLite = new UdpEngine(this, true);
    raw = new RawEngine(this);
    ping = new PingEngine(this);
    packets = new PacketEngine(this);
    tcpConfig = new TcpConfig();
    tcpConfig.reservedPorts = conf.reservedPorts;
    tcp = new TcpEngine(loop, pool, random.derive("tcp"), output, tcpConfig);
    neighbours.connect(arp, ndp, this::neighbourFailed);
    neighbours.proxies().onChange(new ProxyGroups());
    loopback = new Loopback(nextIndex(), loop);
    add(loopback);
    sockets = new SocketLayer(this);
  }

  /** Runs a piece of work in one of the next turns, after what has come meanwhile. */
  private void runSoon(Runnable piece) {
    loop.timer(piece).arm(loop.now() + PIECE_GAP);
  }

  /** What a loopback device has when it comes up ({@code inetdev_event}, {@code init_loopback}). */
  public static List<InterfaceAddress> loopbackAddresses() {
    return List.of(hostAddress("127.0.0.1", 8), hostAddress("::1", 128));
  }

  private void addLoopbackAddresses(NetDevice device) {
    List<InterfaceAddress> there = device.addresses();
    if (there.stream().noneMatch(own -> own.address().isV4())) {
      addAddress(device, loopbackAddresses().getFirst());
    }
    InterfaceAddress six = loopbackAddresses().getLast();
    if (!device.conf6().is(Ipv6Key.DISABLE_IPV6)
        && there.stream().noneMatch(own -> own.address().equals(six.address()))) {
      addAddress(device, six);
    }
  }

  private static InterfaceAddress hostAddress(String text, int prefix) {
    IpAddress address = IpAddress.parse(text);
    return new InterfaceAddress(
        address, prefix, null, InterfaceAddress.Scope.HOST, false, false, "lo");
  }

  /** The namespaces of the appliance that this one is one of. */
  public Namespaces namespaces() {
    return namespaces;
  }

  /** The numbers by which this one knows the others. */
  public NamespaceNumbers numbers() {
    return numbers;
  }

  /** What {@code sysctl} sets; live. */
  public StackConf conf() {
    return conf;
  }

  public EventLoop loop() {
    return loop;
  }

  public PacketPool pool() {
    return pool;
  }

  public RandomSource random() {
    return random;
  }

  public Fib routes4() {
    return routes4;
  }

  public Fib routes6() {
    return routes6;
  }

  /** The routes of the family of an address. */
  public Fib routes(long hi, long lo) {
    return Addresses.isV4(hi, lo) ? routes4 : routes6;
  }

  /** The addresses of all devices. */
  public InterfaceAddresses addresses() {
    return addresses;
  }

  /** What happened in IP and above it; live, TCP apart. */
  public IpCounters counters(boolean v4) {
    return v4 ? counters4 : counters6;
  }

  public NeighbourTable neighbours() {
    return neighbours;
  }

  /** The rules of iptables. */
  public Netfilter netfilter() {
    return netfilter;
  }

  public ArpProtocol arp() {
    return arp;
  }

  public NdpProtocol ndp() {
    return ndp;
  }

  /** Redirects of IPv6 to our neighbours. */
  public NdpRedirect ndpRedirect() {
    return ndpRedirect;
  }

  /** Redirects of our gateways. */
  public Redirects redirects() {
    return redirects;
  }

  /** Router advertisements that devices take. */
  public RouterDiscovery routerDiscovery() {
    return routerDiscovery;
  }

  public IpOutput output() {
    return output;
  }

  public Fragmenter fragmenter() {
    return fragmenter;
  }

  public Reassembler reassembler() {
    return reassembler;
  }

  public Transports transports() {
    return transports;
  }

  public IcmpOutput icmp() {
    return icmp;
  }

  public IcmpInput icmpInput() {
    return icmpInput;
  }

  public UdpEngine udp() {
    return udp;
  }

  public UdpEngine udpLite() {
    return udpLite;
  }

  /** Raw sockets of both families. */
  public RawEngine raw() {
    return raw;
  }

  /** Ping sockets of both families. */
  public PingEngine ping() {
    return ping;
  }

  /** Packet sockets. */
  public PacketEngine packets() {
    return packets;
  }

  /** The account of all receive buffers of datagram sockets. */
  public DatagramMemory datagramMemory() {
    return datagramMemory;
  }

  /** Groups and who has joined them. */
  public MulticastEngine multicast() {
    return multicast;
  }

  /** The way of datagrams from sockets. */
  public SocketOutput socketOutput() {
    return socketOutput;
  }

  public TcpEngine tcp() {
    return tcp;
  }

  /** Limits and times of TCP; live. */
  public TcpConfig tcpConfig() {
    return tcpConfig;
  }

  /** The system calls of sockets. */
  public SocketLayer sockets() {
    return sockets;
  }

  public Loopback loopback() {
    return loopback;
  }

  /** Who takes what is addressed to us and no socket wants. */
  public void localFallback(@Nullable LocalFallback fallback) {
    transports.fallback(fallback);
  }

  /** The place of a device's qdiscs, made when first asked for. */
  public DeviceQueueing queueing(NetDevice device) {
    DeviceQueueing queueing = device.queueing();
    if (queueing == null) {
      queueing = new DeviceQueueing(device, loop, pool, qdiscHandles, actions, random);
      device.queueing(queueing);
    }
    return queueing;
  }

  /** A device index that no device has here ({@code dev_new_index}). */
  public int nextIndex() {
    while (device(nextIndex) != null) {
      nextIndex++;
    }
    return nextIndex++;
  }

  /** Devices in the order of their indices; changed by {@link #add} and {@link #remove} only. */
  public List<NetDevice> devices() {
    return devices;
  }

  /** The device of that name, or null. */
  public @Nullable NetDevice device(String name) {
    for (NetDevice device : devices) {
      if (device.name().equals(name)) {
        return device;
      }
    }
    return null;
  }

  /** Registers a device ({@code register_netdevice}); it is down. */
  public void add(NetDevice device) {
    if (device(device.name()) != null) {
      throw new IllegalArgumentException("a device " + device.name() + " exists");
    }
    devices.add(device);
    devices.sort(Comparator.comparingInt(NetDevice::index));
    conf.deviceAdded(device);
    device.handler(this);
    if (device instanceof Bridge bridge) {
      bridge.pool(pool);
      bridge.filter(netfilter.bridges());
    }
    packets.deviceAdded(device);
    device.added();
    linkEvent(device, LinkEvent.REGISTERED);
  }

  /** Registers a device that another namespace has given away. */
  void adopt(NetDevice device) {
    if (device(device.index()) != null) {
      device.index(nextIndex());
    }
    devices.add(device);
    devices.sort(Comparator.comparingInt(NetDevice::index));
    conf.deviceAdded(device);
    device.handler(this);
    packets.deviceAdded(device);
    linkEvent(device, LinkEvent.REGISTERED);
  }

  /** The device of that index, or null. */
  public @Nullable NetDevice device(int index) {
    for (NetDevice device : devices) {
      if (device.index() == index) {
        return device;
      }
    }
    return null;
  }

  /** Who is told from now on what happens to devices ({@code register_netdevice_notifier}). */
  public void addLinkListener(LinkListener listener) {
    linkListeners.add(listener);
  }

  /** Tells it nothing more. */
  public void removeLinkListener(LinkListener listener) {
    linkListeners.remove(listener);
  }

  @Override
  public void linkEvent(NetDevice device, LinkEvent event) {
    if (event == LinkEvent.ADDRESS) {
      neighbours.flush(device);
    } else if (event == LinkEvent.NOTIFY_PEERS) {
      arp.announceAll(device);
      ndp.announceAll(device);
    } else if (event == LinkEvent.RESEND_IGMP) {
      multicast.resend4(device);
      if (device.master() instanceof Bridge bridge) {
        bridge.announce(event); // its groups are behind that port too (br_device_event)
      }
    }
    Namespaces.linkNumber(device); // who is told is told it too
    for (int i = 0; i < linkListeners.size(); i++) {
      linkListeners.get(i).linkEvent(device, event);
    }
  }

  /** Ends a device: it goes with its addresses, routes, neighbours, and the devices above it. */
  @Override
  public void remove(NetDevice device) {
    device.removing();
    release(device);
  }

  /**
   * Takes a device away with its addresses, routes, neighbours and qdiscs; it may live on
   * elsewhere.
   */
  public void release(NetDevice device) {
    MasterPort port = device.masterPort();
    if (port != null) {
      port.remove();
    }
    setUp(device, false);
    packets.deviceRemoved(device);
    multicast.deviceRemoved(device);
    neighbours.removeDevice(device);
    neighbours.forgetPort(device);
    routes4.removeDevice(device);
    routes6.removeDevice(device);
    addresses.deviceRemoved(device);
    device.removeQueueing();
    device.handler(null);
    devices.remove(device);
    linkEvent(device, LinkEvent.UNREGISTERED);
  }

  /**
   * Sets a device up or down. One that is no bridge port gets the route of multicast ({@code
   * addrconf_add_mroute}), and an Ethernet device its link-local address (RFC 4291 section 2.5.6).
   */
  @Override
  public void setUp(NetDevice device, boolean up) {
    if (device.isUp() == up) {
      return;
    }
    if (up && device.kind() == NetDevice.Kind.LOOPBACK) {
      addLoopbackAddresses(device);
    }
    device.up(up);
    if (up) {
      opened(device);
    } else {
      packets.deviceDown(device);
      multicast.deviceDown(device);
      neighbours.removeDevice(device);
      addresses.deviceDown(device);
      routes4.deviceDown(device);
      routes6.deviceDown(device);
    }
    device.announce(up ? LinkEvent.UP : LinkEvent.DOWN);
  }

  private void opened(NetDevice device) {
    addresses.deviceUp(device);
    opened6(device);
    multicast.deviceUp(device);
    arp.deviceUp(device);
  }

  /**
   * A device has IPv6 from now on, or no more, as its {@code disable_ipv6} says ({@code
   * addrconf_ifdown}, {@code addrconf_notify}).
   */
  public void ipv6Changed(NetDevice device) {
    if (device.conf6().is(Ipv6Key.DISABLE_IPV6)) {
      neighbours.flush6(device);
      addresses.deviceDown(device);
      routes6.deviceDown(device);
    } else if (device.isUp()) {
      if (device.kind() == NetDevice.Kind.LOOPBACK) {
        addLoopbackAddresses(device);
      }
      opened6(device);
    }
    routerDiscovery.ipv6Changed(device);
  }

  private void opened6(NetDevice device) {
    boolean six =
        device.kind() != NetDevice.Kind.LOOPBACK
            && device.master() == null
            && device.mtu() >= IPV6_MINIMUM_MTU
            && !device.conf6().is(Ipv6Key.DISABLE_IPV6);
    if (six) {
      addresses.addGroupRoute(device);
    }
    InterfaceAddress own = ownAddress(device);
    if (own != null && linkLocal(device) == null) {
      addAddress(device, own);
    }
  }

  /** The address that a device gets when it comes up (RFC 4291 section 2.5.6), or null. */
  public static @Nullable InterfaceAddress ownAddress(NetDevice device) {
    boolean six =
        device.isEthernet()
            && device.master() == null
            && device.mtu() >= IPV6_MINIMUM_MTU
            && !device.conf6().is(Ipv6Key.DISABLE_IPV6);
    if (!six || device.mac() == 0) {
      return null;
    }
    IpAddress address = new IpAddress(0xfe80_0000_0000_0000L, Addresses.eui64(device.mac()));
    return new InterfaceAddress(
        address, 64, null, InterfaceAddress.Scope.LINK, false, false, device.name());
  }

  /** The IPv6 link-local address of a device, or null. */
  public @Nullable IpAddress linkLocal(NetDevice device) {
    return InterfaceAddresses.linkLocal(device);
  }

  /** Adds an address with the routes that Linux makes of it. */
  public void addAddress(NetDevice device, InterfaceAddress own) {
    addresses.add(device, own);
  }

  /** Whether the address is one of ours. */
  public boolean isLocal(long hi, long lo) {
    return routes(hi, lo).addressType(hi, lo) == Route.Type.LOCAL;
  }

  /** Whether sockets may take the address: it is ours, or {@code ip_nonlocal_bind} says so. */
  public boolean mayBind(long hi, long lo) {
    boolean any = Addresses.isV4(hi, lo) ? conf.nonlocalBind4 : conf.nonlocalBind6;
    return any || isLocal(hi, lo);
  }

  /** Whether it is a broadcast of a network of ours, or the limited one (IPv4). */
  public boolean isBroadcast(long hi, long lo) {
    if (!Addresses.isV4(hi, lo) || Addresses.isLimitedBroadcast(hi, lo)) {
      return Addresses.isLimitedBroadcast(hi, lo);
    }
    return routes4.addressType(hi, lo) == Route.Type.BROADCAST;
  }

  /** The device that has the address, or null. */
  public @Nullable NetDevice deviceOf(long hi, long lo) {
    return routes(hi, lo).deviceOf(hi, lo);
  }

  /** Takes a packet to a group or broadcast that we sent ourselves ({@code dev_loopback_xmit}). */
  public void receiveLooped(Packet packet) {
    if (packet.isIpv4()) {
      input4.receiveLooped(packet);
    } else {
      input6.receiveLooped(packet);
    }
  }

  /** Who is asked for in a group must have joined it ({@code pndisc_constructor}). */
  private final class ProxyGroups implements ProxyTable.Listener {
    @Override
    public void added(ProxyTable.Entry entry, NetDevice device) {
      multicast.addressAdded(device, new IpAddress(entry.hi(), entry.lo()));
    }

    @Override
    public void removed(ProxyTable.Entry entry, NetDevice device) {
      multicast.addressRemoved(device, new IpAddress(entry.hi(), entry.lo()));
    }
  }

  private void neighbourFailed(Packet packet) {
    icmp.unreachable(packet, 1, 3);
    packet.drop(DropReason.NEIGH_FAILED);
  }

  @Override
  public void deliver(Packet packet, int etherType) {
    switch (etherType) {
      case EtherType.IPV4 -> input4.receive(packet);
      case EtherType.IPV6 -> {
        NetDevice device = packet.device;
        if (device != null && device.mtu() < IPV6_MINIMUM_MTU) {
          device.dropReceived(packet, DropReason.INVALID_PROTO);
        } else if (device != null && device.conf6().is(Ipv6Key.DISABLE_IPV6)) {
          counters6.inDiscards++;
          device.dropReceived(packet, DropReason.IPV6DISABLED);
        } else {
          input6.receive(packet);
        }
      }
      case EtherType.ARP -> arp.receive(packet);
      default -> {
        NetDevice device = packet.device;
        if (device != null) {
          device.dropReceived(packet, DropReason.INVALID_PROTO);
        } else {
          packet.drop(DropReason.INVALID_PROTO);
        }
      }
    }
  }
}
