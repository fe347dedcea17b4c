package dev.patchbay.backend.dhcp;

import dev.patchbay.stack.wire.Bytes;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Builds answers and finds their way. */
final class DhcpReplies {
  /** The datagram that each client takes (RFC 2131 section 2) less IP and UDP headers. */
  private static final int DEFAULT_MAX = 576 - 28;

  private static final int SERVER_PORT = 67;
  private static final int CLIENT_PORT = 68;

  private final DhcpSettings settings;

  DhcpReplies(DhcpSettings settings) {
    this.settings = settings;
  }

  /** An answer with the fields of table 3 (RFC 2131 section 4.3.1) that all answers share. */
  DhcpMessage reply(DhcpMessage request, int type) {
    DhcpMessage m = new DhcpMessage();
    m.op = DhcpMessage.BOOTREPLY;
    m.htype = request.htype;
    m.hlen = request.hlen;
    m.xid = request.xid;
    m.flags = request.flags;
    m.giaddr = request.giaddr;
    m.chaddr = request.chaddr;
    if (type != 0) {
      m.options.put(53, new byte[] {(byte) type});
      m.options.put(54, address(settings.server()));
    }
    return m;
  }

  /** A refusal; the text is for whoever reads a capture. */
  DhcpAnswer nak(DhcpMessage request, String why) {
    DhcpMessage m = reply(request, DhcpMessage.NAK);
    m.options.put(56, why.getBytes(StandardCharsets.US_ASCII));
    echo(request, m);
    if (request.giaddr != 0) {
      // RFC 2131 section 4.1: the relay shall broadcast it
      m.flags |= DhcpMessage.FLAG_BROADCAST;
      return new DhcpAnswer(m.emit(DEFAULT_MAX), DhcpAnswer.Way.IP, request.giaddr, SERVER_PORT, 0);
    }
    return new DhcpAnswer(m.emit(DEFAULT_MAX), DhcpAnswer.Way.BROADCAST, -1, CLIENT_PORT, 0);
  }

  /**
   * An OFFER or ACK of an address.
   *
   * @param type 0 for BOOTP
   * @param seconds time of the lease
   */
  DhcpAnswer give(DhcpMessage request, int type, Lease lease, long seconds) {
    DhcpMessage m = reply(request, type);
    m.ciaddr = type == DhcpMessage.ACK ? request.ciaddr : 0;
    m.yiaddr = lease.ip();
    if (type != 0) {
      m.options.put(51, u32(seconds));
      if (seconds != 0xffff_ffffL) {
        m.options.put(58, u32(seconds / 2));
        m.options.put(59, u32(seconds * 7 / 8));
      }
    }
    String reserved = reservedName(lease);
    configure(request, m, reserved);
    return route(request, m);
  }

  /** The answer to INFORM: no address, no lease (RFC 2131 section 4.3.5). */
  DhcpAnswer inform(DhcpMessage request, int client) {
    DhcpMessage m = reply(request, DhcpMessage.ACK);
    m.ciaddr = request.ciaddr;
    configure(request, m, "");
    byte[] data = m.emit(max(request));
    return request.giaddr != 0 && request.ciaddr == 0
        ? new DhcpAnswer(data, DhcpAnswer.Way.IP, request.giaddr, SERVER_PORT, 0)
        : new DhcpAnswer(data, DhcpAnswer.Way.IP, client, CLIENT_PORT, 0);
  }

  private String reservedName(Lease lease) {
    DhcpSettings.Host host = settings.hostOf(lease.key(), lease.mac(), lease.clientId());
    return host == null ? "" : host.hostname();
  }

  private void configure(DhcpMessage request, DhcpMessage m, String hostname) {
    m.siaddr = settings.nextServer();
    m.sname = shorter(settings.textOption(66), 64);
    m.file = shorter(settings.textOption(67), 128);
    Map<Integer, byte[]> all = new TreeMap<>();
    all.put(1, address(settings.mask()));
    if (settings.router() != 0) {
      all.put(3, address(settings.router()));
    }
    if (!settings.dns().isEmpty()) {
      all.put(6, addresses(settings.dns()));
    }
    if (!hostname.isEmpty()) {
      all.put(12, hostname.getBytes(StandardCharsets.US_ASCII));
    }
    int mtu = settings.mtu().getAsInt();
    if (mtu != 1500) {
      byte[] value = new byte[2];
      Bytes.put16(value, 0, Math.min(mtu, 65535));
      all.put(26, value);
    }
    all.put(28, address(settings.broadcast()));
    all.putAll(settings.options());
    // what the client lists comes first: what no longer fits is what it did not ask for
    for (byte code : request.bytes(55)) {
      byte[] value = all.remove(code & 0xff);
      if (value != null) {
        m.options.put(code & 0xff, value);
      }
    }
    m.options.putAll(all);
    echo(request, m);
  }

  /** What a server must return: RFC 6842 (client identifier), RFC 3046 (relay agent). */
  private static void echo(DhcpMessage request, DhcpMessage m) {
    for (int code : new int[] {61, 82}) {
      byte[] value = request.options.get(code);
      if (value != null && value.length <= 255) {
        m.options.put(code, value);
      }
    }
  }

  private DhcpAnswer route(DhcpMessage request, DhcpMessage m) {
    byte[] data = m.emit(max(request));
    if (request.giaddr != 0) {
      return new DhcpAnswer(data, DhcpAnswer.Way.IP, request.giaddr, SERVER_PORT, 0);
    }
    if (request.ciaddr != 0) {
      return new DhcpAnswer(data, DhcpAnswer.Way.IP, request.ciaddr, CLIENT_PORT, 0);
    }
    if (request.wantsBroadcast() || request.mac() == 0) {
      return new DhcpAnswer(data, DhcpAnswer.Way.BROADCAST, -1, CLIENT_PORT, 0);
    }
    return new DhcpAnswer(data, DhcpAnswer.Way.MAC, m.yiaddr, CLIENT_PORT, request.mac());
  }

  /** Option 57 counts IP and UDP headers (RFC 2132 section 9.10). */
  private int max(DhcpMessage request) {
    byte[] value = request.bytes(57);
    int wanted = value.length == 2 ? Bytes.u16(value, 0) - 28 : DEFAULT_MAX;
    int link = Math.max(settings.mtu().getAsInt() - 28, DEFAULT_MAX);
    return Math.clamp(wanted, DEFAULT_MAX, Math.min(link, 1472));
  }

  private static byte[] shorter(byte[] text, int limit) {
    return text.length < limit ? text : new byte[0];
  }

  private static byte[] address(int ip) {
    return u32(ip);
  }

  private static byte[] addresses(List<Integer> list) {
    byte[] out = new byte[4 * list.size()];
    for (int i = 0; i < list.size(); i++) {
      Bytes.put32(out, 4 * i, list.get(i));
    }
    return out;
  }

  private static byte[] u32(long value) {
    byte[] out = new byte[4];
    Bytes.put32(out, 0, (int) value);
    return out;
  }
}
