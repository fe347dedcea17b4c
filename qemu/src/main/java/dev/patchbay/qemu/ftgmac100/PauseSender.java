package dev.patchbay.qemu.ftgmac100;

/**
 * Sends pause frames while the receive FIFO fills (FCR's FCTHR_EN, IEEE 802.3 annex 31B): one with
 * FCR's PAUSE_TIME at three quarters, again where frames go on to come after half of that time, and
 * one with the time 0 at a quarter. Where the hardware has its two marks is not public.
 */
final class PauseSender {
  private static final int HIGH = ReceiveFifo.SIZE * 3 / 4;
  private static final int LOW = ReceiveFifo.SIZE / 4;
  private static final int LENGTH = 60;

  private final MacCore core;
  private final Ftgmac100 mac;
  private final byte[] frame = new byte[LENGTH];
  private boolean stopped;
  private long again;

  PauseSender(MacCore core, Ftgmac100 mac) {
    this.core = core;
    this.mac = mac;
    put(0, 0x0180);
    put(2, 0xc200);
    put(4, 0x0001);
    put(12, 0x8808);
    put(14, 0x0001);
  }

  private void put(int at, int value) {
    frame[at] = (byte) (value >> 8);
    frame[at + 1] = (byte) value;
  }

  /** The FIFO holds this many bytes now. */
  void level(int used) {
    boolean enabled =
        (core.get(Ftgmac100Registers.FCR) & Ftgmac100Registers.FCR_FCTHR_EN) != 0
            && core.enabled(Ftgmac100Registers.MACCR_TXMAC_EN);
    if (enabled && used >= HIGH && (!stopped || core.clock().now() >= again)) {
      int time = core.get(Ftgmac100Registers.FCR) >>> 16;
      stopped = true;
      again = core.clock().now() + time * 256_000L / core.mbps();
      send(time);
    } else if (stopped && used <= LOW) {
      stopped = false;
      if (enabled) {
        send(0);
      }
    }
  }

  private void send(int time) {
    put(6, core.get(Ftgmac100Registers.MAC_MADR));
    put(8, core.get(Ftgmac100Registers.MAC_LADR) >>> 16);
    put(10, core.get(Ftgmac100Registers.MAC_LADR));
    put(16, time);
    mac.sendControl(frame, LENGTH);
  }

  void reset() {
    stopped = false;
  }
}
