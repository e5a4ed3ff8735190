/** Stands between a client and a server, and can lose an answer together with the connection. */
import { once } from "node:events";
import { connect, createServer, type AddressInfo, type Socket } from "node:net";

export interface CuttingProxy {
  readonly port: number;
  /** The next thing that the server sends is lost, and the client's connections with it; new ones are let through. */
  loseNextAnswer(): void;
  close(): void;
}

export async function startCuttingProxy(serverPort: number): Promise<CuttingProxy> {
  const clients = new Set<Socket>();
  let losing = false;

  const proxy = createServer((client) => {
    const server = connect(serverPort, "127.0.0.1");
    clients.add(client);
    client.on("data", (data) => server.write(data));
    server.on("data", (data) => {
      if (!losing) return void client.write(data);
      losing = false;
      for (const each of clients) each.destroy();
    });
    client.on("close", () => {
      clients.delete(client);
      server.destroy();
    });
    server.on("close", () => client.destroy());
    for (const socket of [client, server]) socket.on("error", () => {});
  }).listen(0, "127.0.0.1");
  await once(proxy, "listening");

  return {
    port: (proxy.address() as AddressInfo).port,
    loseNextAnswer: () => void (losing = true),
    close() {
      proxy.close();
      for (const client of clients) client.destroy();
    },
  };
}
