package dev.patchbay.stack.conntrack;

/** {@code net.netfilter.nf_conntrack_*}: times in seconds, switches 0 or 1; live. */
public final class Settings {
  /** Those that all namespaces share. */
  public final Limits limits;

  /** {@code nf_conntrack_checksum}: whether a wrong checksum makes a packet invalid. */
  public int checksum = 1;

  /** {@code nf_conntrack_acct}: whether packets and bytes are counted. */
  public int accounting;

  /** {@code nf_conntrack_timestamp}: whether the time of the beginning is kept. */
  public int timestamp;

  /** {@code nf_conntrack_events}: whether events are told; 2: where somebody listens. */
  public int events = 2;

  /** {@code nf_conntrack_generic_timeout}. */
  public int generic = 600;

  /** {@code nf_conntrack_icmp_timeout}, {@code nf_conntrack_icmpv6_timeout}. */
  public int icmp = 30;

  public int icmp6 = 30;

  /** {@code nf_conntrack_udp_timeout}, {@code nf_conntrack_udp_timeout_stream}. */
  public int udp = 30;

  public int udpStream = 120;

  /**
   * {@code nf_conntrack_tcp_timeout_*} by {@link TcpState.State}: SYN_SENT2 is as SYN_SENT; the
   * first is that of a retransmission's limit and not used.
   */
  public final int[] tcp = {120, 120, 60, 432_000, 120, 60, 30, 120, 10, 120};

  /**
   * {@code nf_conntrack_tcp_timeout_max_retrans}, {@code nf_conntrack_tcp_timeout_unacknowledged}.
   */
  public int tcpMaxRetransmitted = 300;

  public int tcpUnacknowledged = 300;

  /** {@code nf_conntrack_tcp_be_liberal}: only resets out of the window are invalid. */
  public int tcpLiberal;

  /** {@code nf_conntrack_tcp_loose}: whether connections are picked up in their middle. */
  public int tcpLoose = 1;

  /** {@code nf_conntrack_tcp_max_retrans}. */
  public int tcpRetransmissions = 3;

  /** {@code nf_conntrack_tcp_ignore_invalid_rst}. */
  public int tcpIgnoreInvalidReset;

  Settings(Limits limits) {
    this.limits = limits;
  }
}
