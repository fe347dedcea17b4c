package dev.patchbay.stack.ip;

import dev.patchbay.stack.NetworkStack;
import dev.patchbay.stack.conf.StackConf;
import dev.patchbay.stack.device.NetDevice;
import dev.patchbay.stack.packet.DropReason;
import dev.patchbay.stack.packet.Packet;
import dev.patchbay.stack.packet.VlanTag;
import dev.patchbay.stack.time.Timer;
import dev.patchbay.stack.wire.Addresses;
import dev.patchbay.stack.wire.Bytes;
import dev.patchbay.stack.wire.IpProtocol;
import dev.patchbay.stack.wire.Ipv4;
import dev.patchbay.stack.wire.Ipv6;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Puts fragments together (RFC 791 section 3.2, RFC 8200 section 4.5; Linux: {@code ip_defrag},
 * {@code ipv6_frag_rcv}).
 *
 * <p>Overlapping fragments discard the whole datagram (RFC 5722; Linux does so for both families).
 * Bounded: {@link #LIMIT} datagrams at once, {@link #PIECES} fragments each, and {@code
 * ipfrag_time}.
 */
public final class Reassembler {
  /** Datagrams that may be incomplete at once. */
  public static final int LIMIT = 256;

  /** Fragments that one datagram may have. */
  public static final int PIECES = 128;

  private static final long SECOND = 1_000_000_000L;
  private static final int MAX_LENGTH = 65535;
  private static final int ETHERNET = 14;
  private static final int FRAGMENT_HEADER = 8;

  /**
   * What the fragments of one datagram have in common.
   *
   * @param link of IPv6 to a group or a link-local address the index of the device, else 0
   * @param bridge index of the bridge that asks, 0 for the IP layer
   * @param tag protocol and number of the VLAN on that bridge, else 0
   */
  private record Key(
      long srcHi,
      long srcLo,
      long dstHi,
      long dstLo,
      int id,
      int protocol,
      int link,
      int bridge,
      int tag) {}

  /** One datagram in the making: its fragments in order of their offsets. */
  private static final class Datagram {
    /** Where its first fragment to come came in. */
    final @Nullable NetDevice port;

    final List<Packet> pieces = new ArrayList<>();
    @Nullable Timer timer;
    int total = -1;
    int received;

    Datagram(@Nullable NetDevice port) {
      this.port = port;
    }
  }

  private final NetworkStack stack;
  private final Map<Key, Datagram> datagrams = new LinkedHashMap<>();
  private long timeouts;

  public Reassembler(NetworkStack stack) {
    this.stack = stack;
  }

  /** Datagrams given up for want of a fragment ({@code IpReasmTimeout}). */
  public long timeouts() {
    return timeouts;
  }

  /** Datagrams in the making. */
  public int pending() {
    return datagrams.size();
  }

  /** Datagrams of one family in the making. */
  public long pending(boolean v4) {
    return datagrams.keySet().stream().filter(key -> v4 == (key.protocol >= 0)).count();
  }

  /** Takes an IPv4 fragment; the whole datagram when it is complete, else null. */
  public @Nullable Packet add4(Packet packet) {
    return add4(packet, 0);
  }

  private @Nullable Packet add4(Packet packet, int bridge) {
    Ipv4 ip = packet.ipv4();
    long from = ip.source();
    long to = ip.destination();
    int tag = tag(packet, bridge);
    Key key = new Key(0, from, 0, to, ip.id(), ip.protocol(), 0, bridge, tag);
    boolean more = (ip.flagsAndOffset() & Ipv4.MORE_FRAGMENTS) != 0;
    packet.sequence = ip.fragmentOffset();
    packet.endSequence = packet.sequence + packet.tail - packet.l4;
    return add(packet, key, more);
  }

  /**
   * Takes an IPv4 packet before it is routed, which may be a fragment.
   *
   * @param bridge index of the bridge whose frame it is, 0 where the IP layer has it
   * @return the packet where it is none, the whole where it was the last, else null
   */
  public @Nullable Packet join4(Packet packet, int bridge) {
    if (!packet.ipv4().isFragment()) {
      return packet;
    }
    Packet whole = add4(packet, bridge);
    if (whole != null) {
      whole.head = whole.l3;
    }
    return whole;
  }

  /**
   * Takes an IPv6 packet before it is routed, which may be a fragment. What is wrong with one is
   * for who gets it, so that it goes on as it is ({@code nf_ct_frag6_gather}).
   *
   * @param bridge index of the bridge whose frame it is, 0 where the IP layer has it
   * @return the packet where it is none, the whole where it was the last, else null
   */
  public @Nullable Packet join6(Packet packet, int bridge) {
    int at = packet.l4;
    int next = packet.protocol;
    while (at + 8 <= packet.tail
        && (next == IpProtocol.HOP_BY_HOP
            || next == IpProtocol.DESTINATION
            || next == IpProtocol.ROUTING)) {
      next = Bytes.u8(packet.data, at);
      at += Bytes.u8(packet.data, at + 1) + 1 << 3;
    }
    if (next != IpProtocol.FRAGMENT || at + 8 > packet.tail) {
      return packet;
    }
    boolean atomic = (Bytes.u16(packet.data, at + 2) & ~6) == 0;
    if (atomic) {
      joinAlone(packet, at);
      return packet;
    }
    int before = packet.l4;
    int protocol = packet.protocol;
    packet.l4 = at;
    boolean wrong = isWrong(packet);
    if (wrong) {
      packet.l4 = before;
      packet.protocol = protocol;
      return packet;
    }
    Packet whole = add6(packet, bridge);
    if (whole != null) {
      whole.head = whole.l3;
      whole.l4 = whole.l3 + Ipv6.LENGTH;
      whole.protocol = whole.ipv6().nextHeader();
    }
    return whole;
  }

  /** Whether its sender has to hear of a fragment whose header l4 stands at; changes protocol. */
  private static boolean isWrong(Packet packet) {
    int at = packet.l4;
    int field = Bytes.u16(packet.data, at + 2);
    int end = (field & ~7) + packet.tail - at - FRAGMENT_HEADER;
    if (end > MAX_LENGTH || (field & 1) != 0 && (end & 7) != 0) {
      return true;
    }
    packet.protocol = Bytes.u8(packet.data, at);
    packet.l4 = at + FRAGMENT_HEADER;
    boolean cut = (field & ~7) == 0 && isHeaderCut(packet);
    packet.l4 = at;
    return cut;
  }

  /**
   * A fragment that is the whole (RFC 6946) goes on without its fragment header, which stands at
   * {@code at}; all as it is where headers to that of its transport are cut short.
   */
  private static void joinAlone(Packet packet, int at) {
    int inner = Bytes.u8(packet.data, at);
    int l4 = packet.l4;
    int protocol = packet.protocol;
    packet.l4 = at + FRAGMENT_HEADER;
    packet.protocol = inner;
    if (isHeaderCut(packet)) {
      packet.l4 = l4;
      packet.protocol = protocol;
      return;
    }
    int from = packet.l2 >= 0 ? packet.l2 : packet.l3;
    System.arraycopy(packet.data, from, packet.data, from + FRAGMENT_HEADER, at - from);
    if (packet.l2 >= 0) {
      packet.l2 += FRAGMENT_HEADER;
    }
    packet.l3 += FRAGMENT_HEADER;
    packet.head += FRAGMENT_HEADER;
    Ipv6 ip = packet.ipv6();
    Bytes.put8(packet.data, nextHeaderAt(packet), inner);
    ip.payloadLength(packet.tail - packet.l3 - Ipv6.LENGTH);
    packet.l4 = packet.l3 + Ipv6.LENGTH;
    packet.protocol = ip.nextHeader();
  }

  /** Takes an IPv6 packet whose l4 stands at its fragment header. */
  public @Nullable Packet add6(Packet packet) {
    return add6(packet, 0);
  }

  /** The VLAN of a bridge that a fragment is in; those of two are never joined. */
  private static int tag(Packet packet, int bridge) {
    return bridge == 0 ? 0 : packet.vlanProtocol << 16 | VlanTag.id(packet);
  }

  private @Nullable Packet add6(Packet packet, int bridge) {
    if (packet.l4 + 8 > packet.tail) {
      // no whole fragment header: told as a wrong field where it begins (ipv6_frag_rcv)
      IpCounters counters = stack.counters(false);
      counters.reasmReqds++;
      counters.inHdrErrors++;
      stack.icmp().parameterProblem(packet, 0, packet.l4 - packet.l3);
      packet.drop(DropReason.HDR_TRUNC);
      return null;
    }
    int at = packet.l4;
    int field = Bytes.u16(packet.data, at + 2);
    packet.protocol = Bytes.u8(packet.data, at);
    Ipv6 ip = packet.ipv6();
    Key key =
        new Key(
            ip.sourceHi(),
            ip.sourceLo(),
            ip.destinationHi(),
            ip.destinationLo(),
            Bytes.i32(packet.data, at + 4),
            // RFC 8200: the next header may differ between fragments, that of the first one counts
            -1,
            link(packet),
            bridge,
            tag(packet, bridge));
    packet.l4 = at + 8;
    packet.sequence = field & ~7;
    packet.endSequence = packet.sequence + packet.tail - packet.l4;
    if ((field & ~6) == 0) {
      // RFC 6946: an atomic fragment is complete in itself
      return packet;
    }
    if (packet.sequence == 0 && isHeaderCut(packet)) {
      // RFC 7112 section 5
      stack.counters(false).reasmReqds++;
      packet.l4 = at;
      stack.icmp().parameterProblem(packet, 3, 0);
      packet.drop(DropReason.IP_INHDR);
      return null;
    }
    // RFC 8200 section 4.5: both are told to whoever sent it
    boolean beyond = packet.endSequence > MAX_LENGTH;
    if (beyond || (field & 1) != 0 && (packet.endSequence & 7) != 0) {
      stack.counters(false).reasmReqds++;
      packet.l4 = at;
      stack.icmp().parameterProblem(packet, 0, beyond ? at + 2 - packet.l3 : 4);
      packet.drop(DropReason.IP_INHDR);
      return null;
    }
    return add(packet, key, (field & 1) != 0);
  }

  private static int link(Packet packet) {
    long hi = packet.destinationHi();
    long lo = packet.destinationLo();
    NetDevice device = packet.device;
    boolean narrow = Addresses.isMulticast(hi, lo) || Addresses.isLinkLocal(hi, lo);
    return narrow && device != null ? device.index() : 0;
  }

  /**
   * Whether a first fragment lacks headers to that of its transport ({@code
   * ipv6frag_thdr_truncated}).
   */
  private static boolean isHeaderCut(Packet packet) {
    byte[] b = packet.data;
    int at = packet.l4;
    int next = packet.protocol;
    while (next == IpProtocol.HOP_BY_HOP
        || next == IpProtocol.ROUTING
        || next == IpProtocol.DESTINATION) {
      if (at + 2 > packet.tail) {
        return false; // Linux leaves that to whoever reads it
      }
      next = Bytes.u8(b, at);
      at += Bytes.u8(b, at + 1) + 1 << 3;
    }
    int least =
        switch (next) {
          case IpProtocol.TCP -> 20;
          case IpProtocol.UDP, IpProtocol.ICMPV6 -> 8;
          default -> 1;
        };
    return at + least > packet.tail;
  }

  private @Nullable Packet add(Packet packet, Key key, boolean more) {
    stack.counters(key.protocol >= 0).reasmReqds++;
    int length = packet.endSequence - packet.sequence;
    if (length <= 0 || more && (length & 7) != 0 || packet.endSequence > MAX_LENGTH - 20) {
      packet.drop(DropReason.IP_INHDR);
      return null;
    }
    Datagram datagram = datagrams.get(key);
    if (datagram == null) {
      if (datagrams.size() >= LIMIT) {
        makePlace(port(packet));
      }
      Datagram fresh = new Datagram(port(packet));
      fresh.timer = stack.loop().timer(() -> expire(key, fresh));
      StackConf conf = stack.conf();
      long seconds = key.protocol >= 0 ? conf.fragmentTime4 : conf.fragmentTime6;
      fresh.timer.arm(stack.loop().now() + seconds * SECOND);
      datagrams.put(key, fresh);
      datagram = fresh;
    }
    if (isThere(datagram, packet)) {
      packet.drop(DropReason.DUP_FRAG);
      return null;
    }
    if (datagram.pieces.size() >= PIECES || !insert(datagram, packet, more)) {
      packet.drop(DropReason.DUP_FRAG);
      discard(key, datagram, DropReason.DUP_FRAG);
      return null;
    }
    if (datagram.received != datagram.total) {
      return null;
    }
    return join(key, datagram);
  }

  /** The cable by which a packet came in: of a bridge's, its port. */
  private static @Nullable NetDevice port(Packet packet) {
    return packet.physicalDevice != null ? packet.physicalDevice : packet.device;
  }

  /**
   * Gives up the oldest datagram of the port that has most, the new one counted: so that none keeps
   * the others from theirs.
   */
  private void makePlace(@Nullable NetDevice wants) {
    Map<@Nullable NetDevice, Integer> counts = new IdentityHashMap<>();
    counts.put(wants, 1);
    datagrams.values().forEach(datagram -> counts.merge(datagram.port, 1, Integer::sum));
    int most = Collections.max(counts.values());
    for (Map.Entry<Key, Datagram> entry : datagrams.entrySet()) {
      Integer count = counts.get(entry.getValue().port);
      if (count != null && count == most) {
        discard(entry.getKey(), entry.getValue(), DropReason.FRAG_TOO_FAR);
        return;
      }
    }
    // the newcomer's port alone has most: then it has one there as well, or LIMIT were 0
  }

  /** Whether all of its bytes have come before: it came twice ({@code IPFRAG_DUP}). */
  private static boolean isThere(Datagram datagram, Packet packet) {
    int from = packet.sequence;
    for (int i = 0; i < datagram.pieces.size() && from < packet.endSequence; i++) {
      Packet piece = datagram.pieces.get(i);
      if (piece.sequence <= from && piece.endSequence > from) {
        from = piece.endSequence;
      }
    }
    return from >= packet.endSequence;
  }

  /** False where it overlaps another one or contradicts the end that is known. */
  private static boolean insert(Datagram datagram, Packet packet, boolean more) {
    List<Packet> pieces = datagram.pieces;
    int at = pieces.size();
    while (at > 0 && pieces.get(at - 1).sequence > packet.sequence) {
      at--;
    }
    if (at > 0 && pieces.get(at - 1).endSequence > packet.sequence
        || at < pieces.size() && pieces.get(at).sequence < packet.endSequence) {
      return false;
    }
    boolean beyond = datagram.total >= 0 && packet.endSequence > datagram.total;
    boolean last = !pieces.isEmpty() && pieces.getLast().endSequence > packet.endSequence;
    if (beyond || !more && (datagram.total >= 0 || last)) {
      return false;
    }
    if (!more) {
      datagram.total = packet.endSequence;
    }
    pieces.add(at, packet);
    datagram.received += packet.endSequence - packet.sequence;
    return true;
  }

  private @Nullable Packet join(Key key, Datagram datagram) {
    Packet first = datagram.pieces.getFirst();
    boolean v4 = first.isIpv4();
    // of IPv6 all headers before the fragment header are those of the whole
    int header = v4 ? first.ipv4().headerLength() : first.l4 - FRAGMENT_HEADER - first.l3;
    int longest = 0;
    boolean uncut = false;
    Packet whole = stack.pool().acquire(header + datagram.total, first.share());
    if (whole == null || header + datagram.total > MAX_LENGTH) {
      if (whole != null) {
        whole.release();
      }
      discard(key, datagram, DropReason.NOMEM);
      return null;
    }
    whole.l3 = whole.append(header + datagram.total);
    whole.l4 = whole.l3 + header;
    whole.device = first.device;
    whole.physicalDevice = first.physicalDevice;
    whole.protocol = first.protocol;
    whole.joined = true;
    whole.mark = first.mark;
    whole.priority = first.priority;
    whole.followAs(first);
    if (first.l2 >= 0) {
      // whether it came to a group is what the frame of the first piece says (skb_morph)
      whole.l2 = whole.l3 - ETHERNET;
      System.arraycopy(first.data, first.l2, whole.data, whole.l2, ETHERNET);
    }
    System.arraycopy(first.data, first.l3, whole.data, whole.l3, header);
    for (Packet piece : datagram.pieces) {
      int length = piece.tail - piece.l3;
      boolean mayNotBeCut = v4 && (piece.ipv4().flagsAndOffset() & Ipv4.DONT_FRAGMENT) != 0;
      if (length > longest) {
        uncut = mayNotBeCut;
      } else if (length == longest) {
        uncut |= mayNotBeCut;
      }
      longest = Math.max(longest, length);
      System.arraycopy(
          piece.data,
          piece.l4,
          whole.data,
          whole.l4 + piece.sequence,
          piece.endSequence - piece.sequence);
      piece.release();
    }
    if (v4) {
      // where the longest of them asked for it the whole does (IPSKB_FRAG_PMTU)
      whole
          .ipv4()
          .totalLength(header + datagram.total)
          .flagsAndOffset(uncut ? Ipv4.DONT_FRAGMENT : 0)
          .fillChecksum();
    } else {
      whole.ipv6().payloadLength(header - Ipv6.LENGTH + datagram.total);
      Bytes.put8(whole.data, nextHeaderAt(whole), first.protocol);
    }
    whole.fragmentMax = longest;
    forget(key, datagram);
    stack.counters(v4).reasmOks++;
    return whole;
  }

  /** Where the number of the fragment header stands in front of it. */
  private static int nextHeaderAt(Packet whole) {
    int at = whole.l3 + 6;
    int next = whole.l3 + Ipv6.LENGTH;
    while (next < whole.l4) {
      at = next;
      next += Bytes.u8(whole.data, next + 1) + 1 << 3;
    }
    return at;
  }

  private void forget(Key key, Datagram datagram) {
    if (datagram.timer != null) {
      datagram.timer.cancel();
    }
    datagrams.remove(key);
  }

  private void discard(Key key, Datagram datagram, DropReason reason) {
    forget(key, datagram);
    stack.counters(key.protocol >= 0).reasmFails++;
    for (Packet piece : datagram.pieces) {
      piece.drop(reason);
    }
  }

  private void expire(Key key, Datagram datagram) {
    timeouts++;
    stack.counters(key.protocol >= 0).reasmTimeout++;
    Packet first = datagram.pieces.isEmpty() ? null : datagram.pieces.getFirst();
    // of what was joined for connection tracking and is another's, nobody is told
    if (first != null
        && first.sequence == 0
        && stack.isLocal(first.destinationHi(), first.destinationLo())) {
      stack.icmp().timeExceeded(first, 1);
    }
    discard(key, datagram, DropReason.FRAG_REASM_TIMEOUT);
  }

  /** Gives up all that is in the making. */
  public void close() {
    for (Key key : List.copyOf(datagrams.keySet())) {
      Datagram datagram = datagrams.get(key);
      if (datagram != null) {
        discard(key, datagram, DropReason.FRAG_REASM_TIMEOUT);
      }
    }
  }
}
