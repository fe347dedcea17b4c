package dev.patchbay.stack.bridge;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Snooping with sources ({@code mcast_igmp_version} 3): RFC 3376 section 6.4, row by row. */
class SnoopedSourcesTest {
  private static final String GROUP = "239.1.1.1";
  private static final String A = "10.0.1.1";
  private static final String B = "10.0.1.2";
  private static final String C = "10.0.1.3";

  private final SnoopingLab lab = new SnoopingLab();

  @BeforeEach
  void theBridgeAsks() throws BridgeRefusedException {
    lab.bridge.snooping().settings().igmpVersion(3);
    lab.bridge.snooping().querier(true);
    lab.pass(11).out();
  }

  @AfterEach
  void nothingLeaks() {
    lab.bridge.removing();
    lab.pool.checkNoLeaks();
  }

  /** Which of the sources reach p1. */
  private List<String> wanted() {
    return List.of(A, B, C).stream()
        .filter(source -> lab.data(2, source, GROUP).out().contains("p1 " + GROUP))
        .toList();
  }

  private SnoopingLab record(int type, String... sources) {
    return lab.record(1, type, GROUP, sources);
  }

  @Test
  void includeTakesWhatIsListed() {
    record(SourceRecords.IS_INCLUDE, A);
    assertThat(wanted()).containsExactly(A);
    record(SourceRecords.ALLOW, B);
    assertThat(wanted()).containsExactly(A, B);
    lab.pass(200);
    record(SourceRecords.IS_INCLUDE, B);
    lab.pass(61);
    assertThat(wanted()).as("each has its own time").containsExactly(B);
    lab.pass(200);
    assertThat(lab.members(GROUP)).as("none is left").isEmpty();
  }

  @Test
  void excludeTakesWhatIsNotListed() {
    record(SourceRecords.IS_EXCLUDE, A);
    assertThat(wanted()).containsExactly(B, C);
    record(SourceRecords.ALLOW, A);
    assertThat(wanted()).containsExactly(A, B, C);
    record(SourceRecords.IS_EXCLUDE, B);
    assertThat(wanted()).as("of mode EXCLUDE a new one is wanted for now").containsExactly(A, B, C);
    lab.pass(259);
    assertThat(wanted()).containsExactly(A, B, C);
    lab.pass(2);
    assertThat(lab.members(GROUP)).isEmpty();
  }

  @Test
  void fromIncludeToExclude() {
    record(SourceRecords.IS_INCLUDE, A, B);
    lab.out();
    record(SourceRecords.TO_EXCLUDE, B, C);
    assertThat(lab.out()).as("Q(G, A*B)").contains("p1 query 239.1.1.1 of 1");
    assertThat(wanted()).as("(B-A) is not wanted").containsExactly(A, B);
    lab.pass(2.1).out();
    assertThat(wanted()).as("nor B, where nobody answers").containsExactly(A);
  }

  @Test
  void fromExcludeToInclude() {
    record(SourceRecords.IS_EXCLUDE, A);
    lab.out();
    record(SourceRecords.TO_INCLUDE, B);
    assertThat(lab.out()).contains("p1 query 239.1.1.1");
    assertThat(wanted()).as("until the answers are in").containsExactly(B, C);
    lab.pass(1.1);
    assertThat(lab.out()).as("asked again").contains("p1 query 239.1.1.1");
    lab.pass(1);
    assertThat(wanted()).containsExactly(B);
  }

  @Test
  void blockedSourcesAreAskedFor() {
    record(SourceRecords.IS_INCLUDE, A, B);
    lab.out();
    record(SourceRecords.BLOCK, B, C);
    assertThat(lab.out()).contains("p1 query 239.1.1.1 of 1");
    assertThat(wanted()).containsExactly(A, B);
    lab.pass(1.1);
    record(SourceRecords.ALLOW, B);
    lab.pass(2);
    assertThat(wanted()).as("somebody wants B still").containsExactly(A, B);
    record(SourceRecords.BLOCK, A);
    lab.pass(2.1).out();
    assertThat(wanted()).containsExactly(B);
  }

  @Test
  void whoWantsNothingLeaves() {
    record(SourceRecords.IS_EXCLUDE);
    assertThat(wanted()).containsExactly(A, B, C);
    record(SourceRecords.TO_INCLUDE);
    lab.pass(2.1).out();
    assertThat(lab.members(GROUP)).isEmpty();
    record(SourceRecords.BLOCK, A);
    assertThat(lab.members(GROUP)).as("blocking makes no member").isEmpty();
  }

  @Test
  void sourcesAreBounded() {
    String[] many = new String[40];
    for (int i = 0; i < many.length; i++) {
      many[i] = "10.0.2." + i;
    }
    record(SourceRecords.IS_INCLUDE, many);
    assertThat(lab.bridge.mdb().entries().stream().filter(e -> e.group().isForAllSources()))
        .singleElement()
        .satisfies(entry -> assertThat(entry.sources()).hasSize(PortGroup.MAX_SOURCES));
  }

  @Test
  void soAreThoseOfAPortInAllItsGroups() {
    String[] many = new String[32];
    for (int i = 0; i < many.length; i++) {
      many[i] = "10.0.2." + i;
    }
    for (int i = 0; i < 200; i++) {
      lab.record(1, SourceRecords.IS_INCLUDE, "239.2.0." + i, many);
    }
    assertThat(lab.port(1).snooping().sources).isEqualTo(PortSnooping.MAX_SOURCES);
    lab.pass(261);
    assertThat(lab.port(1).snooping().sources).isZero();
    assertThat(lab.bridge.mdb().entries()).isEmpty();
  }
}
