package dev.patchbay.stack.device;

import dev.patchbay.stack.wire.Bytes;
import dev.patchbay.stack.wire.InternetChecksum;
import dev.patchbay.stack.wire.IpProtocol;
import dev.patchbay.stack.wire.Tcp;
import java.util.ArrayList;
import java.util.List;

/** Frames of a guest's TCP stream to the gateway, for tests. */
public final class TcpFrames {
  /** Sequence number of the first frame. */
  public static final int SEQUENCE = 0xffff_f000;

  /** Bytes of the TCP header, timestamps included. */
  public static final int TCP_HEADER = 32;

  private static final int ID = 0xfffe;

  private TcpFrames() {}

  /** Offset of the TCP header in a frame. */
  public static int l4(boolean v4) {
    return v4 ? 34 : 54;
  }

  private static byte[] frame(boolean v4, int sequence, int id, int payload, int flags) {
    int l4 = l4(v4);
    byte[] f = new byte[l4 + TCP_HEADER + payload];
    Bytes.put48(f, 0, 0x52550a000202L);
    Bytes.put48(f, 6, 0x525400123456L);
    Bytes.put16(f, 12, v4 ? 0x0800 : 0x86dd);
    int ip = 14;
    if (v4) {
      Bytes.put16(f, ip, 0x4502);
      Bytes.put16(f, ip + 2, f.length - ip);
      Bytes.put16(f, ip + 4, id);
      Bytes.put16(f, ip + 6, 0x4000);
      Bytes.put16(f, ip + 8, 64 << 8 | IpProtocol.TCP);
      Bytes.put32(f, ip + 12, 0x0a00020f);
      Bytes.put32(f, ip + 16, 0x0a000202);
    } else {
      Bytes.put32(f, ip, 0x6021_2345);
      Bytes.put16(f, ip + 4, f.length - l4);
      Bytes.put16(f, ip + 6, IpProtocol.TCP << 8 | 64);
      Bytes.put64(f, ip + 8, 0xfec0_0000_0000_0000L);
      Bytes.put64(f, ip + 16, 0x5054_00ff_fe12_3456L);
      Bytes.put64(f, ip + 24, 0xfec0_0000_0000_0000L);
      Bytes.put64(f, ip + 32, 2);
    }
    Bytes.put32(f, l4, 40000 << 16 | 80);
    Bytes.put32(f, l4 + 4, sequence);
    Bytes.put32(f, l4 + 8, 0x1234_5678);
    Bytes.put16(f, l4 + 12, TCP_HEADER / 4 << 12 | flags);
    Bytes.put16(f, l4 + 14, 502);
    Bytes.put32(f, l4 + 20, 0x0101_080a);
    Bytes.put32(f, l4 + 24, 777);
    Bytes.put32(f, l4 + 28, 888);
    for (int i = l4 + TCP_HEADER; i < f.length; i++) {
      f[i] = (byte) (sequence + i * 31);
    }
    fix(f);
    return f;
  }

  /** Sets both checksums right. */
  public static void fix(byte[] f) {
    boolean v4 = Bytes.u16(f, 12) == 0x0800;
    int l4 = l4(v4);
    if (v4) {
      Bytes.put16(f, 24, 0);
      Bytes.put16(f, 24, InternetChecksum.finish(InternetChecksum.sum(f, 14, 20)));
    }
    Bytes.put16(f, l4 + 16, 0);
    int length = f.length - l4;
    long pseudo = InternetChecksum.sum(f, v4 ? 26 : 22, v4 ? 8 : 32) + IpProtocol.TCP + length;
    Bytes.put16(f, l4 + 16, InternetChecksum.finish(pseudo + InternetChecksum.sum(f, l4, length)));
  }

  /** A stream of frames with these payloads, the last one with PSH. */
  public static List<byte[]> stream(boolean v4, int... payloads) {
    List<byte[]> frames = new ArrayList<>();
    int sequence = SEQUENCE;
    for (int i = 0; i < payloads.length; i++) {
      int flags = i == payloads.length - 1 ? Tcp.ACK | Tcp.PSH : Tcp.ACK;
      frames.add(frame(v4, sequence, ID + i & 0xffff, payloads[i], flags));
      sequence += payloads[i];
    }
    return frames;
  }
}
