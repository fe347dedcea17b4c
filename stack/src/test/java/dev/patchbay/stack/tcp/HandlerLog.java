package dev.patchbay.stack.tcp;

import java.util.ArrayList;
import java.util.List;

/** A handler that only writes down what it is told. */
class HandlerLog implements TcpHandler {
  final List<String> events = new ArrayList<>();

  @Override
  public void onConnected(TcpSocket s) {
    events.add("connected");
  }

  @Override
  public void onReadable(TcpSocket s) {
    events.add("readable");
  }

  @Override
  public void onUrgent(TcpSocket s) {
    events.add("urgent");
  }

  @Override
  public void onWritable(TcpSocket s) {
    events.add("writable");
  }

  @Override
  public void onError(TcpSocket s, int errno) {
    events.add("error " + errno);
  }

  @Override
  public void onClosed(TcpSocket s, TcpError error) {
    events.add("closed " + error);
  }
}
