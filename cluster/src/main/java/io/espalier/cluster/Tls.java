package io.espalier.cluster;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.Enumeration;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSession;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.apache.pekko.remote.artery.tcp.SSLEngineProvider;
import scala.Option;

/** TLS 1.3 with a certificate on both sides, for the transport and for the gate. */
final class Tls implements SSLEngineProvider {
    private static final String[] PROTOCOLS = {"TLSv1.3"};

    private final SSLContext context;
    private final boolean checkHosts;

    private Tls(SSLContext context, boolean checkHosts) {
        this.context = context;
        this.checkHosts = checkHosts;
    }

    /**
     * Reads the files.
     *
     * @throws ClusterException naming the file that is missing or not as it must be
     */
    static Tls of(TlsFiles files) {
        try {
            char[] password = files.password().toCharArray();
            KeyStore keys = KeyStore.getInstance("PKCS12");
            KeyStore trusted = KeyStore.getInstance("PKCS12");
            trusted.load(null, null);
            if (files.certificate().isPresent() && files.authority().isPresent()) {
                keys.load(null, null);
                Certificate[] chain = certificates(files.certificate().get());
                keys.setKeyEntry("node", key(files.key()), password, chain);
                int number = 0;
                for (Certificate authority : certificates(files.authority().get())) {
                    trusted.setCertificateEntry("authority" + number++, authority);
                }
            } else {
                try (InputStream from = Files.newInputStream(files.key())) {
                    keys.load(from, password);
                }
                for (Enumeration<String> names = keys.aliases(); names.hasMoreElements(); ) {
                    String name = names.nextElement();
                    if (keys.isCertificateEntry(name)) {
                        trusted.setCertificateEntry(name, keys.getCertificate(name));
                    }
                }
            }
            if (trusted.size() == 0) {
                throw new ClusterException(files.key()
                        + " holds no certificate of an authority, so nobody could be trusted. Maybe: keytool"
                        + " -importcert -alias authority -file ca.crt -keystore " + files.key() + ".");
            }
            KeyManagerFactory own = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            own.init(keys, password);
            TrustManagerFactory others = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            others.init(trusted);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(own.getKeyManagers(), others.getTrustManagers(), null);
            return new Tls(context, files.checkHosts());
        } catch (IOException | GeneralSecurityException e) {
            throw new ClusterException(
                    "the TLS files around " + files.key() + " cannot be used: " + e
                            + ". Maybe the path or the password is wrong.",
                    e);
        }
    }

    private static Certificate[] certificates(Path file) throws IOException, GeneralSecurityException {
        try (InputStream from = Files.newInputStream(file)) {
            Certificate[] found = CertificateFactory.getInstance("X.509")
                    .generateCertificates(from)
                    .toArray(new Certificate[0]);
            if (found.length == 0) {
                throw new ClusterException(file + " holds no certificate. Maybe it is the key's file.");
            }
            return found;
        }
    }

    private static PrivateKey key(Path file) throws IOException, GeneralSecurityException {
        String text = Files.readString(file, StandardCharsets.US_ASCII);
        int begin = text.indexOf("-----BEGIN PRIVATE KEY-----");
        int end = text.indexOf("-----END PRIVATE KEY-----");
        if (begin < 0 || end < begin) {
            throw new ClusterException(file + " must hold a key as PKCS#8 without a password (\"BEGIN PRIVATE KEY\")."
                    + " Maybe: openssl pkcs8 -topk8 -nocrypt -in " + file + " -out tls.key");
        }
        String body = text.substring(begin + "-----BEGIN PRIVATE KEY-----".length(), end);
        PKCS8EncodedKeySpec spec =
                new PKCS8EncodedKeySpec(Base64.getMimeDecoder().decode(body));
        try {
            return KeyFactory.getInstance("RSA").generatePrivate(spec);
        } catch (InvalidKeySpecException e) {
            return KeyFactory.getInstance("EC").generatePrivate(spec);
        }
    }

    @Override
    public SSLEngine createServerSSLEngine(String host, int port) {
        SSLEngine engine = context.createSSLEngine(host, port);
        engine.setUseClientMode(false);
        engine.setEnabledProtocols(PROTOCOLS);
        engine.setNeedClientAuth(true);
        return engine;
    }

    @Override
    public SSLEngine createClientSSLEngine(String host, int port) {
        SSLEngine engine = context.createSSLEngine(host, port);
        engine.setUseClientMode(true);
        engine.setEnabledProtocols(PROTOCOLS);
        engine.setSSLParameters(checking(engine.getSSLParameters()));
        return engine;
    }

    private SSLParameters checking(SSLParameters parameters) {
        if (checkHosts) {
            parameters.setEndpointIdentificationAlgorithm("HTTPS");
        }
        return parameters;
    }

    @Override
    public Option<Throwable> verifyClientSession(String host, SSLSession session) {
        return Option.empty();
    }

    @Override
    public Option<Throwable> verifyServerSession(String host, SSLSession session) {
        return Option.empty();
    }

    /** A server socket, not yet bound, that wants a certificate. */
    SSLServerSocket serverSocket() throws IOException {
        SSLServerSocket socket =
                (SSLServerSocket) context.getServerSocketFactory().createServerSocket();
        socket.setEnabledProtocols(PROTOCOLS);
        socket.setNeedClientAuth(true);
        return socket;
    }

    /** TLS over a connected socket to that host; the handshake is done. */
    SSLSocket over(java.net.Socket plain, String host, int port) throws IOException {
        SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket(plain, host, port, true);
        socket.setEnabledProtocols(PROTOCOLS);
        socket.setSSLParameters(checking(socket.getSSLParameters()));
        socket.startHandshake();
        return socket;
    }
}
