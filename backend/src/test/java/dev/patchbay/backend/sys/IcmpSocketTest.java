package dev.patchbay.backend.sys;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import dev.patchbay.stack.socket.Errno;
import org.junit.jupiter.api.Test;

/** Raw sockets on the loopback, where they hear requests and replies of everybody. */
class IcmpSocketTest {
  private static final int ID = 0x1234;

  @Test
  void aRawSocketHearsRepliesToItsIdentifierAlone() throws Exception {
    hearsItsOwnReply(
        Linux.AF_INET, new SockAddr().setInet4(0x7f00_0001, 0), new byte[] {8, 0}, 20, 0);
  }

  @Test
  void aRawSocketOfIpv6Too() throws Exception {
    hearsItsOwnReply(
        Linux.AF_INET6, new SockAddr().setInet6(0, 1, 0, 0), new byte[] {(byte) 128, 0}, 0, 129);
  }

  private static void hearsItsOwnReply(
      int family, SockAddr loopback, byte[] typeAndCode, int at, int reply) throws SysException {
    int raw = IcmpSocket.openRaw(family, ID);
    assumeFalse(IcmpSocket.isDenied(raw), "needs CAP_NET_RAW");
    SysException.check(raw, "socket");
    try {
      SysException.check(Fd.connect(raw, loopback), "connect");
      for (int id : new int[] {ID + 1, ID, ID - 1}) {
        byte[] echo = echo(typeAndCode, id);
        assertThat(Fd.send(raw, echo, 0, echo.length, 0)).isEqualTo(echo.length);
      }
      byte[] got = new byte[64];
      // on the loopback all has been delivered when the call returns
      assertThat(Fd.recv(raw, got, 0, got.length, 0)).isEqualTo(at + 8);
      assertThat(got[at] & 0xff).isEqualTo(reply);
      assertThat((got[at + 4] & 0xff) << 8 | got[at + 5] & 0xff).isEqualTo(ID);
      assertThat(Fd.recv(raw, got, 0, got.length, 0)).isEqualTo(-Errno.EAGAIN);
    } finally {
      Fd.close(raw);
    }
  }

  private static byte[] echo(byte[] typeAndCode, int id) {
    int sum = ((typeAndCode[0] & 0xff) << 8) + id;
    int checksum = ~(sum + (sum >>> 16)) & 0xffff; // ICMPv6's is the kernel's business
    return new byte[] {
      typeAndCode[0],
      0,
      (byte) (checksum >>> 8),
      (byte) checksum,
      (byte) (id >>> 8),
      (byte) id,
      0,
      0
    };
  }
}
