package dev.patchbay.qemu.ftgmac100;

/** Which frames the MAC takes, by their destination. */
final class AddressFilter {
  private AddressFilter() {}

  /** Whether the frame at {@code at} (6 bytes or more) passes. */
  static boolean accepts(MacCore core, byte[] b, int at) {
    if (core.enabled(Ftgmac100Registers.MACCR_RX_ALL)) {
      return true;
    }
    if (Frames.isBroadcast(b, at)) {
      return core.enabled(Ftgmac100Registers.MACCR_RX_BROADPKT);
    }
    if (Frames.isMulticast(b, at)) {
      return core.enabled(Ftgmac100Registers.MACCR_RX_MULTIPKT)
          || core.enabled(Ftgmac100Registers.MACCR_HT_MULTI_EN) && hashed(core, b, at);
    }
    return isOurs(core, b, at);
  }

  /** Whether the frame goes to the MAC's own address. */
  static boolean isOurs(MacCore core, byte[] b, int at) {
    int last = Frames.u16(b, at + 2) << 16 | Frames.u16(b, at + 4);
    return Frames.u16(b, at) == core.get(Ftgmac100Registers.MAC_MADR)
        && last == core.get(Ftgmac100Registers.MAC_LADR);
  }

  private static boolean hashed(MacCore core, byte[] b, int at) {
    int hash = Frames.hash(b, at);
    int half = core.get(hash < 32 ? Ftgmac100Registers.MAHT0 : Ftgmac100Registers.MAHT1);
    return (half >>> (hash & 31) & 1) != 0;
  }
}
