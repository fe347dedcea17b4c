package dev.patchbay.qemu.ftgmac100;

import static dev.patchbay.qemu.ftgmac100.Ftgmac100Registers.INT_RPKT_BUF;
import static dev.patchbay.qemu.ftgmac100.Ftgmac100Registers.INT_RPKT_FIFO;
import static dev.patchbay.qemu.ftgmac100.Ftgmac100Registers.MACCR_RXDMA_EN;
import static dev.patchbay.qemu.ftgmac100.Ftgmac100Registers.MACCR_RXMAC_EN;

/** The receive side as QEMU has it; what differs from the hardware is in {@link Difference}. */
final class QemuReceiver implements Receiver {
  /** Shortest frame that QEMU 7.2 takes. */
  private static final int TINY = 10;

  private final MacCore core;
  private final Ring ring;
  private final Descriptor descriptor = new Descriptor();
  private final byte[] frame = new byte[Frames.LONGEST + Frames.FCS];

  QemuReceiver(MacCore core, Ring ring) {
    this.core = core;
    this.ring = ring;
  }

  @Override
  public boolean ready() {
    return core.enabled(MACCR_RXDMA_EN | MACCR_RXMAC_EN)
        && descriptor.fetch(core.memory(), ring.pointer())
        && (descriptor.word(0) & Descriptor.RX_READY) == 0;
  }

  @Override
  public void receive(byte[] b, int offset, int length, boolean goodFcs) {
    // QEMU asks before it calls; it knows no wrong FCS
    if (!ready() || !goodFcs || length < 6) {
      return;
    }
    if (length < TINY && core.profile().has(Difference.TINY_DROPPED)
        || !AddressFilter.accepts(core, b, offset)) {
      return;
    }
    int type = Frames.type(b, offset, length);
    int size = Math.min(length + Frames.FCS, limit(type));
    int flags = size < length + Frames.FCS ? Descriptor.RX_FTL : 0;
    if (Frames.isBroadcast(b, offset)) {
      flags |= Descriptor.RX_BROADCAST;
    } else if (Frames.isMulticast(b, offset)) {
      flags |= Descriptor.RX_MULTICAST;
    }
    // another initial value than an FCS has, and the bytes the other way round
    int crc = ~Frames.crc(0, b, offset, length);
    System.arraycopy(b, offset, frame, 0, Math.min(length, size - Frames.FCS));
    for (int i = 0; i < Frames.FCS; i++) {
      frame[size - Frames.FCS + i] = (byte) (crc >> 24 - 8 * i);
    }
    core.interrupts().raise(INT_RPKT_FIFO);
    if (deliver(size, type, flags)) {
      core.interrupts().update();
    }
  }

  private int limit(int type) {
    return Frames.limit(core.enabled(Ftgmac100Registers.MACCR_JUMBO_LF), type);
  }

  /**
   * Fills the descriptor that {@link #ready} has read. What does not fit is lost: QEMU asks whether
   * the ring's next descriptor is free before each segment, and finds the first, now full.
   */
  private boolean deliver(int size, int type, int flags) {
    int room = core.get(Ftgmac100Registers.RBSR);
    // all 32 bits of it
    int bytes = Integer.compareUnsigned(size, room) < 0 ? size : room;
    int status = descriptor.word(0) | bytes & Descriptor.LENGTH | Descriptor.RX_FRS;
    boolean whole = bytes == size;
    copy(size, bytes, type);
    if (whole) {
      status |= flags | Descriptor.RX_LRS;
      core.interrupts().raise(INT_RPKT_BUF);
    }
    descriptor.word(0, status | Descriptor.RX_READY);
    descriptor.store(core.memory(), ring.pointer(), 4);
    if (whole) {
      ring.advance((status & core.variant().endOfRing()) != 0, core.rxDescriptorSize());
    }
    return whole;
  }

  /** Copies into the descriptor's buffer, and sets its second word. */
  private void copy(int size, int bytes, int type) {
    // without the part that reaches into the FCS
    int payload = Math.min(bytes, size - Frames.FCS);
    long buffer = descriptor.buffer();
    descriptor.word(1, 0);
    if (type == Frames.VLAN && payload >= 18) {
      descriptor.word(1, Frames.u16(frame, 14) | Descriptor.RX_VLANTAG_AVAIL);
      if (core.enabled(Ftgmac100Registers.MACCR_RM_VLAN)) {
        core.memory().write(buffer, frame, 0, 12);
        core.memory().write(buffer + 12, frame, 16, payload - 16);
        core.memory().write(buffer + payload, frame, payload, bytes - payload);
        return;
      }
    }
    core.memory().write(buffer, frame, 0, bytes);
  }

  @Override
  public void poll(boolean demanded) {
    // frames wait outside
  }

  @Override
  public void base(int address) {
    ring.base(address);
  }

  @Override
  public int pointer() {
    return (int) ring.pointer();
  }

  @Override
  public boolean isEmpty() {
    return true;
  }

  @Override
  public void reset() {
    ring.base(0);
  }
}
