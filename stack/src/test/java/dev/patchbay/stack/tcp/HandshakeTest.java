package dev.patchbay.stack.tcp;

import static dev.patchbay.stack.tcp.Segment.tcp;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.patchbay.stack.device.PortDevice;
import dev.patchbay.stack.packet.DropReason;
import dev.patchbay.stack.packet.Packet;
import dev.patchbay.stack.wire.Addresses;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Opening: RFC 9293 section 3.5 and the upper half of figure 5. */
class HandshakeTest {
  private final TcpTester t = new TcpTester();

  @AfterEach
  void noLeaks() {
    t.checkNoLeaks();
  }

  @Test
  void passiveOpenWithAllOptions() {
    t.listen();
    t.send(tcp().syn().seq(0).mss(1460).sackOk().ts(100, 0).scale(7));
    t.expect(tcp().syn().seq(0).ack(1).mss(1460).sackOk().ts(0, 100).scale(7));
    assertThat(t.socket().state()).isEqualTo(TcpState.SYN_RECEIVED);
    t.send(tcp().seq(1).ack(1).ts(101, 0)).expectNothing();
    assertThat(t.socket().state()).isEqualTo(TcpState.ESTABLISHED);
    assertThat(t.events).containsExactly("connected");
    assertThat(t.socket().info().sendMss()).isEqualTo(1448);
    assertThat(t.engine.counters().halfOpen).isZero();
  }

  @Test
  void aSynByAnotherDeviceLeavesABoundConnectionAlone() {
    TcpSocket s = t.established();
    t.send(tcp().seq(1).ack(1).len(10));
    t.expect(tcp().seq(1).ack(11));
    s.settings().device = new PortDevice(4, "net0", 1, 1500);
    // the one that was found last is not taken unasked
    t.send(tcp().seq(11).ack(1).len(10));
    assertThat(t.next().flags & 4).as("RST").isEqualTo(4);
    assertThat(s.rcvNxt).isEqualTo(TcpTester.PEER_ISN + 11);
    t.send(tcp().syn().seq(5000)).expectNothing();
    assertThat(t.pool.drops(DropReason.TCP_INVALID_SYN)).isOne();
    s.settings().device = null;
    assertThat(t.socket()).isSameAs(s);
    t.send(tcp().seq(11).ack(1).len(10));
    t.expect(tcp().seq(1).ack(21));
    s.abort();
    t.loop.turn();
  }

  @Test
  void passiveOpenWithoutOptionsOffersNoneButMss() {
    t.listen();
    t.send(tcp().syn().seq(0));
    t.expect(tcp().syn().seq(0).ack(1).mss(1460).noSackOk().noTs());
    t.send(tcp().seq(1).ack(1));
    assertThat(t.socket().info().sendMss()).isEqualTo(536);
    assertThat(t.socket().info().receiveScale()).isEqualTo(-1);
  }

  @Test
  void optionsCutShortOrOfLengthZeroAreIgnored() {
    t.listen();
    Packet p = t.packet(tcp().syn().seq(0).mss(1460).scale(3));
    p.data[p.l4 + 25] = 0; // the length of the option behind the padding
    p.checksumState = Packet.CHECKSUM_UNNECESSARY;
    assertThat(t.engine.receive(p)).isTrue();
    t.loop.turn();
    Segment synAck = t.expect(tcp().syn().seq(0).ack(1).mss(1460));
    assertThat(synAck.scale).isNull();
    t.send(tcp().rst().seq(1));
  }

  @Test
  void activeOpen() {
    TcpSocket s = t.connect();
    assertThat(s.state()).isEqualTo(TcpState.SYN_SENT);
    t.expect(tcp().syn().seq(0).mss(1460).sackOk().ts(0, 0).scale(7));
    t.send(tcp().syn().seq(0).ack(1).mss(1000).win(5000));
    t.expect(tcp().seq(1).ack(1).noTs());
    assertThat(s.state()).isEqualTo(TcpState.ESTABLISHED);
    assertThat(t.events).containsExactly("connected");
    assertThat(s.info().sendMss()).isEqualTo(1000);
    assertThat(s.info().sendWindow()).isEqualTo(5000);
    s.abort();
    t.loop.turn();
    t.expect(tcp().rst().seq(1).ack(1));
  }

  @Test
  void synAckWithDataAndFin() {
    TcpSocket s = t.connect();
    t.next();
    t.send(tcp().syn().fin().seq(0).ack(1).data(new byte[] {1, 2, 3}));
    t.expect(tcp().seq(1).ack(5));
    assertThat(s.state()).isEqualTo(TcpState.CLOSE_WAIT);
    t.read(1, 3);
    assertThat(s.isEndOfStream()).isTrue();
    s.close();
    t.loop.turn();
    t.expect(tcp().fin().seq(1).ack(5));
    t.send(tcp().seq(5).ack(2));
    assertThat(t.events).endsWith("closed NONE");
  }

  @Test
  void dataWrittenBeforeTheHandshakeEndsFollowsIt() {
    TcpSocket s = t.connect();
    t.next();
    assertThat(t.write(10)).isEqualTo(10);
    t.expectNothing();
    t.send(tcp().syn().seq(0).ack(1).mss(1000));
    t.expect(tcp().seq(1).ack(1).len(10));
    s.abort();
    t.loop.turn();
  }

  @Test
  void simultaneousOpenAsFigure7HasIt() {
    TcpSocket s = t.connect();
    t.expect(tcp().syn().seq(0));
    t.send(tcp().syn().seq(0).mss(1000));
    assertThat(s.state()).isEqualTo(TcpState.SYN_RECEIVED);
    t.expect(tcp().syn().seq(0).ack(1));
    t.send(tcp().syn().seq(0).ack(1).mss(1000));
    assertThat(s.state()).isEqualTo(TcpState.ESTABLISHED);
    assertThat(t.events).containsExactly("connected");
  }

  @Test
  void theWindowOfASimultaneousOpensSynAckIsNotScaled() {
    TcpSocket s = t.connect();
    t.next();
    t.send(tcp().syn().seq(0).mss(1000).scale(7).win(4096));
    t.next();
    t.send(tcp().syn().seq(0).ack(1).mss(1000).scale(7).win(4096));
    assertThat(s.state()).isEqualTo(TcpState.ESTABLISHED);
    // RFC 7323 section 2.2; 4096 << 7 would flood a peer that then takes not even our ACKs
    assertThat(s.info().sendWindow()).isEqualTo(4096);
    t.write(10_000);
    t.expect(tcp().seq(1).ack(1).len(4000));
    t.expectNothing();
    t.send(tcp().seq(1).ack(4001).win(100));
    assertThat(s.info().sendWindow()).isEqualTo(100 << 7);
    s.abort();
    t.loop.turn();
    t.clearSent();
  }

  @Test
  void simultaneousOpenEndedByAPlainAck() {
    TcpSocket s = t.connect();
    t.next();
    t.send(tcp().syn().seq(0));
    t.next();
    t.send(tcp().seq(1).ack(1));
    assertThat(s.state()).isEqualTo(TcpState.ESTABLISHED);
  }

  @Test
  void simultaneousOpenResetIsARefusal() {
    t.connect();
    t.next();
    t.send(tcp().syn().seq(0));
    t.next();
    t.send(tcp().rst().seq(1));
    assertThat(t.events).containsExactly("closed REFUSED");
  }

  @Test
  void refused() {
    t.connect();
    t.next();
    t.send(tcp().rst().seq(0).ack(1));
    assertThat(t.events).containsExactly("closed REFUSED");
    assertThat(t.engine.counters().attemptFails).isOne();
  }

  @Test
  void aResetWithoutOurAckIsNoRefusal() {
    TcpSocket s = t.connect();
    t.next();
    t.send(tcp().rst().seq(0)).send(tcp().rst().seq(0).ack(5)).expectNothing();
    assertThat(s.state()).isEqualTo(TcpState.SYN_SENT);
  }

  @Test
  void anAckOfWhatWasNeverSentIsReset() {
    TcpSocket s = t.connect();
    t.next();
    t.send(tcp().syn().seq(0).ack(7));
    t.expect(tcp().rst().seq(7));
    t.send(tcp().seq(0).ack(0));
    t.expect(tcp().rst().seq(0));
    assertThat(s.state()).isEqualTo(TcpState.SYN_SENT);
  }

  @Test
  void synIsRepeatedWithDoublingIntervals() {
    t.connect();
    t.expect(tcp().syn().seq(0));
    for (int wait = 1000; wait <= 64_000; wait *= 2) {
      t.after(wait - 10).expectNothing();
      t.after(11);
      if (wait < 64_000) {
        t.expect(tcp().syn().seq(0));
      }
    }
    t.expectNothing();
    assertThat(t.events).containsExactly("closed TIMED_OUT");
    assertThat(t.engine.counters().tcpSynRetrans).isEqualTo(6);
  }

  @Test
  void synAckIsRepeatedAndASynAgainBringsItAtOnce() {
    t.listen();
    t.send(tcp().syn().seq(0));
    t.expect(tcp().syn().seq(0).ack(1));
    t.send(tcp().syn().seq(0));
    t.expect(tcp().syn().seq(0).ack(1));
    t.after(70_000);
    assertThat(t.pendingSent()).isEqualTo(5);
    t.clearSent();
    assertThat(t.events).containsExactly("closed TIMED_OUT");
    assertThat(t.engine.counters().halfOpen).isZero();
  }

  @Test
  void aResetInSynReceivedEndsIt() {
    t.listen();
    t.send(tcp().syn().seq(0));
    t.next();
    t.send(tcp().rst().seq(9)).send(tcp().rst().seq(1));
    t.clearSent();
    assertThat(t.events).containsExactly("closed RESET");
    assertThat(t.engine.counters().halfOpen).isZero();
  }

  @Test
  void aWrongAckInSynReceivedIsReset() {
    t.listen();
    t.send(tcp().syn().seq(0));
    t.next();
    t.send(tcp().seq(1).ack(77));
    t.expect(tcp().rst().seq(77));
    assertThat(t.socket().state()).isEqualTo(TcpState.SYN_RECEIVED);
    t.socket().abort();
    t.loop.turn();
    t.clearSent();
  }

  @Test
  void listenStateAnswersAckWithResetAndIgnoresTheRest() {
    t.listen();
    t.send(tcp().seq(5).ack(9));
    t.expect(tcp().rst().seq(9 + 0));
    t.send(tcp().rst().seq(5)).send(tcp().fin().seq(5)).expectNothing();
  }

  @Test
  void closedPortsAnswerAsSection31071Says() {
    assertThat(t.arrive(tcp().syn().seq(0))).isFalse();
    t.loop.turn();
    t.expect(tcp().rst().seq(0).ack(1));
    t.send(tcp().fin().seq(4).data(new byte[6]));
    t.expect(tcp().rst().seq(0).ack(11));
    t.send(tcp().seq(4).ack(33));
    t.expect(tcp().rst().seq(33));
    t.send(tcp().rst().seq(4)).expectNothing();
  }

  @Test
  void aWrongChecksumIsDroppedAndCounted() {
    t.listen();
    Packet p = t.packet(tcp().syn().seq(0));
    p.data[p.l4 + 17] ^= 1;
    assertThat(t.engine.receive(p)).isTrue();
    t.loop.turn();
    t.expectNothing();
    assertThat(t.engine.counters().inCsumErrors).isOne();
    assertThat(t.pool.drops(DropReason.TCP_CSUM)).isOne();
  }

  // ---- parked SYNs

  private List<IncomingSyn> park() {
    List<IncomingSyn> syns = new ArrayList<>();
    t.engine.catchAll(syns::add);
    return syns;
  }

  @Test
  void nothingIsSentWhileParkedAndRepeatedSynsDoNotComeAgain() {
    List<IncomingSyn> syns = park();
    t.send(tcp().syn().seq(0).mss(1000)).after(1000).send(tcp().syn().seq(0).mss(1000));
    t.after(5000).expectNothing();
    assertThat(syns).hasSize(1);
    assertThat(t.engine.counters().parked).isOne();
    IncomingSyn syn = syns.getFirst();
    assertThat(syn.quotation()).hasSize(44).startsWith(0x45);
    assertThat(syn.destinationPort()).isEqualTo(80);
    assertThat(syn.hopLimit()).isEqualTo(64);
    assertThat(syn.sourceLo()).isEqualTo(TcpTester.PEER);
    t.accepted = syn.accept(t);
    t.loop.turn();
    t.expect(tcp().syn().seq(0).ack(1));
    t.send(tcp().seq(1).ack(1));
    assertThat(t.events).containsExactly("connected");
    assertThat(t.engine.counters().parked).isZero();
    assertThatThrownBy(syn::reject).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void aChangedSequenceNumberReplacesTheParkedOne() {
    List<IncomingSyn> syns = park();
    t.send(tcp().syn().seq(0)).send(tcp().syn().seq(1000));
    assertThat(syns).hasSize(1);
    t.accepted = syns.getFirst().accept(t);
    t.loop.turn();
    t.expect(tcp().syn().seq(0).ack(1001));
    t.send(tcp().rst().seq(1001));
  }

  @Test
  void rejectResetsAndDropIsSilent() {
    List<IncomingSyn> syns = park();
    t.send(tcp().syn().seq(0));
    syns.getFirst().reject();
    t.loop.turn();
    t.expect(tcp().rst().seq(0).ack(1));
    t.send(tcp().syn().seq(0));
    syns.get(1).drop();
    t.loop.turn();
    t.expectNothing();
    t.send(tcp().syn().seq(0));
    assertThat(syns).hasSize(3);
  }

  @Test
  void aResetOrTimeAbandonsIt() {
    List<IncomingSyn> syns = park();
    List<String> said = new ArrayList<>();
    t.send(tcp().syn().seq(0));
    syns.getFirst().onAbandoned(() -> said.add("abandoned"));
    t.send(tcp().rst().seq(1));
    assertThat(said).containsExactly("abandoned");
    assertThat(syns.getFirst().isAbandoned()).isTrue();
    assertThat(syns.getFirst().accept(t)).isNull();
    syns.getFirst().reject();
    t.send(tcp().syn().seq(0)).after(131_000).expectNothing();
    assertThat(syns.get(1).isAbandoned()).isTrue();
    assertThat(t.engine.counters().parked).isZero();
  }

  @Test
  void parkedSynsAreBoundedBySourceAndInTotal() {
    List<IncomingSyn> syns = park();
    for (int source = 0; source < 20; source++) {
      for (int port = 1; port <= 300; port++) {
        t.peerAddress = Addresses.v4(0x0a010000 + source);
        t.peerPort = port;
        t.send(tcp().syn().seq(0));
      }
    }
    t.expectNothing();
    assertThat(syns).hasSize(4096);
    assertThat(t.engine.counters().parked).isEqualTo(4096);
    assertThat(t.engine.counters().parkedSourceOverflow).isEqualTo(15 * 44L);
    assertThat(t.engine.counters().parkedOverflow).isEqualTo(44 + 4 * 300L);
    // an ordinary listener does not suffer
    t.peerAddress = TcpTester.PEER;
    t.ourPort = 81;
    t.established();
  }

  @Test
  void halfOpenConnectionsAreBounded() {
    t.config.maxHalfOpen = 3;
    t.config.synCookies = false;
    t.listen();
    for (int port = 1; port <= 5; port++) {
      t.peerPort = port;
      t.send(tcp().syn().seq(0));
    }
    assertThat(t.pendingSent()).isEqualTo(3);
    assertThat(t.engine.counters().tcpReqQFullDrop).isEqualTo(2);
  }

  /** MUST-41: an error, and nothing happens to what was there. */
  @Test
  void aSecondPassiveOpenDisturbsNothing() {
    TcpSocket s = t.established();
    assertThat(t.engine.listen(0, 0, 80, syn -> syn.reject())).isNull();
    assertThat(t.engine.listen(0, TcpTester.US, 80, syn -> syn.reject())).isNull();
    t.send(tcp().seq(1).ack(1).len(10));
    t.expect(tcp().seq(1).ack(11));
    assertThat(s.available()).isEqualTo(10);
    t.peerPort++;
    t.send(tcp().syn().seq(0));
    t.expect(tcp().syn().seq(0).ack(1));
    s.consume(10);
    s.abort();
    t.socket().abort();
    t.peerPort--;
    t.after(1);
    t.clearSent();
  }

  /** MUST-42: LISTEN on a port whose other connections are in SYN-SENT and in SYN-RECEIVED. */
  @Test
  void aPortIsListenedOnWhileItsConnectionsAreStillOpening() {
    TcpSocket sent = t.connect();
    t.expect(tcp().syn().seq(0));
    t.peerPort++;
    TcpSocket received = t.connect();
    t.next();
    t.send(tcp().syn().seq(0));
    t.expect(tcp().syn().seq(0).ack(1));
    t.peerPort++;
    t.established();
    assertThat(sent.state()).isEqualTo(TcpState.SYN_SENT);
    assertThat(received.state()).isEqualTo(TcpState.SYN_RECEIVED);
  }

  @Test
  void portsAreChosenAndNeverTwice() {
    List<Integer> ports = new ArrayList<>();
    t.config.portMin = 50_000;
    t.config.portMax = 50_009;
    for (int i = 0; i < 10; i++) {
      TcpSocket s = t.engine.connect(0, TcpTester.US, 0, 0, TcpTester.PEER, 99, t);
      ports.add(java.util.Objects.requireNonNull(s).localPort());
    }
    assertThat(ports).doesNotHaveDuplicates().allMatch(p -> p >= 50_000 && p <= 50_009);
    assertThat(t.engine.connect(0, TcpTester.US, 0, 0, TcpTester.PEER, 99, t)).isNull();
    assertThat(t.engine.connect(0, TcpTester.US, 50_001, 0, TcpTester.PEER, 99, t)).isNull();
  }

  @Test
  void icmpEndsAHandshakeOnlyForItsOwnSequenceNumber() {
    TcpSocket s = t.connect();
    t.next();
    icmp(IcmpErrorKind.UNREACHABLE_SOFT, 0, 5);
    t.loop.turn();
    assertThat(s.state()).isEqualTo(TcpState.SYN_SENT);
    icmp(IcmpErrorKind.UNREACHABLE_SOFT, 0, 0);
    t.loop.turn();
    assertThat(t.events).containsExactly("closed UNREACHABLE");
  }

  private void icmp(IcmpErrorKind kind, int mtu, int sequence) {
    int ports = TcpTester.OUR_PORT << 16 | TcpTester.PEER_PORT;
    int quoted = t.iss + sequence;
    t.engine.icmpError(kind, mtu, 0, TcpTester.US, 0, TcpTester.PEER, ports, quoted);
  }

  /** RFC 7323 section 5.3 has no rule for it; Linux resets what answers an older connection. */
  @Test
  void anAnswerThatEchoesATimestampOfNoneOfOurSynsIsReset() {
    t.connect();
    Segment syn = t.next();
    int ours = Objects.requireNonNull(syn.tsVal);
    t.after(500).send(tcp().syn().seq(0).ack(1).ts(900, ours - 1));
    t.expect(tcp().rst().seq(1));
    t.send(tcp().syn().seq(0).ack(1).ts(900, ours + 501));
    t.expect(tcp().rst().seq(1));
    assertThat(t.engine.counters().pawsActive).isEqualTo(2);
    assertThat(t.socket().state()).isEqualTo(TcpState.SYN_SENT);
    t.send(tcp().syn().seq(0).ack(1).ts(900, ours));
    t.expect(tcp().seq(1).ack(1).ts(500, 900));
    assertThat(t.socket().state()).isEqualTo(TcpState.ESTABLISHED);
  }
}
