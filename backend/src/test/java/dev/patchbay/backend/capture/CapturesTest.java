package dev.patchbay.backend.capture;

import static org.assertj.core.api.Assertions.assertThat;

import dev.patchbay.stack.NetworkStack;
import dev.patchbay.stack.admin.PortNames;
import dev.patchbay.stack.admin.iptables.IptablesCommand;
import dev.patchbay.stack.bridge.Bridge;
import dev.patchbay.stack.bridge.BridgeRefusedException;
import dev.patchbay.stack.device.PortDevice;
import dev.patchbay.stack.device.UplinkDevice;
import dev.patchbay.stack.loop.TurnQueue;
import dev.patchbay.stack.loop.VirtualLoop;
import dev.patchbay.stack.packet.DropReason;
import dev.patchbay.stack.packet.Packet;
import dev.patchbay.stack.packet.PacketPool;
import dev.patchbay.stack.random.RandomSource;
import dev.patchbay.stack.wire.Bytes;
import dev.patchbay.stack.wire.InternetChecksum;
import dev.patchbay.stack.wire.IpProtocol;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What devices show, read back from pcapng. */
class CapturesTest {
  private static final long START = 1_700_000_000_123_456_789L;
  private static final long OURS = 0x52550a000202L;
  private static final long GUEST = 0x525400123456L;
  private static final long OTHER = 0x525400123457L;
  private static final int EXPERIMENT = 0x88b5;

  private final VirtualLoop loop = new VirtualLoop();
  private final PacketPool pool = new PacketPool(PacketPool.DEFAULT_LIMIT, true);
  private final TurnQueue flushes = new TurnQueue();
  private long time = START;
  private final Captures captures =
      new Captures(() -> time++, flushes::add, loop::execute, "test 1", (c, message) -> {});
  private final Bridge bridge = new Bridge(2, "br0", OURS, loop, 7);
  private final UplinkDevice uplink = new UplinkDevice(3, "host0");
  private final PortDevice net0 = new PortDevice(4, "net0", 0x52550a010004L, 1500);
  private final PortDevice net1 = new PortDevice(5, "net1", 0x52550a010005L, 1500);

  @BeforeEach
  void makeDevices() {
    for (PortDevice port : List.of(net0, net1)) {
      bridge.addPort(port);
      port.plug(Packet::release);
      port.up(true);
    }
    bridge.up(true);
    bridge.handler((packet, type) -> packet.drop(DropReason.INVALID_PROTO));
    uplink.up(true);
    uplink.far(Packet::release);
    captures.device(bridge, "");
    captures.device(uplink, "");
    captures.device(net0, "listen unix:/a");
    captures.device(net1, "");
    pool.observer(captures);
  }

  @AfterEach
  void nothingIsLeft() {
    pool.checkNoLeaks();
  }

  private void endTurn() {
    loop.turn();
    flushes.run();
  }

  private Packet frame(long to, long from, int type, int payload) {
    Packet packet = pool.acquire(14 + payload);
    int at = packet.append(14 + payload);
    Bytes.put16(packet.data, at, (int) (to >>> 32));
    Bytes.put32(packet.data, at + 2, (int) to);
    Bytes.put16(packet.data, at + 6, (int) (from >>> 32));
    Bytes.put32(packet.data, at + 8, (int) from);
    Bytes.put16(packet.data, at + 12, type);
    Arrays.fill(packet.data, at + 14, at + 14 + payload, (byte) 0x5a);
    return packet;
  }

  /** A TCP segment that was built here: its checksum is to be filled in. */
  private Packet tcp(int payload, int gsoSize) {
    Packet packet = frame(GUEST, OURS, 0x0800, 40 + payload);
    packet.l3 = packet.head + 14;
    packet.l4 = packet.l3 + 20;
    packet
        .ipv4()
        .versionAndLength(0x45)
        .tos(0)
        .id(1)
        .flagsAndOffset(0)
        .totalLength(40 + payload)
        .ttl(64)
        .protocol(IpProtocol.TCP)
        .source(0xffff_0a00_0202L)
        .destination(0xffff_0a00_020fL);
    packet.ipv4().fillChecksum();
    Arrays.fill(packet.data, packet.l4, packet.l4 + 20, (byte) 0);
    packet.tcp().sourcePort(80).destinationPort(40000).sequence(1000).offsetAndFlags(0x5018);
    long pseudo =
        InternetChecksum.pseudo4(
            packet.ipv4().source(), packet.ipv4().destination(), IpProtocol.TCP, 20 + payload);
    Bytes.put16(packet.data, packet.l4 + 16, ~InternetChecksum.finish(pseudo) & 0xffff);
    packet.checksumState = Packet.CHECKSUM_PARTIAL;
    packet.checksumStart = packet.l4;
    packet.checksumOffset = 16;
    if (gsoSize > 0) {
      packet.gsoType = Packet.GSO_TCPV4;
      packet.gsoSize = gsoSize;
      packet.gsoCount = Math.ceilDiv(payload, gsoSize);
    }
    return packet;
  }

  private static PcapngFile read(CaptureStream stream) {
    List<byte[]> pieces = new ArrayList<>();
    for (byte[] piece = stream.poll(); piece != null; piece = stream.poll()) {
      pieces.add(piece);
    }
    return PcapngFile.parse(PcapngFile.concat(pieces));
  }

  private PcapngFile end(Captures.Capture capture) {
    CaptureStream stream = capture.stream();
    captures.remove(capture.id());
    PcapngFile file = read(stream);
    assertThat(stream.isEnded()).isTrue();
    return file;
  }

  /** Whether the frame's IPv4 and TCP checksums are right. */
  private static boolean sound(byte[] frame, int l3) {
    int length = Bytes.u16(frame, l3 + 2);
    long pseudo =
        InternetChecksum.pseudo4(
            0xffff_0000_0000L | Bytes.u32(frame, l3 + 12),
            0xffff_0000_0000L | Bytes.u32(frame, l3 + 16),
            IpProtocol.TCP,
            length - 20);
    long sum = InternetChecksum.sum(frame, l3 + 20, length - 20);
    return InternetChecksum.finish(InternetChecksum.sum(frame, l3, 20)) == 0
        && InternetChecksum.finish(pseudo + sum) == 0
        && frame.length == l3 + length;
  }

  @Test
  void interfacesAreDescribedAndFramesHaveDirectionAndTime() {
    Captures.Capture capture = captures.add(null, null);
    net0.receive(frame(OTHER, GUEST, EXPERIMENT, 46));
    endTurn();
    PcapngFile file = end(capture);

    assertThat(file.sections.getFirst())
        .extracting(PcapngFile.Interface::name)
        .containsExactly("br0", "host0", "net0", "net1");
    assertThat(file.sections.getFirst())
        .extracting(PcapngFile.Interface::linkType)
        .containsExactly(1, 101, 1, 1);
    assertThat(file.sections.getFirst().get(2).options().get(3)).asString().contains("unix:/a");
    // unknown destination: to the other port
    assertThat(file.lines()).containsExactly("net0 in 60", "net1 out 60");
    assertThat(file.frames.getFirst().time()).isBetween(START, START + 10);
    assertThat(file.statistics).hasSize(4);
    assertThat(file.statistics.get(2).received()).isEqualTo(1);
    assertThat(file.statistics.get(2).dropped()).isZero();
  }

  @Test
  void theTagIsPutBack() {
    Captures.Capture capture = captures.add("net1", null);
    Packet packet = frame(OTHER, GUEST, EXPERIMENT, 46);
    packet.vlanProtocol = 0x8100;
    packet.vlanTci = 0x6123;
    net1.transmit(packet);
    endTurn();
    PcapngFile file = end(capture);

    assertThat(file.lines()).containsExactly("net1 out 64");
    byte[] data = file.frames.getFirst().data();
    assertThat(Bytes.i32(data, 12)).isEqualTo(0x81006123);
    assertThat(Bytes.u16(data, 16)).isEqualTo(EXPERIMENT);
  }

  @Test
  void checksumsAreFilledInAndThePacketIsLeftAlone() {
    Captures.Capture capture = captures.add(null, null);
    Packet packet = tcp(100, 0);
    int before = packet.tcp().checksum();
    List<Byte> states = new ArrayList<>();
    net0.plug(sent -> {
      states.add(sent.checksumState);
      assertThat(sent.tcp().checksum()).isEqualTo(before);
      sent.release();
    });
    net0.transmit(packet);
    endTurn();
    PcapngFile file = end(capture);

    assertThat(states).containsExactly(Packet.CHECKSUM_PARTIAL);
    assertThat(sound(file.frames.getFirst().data(), 14)).isTrue();
  }

  @Test
  void aLongSegmentIsCutWhereThePortCutsItAndWholeBefore() throws BridgeRefusedException {
    Captures.Capture capture = captures.add(null, null);
    bridge.fdb().use(GUEST, 0, bridge.port(net0));
    bridge.transmit(tcp(4000, 1460));
    endTurn();
    PcapngFile file = end(capture);

    assertThat(file.lines())
        .containsExactly("br0 out 4054", "net0 out 1514", "net0 out 1514", "net0 out 1134");
    assertThat(file.frames).allMatch(frame -> sound(frame.data(), 14));
  }

  @Test
  void aDropIsNotedAtThePacketWhereverItWasSeen() {
    Captures.Capture capture = captures.add(null, null);
    net0.receive(frame(OURS, GUEST, EXPERIMENT, 46));
    net0.receive(frame(0xffff_ffff_ffffL, GUEST, EXPERIMENT, 50));
    endTurn();
    PcapngFile file = end(capture);

    String comment = " dropped: INVALID_PROTO (unknown EtherType)";
    assertThat(file.lines())
        .containsExactly(
            "net0 in 60" + comment,
            "br0 in 60" + comment,
            "net0 in 64" + comment,
            "net1 out 64", // the copy for the other port went its way
            "br0 in 64" + comment);
  }

  @Test
  void aLaterDropIsWrittenOnceMore() {
    Captures.Capture capture = captures.add("net0", null);
    List<Packet> queue = new ArrayList<>();
    bridge.handler((packet, type) -> queue.add(packet));
    net0.receive(frame(OURS, GUEST, EXPERIMENT, 46));
    endTurn();
    queue.getFirst().drop(DropReason.NEIGH_FAILED);
    endTurn();
    PcapngFile file = end(capture);

    assertThat(file.lines())
        .containsExactly(
            "net0 in 60", "net0 in 60 dropped: NEIGH_FAILED (neighbour did not answer)");
    assertThat(file.frames.get(1).data()).isEqualTo(file.frames.get(0).data());
  }

  @Test
  void whatNoDeviceHadComesByAnInterfaceOfItsOwn() {
    Captures.Capture capture = captures.add(null, null);
    Packet packet = tcp(10, 0);
    packet.pull(14);
    packet.drop(DropReason.IP_OUTNOROUTES);
    endTurn();
    PcapngFile file = end(capture);

    assertThat(file.lines())
        .containsExactly(
            "none out 50 dropped: IP_OUTNOROUTES (no route to the destination (output))");
    assertThat(file.frames.getFirst().from().linkType()).isEqualTo(101);
    assertThat(sound(file.frames.getFirst().data(), 0)).isTrue();
  }

  @Test
  void rawDevicesShowIpPackets() {
    Captures.Capture capture = captures.add(null, null);
    Packet packet = tcp(10, 0);
    packet.pull(14);
    uplink.transmit(packet);
    endTurn();
    PcapngFile file = end(capture);

    assertThat(file.lines()).containsExactly("host0 out 50");
    assertThat(sound(file.frames.getFirst().data(), 0)).isTrue();
  }

  @Test
  void ncsiIsShownAtItsPort() {
    Captures.Capture capture = captures.add("net0", null);
    byte[] frame = new byte[60];
    Bytes.put16(frame, 12, 0x88f8);
    captures.seen(net0, frame, 0, frame.length, true);
    captures.seen(net0, frame, 0, frame.length, false);
    captures.seen(net1, frame, 0, frame.length, true);
    endTurn();
    assertThat(end(capture).lines()).containsExactly("net0 in 60", "net0 out 60");
  }

  @Test
  void aFilterShowsOnePortOnly() {
    Captures.Capture capture = captures.add("net1", null);
    net0.receive(frame(OTHER, GUEST, EXPERIMENT, 46));
    net0.receive(frame(OURS, GUEST, EXPERIMENT, 46));
    endTurn();
    PcapngFile file = end(capture);
    assertThat(file.sections.getFirst())
        .extracting(PcapngFile.Interface::name)
        .containsExactly("net1");
    assertThat(file.lines()).containsExactly("net1 out 60");
  }

  @Test
  void aSlowReaderLosesAndIsToldHowMany() {
    net1.mtu(65520);
    Captures.Capture capture = captures.add("net0", null);
    int sent = 0;
    while (capture.lost() < 10) {
      net0.receive(frame(OTHER, GUEST, EXPERIMENT, 60_000));
      endTurn();
      sent++;
      assertThat(sent).isLessThan(1000);
    }
    CaptureStream stream = capture.stream();
    List<byte[]> pieces = new ArrayList<>();
    pieces.add(stream.poll());
    net0.receive(frame(OTHER, GUEST, EXPERIMENT, 60_000));
    endTurn();
    captures.remove(capture.id());
    for (byte[] piece = stream.poll(); piece != null; piece = stream.poll()) {
      pieces.add(piece);
    }
    PcapngFile file = PcapngFile.parse(PcapngFile.concat(pieces));

    assertThat(file.frames).hasSize(sent + 1 - 10);
    assertThat(file.frames.getLast().dropCount()).isEqualTo(10);
    assertThat(file.statistics.getFirst().received()).isEqualTo(sent + 1);
    assertThat(file.statistics.getFirst().dropped()).isEqualTo(10);
    assertThat(sent * 60_000L).as("bounded").isLessThan(9L << 20);
  }

  @Test
  void aTurnOfManyFramesIsHandedOutInPieces() {
    Captures.Capture capture = captures.add("net0", null);
    for (int i = 0; i < 60; i++) {
      net0.receive(frame(OURS, GUEST, EXPERIMENT, 60_000));
    }
    endTurn();
    PcapngFile file = end(capture);
    assertThat(file.frames).hasSize(60).allMatch(frame -> !frame.comment().isEmpty());
  }

  @Test
  void readersComeAndGo() {
    Captures.Capture capture = captures.add(null, null);
    net0.receive(frame(OTHER, GUEST, EXPERIMENT, 46));
    endTurn();
    CaptureStream first = capture.stream();
    CaptureStream second = capture.stream();
    net0.receive(frame(OTHER, GUEST, EXPERIMENT, 47));
    endTurn();
    assertThat(read(first).lines())
        .containsExactly("net0 in 60", "net1 out 60", "net0 in 61", "net1 out 61");
    assertThat(read(second).lines()).containsExactly("net0 in 61", "net1 out 61");
    first.close();
    second.close();
    net0.receive(frame(OTHER, GUEST, EXPERIMENT, 48));
    endTurn();
    CaptureStream third = capture.stream();
    captures.endStreams();
    assertThat(read(third).lines()).isEmpty();
    assertThat(third.isEnded()).isTrue();
    assertThat(captures.list()).isEmpty();
    assertThat(captures.get(capture.id())).isNull();
  }

  @Test
  void aDeviceThatComesIsRenamedAndGoes() {
    Captures.Capture capture = captures.add(null, null);
    PortDevice late = new PortDevice(6, "late0", 0x52550a010006L, 1500);
    captures.named(late, "blue/late0");
    late.plug(Packet::release);
    late.up(true);
    late.transmit(frame(GUEST, OURS, EXPERIMENT, 46));
    late.name("eth7");
    captures.named(late, "blue/eth7");
    late.transmit(frame(GUEST, OURS, EXPERIMENT, 46));
    late.transmit(frame(GUEST, OURS, EXPERIMENT, 46));
    captures.gone(late);
    late.transmit(frame(GUEST, OURS, EXPERIMENT, 46));
    captures.named(late, "eth7");
    late.transmit(frame(GUEST, OURS, EXPERIMENT, 46));
    endTurn();
    PcapngFile file = end(capture);
    assertThat(file.sections.getFirst())
        .extracting(PcapngFile.Interface::name)
        .containsExactly("br0", "host0", "net0", "net1", "blue/late0", "blue/eth7", "eth7");
    assertThat(file.lines())
        .containsExactly(
            "blue/late0 out 60", "blue/eth7 out 60", "blue/eth7 out 60", "eth7 out 60");
    assertThat(file.statistics).hasSize(7);
    Captures.Capture next = captures.add(null, null);
    assertThat(end(next).sections.getFirst())
        .extracting(PcapngFile.Interface::name)
        .containsExactly("br0", "host0", "net0", "net1", "eth7");
  }

  @Test
  void anAttachmentIsCapturedUnderItsNameWhateverItsPortIsCalled() {
    Captures.Capture capture = captures.add("net1", null);
    captures.named(net1, "eth0");
    net1.name("eth0");
    PortDevice other = new PortDevice(6, "net1", 0x52550a010006L, 1500);
    captures.named(other, "net1");
    other.plug(Packet::release);
    other.up(true);
    other.transmit(frame(GUEST, OURS, EXPERIMENT, 46));
    net1.transmit(frame(GUEST, OURS, EXPERIMENT, 46));
    endTurn();
    PcapngFile file = end(capture);
    assertThat(file.lines()).containsExactly("eth0 out 60");
    assertThat(file.sections.getFirst())
        .extracting(PcapngFile.Interface::name)
        .containsExactly("net1", "eth0");
  }

  @Test
  void whatRulesShowIsCapturedByGroup() {
    NetworkStack stack = new NetworkStack(loop, pool, new RandomSource(1));
    UplinkDevice world = new UplinkDevice(stack.nextIndex(), "world");
    stack.add(world);
    stack.setUp(world, true);
    captures.logGroups(stack.netfilter().logGroups());
    String rule = "-t raw -A PREROUTING -j NFLOG --nflog-prefix seen: --nflog-group ";
    for (String group : List.of("5", "6")) {
      List<String> words = List.of((rule + group).split(" "));
      var result = new IptablesCommand(PortNames.NONE).run(stack, "iptables", words, "");
      assertThat(result.status()).isZero();
    }
    Captures.Capture all = captures.add(null, null);
    Captures.Capture five = captures.add("nflog:5", null);
    Captures.Capture more = captures.add("nflog:5", null);
    world.receive(datagram());
    endTurn();
    PcapngFile file = end(five);
    assertThat(file.sections.getFirst())
        .extracting(PcapngFile.Interface::name)
        .containsExactly("nflog:5");
    assertThat(file.sections.getFirst())
        .extracting(PcapngFile.Interface::linkType)
        .containsExactly(239);
    assertThat(file.frames).hasSize(1);
    assertThat(file.frames.getFirst().data()).startsWith(2, 0, 0, 5);
    world.receive(datagram());
    endTurn();
    assertThat(end(more).frames).as("goes on beside another one").hasSize(2);
    world.receive(datagram());
    endTurn();
    assertThat(end(all).sections.getFirst())
        .extracting(PcapngFile.Interface::name)
        .as("devices only")
        .doesNotContain("nflog:5");
    Captures.Capture again = captures.add("nflog:6", null);
    world.receive(datagram());
    endTurn();
    assertThat(end(again).frames.getFirst().data()).startsWith(2, 0, 0, 6);
  }

  /** A datagram for nobody. */
  private Packet datagram() {
    Packet packet = pool.acquire(28);
    packet.append(28);
    Bytes.put16(packet.data, packet.head, 0x4500);
    Bytes.put16(packet.data, packet.head + 2, 28);
    Bytes.put32(packet.data, packet.head + 4, 0);
    Bytes.put32(packet.data, packet.head + 8, 64 << 24 | 17 << 16);
    Bytes.put32(packet.data, packet.head + 12, 0xc0000207);
    Bytes.put32(packet.data, packet.head + 16, 0x0a000263);
    packet.l3 = packet.head;
    packet.ipv4().fillChecksum();
    Bytes.put64(packet.data, packet.head + 20, 0x0001_0002_0008_0000L);
    return packet;
  }
}
