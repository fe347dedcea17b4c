package dev.patchbay.qemu.ftgmac100;

import static dev.patchbay.qemu.ftgmac100.Ftgmac100Registers.MACCR;
import static dev.patchbay.qemu.ftgmac100.Ftgmac100Registers.NPTXR_BADR;
import static dev.patchbay.qemu.ftgmac100.Ftgmac100Registers.RXR_BADR;

import dev.patchbay.qemu.device.ArrayMemory;
import dev.patchbay.qemu.device.GuestMemory;
import dev.patchbay.qemu.device.HookedMemory;
import dev.patchbay.qemu.device.RegisterTrace;
import dev.patchbay.qemu.device.VirtualClock;
import dev.patchbay.qemu.phy.Rtl8211e;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;

/** A card with memory, rings and a wire, as a driver and a network would use it. */
final class Rig {
  static final long RAM = 0x80000000L;
  static final long TX_RING = RAM + 0x1000;
  static final long HP_RING = RAM + 0x2000;
  static final long RX_RING = RAM + 0x3000;
  static final long TX_BUFFERS = RAM + 0x10000;
  static final long RX_BUFFERS = RAM + 0x40000;
  static final int BUFFER = 0x2800;
  static final int END = 1 << 30;
  static final long MAC = 0x525400123456L;
  static final byte[] OURS = {0x52, 0x54, 0, 0x12, 0x34, 0x56};

  /** All engines on, FCS appended, broadcast received. */
  static final int ON = 0xf | Ftgmac100Registers.MACCR_CRC_APD | 1 << 17;

  /** A frame as it went out. */
  record Sent(byte[] bytes, boolean goodFcs) {}

  final ArrayMemory memory = new ArrayMemory(RAM, 0x80000);
  final VirtualClock clock = new VirtualClock();
  final List<Sent> sent = new ArrayList<>();
  final List<String> trace = new ArrayList<>();
  final Ftgmac100 mac;
  boolean interrupt;
  int edges;

  Rig() {
    this(Ftgmac100Config.DEFAULT.withMac(MAC));
  }

  Rig(Ftgmac100Config config) {
    this(config, (write, address, length) -> true);
  }

  Rig(Ftgmac100Config config, HookedMemory.Hook hook) {
    GuestMemory seen = new HookedMemory(memory, hook);
    mac =
        new Ftgmac100(
            config,
            seen,
            raised -> {
              interrupt = raised;
              edges++;
            },
            clock,
            (frame, offset, length, goodFcs) ->
                sent.add(new Sent(Arrays.copyOfRange(frame, offset, offset + length), goodFcs)),
            RegisterTrace.lines(trace::add));
    clock.step(Rtl8211e.NEGOTIATION);
    write(Ftgmac100Registers.ISR, -1);
    trace.clear();
  }

  /** Both rings in place, the MAC on with these bits of MACCR beside {@link #ON}. */
  Rig started(int more) {
    write(NPTXR_BADR, (int) TX_RING);
    write(RXR_BADR, (int) RX_RING);
    write(MACCR, ON | more);
    return this;
  }

  int read(int offset) {
    return mac.read(offset, 4);
  }

  void write(int offset, int value) {
    mac.write(offset, 4, value);
  }

  int word(long address) {
    byte[] bytes = bytes(address, 4);
    return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getInt();
  }

  void word(long address, int value) {
    byte[] bytes = new byte[4];
    ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putInt(value);
    put(address, bytes);
  }

  byte[] bytes(long address, int length) {
    byte[] bytes = new byte[length];
    if (!memory.read(address, bytes, 0, length)) {
      throw new AssertionError("not memory: " + Long.toHexString(address));
    }
    return bytes;
  }

  void put(long address, byte[] bytes) {
    if (!memory.write(address, bytes, 0, bytes.length)) {
      throw new AssertionError("not memory: " + Long.toHexString(address));
    }
  }

  /** A descriptor for one whole frame. */
  void queue(int index, byte[] frame, int flags) {
    segment(TX_RING, index, frame, Descriptor.TX_FTS | Descriptor.TX_LTS, flags);
  }

  void segment(long ring, int index, byte[] bytes, int status, int flags) {
    long buffer = TX_BUFFERS + (long) index * BUFFER;
    put(buffer, bytes);
    word(ring + 16L * index + 12, (int) buffer);
    word(ring + 16L * index + 4, flags);
    word(ring + 16L * index, Descriptor.TX_OWN | status | bytes.length);
  }

  void kick() {
    write(Ftgmac100Registers.NPTXPD, 1);
  }

  /** Gives {@code count} receive buffers, the last of which ends the ring. */
  void buffers(int count) {
    for (int i = 0; i < count; i++) {
      word(RX_RING + 16L * i + 12, (int) (RX_BUFFERS + (long) i * BUFFER));
      word(RX_RING + 16L * i, i == count - 1 ? END : 0);
    }
  }

  int rxStatus(int index) {
    return word(RX_RING + 16L * index);
  }

  int rxOffload(int index) {
    return word(RX_RING + 16L * index + 4);
  }

  /** What a receive buffer holds, FCS included. */
  byte[] received(int index) {
    return bytes(RX_BUFFERS + (long) index * BUFFER, rxStatus(index) & Descriptor.LENGTH);
  }

  void arrive(byte[] frame) {
    mac.receive(frame, 0, frame.length, true);
  }

  int isr() {
    return read(Ftgmac100Registers.ISR);
  }

  void acknowledge(int bits) {
    write(Ftgmac100Registers.ISR, bits);
  }

  /** A frame to this address, of this type, filled up with a count. */
  static byte[] frame(byte[] to, int type, int length) {
    byte[] frame = new byte[length];
    for (int i = 14; i < length; i++) {
      frame[i] = (byte) i;
    }
    System.arraycopy(to, 0, frame, 0, 6);
    frame[6] = 2;
    frame[11] = 7;
    frame[12] = (byte) (type >> 8);
    frame[13] = (byte) type;
    return frame;
  }

  static byte[] hex(String text) {
    return HexFormat.of().parseHex(text.replace(" ", ""));
  }
}
