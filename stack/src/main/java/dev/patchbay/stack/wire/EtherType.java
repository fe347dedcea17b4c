package dev.patchbay.stack.wire;

/** EtherTypes that the stack knows (IEEE registry). */
public final class EtherType {
  public static final int IPV4 = 0x0800;
  public static final int ARP = 0x0806;
  public static final int VLAN = 0x8100;
  public static final int IPV6 = 0x86dd;
  public static final int QINQ = 0x88a8;

  /** NC-SI control packets (DSP0222 section 8.1). */
  public static final int NCSI = 0x88f8;

  private EtherType() {}
}
