package dev.patchbay.qemu.ftgmac100;

import static dev.patchbay.qemu.ftgmac100.Ftgmac100Registers.INT_AHB_ERR;
import static dev.patchbay.qemu.ftgmac100.Ftgmac100Registers.INT_XPKT_FIFO;
import static dev.patchbay.qemu.ftgmac100.Ftgmac100Registers.INT_XPKT_LOST;
import static dev.patchbay.qemu.ftgmac100.Ftgmac100Registers.MACCR_TXDMA_EN;
import static dev.patchbay.qemu.ftgmac100.Ftgmac100Registers.MACCR_TXMAC_EN;

import dev.patchbay.qemu.device.DeviceClock.DeviceTimer;
import java.util.zip.CRC32;

/**
 * The transmit engine of one ring. The way of a frame: descriptor by descriptor into the frame
 * buffer, VLAN tag, checksums, {@link Ftgmac100#send}, OWN given back.
 */
final class Transmitter {
  private final MacCore core;
  private final Ftgmac100 mac;
  private final Ring ring;
  private final int noBuffer;
  private final Mitigation mitigation;
  private final Descriptor descriptor = new Descriptor();
  private final CRC32 fcs = new CRC32();
  private final byte[] frame = new byte[Frames.LONGEST + Frames.TAG];
  private final DeviceTimer rest;
  private final boolean qemu;
  private int length;
  private int flags;
  private boolean lost;
  private boolean running;
  private boolean again;
  private long pausedUntil;

  /**
   * An engine.
   *
   * @param noBuffer the bit of ISR that says that the ring is empty
   */
  Transmitter(MacCore core, Ftgmac100 mac, Ring ring, int noBuffer, Mitigation mitigation) {
    this.core = core;
    this.mac = mac;
    this.ring = ring;
    this.noBuffer = noBuffer;
    this.mitigation = mitigation;
    this.qemu = core.profile().isQemu();
    this.rest =
        core.timer(() -> {
          poll(true);
          core.interrupts().update();
        });
  }

  void reset() {
    ring.base(0);
    length = 0;
    flags = 0;
    lost = false;
    pausedUntil = 0;
    rest.cancel();
  }

  /** Sends nothing for a while (a pause frame came); 0 ends a pause. */
  void pause(long nanos) {
    pausedUntil = core.clock().now() + nanos;
    if (nanos == 0) {
      rest.cancel();
      poll(true);
    } else {
      rest.arm(pausedUntil);
    }
  }

  /**
   * Looks for frames to send, and sends them. Bounded; what is left is sent a moment later.
   *
   * @param demanded whether an empty ring is worth a status bit: not where a timer looks
   */
  void poll(boolean demanded) {
    if (running) {
      // a frame that was sent made the guest kick again
      again = true;
      return;
    }
    running = true;
    try {
      do {
        again = false;
        goOn(demanded);
      } while (again);
    } finally {
      running = false;
    }
    if (core.profile().has(Difference.FRAME_ENDS_WITH_RING)) {
      length = 0;
      flags = 0;
    }
  }

  /** Works off descriptors until there are no more, or the turn has had enough. */
  private void goOn(boolean demanded) {
    while (core.enabled(MACCR_TXDMA_EN | MACCR_TXMAC_EN) && core.clock().now() >= pausedUntil) {
      if (!core.turn().takeDescriptor()) {
        rest.arm(core.clock().now() + Turn.REST);
        again = false;
        return;
      }
      if (!step(demanded)) {
        return;
      }
    }
  }

  /** Works off one descriptor; false where there is nothing more to do now. */
  private boolean step(boolean demanded) {
    long at = ring.pointer();
    if (!descriptor.fetch(core.memory(), at)) {
      core.interrupts().raise(qemu ? noBuffer : INT_AHB_ERR);
      return false;
    }
    int status = descriptor.word(0);
    if ((status & Descriptor.TX_OWN) == 0) {
      core.interrupts().raise(demanded ? noBuffer : 0);
      return false;
    }
    if (!gather(status)) {
      core.interrupts().raise(INT_AHB_ERR);
      return false;
    }
    if ((status & Descriptor.TX_LTS) != 0) {
      finish();
    }
    if ((flags & Descriptor.TX_TX2FIC) != 0) {
      core.interrupts().raise(INT_XPKT_FIFO);
    }
    descriptor.word(0, status & ~Descriptor.TX_OWN);
    if (!descriptor.store(core.memory(), at, qemu ? 4 : 1) && !qemu) {
      core.interrupts().raise(INT_AHB_ERR);
      return false;
    }
    ring.advance((status & core.variant().endOfRing()) != 0, core.txDescriptorSize());
    return true;
  }

  private boolean gather(int status) {
    if ((status & Descriptor.TX_FTS) != 0) {
      flags = descriptor.word(1);
      if (!qemu) {
        length = 0;
        lost = false;
      }
    }
    int bytes = status & Descriptor.LENGTH;
    if (length + bytes > Frames.LONGEST) {
      core.interrupts().raise(INT_XPKT_LOST);
      lost = true;
      bytes = Frames.LONGEST - length;
    }
    // nothing is fetched for nothing, wherever the buffer would be
    if (bytes > 0 && !core.memory().read(descriptor.buffer(), frame, length, bytes)) {
      return false;
    }
    core.turn().takeBytes(bytes);
    length += bytes;
    return true;
  }

  private void finish() {
    int type = qemu ? Frames.u16(frame, 12) : Frames.type(frame, 0, length);
    if ((flags & Descriptor.TX_INS_VLANTAG) != 0 && type != Frames.VLAN) {
      insertTag();
    }
    int wanted =
        flags & (Descriptor.TX_IP_CHKSUM | Descriptor.TX_TCP_CHKSUM | Descriptor.TX_UDP_CHKSUM);
    if (wanted != 0) {
      if (core.profile().has(Difference.CHECKSUM_IGNORES_OPTIONS)) {
        Checksums.transmitAsQemu(frame, length, flags);
      } else {
        Checksums.transmit(frame, length, flags);
      }
    }
    if (lost && !qemu) {
      core.countLow(Ftgmac100Registers.TX_ECOL_FAIL);
    } else {
      send();
      // for each frame: Linux's driver waits for it and never sets TXIC
      if (core.profile().has(Difference.NO_MITIGATION)) {
        core.interrupts().raise(Ftgmac100Registers.INT_XPKT_ETH);
      } else {
        mitigation.event();
      }
    }
    length = 0;
    lost = false;
  }

  private void insertTag() {
    if (length < 14) {
      core.interrupts().raise(INT_XPKT_LOST);
      lost = true;
      return;
    }
    if (qemu && length + Frames.TAG > Frames.LONGEST) {
      core.interrupts().raise(INT_XPKT_LOST);
      length -= Frames.TAG;
    }
    int tag = flags & (core.profile().has(Difference.VLAN_TAG_CUT) ? 0xff : 0xffff);
    System.arraycopy(frame, 12, frame, 16, length - 12);
    frame[12] = (byte) (Frames.VLAN >> 8);
    frame[13] = 0;
    frame[14] = (byte) (tag >> 8);
    frame[15] = (byte) tag;
    length += Frames.TAG;
  }

  private void send() {
    if (core.profile().has(Difference.CRC_APD_IGNORED)
        || core.enabled(Ftgmac100Registers.MACCR_CRC_APD)) {
      mac.send(frame, length, true);
      return;
    }
    // the guest has made the FCS itself
    int bytes = length - Frames.FCS;
    if (bytes > 0) {
      fcs.reset();
      fcs.update(frame, 0, bytes);
      int given =
          Integer.reverseBytes(Frames.u16(frame, bytes) << 16 | Frames.u16(frame, bytes + 2));
      mac.send(frame, bytes, (int) fcs.getValue() == given);
    }
  }

  /** Physical address of the next descriptor. */
  int pointer() {
    return (int) ring.pointer();
  }

  /** The guest writes the ring's base. */
  void base(int address) {
    ring.base(address);
  }
}
