package dev.patchbay.backend.dns;

import dev.patchbay.stack.loop.EventLoop;
import dev.patchbay.stack.time.Timer;
import dev.patchbay.stack.wire.Bytes;
import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Passes queries on and answers back. Logic alone; only on the loop. */
public final class DnsForwarder {
  /** Queries under way at once, all guests together. */
  public static final int MAX_IN_FLIGHT = 512;

  /** Queries under way at once of one guest. */
  public static final int MAX_PER_GUEST = 128;

  private static final long SECOND = 1_000_000_000L;

  /** How long a resolver may take before the next one is asked; by TCP twice that. */
  private static final long TRY = 2 * SECOND;

  private static final int ROUNDS = 2;

  /** Bytes of UDP data that reach a guest in one piece whatever its link (RFC 9715). */
  private static final int MAX_UDP = 4096;

  private final EventLoop loop;
  private final DnsUpstream upstream;
  private final Supplier<List<InetSocketAddress>> resolvers;
  private final DnsNames names;
  private final IntSupplier ids;
  private final boolean restrict;
  private final DnsCounters counters = new DnsCounters();
  private final Map<String, Integer> perGuest = new HashMap<>();
  private int inFlight;

  /**
   * @param upstream the way to resolvers
   * @param resolvers those of the host in the order in which they are asked
   * @param names our own
   * @param ids 16 bits each time that nobody can foresee: a cryptographic generator
   * @param restrict answer our own names and refuse all else
   */
  public DnsForwarder(
      EventLoop loop,
      DnsUpstream upstream,
      Supplier<List<InetSocketAddress>> resolvers,
      DnsNames names,
      IntSupplier ids,
      boolean restrict) {
    this.loop = loop;
    this.upstream = upstream;
    this.resolvers = resolvers;
    this.names = names;
    this.ids = ids;
    this.restrict = restrict;
  }

  /** What it saw and did. */
  public DnsCounters counters() {
    return counters;
  }

  /** Queries under way. */
  public int inFlight() {
    return inFlight;
  }

  /** Takes a message of a guest, an array of its own. */
  void query(byte[] message, DnsClient client) {
    counters.queries++;
    if (message.length < DnsQuery.HEADER || message[2] < 0) {
      // too short to be answered, or an answer: two servers must not talk to each other for ever
      counters.malformed++;
      return;
    }
    if ((message[2] & 0x78) != 0) {
      client.answer(reject(message, DnsQuery.NOTIMP));
      return;
    }
    DnsQuery query = DnsQuery.parse(message);
    if (query == null) {
      counters.formErr++;
      client.answer(DnsQuery.formErr(message));
      return;
    }
    byte[] own = names.answer(query);
    if (own != null) {
      counters.own++;
      client.answer(fit(query, client, own));
      return;
    }
    if (restrict) {
      counters.refused++;
      client.answer(query.reply(DnsQuery.REFUSED));
      return;
    }
    forward(query, client);
  }

  private static byte[] reject(byte[] message, int rcode) {
    byte[] out = DnsQuery.formErr(message);
    out[3] = (byte) (out[3] & 0xf0 | rcode);
    return out;
  }

  private void forward(DnsQuery query, DnsClient client) {
    List<InetSocketAddress> servers = resolvers.get();
    int mine = perGuest.getOrDefault(client.guest(), 0);
    if (servers.isEmpty() || inFlight >= MAX_IN_FLIGHT || mine >= MAX_PER_GUEST) {
      counters.failed++;
      client.answer(query.reply(DnsQuery.SERVFAIL));
      return;
    }
    inFlight++;
    perGuest.put(client.guest(), mine + 1);
    new Pending(query, client, servers).next();
  }

  private byte[] fit(DnsQuery query, DnsClient client, byte[] answer) {
    if (client.isTcp() || answer.length <= Math.min(query.udpSize(), MAX_UDP)) {
      return answer;
    }
    counters.truncated++;
    return query.truncated(answer);
  }

  /** One query under way. */
  private final class Pending {
    private final DnsQuery query;
    private final DnsClient client;
    private final List<InetSocketAddress> servers;
    private final Timer timer;
    private int attempt;
    private int id;
    private boolean tcp;
    private boolean done;
    private DnsUpstream.@Nullable Exchange exchange;

    Pending(DnsQuery query, DnsClient client, List<InetSocketAddress> servers) {
      this.query = query;
      this.client = client;
      this.servers = servers;
      tcp = client.isTcp();
      timer = loop.timer(this::next);
    }

    /** Asks the next server, or gives up. */
    void next() {
      closeExchange();
      if (attempt >= ROUNDS * servers.size()) {
        counters.failed++;
        finish(query.reply(DnsQuery.SERVFAIL));
        return;
      }
      ask(servers.get(attempt++ % servers.size()));
    }

    private void ask(InetSocketAddress server) {
      id = ids.getAsInt() & 0xffff;
      byte[] message = query.message.clone();
      Bytes.put16(message, 0, id);
      counters.upstream++;
      timer.arm(loop.now() + (tcp ? 2 * TRY : TRY));
      int asked = id;
      exchange = upstream.send(server, message, tcp, answer -> received(server, asked, answer));
    }

    private void received(InetSocketAddress server, int asked, byte @Nullable [] answer) {
      if (done || asked != id) {
        return;
      }
      if (answer == null) {
        next();
        return;
      }
      if (answer.length < DnsQuery.HEADER
          || Bytes.u16(answer, 0) != id
          || !query.isAnsweredBy(answer)) {
        counters.mismatched++;
        return;
      }
      boolean cut = (answer[2] & 2) != 0;
      if (cut && !tcp && query.udpSize() > DnsQuery.PLAIN_UDP) {
        // the client takes more than came: fetch the whole
        tcp = true;
        closeExchange();
        ask(server);
        return;
      }
      int rcode = answer[3] & 0xf;
      if ((rcode == DnsQuery.SERVFAIL || rcode == DnsQuery.REFUSED || rcode == DnsQuery.NOTIMP)
          && attempt < servers.size()) {
        next();
        return;
      }
      Bytes.put16(answer, 0, query.id());
      finish(fit(query, client, answer));
    }

    private void closeExchange() {
      DnsUpstream.Exchange e = exchange;
      exchange = null;
      if (e != null) {
        e.close();
      }
    }

    private void finish(byte[] answer) {
      done = true;
      timer.cancel();
      closeExchange();
      inFlight--;
      perGuest.computeIfPresent(client.guest(), (k, n) -> n > 1 ? n - 1 : null);
      client.answer(answer);
    }
  }
}
