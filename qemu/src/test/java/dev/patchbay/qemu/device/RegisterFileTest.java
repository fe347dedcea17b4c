package dev.patchbay.qemu.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class RegisterFileTest {
  private static final RegisterTable TABLE =
      new RegisterTable(
          0x20,
          List.of(
              Register.readWrite("CONTROL", 0x00, 0x00ff00ff, "control")
                  .withReset(0x12)
                  .bit("ON", 7)
                  .field("MODE", 2, 0),
              Register.status("STATUS", 0x04, 0xff, "status"),
              Register.readOnly("COUNT", 0x08, -1, "counter").withClearOnRead(-1),
              Register.writeOnly("KICK", 0x0c, "kick"),
              Register.readWrite("WORD", 0x10, -1, "words only").withNarrowest(4)));

  private final List<String> told = new ArrayList<>();
  private final List<String> trace = new ArrayList<>();
  private boolean accept = true;
  private final RegisterFile file =
      new RegisterFile(
          TABLE,
          new RegisterActions() {
            @Override
            public boolean accepts(int offset, int value) {
              return accept;
            }

            @Override
            public void written(int offset, int value) {
              told.add(Integer.toHexString(offset) + "=" + Integer.toHexString(value));
            }
          },
          RegisterTrace.lines(trace::add));

  @Test
  void masksDecideWhatIsKept() {
    assertThat(file.read(0, 4)).isEqualTo(0x12);
    file.write(0, 4, -1);
    assertThat(file.read(0, 4)).isEqualTo(0x00ff00ff);
    assertThat(told).containsExactly("0=ffffffff");
    file.reset();
    assertThat(file.read(0, 4)).isEqualTo(0x12);
  }

  @Test
  void narrowAccessesTouchTheirBytes() {
    file.write(2, 1, 0xab);
    assertThat(file.read(0, 4)).isEqualTo(0x00ab0012);
    assertThat(file.read(2, 2)).isEqualTo(0x00ab);
    assertThat(file.read(2, 1)).isEqualTo(0xab);
    file.write(0, 2, 0xffff);
    assertThat(file.read(0, 4)).isEqualTo(0x00ab00ff);
    file.set(4, 0xff);
    file.write(5, 1, 0xff);
    assertThat(file.get(4)).isEqualTo(0xff);
    file.write(4, 1, 0x0f);
    assertThat(file.get(4)).isEqualTo(0xf0);
  }

  @Test
  void someTakeWordsOnly() {
    file.write(0x10, 2, 0xffff);
    assertThat(file.read(0x10, 4)).isZero();
    file.write(0x10, 4, -1);
    assertThat(file.read(0x12, 2)).isZero();
    assertThat(file.read(0x10, 4)).isEqualTo(-1);
  }

  @Test
  void writingOneClears() {
    file.set(4, 0x7);
    file.write(4, 4, 0x2);
    assertThat(file.read(4, 4)).isEqualTo(0x5);
  }

  @Test
  void readingClears() {
    file.set(8, 0x01020304);
    assertThat(file.read(9, 1)).isEqualTo(3);
    assertThat(file.read(8, 4)).isEqualTo(0x01020004);
    assertThat(file.read(8, 4)).isZero();
  }

  @Test
  void nothingAnswersElsewhere() {
    for (int offset : new int[] {0x14, 0x20, -4, Integer.MAX_VALUE - 3, 1}) {
      file.write(offset, 4, -1);
      assertThat(file.read(offset, 4)).isZero();
    }
    assertThat(file.read(0, 3)).isZero();
    assertThat(told).isEmpty();
  }

  @Test
  void aDeviceMayLoseAWrite() {
    accept = false;
    file.write(0, 4, 0);
    assertThat(file.get(0)).isEqualTo(0x12);
    assertThat(told).isEmpty();
  }

  @Test
  void linesForPeople() {
    file.write(0, 4, 0x01000083);
    file.read(4, 4);
    file.read(0, 1);
    file.write(0x0c, 4, 1);
    assertThat(trace)
        .containsExactly(
            "W 00 CONTROL=0x1000083 ON|MODE:3|0x1000000",
            "R 04 STATUS=0x0",
            "R 00 CONTROL.1=0x83",
            "W 0c KICK=0x1");
  }

  @Test
  void documentation() {
    assertThat(TABLE.markdown())
        .contains("| 00 | CONTROL | RW | 12 | ON 7, MODE 2:0 | control |\n")
        .contains("| 04 | STATUS | R W1C | 0 |  | status |\n")
        .contains("| 08 | COUNT | R RC | 0 |  | counter |\n");
  }

  @Test
  void refusesTablesThatContradictThemselves() {
    Register one = Register.readWrite("A", 4, -1, "");
    assertThatThrownBy(
            () -> new RegisterTable(0x20, List.of(one, Register.readOnly("B", 4, -1, ""))))
        .hasMessage("B lies where A is");
    assertThatThrownBy(() -> new RegisterTable(4, List.of(one)))
        .hasMessage("A lies outside of the region");
    assertThatThrownBy(() -> Register.readWrite("C", 2, -1, ""))
        .hasMessage("C: contradicts itself");
  }
}
