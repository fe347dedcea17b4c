package dev.patchbay.stack.admin.iptables.matches;

import dev.patchbay.stack.admin.iptables.extension.Context;
import dev.patchbay.stack.admin.iptables.extension.IptablesException;
import dev.patchbay.stack.admin.iptables.extension.MatchExtension;
import dev.patchbay.stack.admin.iptables.extension.Option;
import dev.patchbay.stack.admin.iptables.extension.Place;
import dev.patchbay.stack.admin.iptables.extension.Ports;
import dev.patchbay.stack.netfilter.expression.Condition;
import dev.patchbay.stack.netfilter.expression.Field;
import dev.patchbay.stack.netfilter.expression.NumberCondition;
import dev.patchbay.stack.netfilter.expression.SctpChunksCondition;
import dev.patchbay.stack.netfilter.expression.SctpChunksCondition.Which;
import dev.patchbay.stack.netfilter.expression.WholeHeaderCondition;
import dev.patchbay.stack.socket.Errno;
import dev.patchbay.stack.wire.IpProtocol;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** {@code sctp}: ports, and which chunks a packet has. */
public final class SctpMatch extends MatchExtension {
  /**
   * A type of chunk (IANA's registry).
   *
   * @param flags the letters of its flags, from bit 7 on; {@code -} where a bit has none
   */
  private record Chunk(String name, int type, String flags) {}

  private static final String NO_FLAGS = "--------";
  private static final List<Chunk> CHUNKS = chunks();

  /** Types with flags, at most ({@code XT_NUM_SCTP_FLAGS}). */
  private static final int MOST_FLAGS = 4;

  private final Context context;
  private @Nullable Ports source;
  private @Nullable Ports destination;
  private @Nullable Which which;
  private boolean notSource;
  private boolean notDestination;
  private boolean notChunks;
  private final BitSet types = new BitSet(256);
  private final int[] flagMasks = new int[256];
  private final int[] flags = new int[256];

  public SctpMatch(Context context) {
    super("sctp");
    this.context = context;
  }

  private static List<Chunk> chunks() {
    List<Chunk> all = new ArrayList<>();
    String[] first =
        ("DATA INIT INIT_ACK SACK HEARTBEAT HEARTBEAT_ACK ABORT SHUTDOWN SHUTDOWN_ACK ERROR"
                + " COOKIE_ECHO COOKIE_ACK ECN_ECNE ECN_CWR SHUTDOWN_COMPLETE")
            .split(" ");
    for (int type = 0; type < first.length; type++) {
      String letters =
          switch (first[type]) {
            case "DATA" -> "----IUBE";
            case "ABORT", "SHUTDOWN_COMPLETE" -> "-------T";
            default -> NO_FLAGS;
          };
      all.add(new Chunk(first[type], type, letters));
    }
    all.add(new Chunk("I_DATA", 64, "----IUBE"));
    all.add(new Chunk("RE_CONFIG", 130, NO_FLAGS));
    all.add(new Chunk("PAD", 132, NO_FLAGS));
    all.add(new Chunk("ASCONF", 193, NO_FLAGS));
    all.add(new Chunk("ASCONF_ACK", 128, NO_FLAGS));
    all.add(new Chunk("FORWARD_TSN", 192, NO_FLAGS));
    all.add(new Chunk("I_FORWARD_TSN", 194, NO_FLAGS));
    return all;
  }

  @Override
  public List<Option> options() {
    return List.of(
        Option.inverted("source-port"),
        Option.inverted("sport"),
        Option.inverted("destination-port"),
        Option.inverted("dport"),
        new Option("chunk-types", 2, true));
  }

  @Override
  public void take(String option, boolean inverted, String value) throws IptablesException {
    switch (option) {
      case "source-port", "sport" -> {
        only(source == null, "source-port");
        source = Ports.parse(value, name(), context);
        notSource = inverted;
      }
      case "destination-port", "dport" -> {
        only(destination == null, "destination-port");
        destination = Ports.parse(value, name(), context);
        notDestination = inverted;
      }
      default -> {
        only(which == null, option);
        int space = value.indexOf(' ');
        which = which(value.substring(0, space));
        takeChunks(value.substring(space + 1));
        notChunks = inverted;
      }
    }
  }

  private static void only(boolean first, String option) throws IptablesException {
    if (!first) {
      throw IptablesException.parameter("Only one `--" + option + "' allowed");
    }
  }

  private static Which which(String word) throws IptablesException {
    for (Which one : Which.values()) {
      if (one.name().equalsIgnoreCase(word)) {
        return one;
      }
    }
    throw IptablesException.parameter("Match type has to be one of \"ALL\", \"ANY\" or \"ONLY\"");
  }

  private void takeChunks(String text) throws IptablesException {
    if (text.startsWith("-") || text.startsWith("!")) {
      throw IptablesException.parameter("--chunk-types requires two args");
    }
    if (text.equalsIgnoreCase("ALL")) {
      types.set(0, 256);
    } else if (!text.equalsIgnoreCase("NONE")) {
      for (String word : text.split(",")) {
        if (!word.isEmpty()) {
          takeChunk(word);
        }
      }
    }
  }

  private void takeChunk(String word) throws IptablesException {
    int colon = word.indexOf(':');
    String name = colon < 0 ? word : word.substring(0, colon);
    Chunk chunk = null;
    for (Chunk one : CHUNKS) {
      chunk = one.name.equalsIgnoreCase(name) ? one : chunk;
    }
    if (chunk == null) {
      throw IptablesException.parameter("Unknown sctp chunk `" + name + "'");
    }
    types.set(chunk.type);
    String letters = colon < 0 ? "" : word.substring(colon + 1);
    for (int i = 0; i < letters.length(); i++) {
      takeFlag(chunk, letters.charAt(i));
    }
  }

  private void takeFlag(Chunk chunk, char letter) throws IptablesException {
    int place = chunk.flags.indexOf(Character.toUpperCase(letter));
    if (place < 0 || letter == '-') {
      throw IptablesException.parameter("Invalid flags for chunk type " + CHUNKS.indexOf(chunk));
    }
    if (CHUNKS.indexOf(chunk) != chunk.type) {
      // iptables puts them on another type
      throw IptablesException.unsupported("flags of " + chunk.name);
    }
    int bit = 0x80 >> place;
    boolean known = flagMasks[chunk.type] != 0;
    if (!known && Arrays.stream(flagMasks).filter(mask -> mask != 0).count() == MOST_FLAGS) {
      throw IptablesException.parameter("too many types of chunks have flags");
    }
    flagMasks[chunk.type] |= bit;
    flags[chunk.type] |= Character.isUpperCase(letter) ? bit : 0;
  }

  @Override
  public @Nullable String refusal(Place place) {
    return place.protocol() == IpProtocol.SCTP ? null : Errno.text(Errno.EINVAL);
  }

  @Override
  public void save(StringBuilder to) {
    savePorts(to, " --sport ", source, notSource);
    savePorts(to, " --dport ", destination, notDestination);
    if (which != null) {
      to.append(notChunks ? " !" : "").append(" --chunk-types");
      chunks(to, which, false);
    }
  }

  private static void savePorts(
      StringBuilder to, String option, @Nullable Ports ports, boolean not) {
    if (ports != null) {
      to.append(not ? " !" : "").append(option).append(ports);
    }
  }

  @Override
  public void list(StringBuilder to, boolean numeric) {
    to.append(" sctp");
    listPorts(to, " spt", source, notSource, numeric);
    listPorts(to, " dpt", destination, notDestination, numeric);
    if (which != null) {
      to.append(notChunks ? " !" : "");
      chunks(to, which, numeric);
    }
  }

  private void listPorts(
      StringBuilder to, String word, @Nullable Ports ports, boolean not, boolean numeric) {
    if (ports != null && (!ports.isAll() || not)) {
      to.append(word).append(ports.low() == ports.high() ? ":" : "s:").append(not ? "!" : "");
      to.append(ports.named(name(), numeric, context));
    }
  }

  private void chunks(StringBuilder to, Which how, boolean numeric) {
    to.append(' ').append(how.name().toLowerCase(Locale.ROOT)).append(' ');
    if (types.isEmpty() || types.cardinality() == 256) {
      to.append(types.isEmpty() ? "NONE" : "ALL");
      return;
    }
    String before = "";
    for (int type = types.nextSetBit(0); type >= 0; type = types.nextSetBit(type + 1)) {
      to.append(before).append(numeric ? "0x%04X".formatted(type) : chunk(type).name);
      flags(to, chunk(type));
      before = ",";
    }
  }

  private void flags(StringBuilder to, Chunk chunk) {
    int mask = flagMasks[chunk.type];
    to.append(mask == 0 ? "" : ":");
    for (int place = 0; place < 8; place++) {
      if ((mask & 0x80 >> place) != 0) {
        char letter = chunk.flags.charAt(place);
        boolean set = (flags[chunk.type] & 0x80 >> place) != 0;
        to.append(set ? letter : Character.toLowerCase(letter));
      }
    }
  }

  private static Chunk chunk(int type) {
    return CHUNKS.stream().filter(chunk -> chunk.type == type).findFirst().orElseThrow();
  }

  @Override
  public void compile(List<Condition> to) {
    to.add(new WholeHeaderCondition(Field.portBytes(IpProtocol.SCTP)));
    if (source != null) {
      to.add(new NumberCondition(Field.SOURCE_PORT, source.low(), source.high(), notSource));
    }
    if (destination != null) {
      to.add(
          new NumberCondition(
              Field.DESTINATION_PORT, destination.low(), destination.high(), notDestination));
    }
    if (which != null) {
      to.add(new SctpChunksCondition(which, types, flagMasks, flags, notChunks));
    }
  }
}
