package dev.patchbay.qemu.ncsi;

/**
 * The link between the card and the network: the port's state, what a Set Link command allows, and
 * the status word that Get Link Status and the Link Status Change event show (DSP0222, link status
 * field definitions).
 */
final class NcsiLink {
  static final int UP = 1;
  private static final int AUTONEG = 1 << 5;
  private static final int AUTONEG_DONE = 1 << 6;
  private static final int PARTNER_1000_FULL = 1 << 9;
  private static final int PARTNER_100_FULL = 1 << 12;
  private static final int PARTNER_100_HALF = 1 << 13;
  private static final int PARTNER_10_FULL = 1 << 14;
  private static final int PARTNER_10_HALF = 1 << 15;

  // Set Link: bit 0 auto-negotiation, speeds, duplex, pause; bit 12 (OEM settings) is not
  // supported.
  private static final int SET_AUTONEG = 1;
  private static final int SET_HALF = 1 << 8;
  private static final int SET_FULL = 1 << 9;
  private static final int SET_PAUSE = 3 << 10;

  /** Speeds in Mbit/s against the bit of Set Link and the code of the status word (full duplex). */
  private static final int[][] SPEEDS = {
    {10, 1, 0x2}, {100, 2, 0x5}, {1000, 3, 0x7}, {2500, 15, 0xe}, {10_000, 4, 0x8},
    {20_000, 5, 0x9}, {25_000, 6, 0xa}, {40_000, 7, 0xb}, {50_000, 13, 0xc}, {100_000, 14, 0xd},
  };

  private static final int ALL_SPEEDS = speedMask(Integer.MAX_VALUE);

  /** Auto-negotiation of everything up to 100 Gbit/s, both duplex modes. */
  static final int DEFAULT_SETTINGS = SET_AUTONEG | ALL_SPEEDS | SET_HALF | SET_FULL;

  private boolean up;
  private int mbps = 1000;
  private boolean fullDuplex = true;

  /**
   * Sets the port's state.
   *
   * @throws IllegalArgumentException if NC-SI has no code for that speed
   */
  void set(boolean nowUp, int nowMbps, boolean nowFullDuplex) {
    if (speedIndex(nowMbps) < 0 || (!nowFullDuplex && nowMbps > 1000)) {
      throw new IllegalArgumentException(
          "link: NC-SI knows no "
              + nowMbps
              + " Mbit/s "
              + (nowFullDuplex ? "full" : "half")
              + " duplex");
    }
    up = nowUp;
    mbps = nowMbps;
    fullDuplex = nowFullDuplex;
  }

  boolean up() {
    return up;
  }

  int mbps() {
    return mbps;
  }

  boolean fullDuplex() {
    return fullDuplex;
  }

  /** Whether a Set Link command is one that this card can follow; a result of {@link NcsiCode}. */
  int check(int settings) {
    int known = SET_AUTONEG | ALL_SPEEDS | SET_HALF | SET_FULL | SET_PAUSE;
    if ((settings & ~known) != 0) {
      return NcsiCode.INVALID_PARAMETER;
    }
    int speeds = settings & ALL_SPEEDS;
    int duplex = settings & (SET_HALF | SET_FULL);
    boolean forced = (settings & SET_AUTONEG) == 0;
    if (speeds == 0 || duplex == 0) {
      return NcsiCode.LINK_PARAMETER_CONFLICT;
    }
    if (forced && (Integer.bitCount(speeds) > 1 || Integer.bitCount(duplex) > 1)) {
      return NcsiCode.LINK_PARAMETER_CONFLICT;
    }
    return (speeds & speedMask(mbps)) == 0 ? NcsiCode.LINK_SPEED_CONFLICT : NcsiCode.COMPLETED;
  }

  /** The status word of a channel with these settings, its own cable plugged or not. */
  int status(int settings, boolean cable) {
    int autoneg = (settings & SET_AUTONEG) != 0 ? AUTONEG : 0;
    int common = settings & speedMask(mbps);
    if (!up || !cable || common == 0) {
      return autoneg;
    }
    int best = 0;
    for (int i = 0; i < SPEEDS.length; i++) {
      if ((common >> SPEEDS[i][1] & 1) != 0) {
        best = i;
      }
    }
    boolean full = fullDuplex && (settings & SET_FULL) != 0;
    int code = !full && SPEEDS[best][0] <= 1000 ? halfCode(SPEEDS[best][0]) : SPEEDS[best][2];
    return UP | code << 1 | autoneg | (autoneg != 0 ? AUTONEG_DONE | partner() : 0);
  }

  private int partner() {
    int word = PARTNER_10_HALF | (fullDuplex ? PARTNER_10_FULL : 0);
    if (mbps >= 100) {
      word |= PARTNER_100_HALF | (fullDuplex ? PARTNER_100_FULL : 0);
    }
    return mbps >= 1000 && fullDuplex ? word | PARTNER_1000_FULL : word;
  }

  private static int halfCode(int speed) {
    return speed == 10 ? 0x1 : speed == 100 ? 0x3 : 0x6;
  }

  private static int speedIndex(int speed) {
    for (int i = 0; i < SPEEDS.length; i++) {
      if (SPEEDS[i][0] == speed) {
        return i;
      }
    }
    return -1;
  }

  /** Set Link bits of all speeds up to a limit in Mbit/s. */
  private static int speedMask(int limit) {
    int mask = 0;
    for (int[] speed : SPEEDS) {
      if (speed[0] <= limit) {
        mask |= 1 << speed[1];
      }
    }
    return mask;
  }

  /** A status word for people: {@code up 1000 full autoneg}, {@code down}. */
  static String describe(int status) {
    if ((status & UP) == 0) {
      return "down";
    }
    int code = status >> 1 & 0xf;
    String negotiated = (status & AUTONEG_DONE) != 0 ? " autoneg" : "";
    for (int[] speed : SPEEDS) {
      if (speed[2] == code) {
        return "up " + speed[0] + " full" + negotiated;
      }
    }
    return "up " + (code == 0x1 ? 10 : code == 0x3 ? 100 : 1000) + " half" + negotiated;
  }
}
