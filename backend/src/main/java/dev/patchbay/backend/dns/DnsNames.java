package dev.patchbay.backend.dns;

import dev.patchbay.stack.ip.IpAddress;
import dev.patchbay.stack.wire.Bytes;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.xbill.DNS.AAAARecord;
import org.xbill.DNS.ARecord;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.PTRRecord;
import org.xbill.DNS.Record;
import org.xbill.DNS.ReverseMap;
import org.xbill.DNS.Section;
import org.xbill.DNS.Type;

/**
 * The names that the appliance itself knows: {@code gateway}, {@code _gateway}, and the host names
 * of reservations and leases, forwards and backwards. They have no dot, so that no guest can take a
 * name of the world.
 */
public final class DnsNames {
  /** Seconds that an answer may be kept: leases come and go. */
  private static final long TTL = 30;

  private final Supplier<Map<String, List<IpAddress>>> names;

  /**
   * @param names all names, lower case, with their addresses, asked at each query on the loop
   */
  public DnsNames(Supplier<Map<String, List<IpAddress>>> names) {
    this.names = names;
  }

  /** The answer to a question about a name of our own, or null where it is none. */
  byte @Nullable [] answer(DnsQuery query) {
    boolean reverse = query.name.endsWith(".arpa");
    if (query.dnsClass != DClass.IN || !reverse && query.name.indexOf('.') >= 0) {
      return null;
    }
    try {
      return reverse ? backwards(query) : forwards(query);
    } catch (IOException | IllegalArgumentException | IllegalStateException e) {
      // dnsjava is stricter about a name than we are: then it is not ours
      return null;
    }
  }

  private byte @Nullable [] forwards(DnsQuery query) throws IOException {
    List<IpAddress> addresses = names.get().get(query.name);
    if (addresses == null) {
      return null;
    }
    Message question = new Message(query.message);
    Name name = question.getQuestion().getName();
    List<Record> records = new ArrayList<>();
    for (IpAddress a : addresses) {
      if (a.isV4() && (query.type == Type.A || query.type == Type.ANY)) {
        records.add(new ARecord(name, DClass.IN, TTL, inet(a)));
      } else if (!a.isV4() && (query.type == Type.AAAA || query.type == Type.ANY)) {
        records.add(new AAAARecord(name, DClass.IN, TTL, inet(a)));
      }
    }
    return emit(question, records);
  }

  private byte @Nullable [] backwards(DnsQuery query) throws IOException {
    for (Map.Entry<String, List<IpAddress>> entry : names.get().entrySet()) {
      for (IpAddress a : entry.getValue()) {
        Name reverse = ReverseMap.fromAddress(inet(a));
        if (reverse.toString(true).toLowerCase(Locale.ROOT).equals(query.name)) {
          Message question = new Message(query.message);
          Name name = Name.fromString(entry.getKey(), Name.root);
          List<Record> records = new ArrayList<>();
          if (query.type == Type.PTR || query.type == Type.ANY) {
            records.add(new PTRRecord(question.getQuestion().getName(), DClass.IN, TTL, name));
          }
          return emit(question, records);
        }
      }
    }
    return null;
  }

  private static byte[] emit(Message question, List<Record> records) {
    Message answer = new Message(question.getHeader().getID());
    answer.getHeader().setFlag(Flags.QR);
    answer.getHeader().setFlag(Flags.AA);
    answer.getHeader().setFlag(Flags.RA);
    if (question.getHeader().getFlag(Flags.RD)) {
      answer.getHeader().setFlag(Flags.RD);
    }
    answer.addRecord(question.getQuestion(), Section.QUESTION);
    records.forEach(r -> answer.addRecord(r, Section.ANSWER));
    return answer.toWire();
  }

  private static InetAddress inet(IpAddress a) throws UnknownHostException {
    byte[] b;
    if (a.isV4()) {
      b = new byte[4];
      Bytes.put32(b, 0, (int) a.lo());
    } else {
      b = new byte[16];
      Bytes.put64(b, 0, a.hi());
      Bytes.put64(b, 8, a.lo());
    }
    return InetAddress.getByAddress(b);
  }
}
