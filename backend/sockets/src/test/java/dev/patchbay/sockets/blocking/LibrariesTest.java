package dev.patchbay.sockets.blocking;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.rmi.Remote;
import java.rmi.RemoteException;
import java.rmi.server.RMIClientSocketFactory;
import java.rmi.server.RMIServerSocketFactory;
import java.rmi.server.UnicastRemoteObject;
import java.security.KeyStore;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ServerSocketFactory;
import javax.net.SocketFactory;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Libraries over the JDK's types: TLS of both sides, remote method invocation, HTTP by hand. */
@Timeout(120)
class LibrariesTest {
  private static final char[] PASSWORD = "changeit".toCharArray();

  @TempDir private Path directory;
  private TwoHosts net;

  @BeforeEach
  void begin() throws Exception {
    net = new TwoHosts();
  }

  @AfterEach
  void end() {
    net.close();
  }

  /** A key and its certificate of the JDK's keytool, trusted by itself. */
  private SSLContext context() throws Exception {
    Path file = directory.resolve("key.p12");
    Path keytool = Path.of(System.getProperty("java.home"), "bin", "keytool");
    Process made =
        new ProcessBuilder(
                keytool.toString(),
                "-genkeypair",
                "-keystore",
                file.toString(),
                "-storetype",
                "PKCS12",
                "-storepass",
                "changeit",
                "-keyalg",
                "EC",
                "-groupname",
                "secp256r1",
                "-alias",
                "server",
                "-dname",
                "CN=there.test",
                "-ext",
                "san=ip:10.1.0.2")
            .redirectErrorStream(true)
            .redirectOutput(directory.resolve("keytool.log").toFile())
            .start();
    assertThat(made.waitFor()).isZero();
    KeyStore keys = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(file)) {
      keys.load(in, PASSWORD);
    }
    KeyManagerFactory own = KeyManagerFactory.getInstance("PKIX");
    own.init(keys, PASSWORD);
    TrustManagerFactory trusted = TrustManagerFactory.getInstance("PKIX");
    trusted.init(keys);
    SSLContext context = SSLContext.getInstance("TLSv1.3");
    context.init(own.getKeyManagers(), trusted.getTrustManagers(), null);
    return context;
  }

  @Test
  void tlsOfBothSides() throws Exception {
    SSLContext context = context();
    ServerSocket server = net.there.serverSocketFactory().createServerSocket(443);
    byte[] data = new byte[3 << 20];
    new Random(1).nextBytes(data);
    Background<Object> echo =
        Background.virtual(() -> {
          Socket plain = server.accept();
          try (SSLSocket tls =
              (SSLSocket) context.getSocketFactory().createSocket(plain, null, true)) {
            tls.setUseClientMode(false);
            tls.getInputStream().transferTo(tls.getOutputStream());
          }
          return null;
        });
    Socket plain = net.here.socketFactory().createSocket(TwoHosts.THERE, 443);
    try (SSLSocket tls =
        (SSLSocket) context.getSocketFactory().createSocket(plain, TwoHosts.THERE, 443, true)) {
      var parameters = tls.getSSLParameters();
      parameters.setEndpointIdentificationAlgorithm("HTTPS");
      tls.setSSLParameters(parameters);
      Background<Object> writer =
          Background.virtual(() -> {
            tls.getOutputStream().write(data);
            tls.shutdownOutput();
            return null;
          });
      byte[] got = tls.getInputStream().readNBytes(data.length);
      assertThat(Arrays.equals(got, data)).isTrue();
      assertThat(tls.getSession().getProtocol()).isEqualTo("TLSv1.3");
      writer.get();
      assertThat(tls.getInputStream().read()).isEqualTo(-1);
    }
    echo.get();
    assertThat(plain.isClosed()).as("closed with the TLS socket").isTrue();
    server.close();
  }

  /** A remote interface. */
  interface Greeter extends Remote {
    String greet(String name) throws RemoteException;
  }

  /** Makes sockets of hosts that a program has at hand. */
  private record Rmi(SocketFactory sockets, ServerSocketFactory servers, AtomicInteger made)
      implements RMIClientSocketFactory, RMIServerSocketFactory {
    @Override
    public Socket createSocket(String host, int port) throws IOException {
      made.incrementAndGet();
      return sockets.createSocket(TwoHosts.THERE, port);
    }

    @Override
    public ServerSocket createServerSocket(int port) throws IOException {
      return servers.createServerSocket(port);
    }
  }

  @Test
  void remoteMethodInvocation() throws Exception {
    Rmi rmi =
        new Rmi(net.here.socketFactory(), net.there.serverSocketFactory(), new AtomicInteger());
    Greeter greeter = name -> "hello " + name;
    Greeter stub = (Greeter) UnicastRemoteObject.exportObject(greeter, 1099, rmi, rmi);
    assertThat(stub).isNotSameAs(greeter);
    assertThat(stub.greet("there")).isEqualTo("hello there");
    assertThat(rmi.made()).as("connections inside the virtual network").hasPositiveValue();
    UnicastRemoteObject.unexportObject(greeter, true);
  }

  @Test
  void requestsAndAnswersOfText() throws Exception {
    ServerSocket server = net.there.serverSocketFactory().createServerSocket(80);
    Background<Object> web =
        Background.virtual(() -> {
          try (Socket s = server.accept()) {
            serve(s);
          }
          return null;
        });
    try (Socket s = net.here.socketFactory().createSocket(TwoHosts.THERE, 80)) {
      OutputStream out = s.getOutputStream();
      out.write("GET /path HTTP/1.1\r\nHost: there\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
      String answer = new String(s.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
      assertThat(answer).startsWith("HTTP/1.1 200 OK\r\n").endsWith("you asked for /path");
    }
    web.get();
    server.close();
  }

  private static void serve(Socket s) throws IOException {
    BufferedReader in =
        new BufferedReader(new InputStreamReader(s.getInputStream(), StandardCharsets.US_ASCII));
    String request = in.readLine();
    for (String line = in.readLine(); !line.isEmpty(); line = in.readLine()) {
      assertThat(line).isEqualTo("Host: there");
    }
    String body = "you asked for " + request.split(" ")[1];
    s.getOutputStream()
        .write(
            ("HTTP/1.1 200 OK\r\nContent-Length: " + body.length() + "\r\n\r\n" + body)
                .getBytes(StandardCharsets.US_ASCII));
  }
}
