package dev.patchbay.qemu.ncsi;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** What Linux and U-Boot send from their first command to a working interface. */
class NcsiDriverTraceTest {
  private static final int PACKAGE = Guest.PACKAGE;

  /** GLS: up, 1000 full, auto-negotiated, partner can all of 10/100/1000. */
  private static final String LINK_UP = "0000f26f 00000000 00000000";

  private static final String VERSION =
      "f1f1f000 00000000 7061746368626179 00000000 00010000 0000000000000000 00000000";

  private static final String CAPABILITIES =
      "00000036 0000000f 0000003f 00000000 00000007 0f 00 04 04 0000 07 01";

  @Test
  void linuxProbesAndConfiguresAFastCard() {
    Guest linux = new Guest(NcsiConfig.DEFAULT);
    for (int p = 0; p < 8; p++) {
      linux.tell(p, PACKAGE, 0x02, "");
      if (p == 0) {
        linux.expectOk("");
      } else {
        linux.expectError(1, 4);
      }
    }
    linuxProbesPackage0(linux);
    for (int p = 1; p < 8; p++) {
      linux.tell(p, PACKAGE, 0x01, "00000001").expectError(1, 4);
    }
    linuxConfigures(linux);
    assertThat(linux.card.snapshot().statistics().unanswered()).isZero();
    assertThat(linux.card.snapshot().statistics().refused()).isEqualTo(14);
  }

  @Test
  void linuxProbesAndConfiguresAStrictCard() {
    Guest linux = new Guest(NcsiConfig.DEFAULT.withProfile(NcsiProfile.STRICT));
    linux.tell(0, PACKAGE, 0x02, "").expectOk("");
    for (int p = 1; p < 8; p++) {
      linux.tell(p, PACKAGE, 0x02, "").expectNothing();
    }
    linuxProbesPackage0(linux);
    for (int p = 1; p < 8; p++) {
      linux.tell(p, PACKAGE, 0x01, "00000001").expectNothing();
    }
    linuxConfigures(linux);
    assertThat(linux.card.snapshot().statistics().unanswered()).isEqualTo(14);
    assertThat(linux.card.snapshot().statistics().refused()).isZero();
  }

  private static void linuxProbesPackage0(Guest linux) {
    linux.tell(0, PACKAGE, 0x01, "00000001").expectOk("");
    linux.tell(0, 0, 0x00, "").expectOk("");
    linux.tell(0, 0, 0x15, "").expectOk(VERSION);
    linux.tell(0, 0, 0x16, "").expectOk(CAPABILITIES);
    linux.tell(0, 0, 0x0a, "").expectOk(LINK_UP);
    linux.tell(0, PACKAGE, 0x02, "").expectOk("");
    assertThat(linux.card.snapshot().packages().get(0).selected()).isFalse();
  }

  private static void linuxConfigures(Guest linux) {
    linux.tell(0, PACKAGE, 0x01, "00000001").expectOk("");
    linux.tell(0, 0, 0x00, "").expectOk("");
    // All filters of the announced count are cleared first, with VLAN id 0.
    for (int filter = 1; filter <= 15; filter++) {
      linux.tell(0, 0, 0x0b, String.format("00000000 0000%02x00", filter)).expectOk("");
    }
    linux.tell(0, 0, 0x0d, "").expectOk("");
    linux.tell(0, 0, 0x0e, "525400123456 01 01").expectOk("");
    linux.tell(0, 0, 0x10, "0000000f").expectOk("");
    linux.tell(0, 0, 0x13, "").expectOk("");
    linux.tell(0, 0, 0x06, "").expectOk("");
    assertThat(linux.card.configured()).isFalse();
    linux.tell(0, 0, 0x03, "").expectOk("");
    assertThat(linux.card.configured()).isTrue();
    linux.tell(0, 0, 0x08, "00000000 00000007").expectOk("");
    linux.tell(0, 0, 0x0a, "").expectOk(LINK_UP).expectNothing();

    assertThat(linux.changes).containsExactly(NcsiListener.Change.CONFIGURED);
    NcsiSnapshot.Channel channel = linux.channel();
    assertThat(channel.initialState()).isFalse();
    assertThat(channel.enabled()).isTrue();
    assertThat(channel.transmit()).isTrue();
    assertThat(channel.aens()).containsExactly("link", "configuration", "host-driver");
    assertThat(channel.filters().mac())
        .containsExactly(new NcsiSnapshot.MacFilter(1, "52:54:00:12:34:56", true));
    assertThat(channel.filters().vlan()).isEmpty();
    assertThat(channel.filters().broadcast())
        .containsExactly("arp", "dhcp-client", "dhcp-server", "netbios");
    assertThat(channel.filters().multicast()).isNull();
    assertThat(channel.link()).isEqualTo("up 1000 full autoneg");
    assertThat(linux.card.snapshot().packages().get(0).selected()).isTrue();
  }

  @Test
  void linuxTakesTheCardDown() {
    Guest linux = new Guest(NcsiConfig.DEFAULT).configure();
    linux.tell(0, PACKAGE, 0x01, "00000001").expectOk("");
    linux.tell(0, 0, 0x0a, "").expectOk(LINK_UP);
    linux.tell(0, 0, 0x07, "").expectOk("");
    linux.tell(0, 0, 0x04, "00000001").expectOk("");
    linux.tell(0, PACKAGE, 0x02, "").expectOk("");
    assertThat(linux.channel().allowLinkDown()).isTrue();
    assertThat(linux.changes)
        .containsExactly(NcsiListener.Change.CONFIGURED, NcsiListener.Change.UNCONFIGURED);
  }

  @Test
  void uboot2019ProbesTwoChannels() {
    Guest uboot = new Guest(NcsiConfig.DEFAULT.withCounts(1, 2));
    uboot.tell(0, PACKAGE, 0x01, "00000001").expectOk("");
    uboot.tell(1, PACKAGE, 0x01, "00000001").expectError(1, 4);
    uboot.tell(0, PACKAGE, 0x02, "").expectOk("");
    uboot.tell(0, PACKAGE, 0x01, "00000001").expectOk("");
    uboot.card.cable(0, 0, false);
    for (int channel = 0; channel < 2; channel++) {
      uboot.tell(0, channel, 0x00, "").expectOk("");
      uboot
          .tell(0, channel, 0x0a, "")
          .expectOk(channel == 0 ? "00000020 00000000 00000000" : LINK_UP);
      uboot.tell(0, channel, 0x15, "").expectOk(VERSION);
      uboot.tell(0, channel, 0x16, "").expectOk(CAPABILITIES.replaceAll("01$", "02"));
    }
    uboot.tell(0, 1, 0x0e, "525400123456 01 01").expectOk("");
    uboot.tell(0, 1, 0x10, "0000000f").expectOk("");
    uboot.tell(0, 1, 0x06, "").expectOk("");
    uboot.tell(0, 1, 0x03, "").expectOk("");
    uboot.tell(0, 1, 0x08, "00000000 00000007").expectOk("").expectNothing();
    assertThat(uboot.card.configured()).isTrue();
  }

  @Test
  void uboot2016RunsItsBusyLoop() {
    Guest uboot = new Guest(NcsiConfig.DEFAULT.withProfile(NcsiProfile.STRICT));
    uboot.tell(0, PACKAGE, 0x02, "").expectOk("");
    uboot.tell(0, PACKAGE, 0x01, "00000000").expectOk("");
    uboot.tell(0, 0, 0x00, "").expectOk("");
    uboot.tell(0, 0, 0x15, "").expectOk(VERSION);
    uboot.tell(0, 0, 0x16, "").expectOk(CAPABILITIES);
    uboot.tell(0, 0, 0x0e, "525400123456 01 01").expectOk("");
    uboot.tell(0, 0, 0x10, "0000000f").expectOk("");
    uboot.tell(0, 0, 0x06, "").expectOk("");
    uboot.tell(0, 0, 0x03, "").expectOk("");
    uboot.tell(0, 0, 0x0a, "").expectOk(LINK_UP).expectNothing();
    assertThat(uboot.card.snapshot().packages().get(0).hardwareArbitration()).isTrue();
  }

  @Test
  void oldLinuxAsksForAll31ChannelsAtOnce() {
    Guest linux = new Guest(NcsiConfig.DEFAULT.withCounts(1, 3));
    for (int channel = 0; channel < 31; channel++) {
      linux.tell(0, channel, 0x00, "");
      if (channel < 3) {
        linux.expectOk("");
      } else {
        linux.expectError(1, 3);
      }
    }
  }
}
