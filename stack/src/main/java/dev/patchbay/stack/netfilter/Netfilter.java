package dev.patchbay.stack.netfilter;

import dev.patchbay.stack.NetworkStack;
import dev.patchbay.stack.bridge.Bridge;
import dev.patchbay.stack.bridge.BridgeFilter;
import dev.patchbay.stack.conf.StackConf;
import dev.patchbay.stack.conntrack.Conntrack;
import dev.patchbay.stack.conntrack.Limits;
import dev.patchbay.stack.conntrack.helper.FtpHelper;
import dev.patchbay.stack.conntrack.helper.TftpHelper;
import dev.patchbay.stack.device.NetDevice;
import dev.patchbay.stack.ip.Fragmenter;
import dev.patchbay.stack.ip.IpAddress;
import dev.patchbay.stack.ip.Reassembler;
import dev.patchbay.stack.loop.EventLoop;
import dev.patchbay.stack.nat.Masquerades;
import dev.patchbay.stack.nat.Nat;
import dev.patchbay.stack.nat.PacketMangler;
import dev.patchbay.stack.neighbour.Neighbour;
import dev.patchbay.stack.netfilter.expression.Field;
import dev.patchbay.stack.netfilter.expression.PacketFields;
import dev.patchbay.stack.netfilter.ipset.IpSet;
import dev.patchbay.stack.netfilter.ipset.IpSets;
import dev.patchbay.stack.netfilter.log.LogGroups;
import dev.patchbay.stack.netfilter.log.PacketLog;
import dev.patchbay.stack.netfilter.place.Hook;
import dev.patchbay.stack.netfilter.state.SharedStates;
import dev.patchbay.stack.netfilter.targets.Duplicator;
import dev.patchbay.stack.netfilter.targets.Verdict;
import dev.patchbay.stack.packet.Packet;
import dev.patchbay.stack.route.Route;
import dev.patchbay.stack.trace.Trace;
import dev.patchbay.stack.trace.Tracing;
import dev.patchbay.stack.wire.Addresses;
import dev.patchbay.stack.wire.IpProtocol;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The rules of a namespace. Of its loop's thread.
 *
 * <p>A rule's answer (a reset, an ICMP error) goes through the hooks of its own while the packet
 * that caused it is still in one: so there is a place for each depth, and what goes deeper is
 * dropped.
 */
public final class Netfilter {
  private static final int DEPTH = 4;

  private static final int DHCP_CLIENT = 68;
  private static final int DHCP_SERVER = 67;
  private static final int DHCP6_CLIENT = 546;
  private static final int DHCP6_SERVER = 547;

  private final NetworkStack stack;
  private final EventLoop loop;
  private final Tracing tracing = new Tracing(this::tracingChanged);
  private final FamilyTables v4;
  private final FamilyTables v6;
  private final BridgeNetfilter bridges = new BridgeNetfilter(this);
  private final IpSets sets;
  private final PacketFields[] fields = new PacketFields[DEPTH];
  private final Way[] ways = new Way[DEPTH];
  private final Conntrack conntrack;
  private final Nat nat;
  private final Masquerades masquerades;
  private final PacketMangler mangler = new PacketMangler();
  private final TrackingStep trackingStep;
  private final ConfirmStep confirmStep;
  private final SharedStates states;
  private final Duplicator duplicator;
  private final PacketLog log;
  private final LogGroups logGroups = new LogGroups();
  private int depth;

  /** Whether {@link Hook#OUTPUT} has changed what the way of its last packet depends on. */
  private boolean diverted;

  /** Its mark when it was changed, {@link PacketFields#routeMark}. */
  private int divertedMark;

  public Netfilter(NetworkStack stack) {
    this.stack = stack;
    loop = stack.loop();
    NetworkStack initial = stack.namespaces().initial();
    Limits limits =
        stack.equals(initial) ? new Limits() : initial.netfilter().conntrack().settings().limits;
    conntrack = new Conntrack(loop, stack.random(), limits);
    conntrack.helpers().add(new FtpHelper(conntrack));
    conntrack.helpers().add(new TftpHelper(conntrack));
    nat = new Nat(conntrack, stack.random());
    masquerades = new Masquerades(stack, conntrack);
    trackingStep = new TrackingStep(conntrack);
    confirmStep = new ConfirmStep(conntrack);
    states = new SharedStates(loop, stack.random().derive("netfilter"));
    duplicator = new Duplicator(stack);
    log = new PacketLog(loop);
    v4 = new FamilyTables(this, true);
    v6 = new FamilyTables(this, false);
    sets = new IpSets(loop, stack.random().derive("ipset"), this::eachSet);
    for (int i = 0; i < DEPTH; i++) {
      fields[i] = new PacketFields();
      ways[i] = new Way();
    }
  }

  /** The tables of a family. */
  public FamilyTables family(boolean isV4) {
    return isV4 ? v4 : v6;
  }

  /** The connections of both families. */
  public Conntrack conntrack() {
    return conntrack;
  }

  /** How connections are translated. */
  public Nat nat() {
    return nat;
  }

  /** The namespace has gone. */
  public void close() {
    conntrack.close();
    states.begin(); // nobody asks for anything any more: its timers end
    states.end();
    tracing.close();
  }

  /** The connections under addresses of our devices. */
  public Masquerades masquerades() {
    return masquerades;
  }

  /** Whether connections of a family are tracked: then its fragments are joined first. */
  public boolean tracks(boolean isV4) {
    return family(isV4).tracks();
  }

  /**
   * The next hop of a packet where its route leads out of that bridge and it is known who that is;
   * else null.
   */
  @Nullable Neighbour neighbour(Packet packet, Bridge bridge) {
    long hi = packet.destinationHi();
    long lo = packet.destinationLo();
    Route route = stack.routes(hi, lo).lookup(hi, lo);
    if (route == null || route.type() != Route.Type.UNICAST || !bridge.equals(route.device())) {
      return null;
    }
    IpAddress gateway = route.gateway();
    Neighbour there =
        stack
            .neighbours()
            .find(gateway == null ? hi : gateway.hi(), gateway == null ? lo : gateway.lo(), bridge);
    return there != null && there.state().isValid() ? there : null;
  }

  /** Whether rules see bridged frames of a family, and where they are tagged. */
  public boolean seesBridged(boolean isV4, boolean tagged) {
    StackConf conf = stack.conf();
    return (isV4 ? conf.bridgeCallIptables : conf.bridgeCallIp6tables)
        && (!tagged || conf.bridgeFilterTagged);
  }

  /** Waits for the other fragments of a packet that is one ({@code nf_defrag}). */
  @Nullable Packet join(Packet packet, boolean isV4, Bridge bridge) {
    Reassembler all = stack.reassembler();
    return isV4 ? all.join4(packet, bridge.index()) : all.join6(packet, bridge.index());
  }

  /** Cuts what was joined. */
  void cut(Packet packet, int mtu, Consumer<Packet> send) {
    stack.fragmenter().fragment(packet, Fragmenter.piece(packet, mtu), send);
  }

  HookStep trackingStep() {
    return trackingStep;
  }

  HookStep confirmStep() {
    return confirmStep;
  }

  HookStep natStep(Table table) {
    return new NatStep(table, conntrack, nat, mangler);
  }

  /** Rules have changed: those that stand take what they share, the rest is forgotten. */
  void bind() {
    states.begin();
    v4.bind(states);
    v6.bind(states);
    states.end();
  }

  /** Sends the copies of TEE. */
  public Duplicator duplicator() {
    return duplicator;
  }

  /** Takes the lines of LOG. */
  public PacketLog log() {
    return log;
  }

  /** The groups of NFLOG. */
  public LogGroups logGroups() {
    return logGroups;
  }

  /** Who follows packets of this namespace. */
  public Tracing tracing() {
    return tracing;
  }

  private void tracingChanged() {
    for (Hook hook : Hook.values()) {
      v4.at(hook).update();
      v6.at(hook).update();
    }
  }

  /** The sets that rules may ask. */
  public IpSets sets() {
    return sets;
  }

  private void eachSet(Consumer<IpSet> to) {
    for (FamilyTables family : List.of(v4, v6)) {
      for (Table table : family.tables()) {
        for (Chain chain : table.chains()) {
          for (Rule rule : chain.array()) {
            rule.sets(to);
          }
        }
      }
    }
  }

  /** What bridges ask about the frames that they carry. */
  public BridgeFilter bridges() {
    return bridges;
  }

  /** Whether any table is there. */
  public boolean hasRules() {
    return v4.isActive() || v6.isActive();
  }

  /** Whether any table is there, or anybody follows packets. */
  boolean isActive() {
    return hasRules() || tracing.isOn();
  }

  /** The hook for a packet's family. */
  public HookPoint at(Hook hook, boolean isV4) {
    return (isV4 ? v4 : v6).at(hook);
  }

  /** The device, where it is a port of a bridge: others bring no bridged frames. */
  private static @Nullable NetDevice bridgePort(@Nullable NetDevice device) {
    return device != null && device.master() instanceof Bridge ? device : null;
  }

  /**
   * Whether it is DHCP between a client and us: that is not filtered, as on a Linux where it goes
   * by packet sockets. What is forwarded is filtered all the same.
   */
  private boolean isOurDhcp(PacketFields p) {
    if (p.fragment || p.transport + 8 > p.packet().tail || p.hook == Hook.FORWARD) {
      return false;
    }
    int client = p.v4 ? DHCP_CLIENT : DHCP6_CLIENT;
    int server = p.v4 ? DHCP_SERVER : DHCP6_SERVER;
    int from = Field.portAt(p, 0);
    int to = Field.portAt(p, 2);
    if (p.hook == Hook.OUTPUT || p.hook == Hook.POSTROUTING) {
      return (from == server || from == client) && stack.isLocal(p.srcHi, p.srcLo) && p.in == null;
    }
    boolean here =
        Addresses.isLimitedBroadcast(p.dstHi, p.dstLo)
            || Addresses.isMulticast(p.dstHi, p.dstLo)
            || stack.isLocal(p.dstHi, p.dstLo);
    return here && (from == client && to == server || from == server && to == client);
  }

  /** The tables in their order, to the first that does not accept. */
  private Verdict ask(HookStep[] steps, PacketFields p, Way way) {
    if (p.protocol == IpProtocol.UDP && isOurDhcp(p)) {
      return exempt(steps, p, way);
    }
    Verdict verdict = Verdict.ACCEPT;
    for (int i = 0; i < steps.length && verdict == Verdict.ACCEPT; i++) {
      verdict = steps[i].run(p, p.hook, way);
    }
    return verdict;
  }

  /**
   * DHCP of ours passes, whatever rules and a full table of connections say. What comes in may go
   * to others of its bridge all the same, who want to know its connection.
   */
  private static Verdict exempt(HookStep[] steps, PacketFields p, Way way) {
    Trace trace = p.packet().trace;
    if (trace != null) {
      trace.exempt(p);
    }
    for (int i = 0; i < steps.length && p.hook == Hook.PREROUTING; i++) {
      if (steps[i] instanceof TrackingStep tracking) {
        tracking.run(p, p.hook, way);
      }
    }
    return Verdict.ACCEPT;
  }

  /** As {@link #run}, of a packet that nobody has sent and that stays the caller's. */
  Verdict describe(
      HookStep[] steps,
      Hook hook,
      Packet packet,
      @Nullable NetDevice in,
      @Nullable NetDevice out,
      @Nullable NetDevice port) {
    PacketFields p = new PacketFields();
    load(p, packet, hook, in, out, port);
    p.described = true;
    return ask(steps, p, new Way());
  }

  private void load(
      PacketFields p,
      Packet packet,
      Hook hook,
      @Nullable NetDevice in,
      @Nullable NetDevice out,
      @Nullable NetDevice port) {
    p.load(packet, hook, in, out, loop.now());
    p.physicalIn = bridgePort(packet.physicalDevice);
    if (port != null) {
      p.bridged = true;
      p.physicalOut = port.equals(in) ? null : port;
    }
  }

  /** {@link HookPoint#diverts}. */
  boolean isDiverted() {
    return diverted;
  }

  /** {@link HookPoint#divertedMark}. */
  int divertedMark() {
    return divertedMark;
  }

  Verdict run(
      HookStep[] steps,
      Hook hook,
      Packet packet,
      @Nullable NetDevice in,
      @Nullable NetDevice out,
      @Nullable NetDevice port) {
    if (depth == DEPTH) {
      HookPoint.drop(packet);
      return Verdict.DROP;
    }
    PacketFields p = fields[depth];
    Way way = ways[depth];
    depth++;
    load(p, packet, hook, in, out, port);
    if (packet.trace == null && tracing.isOn()) {
      tracing.offer(p);
    }
    Verdict verdict = ask(steps, p, way);
    diverted = p.diverted;
    divertedMark = p.routeMark;
    if (verdict != Verdict.ACCEPT) {
      way.blame(packet);
      HookPoint.drop(packet);
      verdict = Verdict.DROP;
    }
    p.clear();
    way.forget();
    depth--;
    return verdict;
  }
}
