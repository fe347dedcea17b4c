package dev.patchbay.qemu.ncsi;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.EnumMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Each command by itself: what it answers, what it refuses, what stays. */
class NcsiCommandTest {
  private static final int PACKAGE = Guest.PACKAGE;

  @ParameterizedTest
  @CsvSource({
    "0x00, 0, 4", "0x01, 4, 4", "0x02, 0, 4", "0x03, 0, 4", "0x04, 4, 4", "0x05, 4, 4",
    "0x06, 0, 4", "0x07, 0, 4", "0x08, 8, 4", "0x0a, 0, 16", "0x0d, 0, 4", "0x10, 4, 4",
    "0x11, 0, 4", "0x12, 4, 4", "0x13, 0, 4", "0x14, 4, 4", "0x15, 0, 40", "0x16, 0, 32",
    "0x17, 0, 110", "0x18, 0, 204", "0x19, 0, 32", "0x1a, 0, 48", "0x1b, 0, 8", "0x52, 0, 20"
  })
  void answersHaveTheLengthThatDriversCheck(String type, int payload, int expected) {
    Guest guest = new Guest(NcsiConfig.DEFAULT).configure();
    guest.tell(0, 0, Integer.decode(type), "00".repeat(payload));
    NcsiPacket answer = guest.answer();
    assertThat(answer.payload()).hasSize(expected);
    assertThat(answer.responseCode()).isZero();
    assertThat(answer.type()).isEqualTo(Integer.decode(type) | 0x80);
  }

  @ParameterizedTest
  @EnumSource(value = NcsiCommand.class, mode = EnumSource.Mode.EXCLUDE, names = "OEM")
  void aWrongPayloadLengthIsRefused(NcsiCommand command) {
    Guest guest = new Guest(NcsiConfig.DEFAULT).configure();
    guest.tell(0, 0, command.type(), "00".repeat(command.payload() + 4)).expectError(1, 5);
    if (command.payload() > 0) {
      guest.tell(0, 0, command.type(), "").expectError(1, 5);
    }
    assertThat(guest.card.configured()).isTrue();
  }

  @ParameterizedTest
  @EnumSource(
      value = NcsiCommand.class,
      mode = EnumSource.Mode.EXCLUDE,
      names = {
        "OEM",
        "CLEAR_INITIAL_STATE",
        "SELECT_PACKAGE",
        "DESELECT_PACKAGE",
        "GET_PACKAGE_STATUS",
        "GET_PACKAGE_UUID"
      })
  void aChannelInItsInitialStateWantsToBeInitialized(NcsiCommand command) {
    Guest guest = new Guest(NcsiConfig.DEFAULT.withProfile(NcsiProfile.STRICT));
    guest.tell(0, 0, command.type(), "00".repeat(command.payload())).expectError(1, 1);
    assertThat(guest.channel().initialState()).isTrue();
    guest.expectNothing();
  }

  @ParameterizedTest
  @CsvSource({"0x0f", "0x1c", "0x25", "0x51", "0x56", "0x57", "0x58", "0x7e"})
  void unknownCommandsAreUnsupported(String type) {
    Guest guest = new Guest(NcsiConfig.DEFAULT).configure();
    guest.tell(0, 0, Integer.decode(type), "00000000").expectError(3, 0x7fff);
    assertThat(guest.channel().counters().typeErrors()).isEqualTo(1);
  }

  @Test
  void whatIsNoCommandIsDropped() {
    Guest guest = new Guest(NcsiConfig.DEFAULT);
    guest.tell(0, 0, 0x80, "00000000").expectNothing();
    guest.tell(0, 0, 0xff, "00000000").expectNothing();
    guest.tell(0, 0, 0x7f, "").expectNothing(); // its answer would be an event
    assertThat(guest.card.snapshot().statistics().malformed()).isEqualTo(3);
  }

  @Test
  void absentPackagesAndChannels() {
    Guest fast = new Guest(NcsiConfig.DEFAULT.withCounts(2, 2));
    fast.tell(1, 1, 0x00, "").expectOk();
    fast.tell(1, 2, 0x00, "").expectError(1, 3);
    fast.tell(2, 0, 0x00, "").expectError(1, 4);
    fast.tell(0, PACKAGE, 0x00, "").expectError(1, 3);
    Guest strict = new Guest(NcsiConfig.DEFAULT.withCounts(2, 2).withProfile(NcsiProfile.STRICT));
    strict.tell(1, 1, 0x00, "").expectOk();
    strict.tell(1, 2, 0x00, "").expectNothing();
    strict.tell(2, 0, 0x00, "").expectNothing();
    Guest off = new Guest(NcsiConfig.DEFAULT.withProfile(NcsiProfile.OFF));
    off.tell(0, PACKAGE, 0x01, "00000001").expectNothing();
    assertThat(off.card.snapshot().statistics().unanswered()).isEqualTo(1);
  }

  @Test
  void oneOfTwoPackagesHasTheBus() {
    Guest guest = new Guest(NcsiConfig.DEFAULT.withCounts(2, 1));
    guest.tell(0, PACKAGE, 0x01, "00000001").expectOk();
    assertThat(guest.card.snapshot().packages().get(0).selected()).isTrue();
    guest.tell(1, 0, 0x00, "").expectOk(); // selects by being addressed
    assertThat(guest.card.snapshot().packages().get(0).selected()).isFalse();
    assertThat(guest.card.snapshot().packages().get(1).selected()).isTrue();
    guest.tell(1, PACKAGE, 0x02, "").expectOk();
    assertThat(guest.card.snapshot().packages().get(1).selected()).isFalse();
  }

  @Test
  void macFilters() {
    Guest guest = new Guest(NcsiConfig.DEFAULT).configure();
    guest.tell(0, 0, 0x0e, "525400123456 01 01").expectOk();
    guest.tell(0, 0, 0x0e, "525400123457 04 01").expectOk();
    guest.tell(0, 0, 0x0e, "333300000001 08 21").expectOk();
    guest.tell(0, 0, 0x0e, "525400123458 00 01").expectError(1, 2);
    guest.tell(0, 0, 0x0e, "525400123458 09 21").expectError(1, 2);
    guest.tell(0, 0, 0x0e, "525400123458 05 01").expectError(1, 2);
    guest.tell(0, 0, 0x0e, "333300000001 01 01").expectError(1, 2);
    guest.tell(0, 0, 0x0e, "525400123458 05 21").expectError(1, 2);
    guest.tell(0, 0, 0x0e, "000000000000 01 01").expectError(1, 0x0e08);
    guest.tell(0, 0, 0x0e, "525400123457 04 00").expectOk();
    assertThat(guest.channel().filters().mac())
        .containsExactly(
            new NcsiSnapshot.MacFilter(1, "52:54:00:12:34:56", true),
            new NcsiSnapshot.MacFilter(4, "52:54:00:12:34:57", false),
            new NcsiSnapshot.MacFilter(8, "33:33:00:00:00:01", true));
  }

  @Test
  void vlanFiltersAndModes() {
    Guest guest = new Guest(NcsiConfig.DEFAULT).configure();
    guest.tell(0, 0, 0x0b, "0000002a 00000101").expectOk();
    guest.tell(0, 0, 0x0b, "0000f02b 00000f01").expectOk(); // priority bits are not the tag
    guest.tell(0, 0, 0x0b, "0000002c 00001001").expectError(1, 2);
    guest.tell(0, 0, 0x0b, "0000002c 00000001").expectError(1, 2);
    guest.tell(0, 0, 0x0b, "00000000 00000201").expectError(1, 0x0b07);
    guest.tell(0, 0, 0x0b, "00000fff 00000201").expectError(1, 0x0b07);
    guest.tell(0, 0, 0x0c, "00000002").expectOk();
    assertThat(guest.channel().filters().vlanMode()).isEqualTo("vlan-and-untagged");
    guest.tell(0, 0, 0x0c, "00000004").expectError(1, 2);
    guest.tell(0, 0, 0x0c, "00000000").expectError(1, 2);
    assertThat(guest.channel().filters().vlan())
        .containsExactly(
            new NcsiSnapshot.VlanFilter(1, 0x2a, true),
            new NcsiSnapshot.VlanFilter(15, 0x2b, true));
    guest.tell(0, 0, 0x0b, "0000002a 00000100").expectOk();
    guest.tell(0, 0, 0x0d, "").expectOk();
    assertThat(guest.channel().filters().vlan().get(0).enabled()).isFalse();
    assertThat(guest.channel().filters().vlanMode()).isEqualTo("off");
  }

  @Test
  void broadcastMulticastFlowControlAndEvents() {
    Guest guest = new Guest(NcsiConfig.DEFAULT).configure();
    guest.tell(0, 0, 0x10, "00000005").expectOk();
    guest.tell(0, 0, 0x10, "00000010").expectError(1, 2);
    guest.tell(0, 0, 0x12, "00000021").expectOk();
    guest.tell(0, 0, 0x12, "00000040").expectError(1, 2);
    guest.tell(0, 0, 0x14, "00000001").expectOk();
    guest.tell(0, 0, 0x14, "00000002").expectError(1, 2);
    guest.tell(0, 0, 0x14, "00000003").expectError(1, 2);
    guest.tell(0, 0, 0x08, "00000000 00010000").expectError(1, 2);
    assertThat(guest.channel().filters().broadcast()).containsExactly("arp", "dhcp-server");
    assertThat(guest.channel().filters().multicast())
        .containsExactly("neighbour-advertisement", "neighbour-solicitation");
    assertThat(guest.channel().flowControl()).isTrue();
    assertThat(guest.channel().managementController()).isEqualTo(5);
    guest.tell(0, 0, 0x11, "").expectOk();
    guest.tell(0, 0, 0x13, "").expectOk();
    assertThat(guest.channel().filters().broadcast()).isNull();
    assertThat(guest.channel().filters().multicast()).isNull();
  }

  @Test
  void setLinkIsFollowedOrRefused() {
    Guest guest = new Guest(NcsiConfig.DEFAULT);
    guest.tell(0, 0, 0x00, "").expectOk();
    guest.tell(0, 0, 0x09, "00000204 00000000").expectOk(); // forced 100 full
    guest.tell(0, 0, 0x0a, "").expectOk("0000000b 00000000 00000000");
    assertThat(guest.channel().link()).isEqualTo("up 100 full");
    guest.tell(0, 0, 0x09, "00000103 00000000").expectOk(); // negotiated 10 half
    assertThat(guest.channel().link()).isEqualTo("up 10 half autoneg");
    guest.tell(0, 0, 0x09, "0000020c 00000000").expectError(1, 0x0903); // forced to two speeds
    guest.tell(0, 0, 0x09, "00000201 00000000").expectError(1, 0x0903); // no speed
    guest.tell(0, 0, 0x09, "00000004 00000000").expectError(1, 0x0903); // no duplex
    guest.tell(0, 0, 0x09, "00000211 00000000").expectError(1, 0x0905); // 10G on a 1G port
    guest.tell(0, 0, 0x09, "00001205 00000000").expectError(1, 2); // OEM settings
    assertThat(guest.channel().link()).isEqualTo("up 10 half autoneg");
    guest.card.link(true, 10_000, true);
    guest.tell(0, 0, 0x09, "00000211 00000000").expectOk();
    assertThat(guest.channel().link()).isEqualTo("up 10000 full autoneg");
  }

  @Test
  void getParametersShowsWhatWasSet() {
    Guest guest = new Guest(NcsiConfig.DEFAULT).configure();
    guest.tell(0, 0, 0x0e, "525400123456 01 01").expectOk();
    guest.tell(0, 0, 0x0b, "0000002a 00000201").expectOk();
    guest.tell(0, 0, 0x0c, "00000003").expectOk();
    guest.tell(0, 0, 0x10, "0000000f").expectOk();
    guest
        .tell(0, 0, 0x17, "")
        .expectOk(
            "08 0000 01 0f 00 0002 0000e3ff 0000000f 00000007 03 00 0000 00000007"
                + "525400123456"
                + "00".repeat(42)
                + "0000 002a"
                + "00".repeat(26));
  }

  @Test
  void statisticsOfThePortOrAllOnes() {
    Map<NcsiTraffic.Counter, Long> kept = new EnumMap<>(NcsiTraffic.Counter.class);
    kept.put(NcsiTraffic.Counter.BYTES_TO_GUEST, 0x1_0000_0002L);
    kept.put(NcsiTraffic.Counter.FRAMES_FROM_GUEST, 7L);
    kept.put(NcsiTraffic.Counter.DROPPED_TO_GUEST, 3L);
    Guest guest =
        new Guest(NcsiConfig.DEFAULT, counter -> kept.getOrDefault(counter, -1L)).configure();
    String none = "ffffffff";
    guest
        .tell(0, 0, 0x18, "")
        .expectOk(
            "0000000000000000 0000000100000002"
                + none.repeat(14 + 28)
                + "0000000100000002"
                + none.repeat(2));
    guest
        .tell(0, 0, 0x1a, "")
        .expectOk("0000000000000007" + none.repeat(5) + "00000003" + none.repeat(3));
  }

  @Test
  void ncsiStatisticsCountErrors() {
    Guest guest = new Guest(NcsiConfig.DEFAULT).configure();
    guest.tell(0, 0, 0x7e, "").expectError(3, 0x7fff);
    byte[] bad = new NcsiPacket(0, 9, 0x0a, 0, 0, new byte[0]).emit();
    bad[30] ^= 1;
    assertThat(guest.card.receive(bad, 0, bad.length)).isFalse();
    guest.expectNothing();
    // Four of configure() to the channel, the unknown one, this one; answers until now five.
    guest
        .tell(0, 0, 0x19, "")
        .expectOk("00000006 00000001 00000001 00000001 00000007 00000005 00000000");
    assertThat(guest.card.snapshot().statistics().checksumErrors()).isEqualTo(1);
  }

  @Test
  void aZeroChecksumMeansNone() {
    Guest guest = new Guest(NcsiConfig.DEFAULT);
    byte[] frame = new NcsiPacket(3, 77, 0x00, 0, 0, new byte[0]).emit();
    NcsiWire.u32(frame, 30, 0);
    assertThat(guest.card.receive(frame, 0, frame.length)).isTrue();
    NcsiPacket answer = guest.next();
    assertThat(answer.mcId()).isEqualTo(3);
    assertThat(answer.iid()).isEqualTo(77);
  }

  @Test
  void aRepeatedCommandIsAnsweredAgain() {
    Guest guest = new Guest(NcsiConfig.DEFAULT);
    byte[] frame = new NcsiPacket(0, 5, 0x01, 0, PACKAGE, new byte[4]).emit();
    guest.card.receive(frame, 0, frame.length);
    guest.card.receive(frame, 0, frame.length);
    assertThat(guest.next()).isEqualTo(guest.next());
    assertThat(guest.card.snapshot().statistics().repeated()).isEqualTo(1);
  }

  @Test
  void resetChannelReturnsToTheInitialState() {
    Guest guest = new Guest(NcsiConfig.DEFAULT.withProfile(NcsiProfile.STRICT)).configure();
    guest.tell(0, 0, 0x0e, "525400123456 01 01").expectOk();
    guest.tell(0, 0, 0x05, "00000000").expectOk();
    assertThat(guest.card.configured()).isFalse();
    assertThat(guest.channel().filters().mac()).isEmpty();
    guest.tell(0, 0, 0x0a, "").expectError(1, 1);
    guest.tell(0, 0, 0x00, "").expectOk();
    guest.tell(0, 0, 0x0a, "").expectOk("0000f26f 00000000 00000000").expectNothing();
  }

  @Test
  void packageStatusAndUuid() {
    Guest guest = new Guest(NcsiConfig.DEFAULT.withCounts(2, 1).withMac(0x525400123456L));
    guest.tell(0, PACKAGE, 0x1b, "").expectOk("00000000");
    guest.tell(0, PACKAGE, 0x52, "");
    byte[] first = guest.answer().payload();
    guest.tell(1, PACKAGE, 0x52, "");
    byte[] second = guest.answer().payload();
    assertThat(first).isNotEqualTo(second);
    Guest again = new Guest(NcsiConfig.DEFAULT.withMac(0x525400123456L));
    again.tell(0, PACKAGE, 0x52, "");
    assertThat(again.answer().payload()).isEqualTo(first);
  }
}
