package dev.patchbay.qemu.ncsi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

/** Events from the card, and when there must be none. */
class NcsiAenTest {
  private static final String DOWN = "00000020 00000000";
  private static final String UP = "0000f26f 00000000";

  @Test
  void linkDownAndUp() {
    Guest guest = new Guest(NcsiConfig.DEFAULT).configure();
    guest.card.link(false);
    guest.expectAen(0, 0, DOWN);
    guest.card.link(false);
    guest.expectNothing();
    guest.tell(0, 0, 0x0a, "").expectOk(DOWN + "00000000");
    guest.card.link(true);
    guest.expectAen(0, 0, UP).expectNothing();
    assertThat(guest.channel().counters().aens()).isEqualTo(2);
    assertThat(guest.card.snapshot().statistics().aens()).isEqualTo(2);
  }

  @Test
  void theEventNamesTheControllerThatAskedForIt() {
    Guest guest = new Guest(NcsiConfig.DEFAULT).configure();
    guest.card.link(false);
    assertThat(guest.next().mcId()).isEqualTo(5);
  }

  @Test
  void aChangeOfSpeedIsALinkChange() {
    Guest guest = new Guest(NcsiConfig.DEFAULT).configure();
    guest.card.link(true, 100, true);
    guest.expectAen(0, 0, "0000f06b 00000000");
    guest.tell(0, 0, 0x09, "00000202 00000000").expectOk(); // forced 10 full
    guest.expectAen(0, 0, "00000005 00000000").expectNothing();
    assertThatThrownBy(() -> guest.card.link(true, 123, true))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("link: NC-SI knows no 123 Mbit/s full duplex");
  }

  @Test
  void noEventWithoutEnableOrBusOrWish() {
    Guest guest = new Guest(NcsiConfig.DEFAULT);
    guest.card.link(false);
    guest.tell(0, 0, 0x00, "").expectOk();
    guest.tell(0, 0, 0x08, "00000000 00000001").expectOk();
    guest.card.link(true);
    guest.expectNothing(); // channel not enabled
    guest.tell(0, 0, 0x03, "").expectOk();
    guest.tell(0, Guest.PACKAGE, 0x02, "").expectOk();
    guest.card.link(false);
    guest.expectNothing(); // package deselected
    guest.tell(0, Guest.PACKAGE, 0x01, "00000001").expectOk();
    guest.card.link(true);
    guest.expectAen(0, 0, UP);
    guest.tell(0, 0, 0x08, "00000000 00000006").expectOk();
    guest.card.link(false);
    guest.expectNothing(); // not asked for
  }

  @Test
  void oneChannelLosesItsCable() {
    Guest guest = new Guest(NcsiConfig.DEFAULT.withCounts(1, 2)).configure();
    guest.tell(0, 1, 0x00, "").expectOk();
    guest.tell(0, 1, 0x03, "").expectOk();
    guest.tell(0, 1, 0x08, "00000000 00000001").expectOk();
    guest.card.cable(0, 1, false);
    guest.expectAen(1, 0, DOWN).expectNothing();
    guest.card.link(false);
    guest.expectAen(0, 0, DOWN).expectNothing();
    guest.card.link(true);
    guest.expectAen(0, 0, UP).expectNothing();
    guest.card.cable(0, 1, true);
    guest.expectAen(1, 0, UP).expectNothing();
    assertThatThrownBy(() -> guest.card.cable(1, 0, true))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("ncsi: no channel 1.0, expected package 0 to 0 and channel 0 to 1");
  }

  @Test
  void hostDriver() {
    Guest guest = new Guest(NcsiConfig.DEFAULT).configure();
    guest.card.hostDriver(true);
    guest.expectAen(0, 2, "00000001");
    guest.tell(0, 0, 0x0a, "").expectOk("0000f26f 00000001 00000000");
    guest.card.hostDriver(true);
    guest.expectNothing();
  }

  @Test
  void aResetAsksToBeConfiguredAgain() {
    Guest guest = new Guest(NcsiConfig.DEFAULT).configure();
    guest.card.reset();
    guest.expectAen(0, 1, "").expectNothing();
    assertThat(guest.card.configured()).isFalse();
    assertThat(guest.channel().initialState()).isTrue();
  }

  @Test
  void aGuestThatPollsALostChannelIsTold() {
    Guest fast = new Guest(NcsiConfig.DEFAULT);
    fast.tell(0, 0, 0x0a, "").expectError(1, 1);
    fast.expectAen(0, 1, "").expectNothing();
    fast.tell(0, 0, 0x0a, "").expectError(1, 1).expectNothing(); // once
    Guest strict = new Guest(NcsiConfig.DEFAULT.withProfile(NcsiProfile.STRICT));
    strict.tell(0, 0, 0x0a, "").expectError(1, 1).expectNothing();
  }

  /**
   * Linux believes that TX is still enabled unless the card agrees to disable it (seen with 6.1).
   */
  @Test
  void aLostChannelMayBeDisabledInProfileFast() {
    Guest fast = new Guest(NcsiConfig.DEFAULT);
    fast.tell(0, 0, 0x07, "").expectOk();
    fast.tell(0, 0, 0x04, "00000001").expectOk().expectNothing();
    assertThat(fast.channel().initialState()).isTrue();
    Guest strict = new Guest(NcsiConfig.DEFAULT.withProfile(NcsiProfile.STRICT));
    strict.tell(0, 0, 0x07, "").expectError(1, 1).expectNothing();
  }

  @Test
  void aPulledCableStaysPulledWhenTheGuestRestarts() {
    Guest guest = new Guest(NcsiConfig.DEFAULT).configure();
    guest.card.cable(0, 0, false);
    guest.expectAen(0, 0, DOWN);
    guest.card.powerCycle();
    assertThat(guest.card.snapshot().used()).isFalse();
    assertThat(guest.channel().link()).isEqualTo("down");
    guest.tell(0, 0, 0x00, "").expectOk();
    guest.tell(0, 0, 0x0a, "").expectOk(DOWN + "00000000");
    assertThat(guest.card.snapshot().statistics().commands())
        .containsEntry("Clear Initial State", 2L);
  }

  @Test
  void powerCycleForgetsSilently() {
    Guest guest = new Guest(NcsiConfig.DEFAULT).configure();
    guest.card.powerCycle();
    guest.expectNothing();
    assertThat(guest.card.configured()).isFalse();
    assertThat(guest.card.snapshot().used()).isFalse();
    assertThat(guest.changes)
        .containsExactly(NcsiListener.Change.CONFIGURED, NcsiListener.Change.UNCONFIGURED);
    guest.configure();
    assertThat(guest.card.configured()).isTrue();
  }
}
