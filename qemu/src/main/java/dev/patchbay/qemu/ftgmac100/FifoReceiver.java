package dev.patchbay.qemu.ftgmac100;

import static dev.patchbay.qemu.ftgmac100.Ftgmac100Registers.INT_AHB_ERR;
import static dev.patchbay.qemu.ftgmac100.Ftgmac100Registers.INT_NO_RXBUF;
import static dev.patchbay.qemu.ftgmac100.Ftgmac100Registers.INT_RPKT_FIFO;
import static dev.patchbay.qemu.ftgmac100.Ftgmac100Registers.INT_RPKT_LOST;
import static dev.patchbay.qemu.ftgmac100.Ftgmac100Registers.MACCR_DISCARD_CRCERR;
import static dev.patchbay.qemu.ftgmac100.Ftgmac100Registers.MACCR_JUMBO_LF;
import static dev.patchbay.qemu.ftgmac100.Ftgmac100Registers.MACCR_RM_VLAN;
import static dev.patchbay.qemu.ftgmac100.Ftgmac100Registers.MACCR_RXDMA_EN;
import static dev.patchbay.qemu.ftgmac100.Ftgmac100Registers.MACCR_RXMAC_EN;
import static dev.patchbay.qemu.ftgmac100.Ftgmac100Registers.MACCR_RX_RUNT;

import dev.patchbay.qemu.device.DeviceClock.DeviceTimer;
import java.util.zip.CRC32;

/**
 * The receive side of the hardware. The way of a frame: lengths and FCS, pause frames, address
 * filter, checksums and VLAN tag, {@link ReceiveFifo}; from there into the guest's buffers as far
 * as there are any, the rest when the guest gives more.
 */
final class FifoReceiver implements Receiver {
  private static final int PAUSE_TYPE = 0x8808;
  private static final int OPCODE_PAUSE = 1;

  private final MacCore core;
  private final Ftgmac100 mac;
  private final Ring ring;
  private final Mitigation mitigation;
  private final ReceiveFifo fifo = new ReceiveFifo();
  private final Descriptor descriptor = new Descriptor();
  private final CRC32 fcs = new CRC32();
  private final byte[] incoming = new byte[Frames.LONGEST + Frames.FCS];
  private final byte[] outgoing = new byte[Frames.LONGEST + Frames.FCS];
  private final PauseSender pauses;
  private final DeviceTimer rest;
  private int size;
  private int done;
  private int status;
  private int offload;
  private boolean running;

  FifoReceiver(MacCore core, Ftgmac100 mac, Ring ring, Mitigation mitigation) {
    this.core = core;
    this.mac = mac;
    this.ring = ring;
    this.mitigation = mitigation;
    this.pauses = new PauseSender(core, mac);
    this.rest =
        core.timer(() -> {
          poll(true);
          core.interrupts().update();
        });
  }

  @Override
  public boolean ready() {
    return core.enabled(MACCR_RXMAC_EN) && isEmpty();
  }

  @Override
  public boolean isEmpty() {
    return done == size && fifo.isEmpty();
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
  public void reset() {
    ring.base(0);
    fifo.clear();
    pauses.reset();
    size = 0;
    done = 0;
    rest.cancel();
  }

  @Override
  public void receive(byte[] b, int offset, int length, boolean goodFcs) {
    // what is shorter has no destination: the MAC sees a fragment of a collision
    if (!core.enabled(MACCR_RXMAC_EN) || length < 6) {
      return;
    }
    int flags = 0;
    if (!goodFcs) {
      core.countHigh(Ftgmac100Registers.RX_CRCER_FTL);
      flags |= Descriptor.RX_CRC_ERR;
    }
    flags |= pause(b, offset, length, goodFcs);
    if (core.enabled(MACCR_DISCARD_CRCERR) && !goodFcs || !AddressFilter.accepts(core, b, offset)) {
      return;
    }
    int type = Frames.type(b, offset, length);
    int limit = Frames.limit(core.enabled(MACCR_JUMBO_LF), type);
    int total = length + Frames.FCS;
    if (total > limit) {
      core.countLow(Ftgmac100Registers.RX_CRCER_FTL);
      flags |= Descriptor.RX_FTL;
      total = limit;
    } else if (total < Frames.SHORTEST) {
      core.countLow(Ftgmac100Registers.RX_RUNT);
      if (!core.enabled(MACCR_RX_RUNT)) {
        return;
      }
    }
    accept(b, offset, length, total, flags, goodFcs);
  }

  /**
   * Counts pause frames and obeys them; gives the bits of the descriptor. One is for us that goes
   * to the group of MAC control or to our own address (IEEE 802.3 annex 31B.1).
   */
  private int pause(byte[] b, int offset, int length, boolean goodFcs) {
    if (Frames.type(b, offset, length) != PAUSE_TYPE || length < 18 || !goodFcs) {
      return 0;
    }
    if (!Frames.isControl(b, offset) && !AddressFilter.isOurs(core, b, offset)) {
      return 0;
    }
    if (Frames.u16(b, offset + 14) != OPCODE_PAUSE) {
      return Descriptor.RX_PAUSE_FRAME;
    }
    core.countHigh(Ftgmac100Registers.RX_PF_AEP);
    if ((core.get(Ftgmac100Registers.FCR) & Ftgmac100Registers.FCR_FC_EN) != 0) {
      // in units of 512 bit times (IEEE 802.3 annex 31B.2)
      mac.pause(Frames.u16(b, offset + 16) * 512_000L / core.mbps());
    }
    return Descriptor.RX_PAUSE_FRAME | Descriptor.RX_PAUSE_OPCODE;
  }

  private void accept(byte[] b, int offset, int length, int total, int found, boolean goodFcs) {
    int flags = found;
    core.count(Ftgmac100Registers.RX);
    if (Frames.isBroadcast(b, offset)) {
      core.count(Ftgmac100Registers.RX_BC);
      flags |= Descriptor.RX_BROADCAST;
    } else if (Frames.isMulticast(b, offset)) {
      core.count(Ftgmac100Registers.RX_MC);
      flags |= Descriptor.RX_MULTICAST;
    }
    int bits = Checksums.receive(b, offset, length);
    int payload = total - Frames.FCS;
    boolean tagged = Frames.type(b, offset, length) == Frames.VLAN && length >= 18;
    int kept = payload;
    if (tagged) {
      bits |= Descriptor.RX_VLANTAG_AVAIL | Frames.u16(b, offset + 14);
    }
    if (tagged && core.enabled(MACCR_RM_VLAN)) {
      System.arraycopy(b, offset, incoming, 0, 12);
      System.arraycopy(b, offset + 16, incoming, 12, payload - 16);
      kept = payload - Frames.TAG;
    } else {
      System.arraycopy(b, offset, incoming, 0, payload);
    }
    fcs.reset();
    fcs.update(b, offset, length);
    int value = goodFcs ? (int) fcs.getValue() : ~(int) fcs.getValue();
    for (int i = 0; i < Frames.FCS; i++) {
      incoming[kept + i] = (byte) (value >> 8 * i);
    }
    // after the tag is gone: a short frame with a tag that was long enough counts as one, which
    // Linux's driver puts right
    if (kept + Frames.FCS < Frames.SHORTEST) {
      flags |= Descriptor.RX_RUNT;
    }
    enqueue(kept + Frames.FCS, flags, bits);
  }

  private void enqueue(int bytes, int flags, int bits) {
    if (!fifo.add(incoming, bytes, flags, bits)) {
      core.interrupts().raise(INT_RPKT_LOST);
      core.countLow(Ftgmac100Registers.RX_COL_LOST);
    } else {
      core.interrupts().raise(INT_RPKT_FIFO);
      poll(true);
    }
    pauses.level(fifo.used());
    core.interrupts().update();
  }

  @Override
  public void poll(boolean demanded) {
    if (running) {
      return;
    }
    running = true;
    while (core.enabled(MACCR_RXDMA_EN) && !isEmpty()) {
      if (!core.turn().takeDescriptor()) {
        rest.arm(core.clock().now() + Turn.REST);
        break;
      }
      if (!step(demanded)) {
        break;
      }
    }
    running = false;
    pauses.level(fifo.used());
  }

  /** Fills one descriptor; false where there is nothing more to do now. */
  private boolean step(boolean demanded) {
    if (done == size) {
      size = fifo.takeWord();
      status = fifo.takeWord();
      offload = fifo.takeWord();
      fifo.take(outgoing, size);
      done = 0;
    }
    long at = ring.pointer();
    if (!descriptor.fetch(core.memory(), at)) {
      core.interrupts().raise(INT_AHB_ERR);
      return false;
    }
    int room = core.get(Ftgmac100Registers.RBSR);
    if ((descriptor.word(0) & Descriptor.RX_READY) != 0 || room == 0) {
      core.interrupts().raise(demanded ? INT_NO_RXBUF : 0);
      return false;
    }
    return fill(at, Math.min(room, size - done));
  }

  private boolean fill(long at, int bytes) {
    int end = core.variant().endOfRing();
    boolean last = done + bytes == size;
    int word = descriptor.word(0) & end | bytes | Descriptor.RX_READY;
    word |= done == 0 ? Descriptor.RX_FRS : 0;
    word |= last ? Descriptor.RX_LRS | status : 0;
    long buffer = descriptor.buffer();
    descriptor.word(0, word);
    descriptor.word(1, offload);
    // the data first: the descriptor gives it to the driver
    if (!core.memory().write(buffer, outgoing, done, bytes)
        || !descriptor.store(core.memory(), at, 2)) {
      core.interrupts().raise(INT_AHB_ERR);
      return false;
    }
    core.turn().takeBytes(bytes);
    done += bytes;
    ring.advance((word & end) != 0, core.rxDescriptorSize());
    if (last) {
      mitigation.event();
    }
    return true;
  }
}
