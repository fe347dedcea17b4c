package dev.patchbay.stack.tcp;

import dev.patchbay.stack.wire.Addresses;

/**
 * What a connection believes its path to carry: the MTU of the route, less where ICMP says so (RFC
 * 1191, 8201), less too where long segments vanish without a word (RFC 4821 section 7.7, RFC 2923
 * section 2.1). After {@link #LIFETIME} the route's MTU is tried again.
 *
 * <pre>
 *   ICMP too big                            -> tooBig
 *   second time-out for the same long head  -> onTimeout, one step of the family's
 *   what was sent first arrived after all   -> notGuilty
 *   more than that may get through          -> MtuSearch
 *   ten minutes later                       -> TcpOutput.flush, retryLarger
 * </pre>
 */
final class PathMtu {
  /** How long a smaller MTU is believed, ns (RFC 1191 section 6.3, RFC 8201 section 4). */
  static final long LIFETIME = 600_000_000_000L;

  /** {@link TcpSocket#mtuRetryAt} where there is nothing to be tried. */
  static final long NEVER = Long.MAX_VALUE;

  private static final long AT_ONCE = Long.MIN_VALUE;

  /** Least path MTU taken from ICMP, as Linux has it. */
  private static final int MIN_MTU4 = 552;

  private static final int MIN_MTU6 = 1280;

  /**
   * Steps down where a black hole is suspected. RFC 4821 section 7.2 and Linux' {@code
   * tcp_base_mss} begin with an MSS of 1024; 576 every IPv4 host has to take (RFC 1122 section
   * 3.3.2), 1280 every IPv6 link has to carry.
   */
  private static final int BASE4 = 1024 + 40;

  private static final int LEAST4 = 536 + 40;

  private final TcpEngine engine;

  PathMtu(TcpEngine engine) {
    this.engine = engine;
  }

  /** Takes the route's MTU for a new connection; {@link #update} has to follow. */
  void begin(TcpSocket s) {
    s.pathMtu = ofRoute(s);
  }

  private int ofRoute(TcpSocket s) {
    return engine.output.mtu(s.localHi, s.localLo, s.remoteHi, s.remoteLo);
  }

  private static boolean isV4(TcpSocket s) {
    return Addresses.isV4(s.remoteHi, s.remoteLo);
  }

  /** IP and TCP header without options. */
  private static int headers(TcpSocket s) {
    return isV4(s) ? 40 : 60;
  }

  /** RFC 6691: the MTU less the fixed headers, options not counted. */
  int localMss(TcpSocket s) {
    int mss = Math.min(0xffff, s.pathMtu - headers(s));
    int wanted = s.settings.userMss;
    return wanted > 0 ? Math.min(mss, wanted) : mss;
  }

  /** Path MTU, the peer's MSS or the options have changed. */
  void update(TcpSocket s) {
    int full = Math.min(s.peerMss, localMss(s));
    s.sendMss = Math.max(1, full - options(s));
  }

  private static int options(TcpSocket s) {
    return s.timestampsOn ? TcpOptions.TIMESTAMPS_LENGTH : 0;
  }

  /**
   * ICMP says that a segment in flight was too big.
   *
   * @param mtu of the next hop; 0 where the router did not say it: then only time-outs tell
   */
  void tooBig(TcpSocket s, int mtu) {
    if (!isV4(s) && mtu < MIN_MTU6) {
      // RFC 8201 section 4: "a next-hop MTU that is less than the IPv6 minimum link MTU": discard
      // it
      return;
    }
    int known = ofRoute(s);
    if (s.mtuSearch != null && mtu > 0) {
      s.mtuSearch.limit(path(s, mtu));
    }
    int path = path(s, mtu > 0 ? Math.min(mtu, known) : known);
    if (path >= s.pathMtu) {
      return;
    }
    int before = s.sendMss;
    shrink(s, path);
    s.mtuGuessed = false;
    if (s.sendMss < before) {
      if (s.isSynchronized()) {
        engine.recovery.onSmallerMtu(s);
        s.forceResend = s.phase != LossRecovery.Phase.OPEN;
      } else {
        s.synPending = true;
      }
      engine.markDirty(s);
    }
  }

  private static int path(TcpSocket s, int mtu) {
    return Math.max(isV4(s) ? MIN_MTU4 : MIN_MTU6, mtu);
  }

  private void shrink(TcpSocket s, int path) {
    s.pathMtu = path;
    s.mtuRetryAt = engine.loop.now() + LIFETIME;
    update(s);
  }

  /**
   * The retransmission timer expired; called before the recovery hears of it. From the second time
   * in a row on the length of the first segment is suspected, if it is longer than what every path
   * carries: what is in flight is cut anew.
   */
  void onTimeout(TcpSocket s) {
    if (engine.config.mtuProbing == 0 || s.backoff == 0 || s.sndWnd == 0) {
      return;
    }
    Scoreboard b = s.scoreboard;
    if (b.count() == 0) {
      return;
    }
    int payload = Math.min(b.end(0) - b.start(0), s.sendMss);
    int path = smallerThan(s, payload + options(s) + headers(s));
    if (path == 0) {
      return;
    }
    shrink(s, path);
    s.mtuGuessed = true;
    search(s);
    engine.counters.mtuBlackHoles++;
    b.markTooLong(s.sendMss);
    // what follows is as long and lost as well: RFC 5682 would send new data first
    s.forwardProbe = false;
  }

  /** Looks for a length between that in use and what the route and the peer allow. */
  private void search(TcpSocket s) {
    MtuSearch search = s.mtuSearch;
    if (search == null) {
      search = new MtuSearch();
      s.mtuSearch = search;
    }
    int most = Math.min(ofRoute(s) - headers(s), s.peerMss);
    int wanted = s.settings.userMss;
    most = wanted > 0 ? Math.min(most, wanted) : most;
    search.begin(s, s.pathMtu, most + headers(s));
  }

  /**
   * Payload of a probe that is to be sent now; 0: none; -1: it waits for room. Only where {@link
   * ControlBlock#mtuSearching}.
   */
  static int probeDue(TcpSocket s) {
    MtuSearch search = s.mtuSearch;
    return search == null ? 0 : search.due(s, headers(s) + options(s));
  }

  /** The probe goes out with these sequence numbers. */
  static void probeSent(TcpSocket s, int from, int to) {
    if (s.mtuSearch != null) {
      s.mtuSearch.sent(from, to);
    }
  }

  /** SND.UNA has moved while something is searched for. */
  void onAck(TcpSocket s) {
    int through = s.mtuSearch == null ? 0 : s.mtuSearch.acknowledged(s);
    if (through > s.pathMtu) {
      s.pathMtu = through;
      update(s);
      engine.counters.tcpMtupSuccess++;
    }
  }

  /** A loss was found; returns whether it is a probe's. */
  static boolean onLoss(TcpSocket s) {
    return s.mtuSearch != null && s.mtuSearch.failed(s);
  }

  /** The fate of a probe under way says nothing any more. */
  static void forgetProbe(TcpSocket s) {
    if (s.mtuSearching && s.mtuSearch != null) {
      s.mtuSearch.forget();
    }
  }

  /** The next step below a packet of {@code length} bytes; 0: there is none. */
  private static int smallerThan(TcpSocket s, int length) {
    if (!isV4(s)) {
      return length > MIN_MTU6 ? MIN_MTU6 : 0;
    }
    return length > BASE4 ? BASE4 : length > LEAST4 ? LEAST4 : 0;
  }

  /** The time-outs were too early: what was sent first has arrived, whatever its length. */
  static void notGuilty(TcpSocket s) {
    if (s.mtuGuessed) {
      s.mtuRetryAt = AT_ONCE;
    }
  }

  /**
   * {@link TcpSocket#mtuRetryAt} has come: the route's MTU holds again until it is refuted; where
   * it was refuted without a word it is searched for anew.
   */
  void retryLarger(TcpSocket s) {
    if (s.mtuSearch != null && s.mtuRetryAt != AT_ONCE) {
      s.mtuRetryAt = engine.loop.now() + LIFETIME;
      search(s);
      return;
    }
    s.mtuSearching = false;
    s.mtuRetryAt = NEVER;
    s.mtuGuessed = false;
    begin(s);
    update(s);
  }
}
