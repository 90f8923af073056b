import { createSocket } from 'node:dgram';

/**
 * Sends one datagram each from many source ports.
 *
 * `udp-sender.ts ADDRESS PORT COUNT`
 */
const [address, port, count] = process.argv.slice(2);

for (let index = 0; index < Number(count); index += 1) {
  await new Promise<void>((resolve, reject) => {
    const socket = createSocket('udp4');
    socket.send(`flow ${index}`, Number(port), address, (error) => {
      socket.close();
      if (error === null) resolve();
      else reject(error);
    });
  });
}
