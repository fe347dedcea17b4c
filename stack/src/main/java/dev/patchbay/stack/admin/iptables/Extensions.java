package dev.patchbay.stack.admin.iptables;

import dev.patchbay.stack.admin.iptables.extension.Context;
import dev.patchbay.stack.admin.iptables.extension.IptablesException;
import dev.patchbay.stack.admin.iptables.extension.MatchExtension;
import dev.patchbay.stack.admin.iptables.extension.TargetExtension;
import dev.patchbay.stack.admin.iptables.matches.AddrtypeMatch;
import dev.patchbay.stack.admin.iptables.matches.CommentMatch;
import dev.patchbay.stack.admin.iptables.matches.ConnbytesMatch;
import dev.patchbay.stack.admin.iptables.matches.ConnlimitMatch;
import dev.patchbay.stack.admin.iptables.matches.ConnmarkMatch;
import dev.patchbay.stack.admin.iptables.matches.ConntrackMatch;
import dev.patchbay.stack.admin.iptables.matches.DscpMatch;
import dev.patchbay.stack.admin.iptables.matches.EcnMatch;
import dev.patchbay.stack.admin.iptables.matches.FragMatch;
import dev.patchbay.stack.admin.iptables.matches.HashlimitMatch;
import dev.patchbay.stack.admin.iptables.matches.HelperMatch;
import dev.patchbay.stack.admin.iptables.matches.HopsMatch;
import dev.patchbay.stack.admin.iptables.matches.IcmpMatch;
import dev.patchbay.stack.admin.iptables.matches.IprangeMatch;
import dev.patchbay.stack.admin.iptables.matches.Ipv6headerMatch;
import dev.patchbay.stack.admin.iptables.matches.LimitMatch;
import dev.patchbay.stack.admin.iptables.matches.MacMatch;
import dev.patchbay.stack.admin.iptables.matches.MarkMatch;
import dev.patchbay.stack.admin.iptables.matches.MhMatch;
import dev.patchbay.stack.admin.iptables.matches.MultiportMatch;
import dev.patchbay.stack.admin.iptables.matches.OptionsMatch;
import dev.patchbay.stack.admin.iptables.matches.OwnerMatch;
import dev.patchbay.stack.admin.iptables.matches.PhysdevMatch;
import dev.patchbay.stack.admin.iptables.matches.PkttypeMatch;
import dev.patchbay.stack.admin.iptables.matches.PortMatch;
import dev.patchbay.stack.admin.iptables.matches.QuotaMatch;
import dev.patchbay.stack.admin.iptables.matches.RangeMatch;
import dev.patchbay.stack.admin.iptables.matches.RecentMatch;
import dev.patchbay.stack.admin.iptables.matches.RpfilterMatch;
import dev.patchbay.stack.admin.iptables.matches.RtMatch;
import dev.patchbay.stack.admin.iptables.matches.SctpMatch;
import dev.patchbay.stack.admin.iptables.matches.SetMatch;
import dev.patchbay.stack.admin.iptables.matches.StateMatch;
import dev.patchbay.stack.admin.iptables.matches.StatisticMatch;
import dev.patchbay.stack.admin.iptables.matches.StringMatch;
import dev.patchbay.stack.admin.iptables.matches.TcpMatch;
import dev.patchbay.stack.admin.iptables.matches.TimeMatch;
import dev.patchbay.stack.admin.iptables.matches.TosMatch;
import dev.patchbay.stack.admin.iptables.matches.U32Match;
import dev.patchbay.stack.admin.iptables.targets.ClassifyWords;
import dev.patchbay.stack.admin.iptables.targets.ConnmarkWords;
import dev.patchbay.stack.admin.iptables.targets.CtWords;
import dev.patchbay.stack.admin.iptables.targets.DscpWords;
import dev.patchbay.stack.admin.iptables.targets.EcnWords;
import dev.patchbay.stack.admin.iptables.targets.HopsWords;
import dev.patchbay.stack.admin.iptables.targets.LogWords;
import dev.patchbay.stack.admin.iptables.targets.MarkWords;
import dev.patchbay.stack.admin.iptables.targets.NetmapWords;
import dev.patchbay.stack.admin.iptables.targets.NflogWords;
import dev.patchbay.stack.admin.iptables.targets.NotrackWords;
import dev.patchbay.stack.admin.iptables.targets.OwnAddressWords;
import dev.patchbay.stack.admin.iptables.targets.RejectWords;
import dev.patchbay.stack.admin.iptables.targets.SetWords;
import dev.patchbay.stack.admin.iptables.targets.TcpMssWords;
import dev.patchbay.stack.admin.iptables.targets.TcpOptionsWords;
import dev.patchbay.stack.admin.iptables.targets.TeeWords;
import dev.patchbay.stack.admin.iptables.targets.TosWords;
import dev.patchbay.stack.admin.iptables.targets.TraceWords;
import dev.patchbay.stack.admin.iptables.targets.TranslateWords;
import java.util.Set;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;

/** The matches and targets by their names, and those that iptables knows and we do not. */
final class Extensions {
  private static final Set<String> MATCHES_NOT_HERE =
      Set.of(
          "bpf",
          "cgroup",
          "cluster",
          "connlabel",
          "cpu",
          "dccp",
          "devgroup",
          "eui64",
          "ipcomp",
          "ipvs",
          "nfacct",
          "osf",
          "policy",
          "rateest",
          "realm",
          "socket",
          "srh");

  private static final Set<String> TARGETS_NOT_HERE =
      Set.of(
          "AUDIT",
          "CHECKSUM",
          "CLUSTERIP",
          "CONNSECMARK",
          "DNPT",
          "HMARK",
          "IDLETIMER",
          "LED",
          "NFQUEUE",
          "QUEUE",
          "RATEEST",
          "SECMARK",
          "SNPT",
          "SYNPROXY",
          "TPROXY");

  private Extensions() {}

  /**
   * A match of that name.
   *
   * @param protocol the rule's as far as it was said, 0 for all
   */
  static MatchExtension match(String name, Context context, int protocol) throws IptablesException {
    MatchExtension match = known(name, context, protocol);
    if (match != null) {
      return match;
    }
    if (MATCHES_NOT_HERE.contains(name)) {
      throw IptablesException.unsupported("match " + name);
    }
    throw IptablesException.parameter(
        "Couldn't load match `" + name + "':No such file or directory\n");
  }

  private static @Nullable MatchExtension known(String name, Context context, int protocol) {
    return switch (name) {
      case "tcp" -> new TcpMatch(context);
      case "udp" -> new PortMatch("udp", context);
      case "icmp" -> context.v4() ? new IcmpMatch(context) : null;
      case "icmp6", "icmpv6" -> context.v4() ? null : new IcmpMatch(context);
      case "multiport" -> new MultiportMatch(context, Protocols.name(protocol));
      case "comment" -> new CommentMatch();
      case "mark" -> new MarkMatch();
      case "mac" -> new MacMatch();
      case "iprange" -> new IprangeMatch(context.v4());
      case "length" -> RangeMatch.length();
      case "tcpmss" -> RangeMatch.tcpMss();
      case "esp" -> RangeMatch.esp();
      case "ah" -> context.v4() ? RangeMatch.ah() : null;
      case "ttl" -> context.v4() ? new HopsMatch("ttl") : null;
      case "hl" -> context.v4() ? null : new HopsMatch("hl");
      case "tos" -> new TosMatch();
      case "dscp" -> new DscpMatch();
      case "pkttype" -> new PkttypeMatch();
      case "limit" -> new LimitMatch();
      case "recent" -> new RecentMatch(context.v4());
      case "hashlimit" -> new HashlimitMatch(context.v4());
      case "statistic" -> new StatisticMatch(context);
      case "physdev" -> new PhysdevMatch();
      case "addrtype" -> new AddrtypeMatch(context);
      case "ecn" -> new EcnMatch();
      case "sctp" -> new SctpMatch(context);
      case "frag" -> context.v4() ? null : new FragMatch();
      case "hbh", "dst" -> context.v4() ? null : new OptionsMatch(name);
      case "rt" -> context.v4() ? null : new RtMatch();
      case "ipv6header" -> context.v4() ? null : new Ipv6headerMatch();
      case "mh" -> context.v4() ? null : new MhMatch();
      case "rpfilter" -> new RpfilterMatch(context);
      case "owner" -> new OwnerMatch();
      case "string" -> new StringMatch();
      case "u32" -> new U32Match();
      case "quota" -> new QuotaMatch();
      case "time" -> new TimeMatch(context);
      case "state" -> new StateMatch();
      case "conntrack" -> new ConntrackMatch(context, Protocols::parse);
      case "connmark" -> new ConnmarkMatch();
      case "connbytes" -> new ConnbytesMatch();
      case "connlimit" -> new ConnlimitMatch(context);
      case "helper" -> new HelperMatch();
      case "set" -> new SetMatch(context);
      default -> null;
    };
  }

  /** The match that comes by itself with a protocol whose options are used, or null. */
  static @Nullable MatchExtension ofProtocol(int protocol, Context context) {
    String name =
        switch (protocol) {
          case 6 -> "tcp";
          case 17 -> "udp";
          case 1 -> "icmp";
          case 58 -> "icmp6";
          case 50 -> "esp";
          case 51 -> "ah";
          case 132 -> "sctp";
          default -> "";
        };
    return known(name, context, protocol);
  }

  /**
   * A target of that name, null where it is none of iptables: then a chain is meant.
   *
   * @param protocol tells the rule's when all of it is read, 0 where it has none
   */
  static @Nullable TargetExtension target(String name, Context context, IntSupplier protocol)
      throws IptablesException {
    if (TARGETS_NOT_HERE.contains(name)) {
      throw IptablesException.unsupported("target " + name);
    }
    return switch (name) {
      case "MARK" -> new MarkWords();
      case "REJECT" -> new RejectWords(context);
      case "TTL" -> context.v4() ? new HopsWords("TTL") : null;
      case "HL" -> context.v4() ? null : new HopsWords("HL");
      case "TOS" -> new TosWords();
      case "DSCP" -> new DscpWords();
      case "CLASSIFY" -> new ClassifyWords();
      case "ECN" -> context.v4() ? new EcnWords() : null;
      case "LOG" -> new LogWords(context);
      case "NFLOG" -> new NflogWords(context);
      case "TCPMSS" -> new TcpMssWords(context);
      case "TCPOPTSTRIP" -> new TcpOptionsWords();
      case "TEE" -> new TeeWords(context);
      case "DNAT", "SNAT" -> new TranslateWords(name, context);
      case "MASQUERADE", "REDIRECT" -> new OwnAddressWords(name, context);
      case "NETMAP" -> new NetmapWords(context);
      case "TRACE" -> new TraceWords(context);
      case "CT" -> new CtWords(context, protocol);
      case "NOTRACK" -> new NotrackWords();
      case "CONNMARK" -> new ConnmarkWords(context);
      case "SET" -> new SetWords(context);
      default -> null;
    };
  }

  /** Whether a chain may not be called so. */
  static boolean isTarget(String name, Context context) {
    try {
      return Set.of("ACCEPT", "DROP", "RETURN").contains(name)
          || target(name, context, () -> 0) != null;
    } catch (IptablesException e) {
      return true; // one that we do not have
    }
  }
}
