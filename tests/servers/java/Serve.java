import de.bwaldvogel.mongo.MongoServer;
import de.bwaldvogel.mongo.MongoVersion;
import de.bwaldvogel.mongo.backend.memory.MemoryBackend;
import java.util.List;

/**
 * Serves the MongoDB protocol from memory on a loopback port.
 *
 * <p>It prints the MongoDB URI as its first line and ends with its standard input.
 */
public class Serve {
    /** What MongoDB 5.0 says of itself; the versions that the library knows are too old for today's drivers. */
    private static final MongoVersion VERSION = new MongoVersion() {
        @Override
        public List<Integer> getVersionArray() {
            return List.of(5, 0, 0);
        }

        @Override
        public int getWireVersion() {
            return 13;
        }
    };

    public static void main(String[] arguments) throws Exception {
        MongoServer server = new MongoServer(new MemoryBackend().version(VERSION));
        server.bind("127.0.0.1", 0);
        System.out.println(server.getConnectionString());
        System.out.flush();
        while (System.in.read() >= 0) {
            // only its end matters
        }
        server.shutdownNow();
    }
}
