package dev.patchbay.stack.tcp;

import static dev.patchbay.stack.tcp.Segment.tcp;
import static org.assertj.core.api.Assertions.assertThat;

import dev.patchbay.stack.device.NetDevice;
import dev.patchbay.stack.device.PortDevice;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Device, mark and priority of a connection are those of all that is sent for it. */
class LabelTest {
  private final TcpTester t = new TcpTester();
  private final NetDevice device = new PortDevice(7, "net0", 2, 1500);

  @AfterEach
  void noLeaks() {
    t.end();
  }

  private void label(TcpSocket s) {
    s.settings().device = device;
    s.settings().mark = 0x11;
    s.settings().priority = 3;
  }

  private void expectLabel() {
    assertThat(t.device).isEqualTo(device);
    assertThat(t.mark).isEqualTo(0x11);
    assertThat(t.priority).isEqualTo(3);
  }

  @Test
  void ofTheResetThatAnAbortSends() {
    label(t.established());
    t.socket().abort();
    t.loop.turn();
    t.expect(tcp().rst().seq(1).ack(1));
    expectLabel();
  }

  @Test
  void ofTheResetThatAWrongAnswerToTheSynGets() {
    label(t.connect());
    t.next();
    arriveBy(tcp().seq(0).ack(77));
    t.expect(tcp().rst().seq(77));
    expectLabel();
  }

  /** What comes has to come by the device that the connection is bound to. */
  private void arriveBy(Segment s) {
    var packet = t.packet(s);
    packet.device = device;
    assertThat(t.engine.receive(packet)).isTrue();
    t.loop.turn();
  }

  @Test
  void ofTheAcknowledgementsOfTimeWait() {
    TcpSocket s = t.established();
    s.tos(0x20);
    label(s);
    s.close();
    t.loop.turn();
    t.expect(tcp().fin().seq(1).ack(1));
    arriveBy(tcp().fin().seq(1).ack(2));
    t.expect(tcp().seq(2).ack(2).tos(0x20));
    t.device = null;
    t.mark = 0;
    t.priority = 0;
    arriveBy(tcp().fin().seq(1).ack(2));
    t.expect(tcp().seq(2).ack(2).tos(0x20));
    expectLabel();
  }
}
