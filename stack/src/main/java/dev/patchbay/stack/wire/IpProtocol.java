package dev.patchbay.stack.wire;

/** Protocol and next-header numbers (IANA registry). */
public final class IpProtocol {
  public static final int HOP_BY_HOP = 0;
  public static final int ICMP = 1;
  public static final int IGMP = 2;
  public static final int TCP = 6;
  public static final int UDP = 17;
  public static final int DCCP = 33;
  public static final int ROUTING = 43;
  public static final int FRAGMENT = 44;
  public static final int GRE = 47;
  public static final int ESP = 50;
  public static final int AH = 51;
  public static final int ICMPV6 = 58;
  public static final int NONE = 59;
  public static final int SCTP = 132;
  public static final int UDPLITE = 136;
  public static final int RAW = 255;
  public static final int DESTINATION = 60;

  private IpProtocol() {}
}
