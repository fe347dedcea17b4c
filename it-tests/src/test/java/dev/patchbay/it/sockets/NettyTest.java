package dev.patchbay.it.sockets;

import static org.assertj.core.api.Assertions.assertThat;

import dev.patchbay.it.OriginServer;
import dev.patchbay.it.Requires;
import dev.patchbay.it.TestData;
import dev.patchbay.sockets.netty.NettySockets;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.netty.handler.stream.ChunkedNioStream;
import io.netty.handler.stream.ChunkedWriteHandler;
import java.io.InputStream;
import java.net.URI;
import java.nio.channels.Channels;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.MessageDigest;
import java.security.cert.Certificate;
import java.time.Duration;
import java.util.Base64;
import java.util.HexFormat;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Netty's servers and clients inside the virtual network, and real programs outside of it. */
@Timeout(120)
class NettyTest {
  private static final long LENGTH = 20_000_000;
  private static final int CHUNK = 16 << 10;
  private static final char[] PASSWORD = "password".toCharArray();

  /** A key of the appliance's addresses that is signed by itself. */
  private static KeyStore makeKey(Path folder) throws Exception {
    Path file = folder.resolve("key.p12");
    String keytool = Path.of(System.getProperty("java.home"), "bin", "keytool").toString();
    String line =
        keytool
            + " -genkeypair -alias server -keyalg EC -groupname secp256r1 -dname CN=appliance"
            + " -ext san=ip:10.0.2.2,ip:fec0::2 -storetype PKCS12 -storepass password -keystore "
            + file;
    Process made =
        new ProcessBuilder(line.split(" ", -1))
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("keytool.log").toFile())
            .start();
    assertThat(made.waitFor()).as(() -> "keytool, see its log").isZero();
    KeyStore keys = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(file)) {
      keys.load(in, PASSWORD);
    }
    return keys;
  }

  private static Path pem(Path folder, Certificate certificate) throws Exception {
    String body = Base64.getMimeEncoder().encodeToString(certificate.getEncoded());
    return Files.writeString(
        folder.resolve("ca.pem"),
        "-----BEGIN CERTIFICATE-----\n" + body + "\n-----END CERTIFICATE-----\n");
  }

  /** Answers {@code /bytes/N} with N bytes of test data, as fast as the client takes them. */
  private static final class Bytes extends SimpleChannelInboundHandler<HttpRequest> {
    @Override
    protected void channelRead0(ChannelHandlerContext ctx, HttpRequest request) {
      long length = Long.parseLong(request.uri().substring("/bytes/".length()));
      HttpResponse response = new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK);
      response.headers().set(HttpHeaderNames.CONTENT_LENGTH, length);
      ctx.write(response);
      ctx.write(new ChunkedNioStream(Channels.newChannel(new TestData(length)), CHUNK));
      ctx.writeAndFlush(LastHttpContent.EMPTY_LAST_CONTENT);
    }
  }

  private static Channel serve(NettySockets sockets, SslContext tls) throws Exception {
    return new ServerBootstrap()
        .group(sockets.eventLoopGroup())
        .channelFactory(sockets.serverSocketChannels())
        .childHandler(
            new ChannelInitializer<SocketChannel>() {
              @Override
              protected void initChannel(SocketChannel channel) {
                channel
                    .pipeline()
                    .addLast(
                        tls.newHandler(channel.alloc()),
                        new HttpServerCodec(),
                        new ChunkedWriteHandler(),
                        new Bytes());
              }
            })
        .bind(443)
        .sync()
        .channel();
  }

  @Test
  @Requires({"root", "netns", "tun", "curl"})
  void curlDownloadsFromAnHttpsServerInside(@TempDir Path folder) throws Exception {
    KeyStore keys = makeKey(folder);
    KeyManagerFactory managers = KeyManagerFactory.getInstance("PKIX");
    managers.init(keys, PASSWORD);
    SslContext tls = SslContextBuilder.forServer(managers).sslProvider(SslProvider.JDK).build();
    Path ca = pem(folder, keys.getCertificate("server"));
    try (Appliance appliance = new Appliance()) {
      Channel server = serve(NettySockets.of(appliance.stack()), tls);
      for (String host : new String[] {"10.0.2.2", "[fec0::2]"}) {
        Path file = folder.resolve("download");
        String url = "https://" + host + "/bytes/" + LENGTH;
        String line = "curl -sS --fail --cacert " + ca + " -o " + file + " " + url;
        appliance.netns().exec(Duration.ofSeconds(50), line.split(" ", -1)).ok();
        byte[] hash = MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file));
        assertThat(HexFormat.of().formatHex(hash)).as(host).isEqualTo(TestData.sha256(LENGTH));
      }
      server.close().sync();
    }
  }

  /** Hashes what is answered. */
  private static final class Download extends SimpleChannelInboundHandler<HttpObject> {
    final CompletableFuture<String> hash = new CompletableFuture<>();
    private final MessageDigest digest;

    Download() throws Exception {
      digest = MessageDigest.getInstance("SHA-256");
    }

    @Override
    protected void channelRead0(ChannelHandlerContext ctx, HttpObject part) {
      if (part instanceof HttpContent content) {
        digest.update(content.content().nioBuffer());
      }
      if (part instanceof LastHttpContent) {
        hash.complete(HexFormat.of().formatHex(digest.digest()));
      }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
      hash.completeExceptionally(new IllegalStateException("closed"));
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
      hash.completeExceptionally(cause);
    }
  }

  @Test
  @Requires({"root", "netns", "tun"})
  void aClientInsideFetchesFromARealServer() throws Exception {
    try (Appliance appliance = new Appliance();
        OriginServer origin = OriginServer.start(appliance.netns())) {
      NettySockets sockets = NettySockets.of(appliance.stack());
      for (String host : new String[] {"10.0.2.15", "fec0::15"}) {
        Download download = new Download();
        Channel client =
            new Bootstrap()
                .group(sockets.eventLoopGroup())
                .channelFactory(sockets.socketChannels())
                .handler(
                    new ChannelInitializer<SocketChannel>() {
                      @Override
                      protected void initChannel(SocketChannel channel) {
                        channel.pipeline().addLast(new HttpClientCodec(), download);
                      }
                    })
                .connect(sockets.address(host, origin.httpPort()))
                .sync()
                .channel();
        String path = URI.create(origin.bytesUrl("10.0.2.15", LENGTH)).getPath();
        DefaultFullHttpRequest request =
            new DefaultFullHttpRequest(
                HttpVersion.HTTP_1_1, HttpMethod.GET, path, Unpooled.EMPTY_BUFFER);
        request.headers().set(HttpHeaderNames.HOST, "origin");
        client.writeAndFlush(request);
        assertThat(download.hash.get(50, TimeUnit.SECONDS))
            .as(host)
            .isEqualTo(TestData.sha256(LENGTH));
        client.close().sync();
      }
    }
  }
}
