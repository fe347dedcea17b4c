package dev.patchbay.qemu.ncsi;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Vendors' commands, with the bytes that Linux sends and the offsets from which it reads. */
class NcsiOemTest {
  private static final long MAC = 0x5254_0012_3400L;

  private static final String MLX_GET_MAC = "00008119 00 00 1b 00";
  private static final String BCM_GET_MAC = "0000113d 00 01 0000 00000000";
  private static final String INTEL_GET_MAC = "00000157 06";

  private static Guest guest(NcsiVendor vendor) {
    return new Guest(NcsiConfig.DEFAULT.withVendor(vendor).withMac(MAC));
  }

  /** What Linux makes of an answer: the offset is counted from behind the manufacturer's id. */
  private static long linuxReadsMac(NcsiPacket answer, int offset, boolean increments) {
    byte[] payload = answer.payload();
    assertThat(answer.responseCode()).isZero();
    assertThat(payload.length).isGreaterThanOrEqualTo(8 + offset + 6);
    return NcsiWire.u48(payload, 8 + offset) + (increments ? 1 : 0);
  }

  @Test
  void linuxEndsWithTheConfiguredMac() {
    Guest mellanox = guest(NcsiVendor.MELLANOX).tell(0, 0, 0x50, MLX_GET_MAC);
    assertThat(linuxReadsMac(mellanox.answer(), 8, false)).isEqualTo(MAC);
    Guest broadcom = guest(NcsiVendor.BROADCOM).tell(0, 0, 0x50, BCM_GET_MAC);
    assertThat(linuxReadsMac(broadcom.answer(), 28, true)).isEqualTo(MAC);
    Guest intel = guest(NcsiVendor.INTEL).tell(0, 0, 0x50, INTEL_GET_MAC);
    assertThat(linuxReadsMac(intel.answer(), 1, true)).isEqualTo(MAC);
  }

  @Test
  void answersBeginAsTheCommand() {
    guest(NcsiVendor.MELLANOX)
        .tell(0, 0, 0x50, MLX_GET_MAC)
        .expectOk("00008119 00001b00 00000000 525400123400 0000");
    guest(NcsiVendor.INTEL).tell(0, 0, 0x50, INTEL_GET_MAC).expectOk("00000157 06 5254001233ff");
    guest(NcsiVendor.BROADCOM)
        .tell(0, 0, 0x50, BCM_GET_MAC)
        .expectOk("0000113d 00010020" + "00".repeat(24) + "5254001233ff 0000");
  }

  @Test
  void theVersionNamesTheVendor() {
    Guest guest = guest(NcsiVendor.BROADCOM);
    guest.tell(0, 0, 0x00, "").expectOk();
    guest
        .tell(0, 0, 0x15, "")
        .expectOk(
            "f1f1f000 00000000 7061746368626179 00000000 00010000 1657 14e4 0000 14e4 0000113d");
  }

  @Test
  void mellanoxAffinityAndIntelKeepPhy() {
    Guest mellanox = guest(NcsiVendor.MELLANOX);
    mellanox
        .tell(0, 0, 0x50, "00008119 00 01 07 00 525400123456 0901" + "00".repeat(44))
        .expectOk("00008119 00010700");
    assertThat(mellanox.channel().affinity()).isEqualTo("52:54:00:12:34:56");
    mellanox.tell(0, 0, 0x50, "00008119 00 01 07 00").expectError(1, 5);
    Guest intel = guest(NcsiVendor.INTEL);
    intel.tell(0, 0, 0x50, "00000157 20 00 01").expectOk("00000157 20");
    assertThat(intel.channel().keepPhy()).isTrue();
  }

  @Test
  void othersAreRefused() {
    guest(NcsiVendor.NONE).tell(0, 0, 0x50, MLX_GET_MAC).expectError(3, 0x7fff);
    guest(NcsiVendor.INTEL).tell(0, 0, 0x50, MLX_GET_MAC).expectError(3, 0x7fff);
    guest(NcsiVendor.INTEL).tell(0, 0, 0x50, "00000157 40 03").expectError(3, 0x7fff);
    guest(NcsiVendor.BROADCOM).tell(0, 0, 0x50, "0000113d 00 02 0000").expectError(3, 0x7fff);
    guest(NcsiVendor.MELLANOX).tell(0, 0, 0x50, "00008119 00 00 1c 00").expectError(3, 0x7fff);
    guest(NcsiVendor.MELLANOX).tell(0, 0, 0x50, "00008119").expectError(1, 5);
    guest(NcsiVendor.MELLANOX).tell(0, 0, 0x50, "").expectError(1, 5);
    guest(NcsiVendor.MELLANOX).tell(0, 0, 0x50, "00008119 0000").expectError(1, 5);
  }

  @Test
  void withoutAMacThereIsNoneToTell() {
    for (String command : new String[] {MLX_GET_MAC, BCM_GET_MAC, INTEL_GET_MAC}) {
      NcsiVendor vendor =
          command.equals(MLX_GET_MAC)
              ? NcsiVendor.MELLANOX
              : command.equals(BCM_GET_MAC) ? NcsiVendor.BROADCOM : NcsiVendor.INTEL;
      Guest guest = new Guest(NcsiConfig.DEFAULT.withVendor(vendor));
      guest.tell(0, 0, 0x50, command).expectError(1, 6);
    }
  }
}
