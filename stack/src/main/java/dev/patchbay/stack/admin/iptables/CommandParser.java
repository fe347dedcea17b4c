package dev.patchbay.stack.admin.iptables;

import dev.patchbay.stack.admin.iptables.extension.Context;
import dev.patchbay.stack.admin.iptables.extension.Extension;
import dev.patchbay.stack.admin.iptables.extension.IptablesException;
import dev.patchbay.stack.admin.iptables.extension.MatchExtension;
import dev.patchbay.stack.admin.iptables.extension.Option;
import dev.patchbay.stack.admin.iptables.extension.Place;
import dev.patchbay.stack.admin.iptables.extension.Values;
import dev.patchbay.stack.admin.iptables.targets.NatWords;
import dev.patchbay.stack.admin.iptables.targets.RejectWords;
import dev.patchbay.stack.netfilter.place.Hook;
import dev.patchbay.stack.netfilter.place.TableKind;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Reads the words of one command ({@code do_parse} of xtables): short options together or apart,
 * long ones cut short where that is unambiguous, those of each match and target from where it was
 * named on. Reads one command, once.
 */
final class CommandParser {
  private static final String SHORT =
      "A:C:D:R:I:L?S?M:F?Z?N:X?E:P:Vh?o:p:s:d:j:i:fvw?W?nt:m:xc:g:46";

  /** Letters of what may be done; one at most. */
  private static final String COMMANDS = "ADCIRLSFZNXEPhV";

  private static final Map<String, Character> LONG =
      Map.ofEntries(
          Map.entry("append", 'A'),
          Map.entry("delete", 'D'),
          Map.entry("check", 'C'),
          Map.entry("insert", 'I'),
          Map.entry("replace", 'R'),
          Map.entry("list", 'L'),
          Map.entry("list-rules", 'S'),
          Map.entry("flush", 'F'),
          Map.entry("zero", 'Z'),
          Map.entry("new-chain", 'N'),
          Map.entry("delete-chain", 'X'),
          Map.entry("rename-chain", 'E'),
          Map.entry("policy", 'P'),
          Map.entry("source", 's'),
          Map.entry("src", 's'),
          Map.entry("destination", 'd'),
          Map.entry("dst", 'd'),
          Map.entry("protocol", 'p'),
          Map.entry("in-interface", 'i'),
          Map.entry("jump", 'j'),
          Map.entry("table", 't'),
          Map.entry("match", 'm'),
          Map.entry("numeric", 'n'),
          Map.entry("out-interface", 'o'),
          Map.entry("verbose", 'v'),
          Map.entry("wait", 'w'),
          Map.entry("wait-interval", 'W'),
          Map.entry("exact", 'x'),
          Map.entry("fragments", 'f'),
          Map.entry("version", 'V'),
          Map.entry("help", 'h'),
          Map.entry("line-numbers", '0'),
          Map.entry("set-counters", 'c'),
          Map.entry("goto", 'g'),
          Map.entry("ipv4", '4'),
          Map.entry("ipv6", '6'));

  /** What each command allows beside itself: the options of {@code generic_opt_check}. */
  private static final Map<Character, String> ALLOWED =
      Map.ofEntries(
          Map.entry('A', "sdpjiofcmgv"),
          Map.entry('D', "sdpjiofcmgv"),
          Map.entry('C', "sdpjiofcmgv"),
          Map.entry('I', "sdpjiofcmgv"),
          Map.entry('R', "sdpjiofcmgv"),
          Map.entry('L', "nvx0"),
          Map.entry('S', "v"),
          Map.entry('F', "v"),
          Map.entry('Z', "v"),
          Map.entry('N', "v"),
          Map.entry('X', "v"),
          Map.entry('E', "v"),
          Map.entry('P', "vc"),
          Map.entry('h', "sdpjiofcmgvnx0"),
          Map.entry('V', "sdpjiofcmgvnx0"));

  private static final int MOST_CHAIN = 29;
  private static final int MOST_DEVICE = 15;

  private final Context context;
  private final Command command = new Command();
  private final List<String> words;
  private final List<MatchExtension> matches = new ArrayList<>();
  private final List<Extension> named = new ArrayList<>();
  private final Set<Character> seen = new HashSet<>();
  private final RuleSpec spec;
  private List<AddressSpec> sources = List.of();
  private List<AddressSpec> destinations = List.of();
  private boolean notSource;
  private boolean notDestination;
  private boolean protocolMatched;
  private boolean inverted;
  private int at;

  /**
   * A parser.
   *
   * @param table the one that counts where {@code -t} is not said
   */
  CommandParser(Context context, List<String> words, TableKind table) {
    this.context = context;
    this.words = words;
    command.table = table;
    spec = new RuleSpec(context.v4(), matches, command.counter);
  }

  /** The command. */
  Command parse() throws IptablesException {
    while (at < words.size()) {
      String word = words.get(at++);
      if (word.startsWith("--") && word.length() > 2) {
        longOption(word.substring(2));
      } else if (word.startsWith("-") && word.length() > 1 && !word.equals("--")) {
        letters(word);
      } else if (word.equals("!")) {
        if (inverted) {
          throw IptablesException.parameter("multiple consecutive ! not allowed");
        }
        inverted = true;
      } else if (!word.equals("--")) {
        throw new IptablesException(IptablesException.Kind.WORD, "Bad argument `" + word + "'");
      }
    }
    if (inverted) {
      throw IptablesException.parameter("nothing appropriate following !");
    }
    return finish();
  }

  /** Letters behind one dash; the rest of the word is the value of the first that takes one. */
  private void letters(String word) throws IptablesException {
    for (int i = 1; i < word.length(); i++) {
      char letter = word.charAt(i);
      int where = letter == ':' || letter == '?' ? -1 : SHORT.indexOf(letter);
      if (where < 0) {
        throw IptablesException.parameter("unknown option \"" + word + "\"");
      }
      char takes = where + 1 < SHORT.length() ? SHORT.charAt(where + 1) : ' ';
      String rest = word.substring(i + 1);
      if (takes == ':' || takes == '?') {
        option(letter, "-" + letter, rest.isEmpty() ? null : rest, takes == '?');
        return;
      }
      option(letter, "-" + letter, null, true);
    }
  }

  private void longOption(String word) throws IptablesException {
    int equals = word.indexOf('=');
    String name = equals < 0 ? word : word.substring(0, equals);
    String value = equals < 0 ? null : word.substring(equals + 1);
    if (own(name, value)) {
      return;
    }
    Extension match = protocolMatched ? null : implicit();
    if (match != null && own(name, value)) {
      return;
    }
    throw IptablesException.parameter("unknown option \"--" + word + "\"");
  }

  /** The match of the rule's protocol, where its options are used without {@code -m}. */
  private @Nullable Extension implicit() {
    int protocol = spec.positiveProtocol();
    MatchExtension match = Extensions.ofProtocol(protocol, context);
    if (match != null) {
      boolean there = matches.stream().anyMatch(other -> other.name().equals(match.name()));
      if (there) {
        return null;
      }
      protocolMatched = true;
      matches.add(match);
      named.add(match);
    }
    return match;
  }

  /** Takes a long option of iptables or of what was named so far; false where there is none. */
  private boolean own(String name, @Nullable String value) throws IptablesException {
    Map<String, Extension> owners = new TreeMap<>();
    for (Extension extension : named) {
      extension.options().forEach(option -> owners.put(option.name(), extension));
    }
    String whole =
        owners.containsKey(name) || LONG.containsKey(name) ? name : completed(name, owners);
    if (whole == null) {
      return false;
    }
    Extension owner = owners.get(whole);
    if (owner == null) {
      char letter = LONG.getOrDefault(whole, ' ');
      int where = SHORT.indexOf(letter);
      boolean needs = where >= 0 && where + 1 < SHORT.length() && SHORT.charAt(where + 1) == ':';
      option(letter, "--" + whole, value, !needs);
      return true;
    }
    extensionOption(owner, whole, value);
    return true;
  }

  private static @Nullable String completed(String name, Map<String, Extension> owners) {
    List<String> fits = new ArrayList<>();
    owners.keySet().stream().filter(other -> other.startsWith(name)).forEach(fits::add);
    LONG.keySet().stream().filter(other -> other.startsWith(name)).forEach(fits::add);
    return fits.size() == 1 ? fits.getFirst() : null;
  }

  private void extensionOption(Extension owner, String name, @Nullable String value)
      throws IptablesException {
    Option option =
        owner.options().stream().filter(o -> o.name().equals(name)).findFirst().orElseThrow();
    if (inverted && !option.invertible()) {
      throw IptablesException.parameter(
          owner.name() + ": option \"--" + name + "\" cannot be inverted.\n");
    }
    boolean not = inverted;
    inverted = false;
    String text = "";
    if (option.arguments() > 0) {
      text = value != null ? value : next("--" + name);
    }
    if (option.arguments() > 1) {
      if (at == words.size()) {
        String end = name.equals("chunk-types") ? "" : ".";
        throw IptablesException.parameter("--" + name + " requires two args" + end);
      }
      text += " " + words.get(at++);
    }
    owner.take(name, not, text);
  }

  private String next(String option) throws IptablesException {
    if (at == words.size()) {
      throw IptablesException.parameter("option \"" + option + "\" requires an argument");
    }
    return words.get(at++);
  }

  /** The word behind, where it is no option. */
  private @Nullable String optional() {
    boolean there =
        at < words.size() && !words.get(at).startsWith("-") && !words.get(at).startsWith("!");
    return there ? words.get(at++) : null;
  }

  private void option(char letter, String said, @Nullable String given, boolean optional)
      throws IptablesException {
    String value = given;
    boolean takes = SHORT.indexOf(letter + ":") >= 0;
    if (takes && value == null && !optional) {
      value = next(said);
    }
    if (COMMANDS.indexOf(letter) >= 0) {
      command(letter, value);
    } else {
      ruleOption(letter, said, value == null ? "" : value);
    }
  }

  private void command(char letter, @Nullable String value) throws IptablesException {
    if (inverted) {
      throw IptablesException.parameter("unexpected ! flag before --" + longName(letter));
    }
    boolean both = command.letter == 'Z' && (letter == 'L' || letter == 'S');
    if (command.letter != 0 && !both) {
      throw IptablesException.parameter("Cannot use -" + letter + " with -" + command.letter);
    }
    command.letter = letter;
    if ("--".equals(value) && at < words.size()) {
      throw IptablesException.parameter(
          "chain name not allowed to start with `" + words.get(at).charAt(0) + "'");
    }
    String chain = value;
    if (chain == null && SHORT.indexOf(letter + "?") >= 0) {
      chain = optional();
    }
    command.chain = chain == null ? "" : chain;
    switch (letter) {
      case 'D' -> command.number = ruleNumber(optional(), 0);
      case 'I' -> command.number = ruleNumber(optional(), 1);
      case 'L', 'S', 'Z' -> command.number = chain == null ? 0 : ruleNumber(optional(), 0);
      case 'R' -> {
        String number = optional();
        if (number == null) {
          throw IptablesException.parameter("-R requires a rule number");
        }
        command.number = ruleNumber(number, 0);
      }
      case 'E', 'P' -> {
        String second = optional();
        if (second == null) {
          throw IptablesException.parameter(
              letter == 'E'
                  ? "-E requires old-chain-name and new-chain-name"
                  : "-P requires a chain and a policy");
        }
        command.value = second;
      }
      default -> {
        // the chain is all
      }
    }
  }

  private static String longName(char letter) {
    return LONG.entrySet().stream()
        .filter(entry -> entry.getValue() == letter)
        .map(Map.Entry::getKey)
        .findFirst()
        .orElse("");
  }

  private static int ruleNumber(@Nullable String text, int without) throws IptablesException {
    if (text == null) {
      return without;
    }
    long number = Values.number(text);
    if (number < 1 || number > Integer.MAX_VALUE) {
      throw IptablesException.parameter("Invalid rule number `" + text + "'");
    }
    return (int) number;
  }

  private void ruleOption(char letter, String said, String value) throws IptablesException {
    boolean not = inverted;
    inverted = false;
    if (not && "sdpiof".indexOf(letter) < 0) {
      throw IptablesException.parameter(
          letter == 'm' ? "unexpected ! flag before --match" : "cannot have ! before " + said);
    }
    if (letter != 'm'
        && letter != 'v'
        && letter != 't'
        && !seen.add(letter == 'g' ? 'j' : letter)) {
      throw IptablesException.parameter("multiple -" + letter + " flags not allowed");
    }
    switch (letter) {
      case 's' -> {
        sources = AddressSpec.parse(value, context.v4());
        notSource = not;
      }
      case 'd' -> {
        destinations = AddressSpec.parse(value, context.v4());
        notDestination = not;
      }
      case 'p' -> protocol(value, not);
      case 'i' -> spec.in = device(value, not);
      case 'o' -> spec.out = device(value, not);
      case 'f' -> {
        if (!context.v4()) {
          throw IptablesException.parameter("`-f' is not supported in IPv6, use -m frag instead");
        }
        spec.fragment = new RuleSpec.Said<>(true, not);
      }
      case 'j', 'g' -> target(value, letter == 'g');
      case 'm' -> {
        MatchExtension match = Extensions.match(value, context, spec.positiveProtocol());
        matches.add(match);
        named.add(match);
      }
      case 'c' -> counters(value);
      case 't' -> table(value);
      default -> flag(letter);
    }
  }

  private void flag(char letter) throws IptablesException {
    switch (letter) {
      case 'v' -> command.verbose++;
      case 'n' -> command.numeric = true;
      case 'x' -> command.exact = true;
      case '0' -> command.lineNumbers = true;
      case 'w', 'W' -> {
        // a lock of the program's own is waited for; there is none here
        String seconds = optional();
        if (seconds != null && !seconds.matches("[0-9.]+")) {
          throw IptablesException.parameter("wait seconds not numeric");
        }
      }
      case '4' -> family(context.v4());
      case '6' -> family(!context.v4());
      default -> throw IptablesException.unsupported("-" + letter);
    }
  }

  /** A line of the other family is passed over in restore files; alone it has no command. */
  private static void family(boolean fits) throws IptablesException {
    if (!fits) {
      throw new IptablesException(IptablesException.Kind.WORD, "");
    }
  }

  private void protocol(String value, boolean not) throws IptablesException {
    int number = Protocols.parse(value);
    if (number == 0 && not) {
      throw IptablesException.parameter("rule would never match protocol");
    }
    if (number != 0) {
      spec.protocol = new RuleSpec.Said<>(number, not);
    }
  }

  private RuleSpec.@Nullable Said<String> device(String name, boolean not)
      throws IptablesException {
    if (name.isEmpty()) {
      throw IptablesException.parameter("Empty interface is likely to be undesired");
    }
    if (name.length() > MOST_DEVICE) {
      throw IptablesException.parameter(
          "interface name `" + name + "' must be shorter than IFNAMSIZ (15)");
    }
    // "+" fits all devices and so says nothing
    return name.equals("+") && !not ? null : new RuleSpec.Said<>(name, not);
  }

  private void target(String name, boolean goes) throws IptablesException {
    if (name.isEmpty()) {
      throw IptablesException.parameter("Invalid target name (too short)");
    }
    spec.target = name;
    spec.goes = goes;
    if (!goes) {
      spec.extension = Extensions.target(name, context, spec::positiveProtocol);
      if (spec.extension != null) {
        if (spec.extension instanceof NatWords nat) {
          nat.protocol(() -> spec.protocol == null ? 0 : spec.protocol.value());
        }
        named.add(spec.extension);
      }
    }
  }

  private void counters(String value) throws IptablesException {
    int comma = value.indexOf(',');
    String packets = comma < 0 ? value : value.substring(0, comma);
    String bytes = comma < 0 ? optional() : value.substring(comma + 1);
    if (bytes == null) {
      throw IptablesException.parameter("-c requires packet and byte counter");
    }
    command.counts = true;
    command.counter.packets = counter(packets);
    command.counter.bytes = counter(bytes);
  }

  static long counter(String text) throws IptablesException {
    try {
      return Long.parseUnsignedLong(text);
    } catch (NumberFormatException e) {
      throw IptablesException.parameter("-c packet counter not numeric");
    }
  }

  private void table(String name) throws IptablesException {
    TableKind kind = TableKind.of(name);
    if (kind == null) {
      throw new IptablesException(
          IptablesException.Kind.VERSION, "table '" + name + "' does not exist");
    }
    command.table = kind;
    command.namesTable = true;
  }

  private Command finish() throws IptablesException {
    for (Extension extension : named) {
      extension.check();
      command.warnings += extension.warning();
    }
    if (command.letter == 0) {
      throw IptablesException.parameter("no command specified");
    }
    boolean drops = command.letter == 'P' && command.value.equals("DROP");
    if (command.table == TableKind.NAT && (drops || spec.target.equals("DROP"))) {
      throw IptablesException.parameter(
          "\nThe \"nat\" table is not intended for filtering, "
              + "the use of DROP is therefore inhibited.\n\n");
    }
    String allowed = ALLOWED.getOrDefault(command.letter, "");
    for (char letter : "sdpjiofcmgnvx0".toCharArray()) {
      boolean said = letter == 'm' ? !matches.isEmpty() : seen.contains(letter);
      said |= letter == 'v' && command.verbose > 0;
      if (said && allowed.indexOf(letter) < 0) {
        throw IptablesException.parameter("Illegal option `-" + letter + "' with this command");
      }
    }
    chainName(command.chain);
    if ("ADCIR".indexOf(command.letter) >= 0) {
      checkRule();
      command.rules = rules();
    }
    return command;
  }

  private void chainName(String name) throws IptablesException {
    if (name.length() >= MOST_CHAIN) {
      throw IptablesException.parameter(
          "chain name `%s' too long (must be under %d chars)".formatted(name, MOST_CHAIN));
    }
    if (command.letter == 'N') {
      if (name.startsWith("-") || name.startsWith("!")) {
        throw IptablesException.parameter(
            "chain name not allowed to start with `" + name.charAt(0) + "'");
      }
      if (Extensions.isTarget(name, context)) {
        throw IptablesException.parameter("chain name may not clash with target name");
      }
    }
  }

  private void checkRule() throws IptablesException {
    String chain = command.chain;
    boolean comesIn = chain.equals("PREROUTING") || chain.equals("INPUT");
    boolean leaves = chain.equals("POSTROUTING") || chain.equals("OUTPUT");
    if (spec.out != null && comesIn) {
      throw IptablesException.parameter("Can't use -o with " + chain + "\n");
    }
    if (spec.in != null && leaves) {
      throw IptablesException.parameter("Can't use -i with " + chain + "\n");
    }
    for (MatchExtension match : matches) {
      checkProtocol(match.name());
      checkPlace(match);
    }
    if (spec.extension instanceof RejectWords reject
        && reject.isReset()
        && spec.positiveProtocol() != 6) {
      throw new IptablesException(IptablesException.Kind.RESOURCE, "Invalid argument");
    }
    for (Extension extension : named) {
      // who looks for a rule asks the kernel nothing
      boolean asks = "AIR".indexOf(command.letter) >= 0;
      String why = asks ? extension.refusal(command.chain, spec.positiveProtocol()) : null;
      if (why != null) {
        throw new IptablesException(IptablesException.Kind.RESOURCE, why);
      }
    }
  }

  /** What the kernel answers to a rule that is to be put somewhere. */
  private void checkPlace(MatchExtension match) throws IptablesException {
    if ("AIR".indexOf(command.letter) < 0) {
      return;
    }
    Hook hook = null;
    for (Hook own : command.table.hooks()) {
      hook = own.name().equals(command.chain) ? own : hook;
    }
    String why = match.refusal(new Place(spec.positiveProtocol(), command.table, hook));
    if (why != null) {
      throw new IptablesException(IptablesException.Kind.RESOURCE, why);
    }
  }

  /** What a match needs of the rule's protocol. */
  private void checkProtocol(String match) throws IptablesException {
    int protocol = spec.positiveProtocol();
    boolean hasPorts =
        protocol == 6 || protocol == 17 || protocol == 136 || protocol == 132 || protocol == 33;
    switch (match) {
      case "tcp" -> needs(protocol == 6, "TCP match requires '-p tcp'");
      case "udp" -> needs(protocol == 17, "UDP match requires '-p udp'");
      case "multiport" ->
          needs(
              hasPorts, "multiport needs `-p tcp', `-p udp', `-p udplite', `-p sctp' or `-p dccp'");
      case "icmp", "icmp6", "esp", "ah", "tcpmss" -> {
        int wanted =
            switch (match) {
              case "icmp" -> 1;
              case "icmp6" -> 58;
              case "esp" -> 50;
              case "ah" -> 51;
              default -> 6;
            };
        if (protocol != wanted) {
          throw new IptablesException(IptablesException.Kind.RESOURCE, "Invalid argument");
        }
      }
      default -> {
        // fits any
      }
    }
  }

  private static void needs(boolean fits, String message) throws IptablesException {
    if (!fits) {
      throw IptablesException.parameter(message);
    }
  }

  /** The rules for all pairs of addresses. */
  private List<RuleSpec> rules() throws IptablesException {
    boolean many = sources.size() > 1 || destinations.size() > 1;
    if (many && (notSource || notDestination)) {
      throw IptablesException.parameter(
          "! not allowed with multiple source or destination IP addresses");
    }
    if (command.letter == 'R' && sources.size() * destinations.size() > 1) {
      throw IptablesException.parameter("Replacement rule does not specify a unique address");
    }
    List<RuleSpec> all = new ArrayList<>();
    for (RuleSpec.@Nullable Said<AddressSpec> source : said(sources, notSource)) {
      for (RuleSpec.@Nullable Said<AddressSpec> destination : said(destinations, notDestination)) {
        all.add(spec.with(source, destination));
      }
    }
    return all;
  }

  private static List<RuleSpec.@Nullable Said<AddressSpec>> said(
      List<AddressSpec> addresses, boolean not) {
    List<RuleSpec.@Nullable Said<AddressSpec>> all = new ArrayList<>();
    for (AddressSpec address : addresses) {
      // any address says nothing, but for none at all
      all.add(address.isAny() && !not ? null : new RuleSpec.Said<>(address, not));
    }
    if (all.isEmpty()) {
      all.add(null);
    }
    return all;
  }
}
