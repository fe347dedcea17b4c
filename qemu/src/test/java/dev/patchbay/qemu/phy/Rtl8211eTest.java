package dev.patchbay.qemu.phy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.patchbay.qemu.device.VirtualClock;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class Rtl8211eTest {
  private final VirtualClock clock = new VirtualClock();
  private final List<String> told = new ArrayList<>();
  private final Rtl8211e phy =
      new Rtl8211e(
          clock,
          (up, mbps, full) -> told.add((up ? "up " : "down ") + mbps + (full ? " full" : " half")));

  private void negotiate() {
    clock.step(Rtl8211e.NEGOTIATION);
  }

  private int bmsr() {
    return phy.read(Mii.BMSR);
  }

  @Test
  void negotiatesAGigabit() {
    assertThat(bmsr()).isEqualTo(0x7949);
    clock.step(Rtl8211e.NEGOTIATION - 1);
    assertThat(bmsr()).isEqualTo(0x7949);
    clock.step(1);
    assertThat(bmsr()).isEqualTo(0x796d);
    assertThat(told).containsExactly("up 1000 full");
    assertThat(phy.read(Mii.LPA)).isEqualTo(0x45e1);
    assertThat(phy.read(Mii.STAT1000)).isEqualTo(0x3800);
    assertThat(phy.read(Rtl8211e.PHYSR)).isEqualTo(0xac00);
    assertThat(phy.read(Mii.PHYSID1) << 16 | phy.read(Mii.PHYSID2)).isEqualTo(0x001cc915);
    assertThat(phy.read(Mii.ESTATUS)).isEqualTo(0x3000);
  }

  @Test
  void aLinkThatWasLostShowsOnce() {
    negotiate();
    phy.carrier(false);
    phy.carrier(true);
    negotiate();
    assertThat(phy.up()).isTrue();
    assertThat(bmsr() & Mii.BMSR_LSTATUS).isZero();
    assertThat(bmsr() & Mii.BMSR_LSTATUS).isNotZero();
    assertThat(told).containsExactly("up 1000 full", "down 1000 full", "up 1000 full");
  }

  @Test
  void agreesOnWhatBothCan() {
    phy.partner(LinkPartner.FAST_ETHERNET);
    negotiate();
    phy.partner(LinkPartner.HUB);
    negotiate();
    phy.partner(LinkPartner.GIGABIT);
    phy.write(Mii.CTRL1000, 0);
    phy.write(Mii.ADVERTISE, 0x01 | Mii.ADVERTISE_100HALF | Mii.ADVERTISE_10FULL);
    phy.write(Mii.BMCR, Mii.BMCR_ANENABLE | Mii.BMCR_ANRESTART);
    negotiate();
    assertThat(told)
        .containsExactly(
            "up 100 full", "down 100 full", "up 10 half", "down 10 half", "up 100 half");
    phy.write(Mii.ADVERTISE, 0x01);
    phy.write(Mii.BMCR, Mii.BMCR_ANENABLE | Mii.BMCR_ANRESTART);
    negotiate();
    assertThat(bmsr() & (Mii.BMSR_ANEGCOMPLETE | Mii.BMSR_LSTATUS))
        .as("negotiated, nothing in common")
        .isEqualTo(Mii.BMSR_ANEGCOMPLETE);
  }

  @Test
  void aForcedSpeedNeedsNoNegotiation() {
    phy.write(Mii.BMCR, Mii.BMCR_SPEED100);
    negotiate();
    assertThat(told).containsExactly("up 100 half");
    assertThat(bmsr() & Mii.BMSR_ANEGCOMPLETE).isZero();
    phy.write(Mii.BMCR, Mii.BMCR_SPEED1000 | Mii.BMCR_FULLDPLX);
    negotiate();
    assertThat(phy.up()).as("1000BASE-T does not go without").isFalse();
  }

  @Test
  void controlBits() {
    phy.write(Mii.BMCR, Mii.BMCR_PDOWN | Mii.BMCR_ANENABLE);
    negotiate();
    assertThat(phy.up()).isFalse();
    phy.write(Mii.BMCR, Mii.BMCR_RESET);
    assertThat(phy.read(Mii.BMCR)).isEqualTo(0x1140);
    negotiate();
    assertThat(phy.up()).isTrue();
    assertThat(phy.loopback()).isFalse();
    phy.write(Mii.BMCR, Mii.BMCR_LOOPBACK | 0x1140);
    assertThat(phy.loopback()).isTrue();
  }

  @Test
  void interruptStatusIsClearedByReading() {
    negotiate();
    assertThat(phy.read(Rtl8211e.INSR)).isEqualTo(0x0c00);
    assertThat(phy.read(Rtl8211e.INSR)).isZero();
  }

  @Test
  void otherPagesHaveNothingYet() {
    phy.write(Rtl8211e.PAGSEL, 5);
    assertThat(phy.read(Rtl8211e.PHYCR)).isZero();
    assertThat(phy.read(Mii.PHYSID1)).isEqualTo(0x1c);
    phy.write(Rtl8211e.PAGSEL, 0);
    assertThat(phy.read(Rtl8211e.PHYCR)).isEqualTo(0x160);
  }

  @Test
  void aWriteThatChangesNothingLeavesTheLink() {
    negotiate();
    phy.write(Mii.BMCR, 0x1140);
    phy.write(Mii.BMCR, 0x1140 | Mii.BMCR_LOOPBACK);
    phy.write(Mii.BMCR, 0x1140 | Mii.BMCR_SPEED100);
    phy.write(Mii.BMCR, 0x1140);
    assertThat(told).containsExactly("up 1000 full");
    phy.write(Mii.BMCR, 0x1140 | Mii.BMCR_ANRESTART);
    assertThat(phy.read(Mii.BMCR)).as("clears itself").isEqualTo(0x1140);
    assertThat(told).containsExactly("up 1000 full", "down 1000 full");
  }

  @Test
  void withoutNegotiationTheSpeedChoosesTheLink() {
    phy.write(Mii.BMCR, Mii.BMCR_SPEED100 | Mii.BMCR_FULLDPLX);
    negotiate();
    phy.write(Mii.BMCR, Mii.BMCR_SPEED100 | Mii.BMCR_FULLDPLX | Mii.BMCR_ANRESTART);
    assertThat(told).as("there is nothing to restart").containsExactly("up 100 full");
    phy.write(Mii.BMCR, Mii.BMCR_FULLDPLX);
    negotiate();
    phy.write(Mii.BMCR, Mii.BMCR_ANENABLE);
    negotiate();
    assertThat(told)
        .containsExactly(
            "up 100 full", "down 100 full", "up 10 full", "down 10 full", "up 1000 full");
  }

  @Test
  void powerDownTakesTheLinkAndIsolationTheMac() {
    negotiate();
    phy.write(Mii.BMCR, 0x1140 | Mii.BMCR_ISOLATE | Mii.BMCR_LOOPBACK);
    assertThat(phy.passes()).isFalse();
    assertThat(phy.loopback()).isFalse();
    assertThat(phy.up()).as("the cable's link stays").isTrue();
    phy.write(Mii.BMCR, 0x1140);
    assertThat(phy.passes()).isTrue();
    phy.write(Mii.BMCR, 0x1140 | Mii.BMCR_PDOWN);
    negotiate();
    assertThat(phy.up()).isFalse();
    phy.write(Mii.BMCR, 0x1140);
    negotiate();
    assertThat(phy.up()).isTrue();
  }

  @Test
  void resetForgetsWhatWasWritten() {
    phy.write(Mii.ADVERTISE, 0x01 | Mii.ADVERTISE_10FULL);
    phy.write(Mii.CTRL1000, 0);
    phy.write(Mii.BMCR, 0x1140 | Mii.BMCR_ANRESTART);
    negotiate();
    phy.reset();
    assertThat(phy.read(Mii.ADVERTISE)).isEqualTo(0x0de1);
    negotiate();
    assertThat(told).containsExactly("up 10 full", "down 10 full", "up 1000 full");
  }
}
