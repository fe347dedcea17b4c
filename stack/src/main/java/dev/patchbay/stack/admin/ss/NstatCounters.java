package dev.patchbay.stack.admin.ss;

import dev.patchbay.stack.NetworkStack;
import dev.patchbay.stack.ip.IpCounters;
import dev.patchbay.stack.ip.UdpCounters;
import dev.patchbay.stack.tcp.TcpCounters;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The counters of a namespace under Linux's names, in the order in which {@code nstat} lists them.
 * What Linux has and this stack does not count is not here: a 0 would be a claim.
 */
final class NstatCounters {
  private final Map<String, Long> all = new LinkedHashMap<>();

  private NstatCounters() {}

  static Map<String, Long> read(NetworkStack stack) {
    NstatCounters counters = new NstatCounters();
    counters.ip4(stack.counters(true));
    counters.icmp4(stack);
    counters.tcp(stack.tcp().counters());
    counters.udp("Udp", stack.counters(true).udp, true);
    counters.udp("UdpLite", stack.counters(true).udpLite, true);
    counters.ip6(stack.counters(false));
    counters.icmp6(stack.counters(false));
    counters.udp("Udp6", stack.counters(false).udp, true);
    counters.udp("UdpLite6", stack.counters(false).udpLite, false);
    counters.tcpSetUp(stack.tcp().counters());
    counters.tcpRecovery(stack.tcp().counters());
    counters.tcpRest(stack.tcp().counters(), stack.counters(true).reversePathFilter);
    counters.ipExt(stack.counters(true));
    return counters.all;
  }

  private void put(String name, long value) {
    all.put(name, value);
  }

  private void ip4(IpCounters c) {
    put("IpInReceives", c.inReceives);
    put("IpInHdrErrors", c.inHdrErrors);
    put("IpInAddrErrors", c.inAddrErrors);
    put("IpForwDatagrams", c.forwDatagrams);
    put("IpInUnknownProtos", c.inUnknownProtos);
    put("IpInDelivers", c.inDelivers);
    put("IpOutRequests", c.outRequests);
    put("IpOutNoRoutes", c.outNoRoutes);
    fragments("Ip", c);
  }

  private void fragments(String prefix, IpCounters c) {
    put(prefix + "ReasmTimeout", c.reasmTimeout);
    put(prefix + "ReasmReqds", c.reasmReqds);
    put(prefix + "ReasmOKs", c.reasmOks);
    put(prefix + "ReasmFails", c.reasmFails);
    put(prefix + "FragOKs", c.fragOks);
    put(prefix + "FragFails", c.fragFails);
    put(prefix + "FragCreates", c.fragCreates);
  }

  private void icmp4(NetworkStack stack) {
    IpCounters c = stack.counters(true);
    String[] names = new String[19];
    names[3] = "DestUnreachs";
    names[11] = "TimeExcds";
    names[12] = "ParmProbs";
    names[4] = "SrcQuenchs";
    names[5] = "Redirects";
    names[8] = "Echos";
    names[0] = "EchoReps";
    names[13] = "Timestamps";
    names[14] = "TimestampReps";
    names[17] = "AddrMasks";
    names[18] = "AddrMaskReps";
    int[] order = {3, 11, 12, 4, 5, 8, 0, 13, 14, 17, 18};
    put("IcmpInMsgs", c.icmpInMsgs);
    put("IcmpInErrors", c.icmpInErrors);
    put("IcmpInCsumErrors", c.icmpInCsumErrors);
    for (int type : order) {
      put("IcmpIn" + names[type], c.icmpInTypes[type]);
    }
    put("IcmpOutMsgs", c.icmpOutMsgs);
    for (int type : order) {
      put("IcmpOut" + names[type], c.icmpOutTypes[type]);
    }
    types("IcmpMsg", c);
  }

  /** Types that were seen, as Linux adds them when they first occur. */
  private void types(String prefix, IpCounters c) {
    for (int type = 0; type < c.icmpInTypes.length; type++) {
      if (c.icmpInTypes[type] > 0) {
        put(prefix + "InType" + type, c.icmpInTypes[type]);
      }
    }
    for (int type = 0; type < c.icmpOutTypes.length; type++) {
      if (c.icmpOutTypes[type] > 0) {
        put(prefix + "OutType" + type, c.icmpOutTypes[type]);
      }
    }
  }

  private void tcp(TcpCounters c) {
    put("TcpActiveOpens", c.activeOpens);
    put("TcpPassiveOpens", c.passiveOpens);
    put("TcpAttemptFails", c.attemptFails);
    put("TcpEstabResets", c.estabResets);
    put("TcpInSegs", c.inSegs);
    put("TcpOutSegs", c.outSegs);
    put("TcpRetransSegs", c.retransSegs);
    put("TcpInErrs", c.inErrs);
    put("TcpOutRsts", c.outRsts);
    put("TcpInCsumErrors", c.inCsumErrors);
  }

  private void udp(String prefix, UdpCounters c, boolean multicast) {
    put(prefix + "InDatagrams", c.inDatagrams);
    put(prefix + "NoPorts", c.noPorts);
    put(prefix + "InErrors", c.inErrors);
    put(prefix + "OutDatagrams", c.outDatagrams);
    put(prefix + "RcvbufErrors", c.rcvbufErrors);
    put(prefix + "SndbufErrors", c.sndbufErrors);
    put(prefix + "InCsumErrors", c.inCsumErrors);
    if (multicast) {
      put(prefix + "IgnoredMulti", c.ignoredMulti);
    }
    put(prefix + "MemErrors", c.memErrors);
  }

  private void ipExt(IpCounters c) {
    put("IpExtInNoRoutes", c.inNoRoutes);
    put("IpExtInMcastPkts", c.inMcastPkts);
    put("IpExtOutMcastPkts", c.outMcastPkts);
    put("IpExtInBcastPkts", c.inBcastPkts);
    put("IpExtOutBcastPkts", c.outBcastPkts);
    put("IpExtInOctets", c.inOctets);
    put("IpExtOutOctets", c.outOctets);
    put("IpExtInMcastOctets", c.inMcastOctets);
    put("IpExtOutMcastOctets", c.outMcastOctets);
    put("IpExtInBcastOctets", c.inBcastOctets);
    put("IpExtOutBcastOctets", c.outBcastOctets);
  }

  private void ip6(IpCounters c) {
    put("Ip6InReceives", c.inReceives);
    put("Ip6InHdrErrors", c.inHdrErrors);
    put("Ip6InNoRoutes", c.inNoRoutes);
    put("Ip6InAddrErrors", c.inAddrErrors);
    put("Ip6InUnknownProtos", c.inUnknownProtos);
    put("Ip6InDiscards", c.inDiscards);
    put("Ip6InDelivers", c.inDelivers);
    put("Ip6OutForwDatagrams", c.forwDatagrams);
    put("Ip6OutRequests", c.outRequests);
    put("Ip6OutDiscards", c.outDiscards);
    put("Ip6OutNoRoutes", c.outNoRoutes);
    fragments("Ip6", c);
    put("Ip6InMcastPkts", c.inMcastPkts);
    put("Ip6OutMcastPkts", c.outMcastPkts);
    put("Ip6InOctets", c.inOctets);
    put("Ip6OutOctets", c.outOctets);
    put("Ip6InMcastOctets", c.inMcastOctets);
    put("Ip6OutMcastOctets", c.outMcastOctets);
  }

  private void icmp6(IpCounters c) {
    String[] names = {"DestUnreachs", "PktTooBigs", "TimeExcds", "ParmProblems"};
    String[] queries = {"Echos", "EchoReplies"};
    String[] groups = {"GroupMembQueries", "GroupMembResponses", "GroupMembReductions"};
    String[] neighbours = {
      "RouterSolicits",
      "RouterAdvertisements",
      "NeighborSolicits",
      "NeighborAdvertisements",
      "Redirects"
    };
    put("Icmp6InMsgs", c.icmpInMsgs);
    put("Icmp6InErrors", c.icmpInErrors);
    put("Icmp6OutMsgs", c.icmpOutMsgs);
    put("Icmp6InCsumErrors", c.icmpInCsumErrors);
    for (boolean in : new boolean[] {true, false}) {
      String prefix = in ? "Icmp6In" : "Icmp6Out";
      long[] types = in ? c.icmpInTypes : c.icmpOutTypes;
      numbered(prefix, names, types, 1);
      numbered(prefix, queries, types, 128);
      numbered(prefix, groups, types, 130);
      numbered(prefix, neighbours, types, 133);
      put(prefix + "MLDv2Reports", types[143]);
    }
    types("Icmp6", c);
  }

  private void numbered(String prefix, String[] names, long[] types, int first) {
    for (int i = 0; i < names.length; i++) {
      put(prefix + names[i], types[first + i]);
    }
  }

  private void ext(String name, long value) {
    put("TcpExt" + name, value);
  }

  private void tcpSetUp(TcpCounters c) {
    ext("SyncookiesSent", c.syncookiesSent);
    ext("SyncookiesRecv", c.syncookiesRecv);
    ext("SyncookiesFailed", c.syncookiesFailed);
    ext("OfoPruned", c.ofoPruned);
    ext("OutOfWindowIcmps", c.outOfWindowIcmps);
    ext("TW", c.tw);
    ext("TWRecycled", c.twRecycled);
    ext("TWKilled", c.twKilled);
    ext("PAWSActive", c.pawsActive);
    ext("PAWSEstab", c.pawsEstab);
    ext("DelayedACKs", c.delayedAcks);
    ext("ListenOverflows", c.listenOverflows);
    ext("TCPHPHits", c.tcpHpHits);
    ext("TCPPureAcks", c.tcpPureAcks);
    ext("TCPHPAcks", c.tcpHpAcks);
  }

  private void tcpRecovery(TcpCounters c) {
    ext("TCPRenoRecovery", c.tcpRenoRecovery);
    ext("TCPSackRecovery", c.tcpSackRecovery);
    ext("TCPSACKReneging", c.tcpSackReneging);
    ext("TCPFullUndo", c.tcpFullUndo);
    ext("TCPPartialUndo", c.tcpPartialUndo);
    ext("TCPDSACKUndo", c.tcpDsackUndo);
    ext("TCPLossUndo", c.tcpLossUndo);
    ext("TCPFastRetrans", c.tcpFastRetrans);
    ext("TCPSlowStartRetrans", c.tcpSlowStartRetrans);
    ext("TCPTimeouts", c.tcpTimeouts);
    ext("TCPLossProbes", c.tcpLossProbes);
    ext("TCPLossProbeRecovery", c.tcpLossProbeRecovery);
    ext("TCPDSACKOldSent", c.tcpDsackOldSent);
    ext("TCPDSACKOfoSent", c.tcpDsackOfoSent);
    ext("TCPDSACKRecv", c.tcpDsackRecv);
  }

  private void tcpRest(TcpCounters c, long reversePathFilter) {
    ext("TCPAbortOnData", c.tcpAbortOnData);
    ext("TCPAbortOnClose", c.tcpAbortOnClose);
    ext("TCPAbortOnMemory", c.tcpAbortOnMemory);
    ext("TCPAbortOnTimeout", c.tcpAbortOnTimeout);
    ext("TCPAbortOnLinger", c.tcpAbortOnLinger);
    ext("TCPMemoryPressures", c.tcpMemoryPressures);
    ext("TCPSpuriousRTOs", c.tcpSpuriousRtos);
    ext("IPReversePathFilter", reversePathFilter);
    ext("TCPTimeWaitOverflow", c.tcpTimeWaitOverflow);
    ext("TCPReqQFullDoCookies", c.tcpReqQFullDoCookies);
    ext("TCPReqQFullDrop", c.tcpReqQFullDrop);
    ext("TCPRcvCoalesce", c.tcpRcvCoalesce);
    ext("TCPOFOQueue", c.tcpOfoQueue);
    ext("TCPOFOMerge", c.tcpOfoMerge);
    ext("TCPChallengeACK", c.tcpChallengeAck);
    ext("TCPSYNChallenge", c.tcpSynChallenge);
    ext("TCPFromZeroWindowAdv", c.tcpFromZeroWindowAdv);
    ext("TCPToZeroWindowAdv", c.tcpToZeroWindowAdv);
    ext("TCPSynRetrans", c.tcpSynRetrans);
    ext("TCPOrigDataSent", c.tcpOrigDataSent);
    ext("TCPWinProbe", c.tcpWinProbe);
    ext("TCPKeepAlive", c.tcpKeepAlive);
    ext("TCPMTUPFail", c.tcpMtupFail);
    ext("TCPMTUPSuccess", c.tcpMtupSuccess);
    ext("TCPRcvQDrop", c.tcpRcvQDrop);
    ext("TCPZeroWindowDrop", c.tcpZeroWindowDrop);
  }
}
