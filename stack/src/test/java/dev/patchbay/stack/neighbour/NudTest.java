package dev.patchbay.stack.neighbour;

import static dev.patchbay.stack.Lab.arp;
import static dev.patchbay.stack.Lab.v4;
import static org.assertj.core.api.Assertions.assertThat;

import dev.patchbay.stack.Lab;
import dev.patchbay.stack.conf.Ipv4Key;
import dev.patchbay.stack.conf.NeighbourKey;
import dev.patchbay.stack.neighbour.Neighbour.State;
import dev.patchbay.stack.packet.Packet;
import dev.patchbay.stack.wire.Addresses;
import dev.patchbay.stack.wire.Bytes;
import dev.patchbay.stack.wire.EtherType;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Neighbour unreachability detection, packet for packet, on virtual time. */
class NudTest {
  private static final int GUEST = v4("10.0.2.15");
  private static final int US = v4("10.0.2.2");
  private final Lab lab = new Lab();
  private final NeighbourTable table = lab.stack.neighbours();

  @AfterEach
  void nothingLeaks() {
    lab.close();
  }

  private Neighbour guest() {
    Neighbour found = table.find(0, Addresses.v4(GUEST), lab.bridge);
    if (found == null) {
      throw new AssertionError("no entry");
    }
    return found;
  }

  private void sendToGuest() {
    lab.fromWorld(Lab.ipv4("198.51.100.1", "10.0.2.15", 17, 64, Lab.udp(1, 2, new byte[4])));
  }

  private void confirmedPacketToGuest() {
    Packet packet = lab.pool.acquire(20);
    byte[] ip = Lab.ipv4("10.0.2.2", "10.0.2.15", 17, 64, new byte[0]);
    System.arraycopy(ip, 0, packet.data, packet.append(ip.length), ip.length);
    packet.l3 = packet.head;
    packet.confirmsNeighbour = true;
    table.output(packet, lab.bridge, 0, Addresses.v4(GUEST));
    lab.loop.turn();
  }

  private void replyFromA(long mac) {
    lab.fromA(arp(2, mac, GUEST, Lab.APPLIANCE, US));
  }

  /** ARP requests that came: to whom, seen as a frame's destination. */
  private static List<String> requests(Deque<byte[]> frames) {
    List<String> found = new ArrayList<>();
    for (byte[] frame : frames) {
      if (Bytes.u16(frame, 12) == EtherType.ARP && Bytes.u16(frame, 20) == 1) {
        found.add(Addresses.macToString(Bytes.u48(frame, 0)));
      }
    }
    frames.clear();
    return found;
  }

  @Test
  void anUnknownOneIsAskedForThreeTimesASecondApartAndGivenUp() {
    sendToGuest();
    assertThat(guest().state()).isEqualTo(State.INCOMPLETE);
    for (int second = 0; second < 3; second++) {
      assertThat(requests(lab.toA)).containsExactly("ff:ff:ff:ff:ff:ff");
      lab.loop.runForMillis(990);
      assertThat(lab.toA).isEmpty();
      lab.loop.runForMillis(11);
    }
    assertThat(guest().state()).isEqualTo(State.FAILED);
    // ICMP host unreachable to who sent
    byte[] error = lab.toWorld.poll();
    assertThat(error).isNotNull();
    assertThat(Bytes.u16(error, 20)).isEqualTo(0x0301);
    // the next packet asks again
    sendToGuest();
    assertThat(guest().state()).isEqualTo(State.INCOMPLETE);
    lab.toA.clear();
    replyFromA(Lab.GUEST_A);
    assertThat(guest().state()).isEqualTo(State.REACHABLE);
    assertThat(lab.toA).hasSize(1);
  }

  @Test
  void theOldestOfTooManyThatWaitGoes() {
    for (int i = 0; i < NeighbourKey.UNRES_QLEN.initial() + 5; i++) {
      byte[] data = {0, 0, 0, (byte) i};
      lab.fromWorld(Lab.ipv4("198.51.100.1", "10.0.2.15", 17, 64, Lab.udp(1, 2, data)));
    }
    lab.toA.clear();
    replyFromA(Lab.GUEST_A);
    assertThat(lab.toA).hasSize(NeighbourKey.UNRES_QLEN.initial());
    byte[] first = lab.nextToA();
    assertThat(first[14 + 20 + 8 + 3]).isEqualTo((byte) 5);
  }

  @Test
  void aStaleOneIsUsedAtOnceAndProbedAfterFiveSeconds() {
    lab.introduceA();
    assertThat(guest().state()).isEqualTo(State.STALE);
    sendToGuest();
    assertThat(lab.toA).hasSize(1);
    lab.toA.clear();
    assertThat(guest().state()).isEqualTo(State.DELAY);
    lab.loop.runForMillis(4990);
    assertThat(lab.toA).isEmpty();
    lab.loop.runForMillis(20);
    assertThat(guest().state()).isEqualTo(State.PROBE);
    assertThat(requests(lab.toA)).containsExactly(Addresses.macToString(Lab.GUEST_A));
    replyFromA(Lab.GUEST_A);
    assertThat(guest().state()).isEqualTo(State.REACHABLE);
    // a confirmation holds for 15 to 45 s
    lab.loop.runForMillis(14_900);
    assertThat(guest().state()).isEqualTo(State.REACHABLE);
    lab.loop.runForMillis(30_200);
    assertThat(guest().state()).isEqualTo(State.STALE);
  }

  @Test
  void whoDoesNotAnswerThreeProbesHasFailed() {
    lab.introduceA();
    sendToGuest();
    lab.loop.runForMillis(7980);
    assertThat(requests(lab.toA)).hasSize(3);
    assertThat(guest().state()).isEqualTo(State.PROBE);
    lab.loop.runForMillis(20);
    assertThat(guest().state()).isEqualTo(State.FAILED);
  }

  @Test
  void anAnswerAboveConfirmsIt() {
    lab.introduceA();
    sendToGuest();
    lab.loop.runForMillis(3000);
    confirmedPacketToGuest();
    lab.toA.clear();
    lab.loop.runForMillis(2010);
    assertThat(guest().state()).isEqualTo(State.REACHABLE);
    assertThat(lab.toA).as("no probe").isEmpty();
  }

  @Test
  void aConnectionThatGoesOnNeedsNoProbes() {
    lab.introduceA();
    for (int i = 0; i < 120; i++) {
      confirmedPacketToGuest();
      lab.loop.runForMillis(1000);
    }
    assertThat(requests(lab.toA)).isEmpty();
    assertThat(guest().state()).isIn(State.REACHABLE, State.DELAY);
  }

  @Test
  void gratuitousArpChangesWhatIsKnownAndMakesNothing() {
    lab.fromA(arp(1, Lab.GUEST_A, GUEST, 0, GUEST));
    assertThat(table.find(0, Addresses.v4(GUEST), lab.bridge)).isNull();
    lab.introduceA();
    lab.fromA(arp(1, Lab.GUEST_A + 9, GUEST, 0, GUEST));
    assertThat(guest().mac()).isEqualTo(Lab.GUEST_A + 9);
    assertThat(guest().state()).isEqualTo(State.STALE);
  }

  @Test
  void withArpAcceptItMakesAnEntry() {
    lab.stack.conf().all4().set(Ipv4Key.ARP_ACCEPT, 1);
    lab.fromA(arp(1, Lab.GUEST_A, GUEST, 0, GUEST));
    assertThat(guest().mac()).isEqualTo(Lab.GUEST_A);
  }

  @Test
  void ofTwoRepliesWithinTheLockTimeTheFirstCounts() {
    sendToGuest();
    replyFromA(Lab.GUEST_A);
    lab.loop.runForMillis(500);
    replyFromA(Lab.GUEST_A + 1);
    assertThat(guest().mac()).isEqualTo(Lab.GUEST_A);
    lab.loop.runForMillis(600);
    replyFromA(Lab.GUEST_A + 1);
    assertThat(guest().mac()).isEqualTo(Lab.GUEST_A + 1);
  }

  @Test
  void whatIsPermanentStaysAsItIs() {
    table.permanent(0, Addresses.v4(GUEST), lab.bridge, Lab.GUEST_B);
    lab.introduceA();
    lab.fromA(arp(1, Lab.GUEST_A, GUEST, 0, GUEST));
    lab.loop.runForMillis(600_000);
    assertThat(guest().mac()).isEqualTo(Lab.GUEST_B);
    assertThat(guest().state()).isEqualTo(State.PERMANENT);
  }

  @Test
  void aDeviceThatComesUpIsAnnouncedWithArpNotify() {
    lab.stack.conf().all4().set(Ipv4Key.ARP_NOTIFY, 1);
    lab.stack.setUp(lab.bridge, false);
    lab.toA.clear();
    lab.stack.setUp(lab.bridge, true);
    byte[] frame = lab.nextToA();
    assertThat(Bytes.u16(frame, 12)).isEqualTo(EtherType.ARP);
    assertThat(Bytes.u32(frame, 28)).isEqualTo(Bytes.u32(frame, 38)).isEqualTo(US & 0xffffffffL);
  }

  @Test
  void fewAreKeptManyAreCollected() {
    for (int i = 1; i <= 127; i++) {
      table.learn(0, Addresses.v4(US + 1000 + i), lab.bridge, i, false, true, true, null);
    }
    lab.loop.runForMillis(100_000);
    assertThat(table.entries()).hasSize(127);
    table.learn(0, Addresses.v4(US + 2000), lab.bridge, 1, false, true, true, null);
    table.permanent(0, Addresses.v4(US + 2001), lab.bridge, 1);
    lab.loop.runForMillis(16_000);
    // those of the last minute and what is permanent
    assertThat(table.entries()).hasSize(2);
  }

  @Test
  void whatOneGuestClaimsMakesNoOtherForgotten() {
    long quiet = Addresses.v4(US + 3000);
    table.learn(0, quiet, lab.bridge, 9, false, true, true, lab.portB);
    for (int i = 1; i <= 200; i++) {
      table.learn(0, Addresses.v4(US + 1000 + i), lab.bridge, i, false, true, true, lab.portA);
    }
    lab.loop.runForMillis(120_000);
    assertThat(table.find(0, quiet, lab.bridge)).isNotNull();
    assertThat(table.countOf(lab.portA)).isLessThan(NeighbourTable.FEW);
  }

  @Test
  void aDeviceWithoutPortsHasTheLimitOfOne() {
    for (int i = 0; i < NeighbourTable.LIMIT_PER_PORT + 100; i++) {
      table.learn(0, Addresses.v4(US + 1000 + i), lab.bridge, i + 1, false, true, true, null);
    }
    assertThat(table.countOf(lab.bridge)).isEqualTo(NeighbourTable.LIMIT_PER_PORT);
    lab.stack.neighbours().removeDevice(lab.bridge);
    assertThat(table.countOf(lab.bridge)).isZero();
  }

  @ParameterizedTest
  @EnumSource(State.class)
  void theTableIsThatOfTheRfc(State state) {
    Map<State, String> expected = new EnumMap<>(State.class);
    // SEND, time outs (confirmed, used, else), probes spent, answered, heard, another, conflict
    expected.put(State.NONE, "INCOMPLETE NONE NONE NONE FAILED REACHABLE STALE STALE NONE");
    expected.put(
        State.INCOMPLETE,
        "INCOMPLETE INCOMPLETE INCOMPLETE INCOMPLETE FAILED REACHABLE STALE STALE INCOMPLETE");
    expected.put(
        State.REACHABLE, "REACHABLE REACHABLE DELAY STALE FAILED REACHABLE REACHABLE STALE STALE");
    expected.put(State.STALE, "DELAY STALE STALE STALE FAILED REACHABLE STALE STALE STALE");
    expected.put(State.DELAY, "DELAY REACHABLE DELAY PROBE FAILED REACHABLE DELAY STALE DELAY");
    expected.put(State.PROBE, "PROBE PROBE PROBE PROBE FAILED REACHABLE PROBE STALE PROBE");
    expected.put(
        State.FAILED, "INCOMPLETE FAILED FAILED FAILED FAILED REACHABLE STALE STALE FAILED");
    List<String> found = new ArrayList<>();
    for (NudEvent event : NudEvent.values()) {
      found.add(NudTable.next(state, event).name());
    }
    String fixed = (state.name() + " ").repeat(9).strip();
    assertThat(String.join(" ", found)).isEqualTo(expected.getOrDefault(state, fixed));
  }
}
